"""The default engine: one generation's files, memory-mapped and searched exactly. To about a million products.

Several processes may read one generation. What is written to an open index lives in its memory: the record keeps it,
and `service.index.lifecycle.open_generation` brings it back.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from service.domain import Candidate, Filters
from service.errors import DeadlineExceeded, HomeError, IndexUnavailable
from service.index.base import GenerationInfo, Item, Page, Patch, Query
from service.index.blocks import Block
from service.index.browsing import Browsing, read_cursor
from service.index.building import build_embedded
from service.index.documents import Lookup, StoredProducts, words_of
from service.index.layout import VECTORS, Meta, read_meta
from service.index.searching import plan_search
from service.index.shelves import Shelves
from service.index.sieve import Columns
from service.taxonomy import TaxonomyTree

__all__ = ["EmbeddedIndex", "build_embedded", "open_embedded"]

INLINE_ROWS = 65_536
"""A batch that scores no more rows stays on the event loop and holds it for about 2 ms at most. In a thread it would
wait for the interpreter after each of numpy's calls: with several asking at once, that costs more than the scan. One
that scores more would hold the others up. Chosen by benchmarks/inline.py."""

SEARCH_THREADS = 4
"""More than the cores that one process usually has gain nothing: a scan computes, it does not wait."""

WRITES_AT_ONCE = 100
"""Products written before the event loop gets its turn."""

T = TypeVar("T")


class EmbeddedIndex:
    """A `ProductIndex` over the files of `build_embedded`. Used from one event loop."""

    def __init__(self, info: GenerationInfo, shelves: Shelves, lookup: Lookup) -> None:
        self._info = info
        self._shelves = shelves
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(SEARCH_THREADS, thread_name_prefix="index")

    @property
    def info(self) -> GenerationInfo:
        """What this generation was built from."""
        return self._info

    @property
    def retries(self) -> int:
        """How often a file was asked once more: never."""
        return 0

    async def check(self) -> None:
        """Do nothing: files that were opened stay open, and a search that cannot read them says so itself."""

    async def taxonomies(self) -> TaxonomyTree:
        """Return the taxonomies that hold products, with counts and ancestors."""
        return self._shelves.tree()

    async def get(self, product_ids: Collection[str]) -> Mapping[str, Item]:
        """Return the items that exist among `product_ids`."""
        with _readable():
            return self.get_now(product_ids)

    async def search(
        self, queries: Sequence[Query], filters: Filters, *, timeout_s: float
    ) -> list[tuple[Candidate, ...]]:
        """Answer all queries in one go, exactly.

        Raises:
            DeadlineExceeded: the answer is not there within `timeout_s`.
            InvalidRequest: a vector is of another length, not finite, or zero.
        """
        deadline = time.monotonic() + timeout_s
        with _readable():
            plan = plan_search(self._shelves, queries, filters)
            if plan.cost_rows <= INLINE_ROWS:
                return plan.run(deadline)
            try:
                async with asyncio.timeout(timeout_s):
                    return await self._in_thread(lambda: plan.run(deadline))
            except TimeoutError:
                raise DeadlineExceeded("The index was busy until it was too late. Try again in a moment.") from None

    async def browse(
        self, *, text: str | None, taxonomies: Sequence[str] | None, cursor: str | None, limit: int
    ) -> Page:
        """List products by taxonomy and id.

        Raises:
            InvalidRequest: the cursor is not one that this method gave.
        """
        shelves = self._shelves.by_taxonomy
        names = sorted(shelves if taxonomies is None else shelves.keys() & set(taxonomies))
        browsing = Browsing(
            {name: shelves[name] for name in names}, self._lookup, words_of(text or ""), read_cursor(cursor)
        )
        with _readable():
            return await self._in_thread(lambda: browsing.page(limit))

    async def upsert(self, items: Sequence[Item]) -> None:
        """Add or replace items; visible to the next search.

        Raises:
            InvalidRequest: a vector is not one of unit length; earlier items may be in by then.
        """
        async for batch in _in_turns(items):
            self.write_now(batch)

    async def delete(self, product_ids: Collection[str]) -> None:
        """Remove products; unknown ids are ignored."""
        async for batch in _in_turns(product_ids):
            self.write_now((), batch)

    async def patch(self, patches: Mapping[str, Patch]) -> None:
        """Change volatile fields; unknown ids are ignored."""
        async for batch in _in_turns(patches):
            found = self.get_now(batch)
            self.write_now([Item(patches[key].applied_to(item.product), item.vector) for key, item in found.items()])

    async def close(self) -> None:
        """Let running searches end, and release the files."""
        self.close_now()

    def get_now(self, product_ids: Collection[str]) -> dict[str, Item]:
        """`get`, for callers without an event loop."""
        places = self._shelves.locate(product_ids)
        return {product_id: place.block.item(place.row) for product_id, place in places.items()}

    def search_now(self, queries: Sequence[Query], filters: Filters) -> list[tuple[Candidate, ...]]:
        """`search`, for callers without an event loop or a deadline."""
        return plan_search(self._shelves, queries, filters).run(deadline=float("inf"))

    def write_now(self, items: Sequence[Item], deleted: Collection[str] = ()) -> None:
        """Put in `items` and take out `deleted`, in one step."""
        self._shelves.write(items, deleted)

    def sample(self, count: int) -> list[Item]:
        """Return up to `count` products, evenly spread over those that were built."""
        return self._shelves.sample(count)

    def close_now(self) -> None:
        """`close`, for callers without an event loop."""
        self._threads.shutdown(cancel_futures=True)
        self._lookup.close()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, msgspec.DecodeError) as error:
        raise IndexUnavailable("The generation's files cannot be read; the operator can build it again.") from error


def open_embedded(directory: Path) -> EmbeddedIndex:
    """Open what `build_embedded` wrote.

    Raises:
        HomeError: a file is missing or damaged; the sentence names it.
    """
    meta = read_meta(directory)
    try:
        lookup = Lookup(directory)
        return EmbeddedIndex(meta.info, Shelves(meta, _open_blocks(directory, meta), lookup), lookup)
    except (OSError, ValueError) as error:
        raise HomeError(f"{directory} cannot be opened ({error}): run `kitsune index build`.") from error


def _open_blocks(directory: Path, meta: Meta) -> dict[str, Block]:
    shape = (meta.info.products, meta.info.dimensions)
    # Plain arrays over the map: a slice of numpy's own memmap class costs ten times as much.
    vectors = np.asarray(np.memmap(directory / VECTORS, np.float32, "r", shape=shape))
    columns = Columns(
        **{name: np.asarray(np.load(directory / f"{name}.npy", mmap_mode="r")) for name in Columns.names()}
    )
    products = StoredProducts.open(directory)
    return {
        rows.taxonomy: Block(
            vectors[rows.start : rows.stop],
            columns.rows(rows.start, rows.stop),
            products.rows(rows.start, rows.stop),
        )
        for rows in meta.taxonomies
    }


async def _in_turns(values: Iterable[T]) -> AsyncIterator[list[T]]:
    """Yield batches, and let others have the event loop after each."""
    remaining = iter(values)
    while batch := list(islice(remaining, WRITES_AT_ONCE)):
        yield batch
        await asyncio.sleep(0)
