"""What the contract suite cannot see of the embedded engine: its files, its threads, the loop it must not block."""

import asyncio
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from service.domain import Filters, Product
from service.errors import DeadlineExceeded, IndexUnavailable
from service.index import embedded
from service.index.base import Item, Patch, Query
from service.index.blocks import STRETCH_ROWS, Block, nearest
from service.index.embedded import EmbeddedIndex, build_embedded, open_embedded
from service.index.sieve import Codes
from tests.catalogues import made_items, taxonomy_name, unit_vectors

pytestmark = pytest.mark.anyio

D = 50
LARGEST = taxonomy_name(0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build(tmp_path / "generation", list(made_items(500, 4, D, seed=1)))
    return tmp_path / "generation"


def build(folder: Path, items: list[Item]) -> None:
    build_embedded(folder, items, generation_id="g", space_id="s", dimensions=D, sequence=1)


def block_of(vectors: np.ndarray) -> Block:
    products = [Product(product_id=f"{row:06d}", taxonomy="T") for row in range(len(vectors))]
    return Block(vectors, Codes().columns(products), products)


def test_the_nearest_rows_are_exact_across_the_stretches_of_a_large_block() -> None:
    rng = np.random.default_rng(0)
    vectors = unit_vectors(rng, 2 * STRETCH_ROWS + 100, D)
    vectors[[5, STRETCH_ROWS, 2 * STRETCH_ROWS + 99]] = vectors[77]
    queries = unit_vectors(rng, 3, D).astype(np.float64)
    queries[0] = vectors[77]
    found = nearest(block_of(vectors), queries, [3, 10, 1], passed=None, out=[], deadline=float("inf"))
    assert found[0].rows.tolist() == [5, 77, STRETCH_ROWS]
    for part, query, k in zip(found[1:], queries[1:], (10, 1), strict=True):
        assert part.rows.tolist() == np.argsort(-(vectors.astype(np.float64) @ query))[:k].tolist()


def test_a_scan_past_its_deadline_is_given_up() -> None:
    block = block_of(unit_vectors(np.random.default_rng(0), 10, D))
    with pytest.raises(DeadlineExceeded):
        nearest(block, np.eye(1, D), [1], passed=None, out=[], deadline=time.monotonic() - 1)


@pytest.mark.parametrize(
    "ids",
    [[("T", "B"), ("T", "A")], [("U", "A"), ("T", "B")], [("T", "A"), ("T", "A")], [("T", "A"), ("U", "A")]],
    ids=["product order", "taxonomy order", "twice", "twice in two taxonomies"],
)
def test_items_out_of_order_or_twice_are_refused(tmp_path: Path, ids: list[tuple[str, str]]) -> None:
    items = [Item(Product(product_id=i, taxonomy=t), np.eye(1, D, dtype=np.float32)[0]) for t, i in ids]
    with pytest.raises(ValueError, match=r"ordered by|same product id"):
        build(tmp_path / "generation", items)


def test_vectors_stay_on_disk_until_they_are_read(folder: Path) -> None:
    index = open_embedded(folder)
    (shelf, *_) = index._shelves.by_taxonomy.values()
    assert shelf.built is not None
    assert not shelf.built.vectors.flags.owndata
    assert not shelf.built.vectors.flags.writeable
    index.close_now()


async def test_two_open_indexes_share_a_generation_and_keep_their_own_writes(folder: Path) -> None:
    one, other = open_embedded(folder), open_embedded(folder)
    await one.delete(["P00000000"])
    assert await one.get(["P00000000"]) == {}
    assert list(await other.get(["P00000000"])) == ["P00000000"]
    await one.close()
    await other.close()


async def test_a_small_batch_stays_on_the_loop_and_a_large_one_does_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def spy(*args: object, **kwargs: object) -> object:
        threads.append(threading.current_thread().name)
        return nearest(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("service.index.searching.nearest", spy)
    index = open_embedded(folder)
    queries = [Query(np.eye(1, D, dtype=np.float32)[0], (LARGEST,), 5)]
    here = await index.search(queries, Filters(), timeout_s=5)
    monkeypatch.setattr(embedded, "INLINE_ROWS", 10)
    there = await index.search(queries, Filters(), timeout_s=5)
    assert here == there
    assert threads[0] == threading.current_thread().name
    assert threads[1].startswith("index")
    await index.close()


async def test_a_search_that_waits_for_busy_threads_is_given_up_in_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "INLINE_ROWS", -1)
    index = open_embedded(folder)
    free = threading.Event()
    busy = [index._threads.submit(free.wait) for _ in range(embedded.SEARCH_THREADS)]
    with pytest.raises(DeadlineExceeded, match="busy"):
        await index.search([Query(np.eye(1, D, dtype=np.float32)[0], (LARGEST,), 5)], Filters(), timeout_s=0.05)
    free.set()
    assert all(future.result() for future in busy)
    await index.close()


async def test_many_writes_leave_the_loop_its_turns(folder: Path) -> None:
    index = open_embedded(folder)
    turns = 0
    done = asyncio.Event()

    async def count() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await index.upsert(list(made_items(2000, 4, D, seed=2)))
    done.set()
    await counting
    assert turns >= 2000 / embedded.WRITES_AT_ONCE
    await index.close()


async def test_the_tree_is_made_again_only_when_a_count_moved(folder: Path) -> None:
    index: EmbeddedIndex = open_embedded(folder)
    tree = await index.taxonomies()
    await index.patch({"P00000000": Patch(availability="out_of_stock")})
    assert await index.taxonomies() is tree
    await index.delete(["P00000000"])
    assert (await index.taxonomies()).counts[LARGEST] == tree.counts[LARGEST] - 1
    await index.close()


async def test_browsing_goes_through_more_matches_than_are_asked_for_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.index.documents.MATCHES_AT_ONCE", 3)
    index = open_embedded(folder)
    page = await index.browse(text="boots", taxonomies=None, cursor=None, limit=1000)
    expected = [item.product for item in made_items(500, 4, D, seed=1) if "boots" in (item.product.title or "")]
    assert list(page.products) == expected
    await index.close()


async def test_files_that_cannot_be_read_any_more_make_the_index_unavailable(folder: Path) -> None:
    index = open_embedded(folder)
    products = (folder / "products.msgpack").read_bytes()
    (folder / "products.msgpack").write_bytes(b"\xc1" * len(products))
    query = Query(unit_vectors(np.random.default_rng(0), 1, D)[0], (LARGEST,), 3)
    with pytest.raises(IndexUnavailable):
        await index.search([query], Filters(), timeout_s=1)
    with pytest.raises(IndexUnavailable):
        await index.get([next(made_items(500, 4, D, seed=1)).product.product_id])
    await index.close()
