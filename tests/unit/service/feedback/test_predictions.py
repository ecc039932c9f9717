"""What of an answer is kept, and what is not."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import numpy as np
import pytest

from service.domain import Filters, OutfitRequest, PhotoSeed, PriceRange, ProductSeed, SeedReference, VectorSeed
from service.feedback.predictions import Prediction, decode, encode, prediction_of, stamp
from service.outfitting import observed_outfit
from tests.fakes import JPEG, direction_of, fake_release
from tests.unit.service.feedback.answers import AT

pytestmark = pytest.mark.anyio


async def logged(seed: SeedReference, request: OutfitRequest) -> Prediction:
    return prediction_of(await observed_outfit(fake_release(), seed, request, timeout_s=10), AT)


async def test_a_prediction_has_the_seed_and_every_candidate_with_its_score() -> None:
    seen = await observed_outfit(fake_release(), ProductSeed("red-dress"), OutfitRequest(looks=3), timeout_s=10)
    kept = decode(encode(prediction_of(seen, AT)))
    assert (kept.outfit_id, kept.at, kept.template) == (seen.outfit.outfit_id, AT, "day")
    assert (kept.seed.kind, kept.seed.product_id, kept.seed.taxonomy) == ("product", "red-dress", "Dresses")
    np.testing.assert_array_equal(np.frombuffer(kept.seed.vector, "<f4"), direction_of("red-dress"))
    for logged_look, look in zip(kept.looks, seen.outfit.looks, strict=True):
        for shown, slot in zip(logged_look, look.slots, strict=True):
            assert (shown.taxonomy, shown.source, shown.head) == (slot.taxonomy, slot.source, slot.head)
            assert shown.products == tuple(candidate.product.product_id for candidate in slot.candidates)
            assert shown.scores == pytest.approx([candidate.score for candidate in slot.candidates], abs=1e-6)
    assert (kept.versions, kept.variant, kept.degraded) == (seen.outfit.versions, None, seen.outfit.degraded)


async def test_nothing_of_the_shopper_is_kept() -> None:
    filters = Filters(price=PriceRange("CHF", 1234, 9876), brands=frozenset({"CANARY"}), in_stock=False)
    kept = encode(await logged(PhotoSeed(JPEG + b"CANARY", "Dresses"), OutfitRequest(filters=filters)))
    for word in (b"CANARY", b"CHF", b"1234", b"9876"):
        assert word not in kept
    assert msgspec.json.decode(kept)["seed"]["kind"] == "photo"


async def test_a_seed_without_a_product_is_told_by_its_kind() -> None:
    kept = await logged(VectorSeed(tuple(map(float, direction_of("x"))), "Dresses"), OutfitRequest())
    assert (kept.seed.kind, kept.seed.product_id) == ("vector", None)


def test_times_sort_as_their_texts_do_whatever_their_zone() -> None:
    east = datetime(2026, 1, 2, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert stamp(east) == "2026-01-01T22:30:00.000+00:00"
    assert stamp(east) < stamp(datetime(2026, 1, 1, 22, 30, 0, 1000, tzinfo=UTC))
