"""POST /v1/outfits on Elasticsearch against one bare `_msearch` of the same searches: what everything else costs.

The bare request's bytes are those that the engine sent, made beforehand, and its answer is read to the end and not
looked into. The service looks the seed up, generates, searches and answers with products.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection
from typing import Any

import msgspec
import numpy as np
import uvloop
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.cluster import Cluster, is_warm, layouts_of, running
from benchmarks.columns import Columns, K, product_id
from benchmarks.elastic_shop import Shop, made_shop
from benchmarks.made import DIMENSIONS, TAXONOMIES
from benchmarks.reports import Report, asked_products
from benchmarks.serving import kitsune
from benchmarks.traffic import Connection, outfit_request
from service.domain import OutfitRequest, ProductSeed
from service.index.elastic.engine import ElasticIndex
from service.outfitting import make_outfit
from service.release import Release
from service.runtime import load_release, named_release
from service.settings import Settings

PRODUCTS = 1_000_000
ROUNDS = 9
CHUNKS_A_ROUND = 5
CHUNK = 20
"""Requests until the other's turn: few, so that both meet the same state of the machine."""

GOAL = 1.15
REST, BARE = "POST /v1/outfits", "bare _msearch"

Contender = Callable[[int], object]


class Noting:
    """A client that notes what is searched, as the bytes that are sent."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.bodies: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def msearch(self, *, searches: Sequence[Any]) -> Any:
        """Note the searches, and have them answered."""
        self.bodies.append(b"".join(msgspec.json.encode(line) + b"\n" for line in searches))
        return await self._client.msearch(searches=searches)


def main(products: int) -> None:
    """Measure, print and write the report."""
    setting = {"taxonomies": TAXONOMIES, "dimensions": DIMENSIONS, "k": K, "in_stock": True}
    report = Report("elastic_rest", setting | {"rounds": ROUNDS, "requests_a_round": CHUNKS_A_ROUND * CHUNK}, products)
    columns = Columns.made(products, DIMENSIONS)
    rows = np.random.default_rng(0).integers(0, products, ROUNDS * CHUNKS_A_ROUND * CHUNK).tolist()
    seeds = [product_id(row) for row in rows]
    with running(report) as cluster:
        for layout in layouts_of(columns):
            shop = made_shop(cluster, columns, layout)
            with shop.settings(), kitsune(shop.home) as server:
                for looks in (1, 3):
                    bodies = _noted(shop, seeds, looks)
                    requests = [outfit_request(seed, looks=looks, k=K) for seed in seeds]
                    contenders = {BARE: _bare(cluster, bodies), REST: _over(server.port, requests)}
                    _compare(report, f"{layout}, {looks} look{'s' if looks > 1 else ''}", _measure(cluster, contenders))
    report.finish()


def _noted(shop: Shop, seeds: Sequence[str], looks: int) -> list[bytes]:
    """Return the body of each request's `_msearch`."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        release = load_release(shop.home, named_release(shop.home), Settings.load())
        return runner.run(_note(release, seeds, OutfitRequest(looks=looks, k=K)))


async def _note(release: Release, seeds: Sequence[str], request: OutfitRequest) -> list[bytes]:
    index = release.index
    assert isinstance(index, ElasticIndex)
    noting = Noting(index._client)  # noqa: SLF001 - what it is asked is what is wanted here
    index._client = noting  # type: ignore[assignment]  # noqa: SLF001
    for seed in seeds:
        await make_outfit(release, ProductSeed(seed), request, timeout_s=60)
    await release.close()
    # One a seed: no answer of made vectors ends in a tie that needs another.
    assert len(noting.bodies) == len(seeds)
    return noting.bodies


def _bare(cluster: Cluster, bodies: Sequence[bytes]) -> Contender:
    connection = HTTPConnection("127.0.0.1", cluster.server.port)

    def ask(i: int) -> None:
        connection.request("POST", "/_msearch", bodies[i], {"content-type": "application/x-ndjson"})
        assert connection.getresponse().read()

    return ask


def _over(port: int, requests: Sequence[bytes]) -> Contender:
    connection = Connection(port)
    return lambda i: connection.ask(requests[i])


def _measure(cluster: Cluster, contenders: Mapping[str, Contender]) -> dict[str, NDArray[np.float64]]:
    """Return the seconds of every call: the contenders take turns, a chunk of the requests each.

    Shapes:
        each: [rounds, requests]
    """
    count = ROUNDS * CHUNKS_A_ROUND * CHUNK
    for call in contenders.values():
        costs_ms: list[float] = []
        while not is_warm(costs_ms):
            before_s = cluster.cpu_s()
            _timed(call, range(count))
            costs_ms.append(1000 * (cluster.cpu_s() - before_s) / count)
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for start in range(0, count, CHUNK):
        for name, call in contenders.items():
            taken[name] += _timed(call, range(start, start + CHUNK))
    return {name: np.reshape(seconds, (ROUNDS, -1)) for name, seconds in taken.items()}


def _timed(call: Contender, numbers: range) -> list[float]:
    taken = []
    for i in numbers:
        start = time.perf_counter()
        call(i)
        taken.append(time.perf_counter() - start)
    return taken


def _compare(report: Report, case: str, taken: Mapping[str, NDArray[np.float64]]) -> None:
    p50 = {name: np.median(seconds, axis=1) for name, seconds in taken.items()}
    for name, seconds in taken.items():
        report.add(f"{case}: {name}, p50", "ms", 1000 * p50[name])
        report.add(f"{case}: {name}, p99", "ms", [1000 * np.quantile(seconds, 0.99)])
    report.add(f"{case}: {REST} over {BARE}, p50", "x", p50[REST] / p50[BARE], at_most=GOAL)


if __name__ == "__main__":
    with threadpool_limits(limits=1, user_api="blas"):
        main(asked_products(PRODUCTS))
