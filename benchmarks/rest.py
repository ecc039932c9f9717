"""POST /v1/outfits over loopback, against the searches that it makes: what everything around them costs.

100,000 made products in 300 Zipf-sized taxonomies, products in stock only, 10 candidates a slot. Client, servers and
bare searches take turns on one processor, so that all see the same caches and the same neighbours.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import uvloop
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.clocks import pinned
from benchmarks.made import DIMENSIONS, TAXONOMIES, made_home
from benchmarks.reports import Report
from benchmarks.serving import Served, bare, kitsune
from benchmarks.traffic import Connection, outfit_request
from service.api.answers import answer
from service.domain import Candidate, Filters, OutfitRequest, ProductSeed
from service.index.base import ProductIndex, Query
from service.index.blocks import nearest
from service.index.embedded import EmbeddedIndex
from service.index.searching import SearchPlan, plan_search
from service.outfitting import make_outfit
from service.release import Release
from service.runtime import load_release, named_release
from service.settings import Settings

PRODUCTS = 100_000
K = 10
ROUNDS = 9
CHUNKS_A_ROUND = 5
CHUNK = 40
"""Requests until the next contender's turn: few, so that all meet the same state of the machine."""

GOAL = 2.5

SCANS, SEARCHES = "searches without hydration", "searches"
REST, BARE = "POST /v1/outfits", "bare FastAPI handler"

Contender = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Batch:
    """The searches of one request, as the use case asked for them."""

    queries: Sequence[Query]
    filters: Filters


class Noting:
    """An index that notes what is searched."""

    def __init__(self, index: ProductIndex) -> None:
        self._index = index
        self.batches: list[Batch] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    async def search(
        self, queries: Sequence[Query], filters: Filters, *, timeout_s: float
    ) -> list[tuple[Candidate, ...]]:
        """Note the batch, and answer it."""
        self.batches.append(Batch(queries, filters))
        return await self._index.search(queries, filters, timeout_s=timeout_s)


async def main() -> None:
    """Measure, print and write the report."""
    home = made_home(PRODUCTS)
    release = load_release(home, named_release(home), Settings.load())
    seeds = drawn_seeds(release, ROUNDS * CHUNKS_A_ROUND * CHUNK)
    setting = {"products": PRODUCTS, "taxonomies": TAXONOMIES, "dimensions": DIMENSIONS, "k": K, "in_stock": True}
    report = Report("rest", setting | {"rounds": ROUNDS, "requests_a_round": CHUNKS_A_ROUND * CHUNK})
    with pinned() as cpu, kitsune(home) as server:
        report.setting["pinned_to_processor"] = cpu
        for looks in (1, 3):
            requests = [outfit_request(seed, looks=looks, k=K) for seed in seeds]
            with bare(Connection(server.port).ask(requests[0])) as reference:
                contenders = await _inside(release, seeds, looks)
                contenders |= {REST: over(server, requests), BARE: over(reference, requests)}
                _compare(report, "1 look" if looks == 1 else f"{looks} looks", await measure(contenders))
    await release.close()
    report.finish()


def drawn_seeds(release: Release, count: int) -> list[str]:
    """Draw seeds from all products alike, so that a taxonomy comes as often as it has products."""
    assert isinstance(release.index, EmbeddedIndex)
    ids = [item.product.product_id for item in release.index.sample(count)]
    return [ids[i] for i in np.random.default_rng(0).permutation(len(ids))]


async def _inside(release: Release, seeds: Sequence[str], looks: int) -> dict[str, Contender]:
    """Return the parts of a request, each of which is told the request's number."""
    index, noting = release.index, Noting(release.index)
    request = OutfitRequest(looks=looks, k=K)
    noted = replace(release, index=noting)
    outfits = [await make_outfit(noted, ProductSeed(seed), request, timeout_s=60) for seed in seeds]
    batches = noting.batches

    async def scan(i: int) -> None:
        _scan(plan_search(index._shelves, batches[i].queries, batches[i].filters))  # type: ignore[attr-defined]  # noqa: SLF001

    async def search(i: int) -> None:
        await index.search(batches[i].queries, batches[i].filters, timeout_s=1)

    async def use_case(i: int) -> None:
        await make_outfit(release, ProductSeed(seeds[i]), request, timeout_s=1)

    async def encode(i: int) -> None:
        answer(outfits[i])

    return {SCANS: scan, SEARCHES: search, "make_outfit": use_case, "encoding of the answer": encode}


def _scan(plan: SearchPlan) -> None:
    """Do what `plan.run` does, but for making products of the rows found."""
    for scan in plan.scans:
        passed = plan.sieve.mask(scan.block.columns)
        ks = [plan.ks[query] for query in scan.queries]
        nearest(scan.block, plan.vectors[scan.queries], ks, passed=passed, out=scan.out, deadline=float("inf"))


def over(server: Served, requests: Sequence[bytes]) -> Contender:
    """Return the requests as a server answers them."""
    connection = Connection(server.port)

    async def ask(i: int) -> None:
        connection.ask(requests[i])

    return ask


async def measure(contenders: Mapping[str, Contender]) -> dict[str, NDArray[np.float64]]:
    """Return the seconds of every call: the contenders take turns, a chunk of the requests each.

    Shapes:
        each: [rounds, requests]
    """
    for call in contenders.values():
        await _timed(call, range(CHUNK))
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for start in range(0, ROUNDS * CHUNKS_A_ROUND * CHUNK, CHUNK):
        for name, call in contenders.items():
            taken[name] += await _timed(call, range(start, start + CHUNK))
    return {name: np.reshape(seconds, (ROUNDS, -1)) for name, seconds in taken.items()}


async def _timed(call: Contender, numbers: range) -> list[float]:
    taken = []
    for i in numbers:
        start = time.perf_counter()
        await call(i)
        taken.append(time.perf_counter() - start)
    return taken


def _compare(report: Report, case: str, taken: dict[str, NDArray[np.float64]]) -> None:
    p50 = {name: np.median(seconds, axis=1) for name, seconds in taken.items()}
    for name, seconds in taken.items():
        report.add(f"{case}: {name}, p50", "ms", 1000 * p50[name])
        if name in {SEARCHES, REST, BARE}:
            report.add(f"{case}: {name}, p95", "ms", 1000 * np.quantile(seconds, 0.95, axis=1))
    report.add(f"{case}: {REST} over {SEARCHES}, p50", "x", p50[REST] / p50[SEARCHES], at_most=GOAL)
    for other in (SCANS, BARE):
        report.add(f"{case}: {REST} over {other}, p50", "x", p50[REST] / p50[other])


if __name__ == "__main__":
    with threadpool_limits(limits=1, user_api="blas"), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
