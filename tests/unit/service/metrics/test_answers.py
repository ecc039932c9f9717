from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from service.domain import Lock, OutfitRequest, Override, PhotoSeed, Product, ProductSeed, SeedReference, VectorSeed
from service.metrics.answers import AnswerMetrics, tone_of
from service.observation import Observation
from service.outfitting import observed_outfit
from tests.fakes import HATS, JPEG, direction_of, fake_release
from tests.unit.service.metrics.scraped import moved, value

pytestmark = pytest.mark.anyio

SEED = ProductSeed("red-dress")


async def told(*asked: tuple[SeedReference, OutfitRequest]) -> CollectorRegistry:
    registry = CollectorRegistry()
    metrics, release = AnswerMetrics(registry), fake_release()
    metrics.follow((await release.index.taxonomies()).counts)
    for reference, request in asked:
        metrics.observe(await observed_outfit(release, reference, request, timeout_s=5))
    return registry


async def test_a_look_counts_once_in_every_distribution_that_it_is_part_of() -> None:
    registry = await told((SEED, OutfitRequest()))
    assert moved(registry, "kitsune_outfits_total") == {("whole",): 1}
    assert moved(registry, "kitsune_slots_total") == {("mapping",): 3}
    assert moved(registry, "kitsune_top_score") == {("1",): 1, ("2",): 1, ("3",): 1}
    assert moved(registry, "kitsune_target_norm") == {("1",): 1, ("2",): 1, ("3",): 1}
    assert moved(registry, "kitsune_heads_cosine") == {("1-2",): 1, ("1-3",): 1, ("2-3",): 1}
    assert moved(registry, "kitsune_seeds_total") == {("Dresses",): 1}
    assert moved(registry, "kitsune_seeds_by_kind_total") == {("product",): 1}
    stages = {(stage,): 1 for stage in ("lookup", "plan", "encode", "generate", "search", "assemble")}
    assert moved(registry, "kitsune_stage_duration_seconds") == stages
    assert moved(registry, "kitsune_outfits_degraded_total") == {}


async def test_every_look_s_slots_are_counted_and_its_targets_once() -> None:
    registry = await told((SEED, OutfitRequest(looks=3, k=1)))
    assert sum(moved(registry, "kitsune_slots_total").values()) == 9
    assert moved(registry, "kitsune_target_norm") == {("1",): 1, ("2",): 1, ("3",): 1}


async def test_overrides_and_locks_are_told_apart_and_a_lock_is_no_model_s_choice() -> None:
    registry = await told((SEED, OutfitRequest(slots=(Override("Heels"), Lock("clutch"), None))))
    assert moved(registry, "kitsune_slots_total") == {("override",): 1, ("lock",): 1, ("mapping",): 1}
    assert sum(moved(registry, "kitsune_top_score").values()) == 2


async def test_an_empty_slot_is_counted_by_its_place_and_degrades_the_answer() -> None:
    nothing = replace(OutfitRequest().filters, exclude_ids=frozenset({"tote"}))
    registry = await told((SEED, OutfitRequest(slots=(None, Override("Totes"), None), filters=nothing)))
    assert moved(registry, "kitsune_slots_empty_total") == {("2",): 1}
    assert moved(registry, "kitsune_outfits_total") == {("degraded",): 1}
    assert moved(registry, "kitsune_outfits_degraded_total") == {("empty_slot",): 1}


async def test_the_kind_of_a_seed_is_counted() -> None:
    vector = VectorSeed(tuple(direction_of("x").tolist()), "Dresses")
    registry = await told((PhotoSeed(JPEG, "Dresses"), OutfitRequest()), (vector, OutfitRequest()))
    assert moved(registry, "kitsune_seeds_by_kind_total") == {("photo",): 1, ("vector",): 1}


@pytest.mark.parametrize(
    ("colours", "tone"),
    [(("black",), "neutral"), (("black", "red"), "coloured"), (("teal",), "coloured"), ((), "unknown")],
)
def test_a_first_candidate_is_neutral_if_all_its_colours_are(colours: tuple[str, ...], tone: str) -> None:
    attributes: Mapping[str, tuple[str, ...]] = {"colour": colours} if colours else {}
    assert tone_of(Product(product_id="1", taxonomy="Bags", attributes=attributes)) == tone


async def test_colours_are_those_of_the_first_candidates() -> None:
    registry = await told((SEED, OutfitRequest(slots=(Override(HATS), None, None))))
    assert moved(registry, "kitsune_first_candidates_total") == {("coloured",): 1, ("unknown",): 2}


async def observation(targets: list[list[float]]) -> Observation:
    seen = await observed_outfit(fake_release(), SEED, OutfitRequest(), timeout_s=5)
    return replace(seen, targets=np.array(targets, np.float32))


async def test_norms_and_cosines_are_those_of_the_targets() -> None:
    registry = CollectorRegistry()
    AnswerMetrics(registry).observe(await observation([[3, 4], [0.3, 0.4], [-3, -4]]))
    assert value(registry, "kitsune_target_norm_sum", head="1") == pytest.approx(5)
    assert value(registry, "kitsune_target_norm_sum", head="2") == pytest.approx(0.5)
    assert value(registry, "kitsune_heads_cosine_bucket", heads="1-2", le="0.99") == 0
    assert value(registry, "kitsune_heads_cosine_bucket", heads="2-3", le="-0.5") == 1


async def test_a_head_that_generates_nothing_has_no_cosine() -> None:
    registry = CollectorRegistry()
    AnswerMetrics(registry).observe(await observation([[0, 0], [1, 0], [1, 0]]))
    assert moved(registry, "kitsune_heads_cosine") == {("2-3",): 1}


async def test_the_largest_taxonomies_have_a_name_and_the_others_are_one() -> None:
    registry = CollectorRegistry()
    metrics = AnswerMetrics(registry)
    metrics.follow({f"T{number:02}": number for number in range(20)} | {"Dresses": 1})
    metrics.follow({"Dresses": 1000})
    metrics.observe(await observation([[1, 0], [1, 0], [1, 0]]))
    assert moved(registry, "kitsune_seeds_total") == {("other",): 1}
    assert value(registry, "kitsune_seeds_total", taxonomy="T12") == 0
    with pytest.raises(ValueError, match="not enough"):
        value(registry, "kitsune_seeds_total", taxonomy="T11")
