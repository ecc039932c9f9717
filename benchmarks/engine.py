"""The embedded engine at 100,000 and a million products: exact or not, and how far from the bare arithmetic.

Searches ask for 10 products in stock. The taxonomy of each is drawn by its share of the products, its vector lies near
a product's. The reference is numpy's matrix product and argpartition over the same block: no filter, no product made.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

import numpy as np
import uvloop
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.clocks import pinned
from benchmarks.made import DIMENSIONS, FOLDER, SEED, TAXONOMIES, shares
from benchmarks.reports import Report
from service.domain import Filters
from service.index.base import Item, Query
from service.index.embedded import INLINE_ROWS, EmbeddedIndex, build_embedded, open_embedded
from tests.catalogues import made_items, taxonomy_name, unit_vectors

K = 10
ROUNDS = 9
SEARCHES = 200
"""In each round."""

BATCHES_A_ROUND = 60
CHECKED = 100
BATCHES = (3, 9)
LARGEST = 1_000_000
GOALS_MS = {LARGEST: 1.0}

FILTERS = Filters()


@dataclass(slots=True)
class Watched:
    """Items on their way into an index: what brute force needs of them, and the seconds that making them took."""

    products: int
    ids: list[str] = field(default_factory=list)
    stocked: list[bool] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)
    seconds: float = 0.0

    def __iter__(self) -> Iterator[Item]:
        made = made_items(self.products, TAXONOMIES, DIMENSIONS, SEED)
        while True:
            start = time.perf_counter()
            item = next(made, None)
            if item is None:
                return
            self.ids.append(item.product.product_id)
            self.stocked.append(item.product.in_stock)
            self.vectors.append(item.vector)
            self.seconds += time.perf_counter() - start
            yield item

    def best(self, query: Query) -> list[str]:
        """Return the ids of the nearest products in stock, by all cosines of the taxonomy in double precision."""
        start, stop = self._rows(query.taxonomies[0])
        cosines = (np.array(self.vectors[start:stop], np.float64) * query.vector).sum(axis=1)
        rows = [row for row in np.lexsort((self.ids[start:stop], -cosines)).tolist() if self.stocked[start + row]]
        return [self.ids[start + row] for row in rows[: query.k]]

    def near(self, rng: np.random.Generator, rank: int) -> Query:
        """Return a search near a random product of a taxonomy."""
        start, stop = self._rows(taxonomy_name(rank))
        vector = self.vectors[rng.integers(start, stop)] + unit_vectors(rng, 1, DIMENSIONS)[0]
        return Query(vector, (taxonomy_name(rank),), K)

    def _rows(self, taxonomy: str) -> tuple[int, int]:
        stops = np.rint(np.cumsum(shares(self.products)) * self.products).astype(int)
        rank = int(taxonomy.split()[1])
        return int(stops[rank - 1]) if rank else 0, int(stops[rank])


async def main() -> None:
    """Measure, print and write the report."""
    setting = {"taxonomies": TAXONOMIES, "dimensions": DIMENSIONS, "k": K, "in_stock": True, "inline_rows": INLINE_ROWS}
    report = Report("engine", setting | {"rounds": ROUNDS, "searches_a_round": SEARCHES})
    with pinned() as cpu:
        report.setting["pinned_to_processor"] = cpu
        for products in (100_000, LARGEST):
            await _measure(report, products)
    report.finish()


async def _measure(report: Report, products: int) -> None:
    watched = Watched(products)
    size = f"{products:,}"
    with built(watched) as (directory, seconds):
        report.add(f"{size}: build", "s", [seconds])
        report.add(f"{size}: files", "MB", [sum(file.stat().st_size for file in directory.iterdir()) / 1e6])
        index = _opened(report, size, directory)
        queries = _queries(watched, ROUNDS * SEARCHES)
        exact = [_found(index, query) == watched.best(query) for query in queries[:CHECKED]]
        report.add(f"{size}: searches that equal brute force", "share", [float(np.mean(exact))], at_least=1)
        await _searches(report, size, index, queries, GOALS_MS.get(products))
        await _batches(report, size, index, watched)
        await index.close()


@contextmanager
def built(watched: Watched) -> Iterator[tuple[Path, float]]:
    """Build an index, and give its folder and the seconds that it took, without those of making the items."""
    directory = FOLDER / f"engine-{watched.products}"
    rmtree(directory, ignore_errors=True)
    start = time.perf_counter()
    build_embedded(directory, watched, generation_id="made", space_id="made", dimensions=DIMENSIONS, sequence=1)
    yield directory, time.perf_counter() - start - watched.seconds
    rmtree(directory)


def _found(index: EmbeddedIndex, query: Query) -> list[str]:
    ((*candidates,),) = index.search_now([query], FILTERS)
    return [candidate.product.product_id for candidate in candidates]


def _opened(report: Report, size: str, directory: Path) -> EmbeddedIndex:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        index = open_embedded(directory)
        seconds.append(time.perf_counter() - start)
        index.close_now()
    report.add(f"{size}: open", "ms", [1000 * s for s in seconds])
    return open_embedded(directory)


def _queries(watched: Watched, count: int) -> list[Query]:
    rng = np.random.default_rng(1)
    ranks = rng.choice(TAXONOMIES, count, p=shares(watched.products))
    return [watched.near(rng, rank) for rank in ranks.tolist()]


async def _searches(
    report: Report, size: str, index: EmbeddedIndex, queries: Sequence[Query], goal_ms: float | None
) -> None:
    """Compare single searches with the arithmetic they cannot do without; the two take turns."""
    blocks = [index._shelves.by_taxonomy[query.taxonomies[0]].built for query in queries]  # noqa: SLF001
    matrices = [block.vectors for block in blocks if block]
    taken = np.empty((2, len(queries)))
    for i, (matrix, query) in enumerate(zip(matrices, queries, strict=True)):
        # Whoever comes second finds the block in the processor's cache: that has to be each as often.
        for turn in (0, 1) if i % 2 else (1, 0):
            start = time.perf_counter()
            if turn:
                await index.search([query], FILTERS, timeout_s=60)
            else:
                _bare(matrix, query)
            taken[turn, i] = time.perf_counter() - start
    bare, ours = 1000 * taken.reshape(2, ROUNDS, -1)
    report.add(f"{size}: bare numpy, p50", "ms", np.median(bare, axis=1))
    report.add(f"{size}: one search, p50", "ms", np.median(ours, axis=1), at_most=goal_ms)
    report.add(f"{size}: one search, p95", "ms", np.quantile(ours, 0.95, axis=1))
    report.add(f"{size}: one search over bare numpy, p50", "x", np.median(ours, axis=1) / np.median(bare, axis=1))
    report.add(f"{size}: one search over bare numpy, sum", "x", ours.sum(axis=1) / bare.sum(axis=1))


def _bare(matrix: NDArray[np.float32], query: Query) -> NDArray[np.int64]:
    scores = matrix @ query.vector
    if len(scores) <= K:
        return np.argsort(-scores)
    best = np.argpartition(scores, -K)[-K:]
    found: NDArray[np.int64] = best[np.argsort(-scores[best])]
    return found


async def _batches(report: Report, size: str, index: EmbeddedIndex, watched: Watched) -> None:
    """Measure batches over three taxonomies: as one look asks for them, and as three looks do."""
    for count in BATCHES:
        taken = []
        for batch in drawn_batches(watched, count, ROUNDS * BATCHES_A_ROUND):
            start = time.perf_counter()
            await index.search(batch, FILTERS, timeout_s=60)
            taken.append(time.perf_counter() - start)
        each = 1000 * np.reshape(taken, (ROUNDS, -1)) / count
        report.add(f"{size}: batch of {count}, each search, p50", "ms", np.median(each, axis=1))
        report.add(f"{size}: batch of {count}, each search, p95", "ms", np.quantile(each, 0.95, axis=1))


def drawn_batches(watched: Watched, count: int, batches: int) -> Iterator[list[Query]]:
    """Draw batches over three taxonomies, drawn by their share of the products: `count` is a multiple of three."""
    rng = np.random.default_rng(count)
    shared = shares(watched.products)
    for _ in range(batches):
        ranks = rng.choice(TAXONOMIES, 3, replace=False, p=shared).tolist()
        yield [watched.near(rng, rank) for _ in range(count // 3) for rank in ranks]


if __name__ == "__main__":
    with threadpool_limits(limits=1, user_api="blas"), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
