from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from service.domain import (
    Candidate,
    Filters,
    Lock,
    Outfit,
    OutfitRequest,
    Override,
    PhotoSeed,
    ProductSeed,
    SeedReference,
    TextSeed,
    VectorSeed,
)
from service.errors import DeadlineExceeded, InvalidRequest, SpaceMismatch, UnknownProduct, UnknownTaxonomy
from service.index.base import Query
from service.outfitting import make_outfit, observed_outfit
from service.release import Release
from tests.contract.reference import ReferenceIndex, cosine
from tests.fakes import DIMENSIONS, JPEG, SPACE, fake_release, shop_items

pytestmark = pytest.mark.anyio

DRESS = ProductSeed("red-dress")
VECTORS = {item.product.product_id: item.vector for item in shop_items()}


class CountingIndex(ReferenceIndex):
    """Remembers the batches it was asked for."""

    batches: list[tuple[Sequence[Query], Filters]]

    async def search(
        self, queries: Sequence[Query], filters: Filters, *, timeout_s: float
    ) -> list[tuple[Candidate, ...]]:
        self.batches.append((queries, filters))
        return await super().search(queries, filters, timeout_s=timeout_s)


@pytest.fixture
def release() -> Release:
    plain = fake_release()
    index = CountingIndex(shop_items(), plain.index.info)
    index.batches = []
    return replace(plain, index=index)


def batches(release: Release) -> list[tuple[Sequence[Query], Filters]]:
    assert isinstance(release.index, CountingIndex)
    return release.index.batches


async def ask(release: Release, seed: SeedReference = DRESS, **asked: object) -> Outfit:
    return await make_outfit(release, seed, OutfitRequest(**asked), timeout_s=1)  # type: ignore[arg-type]


def ids(outfit: Outfit, look: int = 0) -> list[list[str]]:
    return [[c.product.product_id for c in slot.candidates] for slot in outfit.looks[look].slots]


async def test_a_product_gets_three_slots_out_of_its_template(release: Release) -> None:
    outfit = await ask(release)
    assert outfit.template == "day"
    assert [slot.taxonomy for slot in outfit.looks[0].slots] == ["Wedges", "Totes", "Jackets"]
    assert outfit.versions == release.versions
    assert outfit.degraded == ()


async def test_each_head_is_searched_in_its_own_slot(release: Release) -> None:
    outfit = await ask(release)
    targets = release.model.generate(VECTORS["red-dress"])
    for head, slot in enumerate(outfit.looks[0].slots):
        for candidate in slot.candidates:
            assert candidate.score == pytest.approx(cosine(VECTORS[candidate.product.product_id], targets[head]))


