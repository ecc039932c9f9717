"""Generations: built from the record, whole or not there, caught up with what was written since."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from service.catalog.record import Record, RecordedProduct
from service.domain import Filters, Product
from service.errors import HomeError
from service.home import Home
from service.index import lifecycle
from service.index.base import GenerationInfo, Item, Patch, Query
from service.index.kept import GenerationState
from service.index.lifecycle import (
    build_generation,
    list_generations,
    open_generation,
    prune_generations,
    verify_generation,
)
from tests.catalogues import made_items
from tests.records import RecordWithHook, products, recorded

pytestmark = pytest.mark.anyio

D = 8
SPACE = "space-1"
BUNDLE = "bundle-1"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    with home.writer():
        return home


@pytest.fixture
def record(home: Home) -> Iterator[Record]:
    with Record.open(home.record_path) as record:
        put(record, list(made_items(120, 5, D, seed=3)))
        yield record


def put(record: Record, items: list[Item]) -> None:
    record.upsert(RecordedProduct(item.product) for item in items)
    vectors = np.array([item.vector for item in items])
    record.set_vectors(SPACE, [item.product.product_id for item in items], vectors)


def build(home: Home, record: Record) -> GenerationInfo:
    return build_generation(home, record, SPACE, D, bundle_id=BUNDLE)


async def test_a_generation_holds_the_products_that_have_a_vector_in_the_space(home: Home, record: Record) -> None:
    record.upsert([RecordedProduct(Product(product_id="without", taxonomy="Hats"))])
    info = build(home, record)
    assert (info.bundle_id, info.space_id, info.dimensions, info.products) == (BUNDLE, SPACE, D, 120)
    index = open_generation(home, info.generation_id, record, SPACE)
    assert index.info == info
    expected = recorded(record)
    del expected["without"]
    assert await products(index) == expected
    await index.close()


async def test_writes_made_during_a_build_are_in_the_opened_generation(home: Home, record: Record) -> None:
    first, moved, gone, sold = list(made_items(120, 5, D, seed=3))[:4]

    def write(record: Record) -> None:
        new = replace(first.product, product_id="new", taxonomy="Aaa")
        put(record, [Item(new, first.vector), Item(replace(moved.product, taxonomy="Zzz"), moved.vector)])
        record.delete([gone.product.product_id])
        record.patch({sold.product.product_id: Patch(availability="out_of_stock")})

    info = build_generation(home, RecordWithHook(record, write), SPACE, D, bundle_id=BUNDLE)
    index = open_generation(home, info.generation_id, record, SPACE)
    assert await products(index) == recorded(record)
    (found,) = await index.search([Query(moved.vector, ("Zzz",), 1)], Filters(in_stock=False), timeout_s=5)
    assert found[0].product.product_id == moved.product.product_id
    await index.close()


async def test_a_generation_catches_up_with_the_record_whenever_it_is_opened(home: Home, record: Record) -> None:
    info = build(home, record)
    record.delete(list(recorded(record))[:50])
    put(record, list(made_items(40, 7, D, seed=9)))
    index = open_generation(home, info.generation_id, record, SPACE)
    assert await products(index) == recorded(record)
    await index.close()


async def test_two_builds_of_one_record_give_the_same_answers(home: Home, record: Record) -> None:
    queries = [Query(item.vector, (item.product.taxonomy,), 10) for item in made_items(30, 5, D, seed=4)]
    answers = []
    for info in (build(home, record), build(home, record)):
        index = open_generation(home, info.generation_id, record, SPACE)
        answers.append(await index.search(queries, Filters(), timeout_s=5))
        await index.close()
    assert answers[0] == answers[1]


def test_generations_sort_by_age(home: Home, record: Record) -> None:
    info = build(home, record)
    assert info.generation_id > "20261101T000000"


def test_a_record_without_vectors_in_the_space_is_refused_with_what_to_do(home: Home, record: Record) -> None:
    with pytest.raises(HomeError, match=r"No product has a vector in space other: run `kitsune encode`"):
        build_generation(home, record, "other", D, bundle_id=BUNDLE)
    assert list(home.generations.iterdir()) == []


def test_a_vector_that_is_not_of_unit_length_is_refused_by_product(home: Home, record: Record) -> None:
    product_id = next(iter(recorded(record)))
    record.set_vectors(SPACE, [product_id], np.full((1, D), 2, np.float32))
    with pytest.raises(HomeError, match=rf"product {product_id} has length .* Run `kitsune encode`"):
        build(home, record)
    assert list(home.generations.iterdir()) == []


def test_a_vector_of_another_length_is_refused_by_product(home: Home, record: Record) -> None:
    with pytest.raises(HomeError, match=r"has shape \(8,\) instead of \(9,\)"):
        build_generation(home, record, SPACE, D + 1, bundle_id=BUNDLE)


def test_what_a_killed_build_left_is_no_generation_and_goes_with_the_next_build(home: Home, record: Record) -> None:
    leftover = home.generations / ".20260101T000000-abc.new"
    leftover.mkdir()
    (leftover / "vectors.f32").write_bytes(b"half")
    assert prune_generations(home, keep=[]) == ()
    info = build(home, record)
    assert [path.name for path in home.generations.iterdir()] == [info.generation_id]


def test_a_damaged_or_missing_file_is_refused_by_name(home: Home, record: Record) -> None:
    folder = home.generations / build(home, record).generation_id
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        path.write_bytes(content[:-1])
        with pytest.raises(HomeError, match=rf"{path.name} is damaged: .* Run `kitsune index build`"):
            open_generation(home, folder.name, record, SPACE)
        path.unlink()
        with pytest.raises(HomeError, match=rf"{path.name} is damaged"):
            open_generation(home, folder.name, record, SPACE)
        path.write_bytes(content)
    verify_generation(home, folder.name)


def test_a_flipped_bit_is_found_before_it_is_served(home: Home, record: Record) -> None:
    folder = home.generations / build(home, record).generation_id
    for path in sorted(set(folder.iterdir()) - {folder / "meta.json"}):
        content = path.read_bytes()
        path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
        with pytest.raises(HomeError, match=rf"{path.name} is damaged: its content is not what was built"):
            open_generation(home, folder.name, record, SPACE)
        path.write_bytes(content)
    verify_generation(home, folder.name)


def test_a_generation_of_another_space_is_refused(home: Home, record: Record) -> None:
    generation_id = build(home, record).generation_id
    with pytest.raises(HomeError, match="is of space space-1, the bundle of space-2"):
        open_generation(home, generation_id, record, "space-2")


def test_a_changed_letter_in_the_description_is_found(home: Home, record: Record) -> None:
    meta = home.generations / build(home, record).generation_id / "meta.json"
    meta.write_text(meta.read_text().replace('"Taxonomy 0000"', '"Taxonomy 000O"'))
    with pytest.raises(HomeError, match=r"meta\.json is damaged"):
        open_generation(home, meta.parent.name, record, SPACE)


def test_a_generation_of_before_its_bundle_was_kept_still_opens(home: Home, record: Record) -> None:
    info = build(home, record)
    path = home.generations / info.generation_id / "meta.json"
    meta = json.loads(path.read_text()) | {"meta_sha256": ""}
    del meta["info"]["bundle_id"]
    # As it was sealed then: a hash of the content without spaces.
    sealed = hashlib.sha256(json.dumps(meta, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
    path.write_text(json.dumps(meta | {"meta_sha256": sealed}))
    verify_generation(home, info.generation_id)
    (state,) = list_generations(home)
    assert state.info == replace(info, bundle_id=None)


def test_a_build_tells_how_far_it_has_come(home: Home, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "ITEMS_AT_ONCE", 50)
    told: list[int] = []
    build_generation(home, record, SPACE, D, told.append, bundle_id=BUNDLE)
    assert told == [50, 100]


def test_a_generation_of_a_newer_format_is_refused(home: Home, record: Record) -> None:
    folder = home.generations / build(home, record).generation_id
    (folder / "meta.json").write_bytes(b'{"format_version": 99}')
    with pytest.raises(HomeError, match="format 99"):
        open_generation(home, folder.name, record, SPACE)


def test_a_generation_that_does_not_exist_is_refused(home: Home, record: Record) -> None:
    with pytest.raises(HomeError, match="nowhere does not exist"):
        open_generation(home, "nowhere", record, SPACE)


async def test_pruning_keeps_what_is_named_and_what_is_open_goes_on(home: Home, record: Record) -> None:
    old, previous, current = (build(home, record).generation_id for _ in range(3))
    index = open_generation(home, old, record, SPACE)
    assert prune_generations(home, keep=[previous, current]) == (old,)
    assert {path.name for path in home.generations.iterdir()} == {previous, current}
    assert await products(index) == recorded(record)
    await index.close()


def test_generations_are_listed_by_age_with_those_that_cannot_be_served(home: Home, record: Record) -> None:
    whole, damaged = build(home, record), build(home, record)
    (home.generations / damaged.generation_id / "vectors.f32").write_bytes(b"half")
    (home.generations / ".20260101T000000-abc.new").mkdir()
    listed = list(list_generations(home))
    assert sorted(listed, key=lambda state: state.generation_id) == listed
    assert set(listed) == {
        GenerationState("20260101T000000-abc", None),
        GenerationState(whole.generation_id, whole),
        GenerationState(damaged.generation_id, None),
    }
    assert [state.generation_id for state in listed if state.complete] == [whole.generation_id]


def test_an_id_says_when_its_build_began_and_a_strange_one_does_not(home: Home, record: Record) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    build(home, record)
    (state,) = list_generations(home)
    assert state.made_at is not None
    assert before <= state.made_at <= datetime.now(UTC)
    assert GenerationState("made-by-hand", None).made_at is None
