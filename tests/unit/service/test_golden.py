import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import structlog
from prometheus_client import CollectorRegistry

from mappings import SlotMapping
from service.domain import Candidate, Filters
from service.errors import HomeError, IndexUnavailable
from service.golden import Golden, GoldenQuery, keep_golden, make_golden, read_golden, replay
from service.home import Home, ReleasePointer
from service.index.base import GenerationInfo, Item, Query, Vector
from service.release import Release
from tests.contract.reference import ReferenceIndex
from tests.fakes import DIMENSIONS, SPACE, FakeModel, fake_release, shop_items

pytestmark = pytest.mark.anyio

POINTER = ReleasePointer("fake-bundle", "fake-generation", "fake")
INFO = GenerationInfo("fake-generation", SPACE, DIMENSIONS, 12, 1)


class OtherModel(FakeModel):
    """A generator of another bundle."""

    def generate(self, vector: Vector) -> Vector:
        return super().generate(vector)[::-1]


class Away(ReferenceIndex):
    """An engine that does not answer until it is told to."""

    is_away = True

    async def get(self, product_ids: Collection[str]) -> Mapping[str, Item]:
        if self.is_away:
            raise IndexUnavailable("It cannot be reached.")
        return await super().get(product_ids)


class Blind(ReferenceIndex):
    """An engine that finds nothing."""

    async def search(
        self, queries: Sequence[Query], filters: Filters, *, timeout_s: float
    ) -> list[tuple[Candidate, ...]]:
        del filters, timeout_s
        return [() for _ in queries]


def served(items: list[Item]) -> Release:
    return replace(fake_release(), index=ReferenceIndex(items, INFO))


def named_release() -> Release:
    plain = fake_release()
    return replace(plain, versions=replace(plain.versions, mapping=POINTER.mapping))


@pytest.fixture
async def golden() -> Golden:
    return await make_golden(fake_release())


async def test_seeds_are_of_the_largest_taxonomies_that_have_a_template(golden: Golden) -> None:
    assert {seed.product_id for seed in golden.seeds} == {"blue-dress", "blazer"}
    assert all(seed.found for seed in golden.seeds)


async def test_the_release_that_was_asked_answers_as_it_did(golden: Golden) -> None:
    assert await replay(fake_release(), golden) == []


async def test_another_bundles_generator_is_noticed(golden: Golden) -> None:
    (fault, *_) = await replay(replace(fake_release(), model=OtherModel()), golden)
    assert fault == "The bundle generates other targets."


async def test_vectors_of_another_length_are_noticed(golden: Golden) -> None:
    model = FakeModel()
    model.dimensions = DIMENSIONS + 1
    assert "The bundle generates other targets." in await replay(replace(fake_release(), model=model), golden)


async def test_another_catalogues_mapping_is_noticed(golden: Golden) -> None:
    mapping = SlotMapping("other", fake_release().mapping.taxonomies)
    assert await replay(replace(fake_release(), mapping=mapping), golden) == ["The mapping is another one."]


async def test_another_catalogues_generation_is_noticed(golden: Golden) -> None:
    renamed = [replace(item, product=replace(item.product, product_id=f"{n}")) for n, item in enumerate(shop_items())]
    (fault,) = await replay(served(renamed), golden)
    assert "the catalogue is another one" in fault


async def test_vectors_of_another_encoder_are_noticed(golden: Golden) -> None:
    turned = [replace(item, vector=np.roll(item.vector, 1)) for item in shop_items()]
    (fault,) = await replay(served(turned), golden)
    assert "have other vectors" in fault


async def test_an_engine_that_does_not_find_what_is_there_is_noticed(golden: Golden) -> None:
    release = replace(fake_release(), index=Blind(shop_items(), INFO))
    assert await replay(release, golden) == ["The engine does not find what it found."]


async def test_a_catalogue_may_lose_products_and_take_better_ones_in(golden: Golden) -> None:
    items = [item for item in shop_items() if item.product.product_id != "wedges"]
    (dress,) = (seed for seed in golden.seeds if seed.product_id == "blue-dress")
    best = np.array(dress.targets[0], np.float32)
    sold = {item.product.product_id: item.product for item in shop_items()}["tote"]
    better = [Item(replace(sold, product_id=f"new {n}", taxonomy="Wedges"), best) for n in range(5)]
    assert await replay(served(items + better), golden) == []


async def told(release: Release, home: Home, registry: CollectorRegistry) -> tuple[float | None, list[str]]:
    query = GoldenQuery(home, registry)
    with structlog.testing.capture_logs() as logs:
        await query(release)
        await query(release)
    return registry.get_sample_value("kitsune_golden_query_matches"), [line["event"] for line in logs]


async def test_a_match_is_one_and_a_mismatch_zero_with_one_line_in_the_log(golden: Golden, tmp_path: Path) -> None:
    home = Home(tmp_path)
    keep_golden(home, POINTER, golden)
    release = named_release()
    assert await told(release, home, CollectorRegistry()) == (1, [])
    other = replace(release, model=OtherModel())
    assert await told(other, home, CollectorRegistry()) == (0, ["golden_query_differs"])


async def test_without_a_golden_query_nobody_knows(tmp_path: Path) -> None:
    matches, lines = await told(fake_release(), Home(tmp_path), CollectorRegistry())
    assert matches is not None
    assert math.isnan(matches)
    assert lines == []


async def test_an_engine_that_is_away_is_asked_again(golden: Golden, tmp_path: Path) -> None:
    home, registry = Home(tmp_path), CollectorRegistry()
    index = Away(shop_items(), INFO)
    release = replace(named_release(), index=index)
    keep_golden(home, POINTER, golden)
    query = GoldenQuery(home, registry)
    await query(release)
    assert math.isnan(registry.get_sample_value("kitsune_golden_query_matches") or 0)
    index.is_away = False
    await query(release)
    assert registry.get_sample_value("kitsune_golden_query_matches") == 1


async def test_a_damaged_file_does_not_match(tmp_path: Path) -> None:
    home = Home(tmp_path)
    keep_golden(home, POINTER, Golden("fake", []))
    (path,) = home.golden.iterdir()
    path.write_bytes(b"{")
    with pytest.raises(HomeError, match="cannot be read"):
        read_golden(home, POINTER)
    release = named_release()
    assert await told(release, home, CollectorRegistry()) == (0, ["golden_query_failed", "golden_query_differs"])


async def test_what_releases_answered_that_nothing_names_is_removed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for generation in ("first", "second", "third"):
        pointer = ReleasePointer("b", generation, "m")
        home.release(pointer)
        keep_golden(home, pointer, Golden("m", []))
    assert sorted(path.name for path in home.golden.iterdir()) == ["b.second.m.json", "b.third.m.json"]


async def test_it_is_read_as_it_was_kept(golden: Golden, tmp_path: Path) -> None:
    home = Home(tmp_path)
    keep_golden(home, POINTER, golden)
    assert read_golden(home, POINTER) == golden
    assert msgspec.json.decode(msgspec.json.encode(golden), type=Golden) == golden
