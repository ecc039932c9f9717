"""The obvious way of serving outfits from Elasticsearch against Kitsune: the same products, server, bundle and clients.

The one is the handler of `benchmarks.blog` over the mapping that Elasticsearch chooses, the other `kitsune serve` on
its own generations. Both look the seed up, generate three targets and search each among the products in stock of one
taxonomy. Contenders take turns; what they answer is compared with all cosines of the taxonomy.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import msgspec
import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.blog import Blog, fill_blog
from benchmarks.cluster import Cluster, is_warm, layouts_of, running
from benchmarks.columns import Columns, K, gender_of, product_id, recall
from benchmarks.elastic_shop import Shop, made_shop, shifting_generator
from benchmarks.made import DIMENSIONS, TAXONOMIES
from benchmarks.reports import Report, asked_products
from benchmarks.serving import Served, kitsune, obvious
from benchmarks.traffic import Connection, answered, outfit_request, post
from service.domain import Filters
from service.index.base import Query
from service.index.elastic.layouts import LayoutName
from service.runtime import read_mapping

PRODUCTS = 1_000_000
SEEDS = 2000
CHECKED = 200
CLIENTS = 16
ROUNDS = 5
ROUND_S = 10.0
GOAL, GOAL_RECALL = 5, 0.99

OBVIOUS, GENEROUS = "the obvious way", "the obvious way, 100 candidates"
INDEX = "bench-blog"


@dataclass(frozen=True, slots=True)
class Contender:
    """A server, what it is asked for each seed, and how its answer is read: three lists of ids."""

    server: Served
    requests: Sequence[bytes]
    ids: Callable[[bytes], list[list[str]]]


def main(products: int) -> None:
    """Measure, print and write the report."""
    setting = {"taxonomies": TAXONOMIES, "dimensions": DIMENSIONS, "k": K, "in_stock": True, "clients": CLIENTS}
    report = Report("elastic_way", setting | {"rounds": ROUNDS, "round_s": ROUND_S}, products)
    columns = Columns.made(products, DIMENSIONS)
    rows = _seeds(products)
    with running(report) as cluster:
        shops = {layout: made_shop(cluster, columns, layout) for layout in layouts_of(columns)}
        index = f"{INDEX}-{products}"
        fill_blog(cluster, columns, index)
        templates = _templates(shops["exact"])
        with _contenders(cluster, shops, index, templates, rows) as contenders:
            _compare_answers(report, columns, rows, templates, contenders)
            _compare_rates(report, cluster, contenders)
    report.finish()


def _seeds(products: int) -> list[int]:
    """Draw rows that state no gender: Kitsune keeps out what another one wears, which the obvious way does not know."""
    drawn = np.random.default_rng(0).integers(0, products, 8 * SEEDS).tolist()
    return [row for row in drawn if gender_of(row) is None][:SEEDS]


def _templates(shop: Shop) -> Mapping[str, tuple[str, ...]]:
    pointer = shop.home.current()
    assert pointer is not None
    taxonomies = read_mapping(shop.home, pointer.mapping).taxonomies
    return {name: templates[0].slots for name, templates in taxonomies.items()}


@contextmanager
def _contenders(
    cluster: Cluster,
    shops: Mapping[LayoutName, Shop],
    index: str,
    templates: Mapping[str, tuple[str, ...]],
    rows: Sequence[int],
) -> Iterator[dict[str, Contender]]:
    """Start all servers."""
    bundle = next(shops["exact"].home.bundles.glob("[!.]*"))
    blog = Blog(cluster.server.url, index, str(bundle), templates)
    asked = [post("/v1/outfits", {"product_id": product_id(row)}) for row in rows]
    outfits = [outfit_request(product_id(row), looks=1, k=K) for row in rows]
    contenders = {}
    with ExitStack() as servers:
        for name, candidates in ((OBVIOUS, None), (GENEROUS, 100)):
            server = servers.enter_context(obvious(replace(blog, num_candidates=candidates)))
            contenders[name] = Contender(server, asked, _blog_ids)
        for layout, shop in shops.items():
            with shop.settings():
                server = servers.enter_context(kitsune(shop.home))
            contenders[f"Kitsune, {layout}"] = Contender(server, outfits, _outfit_ids)
        yield contenders


def _compare_answers(
    report: Report,
    columns: Columns,
    rows: Sequence[int],
    templates: Mapping[str, tuple[str, ...]],
    contenders: Mapping[str, Contender],
) -> None:
    targets = shifting_generator().generate(columns.vectors[rows[:CHECKED]])
    for name, contender in contenders.items():
        connection = Connection(contender.server.port)
        recalls = []
        for i in range(CHECKED):
            found = contender.ids(connection.ask(contender.requests[i]))
            slots = templates[columns.product(rows[i]).taxonomy]
            for target, taxonomy, ids in zip(targets[i], slots, found, strict=True):
                recalls.append(recall(ids, columns.best(Query(target, (taxonomy,), K), Filters())))
        goal = None if name in {OBVIOUS, GENEROUS} else GOAL_RECALL
        report.add(f"{name}: recall@10", "share", [np.mean(recalls)], at_least=goal)


def _compare_rates(report: Report, cluster: Cluster, contenders: Mapping[str, Contender]) -> None:
    for contender in contenders.values():
        costs_ms: list[float] = []
        while not is_warm(costs_ms):
            costs_ms.append(_round(cluster, contender).server_ms)
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    used_ms: dict[str, list[float]] = {name: [] for name in contenders}
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, contender in contenders.items():
            found = _round(cluster, contender)
            rates[name].append(found.rate)
            used_ms[name].append(found.server_ms)
            taken[name] += found.seconds
    for name in contenders:
        report.add(f"{name}: requests a second, {CLIENTS} at once", "1/s", rates[name])
        report.add(f"{name}: server's processor time a request", "ms", used_ms[name])
        report.add(f"{name}: p50, {CLIENTS} at once", "ms", [1000 * np.median(taken[name])])
        report.add(f"{name}: p99, {CLIENTS} at once", "ms", [1000 * np.quantile(taken[name], 0.99)])
    for name in contenders:
        if name not in {OBVIOUS, GENEROUS}:
            report.add(f"{name} over {OBVIOUS}: requests", "x", np.divide(rates[name], rates[OBVIOUS]), at_least=GOAL)
            report.add(f"{name} over {GENEROUS}: requests", "x", np.divide(rates[name], rates[GENEROUS]))


class Round(NamedTuple):
    """Requests a second, the server's processor time of one, and how long each took."""

    rate: float
    server_ms: float
    seconds: list[float]


def _round(cluster: Cluster, contender: Contender) -> Round:
    start, before_s = time.perf_counter(), cluster.cpu_s()
    seconds = answered(contender.server.port, contender.requests, connections=CLIENTS, duration_s=ROUND_S)
    taken_s, used_s = time.perf_counter() - start, cluster.cpu_s() - before_s
    return Round(len(seconds) / taken_s, 1000 * used_s / len(seconds), seconds)


def _blog_ids(answer: bytes) -> list[list[str]]:
    return [[product["product_id"] for product in slot] for slot in msgspec.json.decode(answer)]


def _outfit_ids(answer: bytes) -> list[list[str]]:
    slots: Any = msgspec.json.decode(answer)["looks"][0]["slots"]
    return [[candidate["product"]["product_id"] for candidate in slot["candidates"]] for slot in slots]


if __name__ == "__main__":
    with threadpool_limits(limits=1, user_api="blas"):
        main(asked_products(PRODUCTS))