async def test_one_batch_of_searches_answers_all_looks(release: Release) -> None:
    outfit = await ask(release, looks=3)
    assert [[slot.head for slot in look.slots] for look in outfit.looks] == [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
    ((queries, _),) = batches(release)
    assert len(queries) == 9


async def test_every_answer_has_an_id_of_its_own(release: Release) -> None:
    assert (await ask(release)).outfit_id != (await ask(release)).outfit_id


async def test_the_seed_and_its_variants_are_never_candidates(release: Release) -> None:
    outfit = await ask(release, slots=(Override("Dresses"), None, None), filters=Filters(in_stock=False))
    assert sorted(ids(outfit)[0]) == ["long-dress", "sold-dress"]


async def test_a_lock_stands_alone_in_its_slot(release: Release) -> None:
    outfit = await ask(release, slots=(None, Lock("clutch"), None))
    slot = outfit.looks[0].slots[1]
    assert (slot.source, slot.head, slot.taxonomy) == ("lock", None, "Clutches")
    assert ids(outfit)[1] == ["clutch"]
    target = release.model.generate(VECTORS["red-dress"])[1]
    assert slot.candidates[0].score == pytest.approx(cosine(VECTORS["clutch"], target), abs=1e-6)


async def test_what_is_locked_has_as_much_say_in_the_other_slots_as_the_seed(release: Release) -> None:
    locked = ("clutch", "heels")
    outfit = await ask(release, slots=(Lock("heels"), Lock("clutch"), None))
    targets = [release.model.generate(VECTORS[product_id])[2] for product_id in ("red-dress", *locked)]
    together = np.sum([target / np.linalg.norm(target) for target in targets], axis=0)
    (query,), _ = batches(release)[-1]
    assert query.vector == pytest.approx(together, abs=1e-6)
    for candidate in outfit.looks[0].slots[2].candidates:
        assert candidate.score == pytest.approx(cosine(VECTORS[candidate.product.product_id], together), abs=1e-6)


async def test_the_order_of_the_locks_does_not_matter_to_a_free_slot(release: Release) -> None:
    one = await ask(release, slots=(Lock("heels"), Lock("clutch"), None))
    other = await ask(release, slots=(Lock("clutch"), Lock("heels"), None))
    assert ids(one)[2] == ids(other)[2]


async def test_a_locked_product_is_in_no_other_slot(release: Release) -> None:
    outfit = await ask(release, slots=(Lock("tote"), None, None))
    assert ids(outfit)[:2] == [["tote"], []]
    assert outfit.degraded == ("empty_slot",)


async def test_an_unknown_seed_or_lock_is_an_unknown_product(release: Release) -> None:
    with pytest.raises(UnknownProduct):
        await ask(release, ProductSeed("nothing"))
    with pytest.raises(UnknownProduct):
        await ask(release, slots=(Lock("nothing"), None, None))


async def test_a_vector_is_answered_as_the_product_that_has_it(release: Release) -> None:
    vector = tuple(float(x) for x in 3 * VECTORS["long-dress"])
    by_vector = await ask(release, VectorSeed(vector, "Dresses", SPACE))
    by_product = await ask(release, ProductSeed("long-dress"))
    assert ids(by_vector) == ids(by_product)
    assert by_vector.seed.product is None


async def test_a_vector_of_another_space_is_refused(release: Release) -> None:
    with pytest.raises(SpaceMismatch):
        await ask(release, VectorSeed((1.0,) * DIMENSIONS, "Dresses", "other-space"))


@pytest.mark.parametrize(
    ("vector", "code"),
    [
        ((1.0,) * (DIMENSIONS - 1), "vector_dimension"),
        ((0.0,) * DIMENSIONS, "vector_length"),
        ((float("inf"),) * DIMENSIONS, "vector_length"),
        ((float("nan"),) * DIMENSIONS, "vector_length"),
        ((1e300,) * DIMENSIONS, "vector_length"),
    ],
)
async def test_a_vector_without_a_direction_is_refused(release: Release, vector: tuple[float, ...], code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await ask(release, VectorSeed(vector, "Dresses"))
    assert refused.value.code == code


async def test_a_photo_is_encoded_and_planned_by_its_taxonomy(release: Release) -> None:
    outfit = await ask(release, PhotoSeed(JPEG, "Dresses"))
    assert outfit.template == "day"
    assert outfit.seed.taxonomy == "Dresses"


async def test_a_text_is_refused_by_a_bundle_without_a_text_encoder(release: Release) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await ask(release, TextSeed("Dresses", title="Long red dress"))
    assert refused.value.code == "no_text_encoder"


async def test_a_slot_in_which_nothing_passes_is_empty_and_says_so(release: Release) -> None:
    outfit = await ask(release, filters=Filters(brands=frozenset({"Elm"})))
    assert [slot.reason for slot in outfit.looks[0].slots] == ["no_product_passes", None, "no_product_passes"]
    assert outfit.degraded == ("empty_slot",)


async def test_a_seed_that_is_out_of_stock_is_still_a_seed(release: Release) -> None:
    assert (await ask(release, ProductSeed("sold-dress"))).template == "day"


async def test_an_answer_that_would_come_too_late_is_not_waited_for(release: Release) -> None:
    with pytest.raises(DeadlineExceeded):
        await make_outfit(release, DRESS, OutfitRequest(), timeout_s=0)


async def test_a_seed_s_taxonomy_is_answered_in_the_catalogue_s_spelling(release: Release) -> None:
    assert (await ask(release, PhotoSeed(JPEG, "dRESSES"))).seed.taxonomy == "Dresses"


async def test_an_unknown_taxonomy_is_refused_before_a_photo_is_looked_at(release: Release) -> None:
    with pytest.raises(UnknownTaxonomy):
        await ask(release, PhotoSeed(b"no photo", "Kilts"))


async def test_a_slot_says_in_words_what_its_head_looked_for(release: Release) -> None:
    outfit = await ask(release, slots=(None, Override("Women"), Lock("tote")))
    assert [slot.why for slot in outfit.looks[0].slots] == [("red", "leather"), ("red",), ()]


async def test_an_answer_comes_with_what_was_seen_on_its_way(release: Release) -> None:
    request = OutfitRequest(slots=(Lock("tote"), None, None))
    seen = await observed_outfit(release, DRESS, request, timeout_s=1)
    assert (seen.reference, seen.request) == (DRESS, request)
    assert np.array_equal(seen.vector, VECTORS["red-dress"])
    assert np.array_equal(seen.targets, release.model.generate(seen.vector))
    assert [slot.head for slot in seen.outfit.looks[0].slots] == [None, 1, 2]
    assert list(seen.stages_s) == ["lookup", "plan", "encode", "generate", "search", "assemble"]
    assert min(seen.stages_s.values()) >= 0
