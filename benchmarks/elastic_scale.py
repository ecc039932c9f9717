"""A catalogue on Elasticsearch, layout by layout: filling it, what it takes, and how fast and well it is searched.

A request makes three searches over three taxonomies, drawn by their share of the products: ten products in stock each.
With three looks it makes nine. `benchmarks.sizing` fits its model on this report at a million products and checks it on
the one at seven.
"""

import asyncio

import numpy as np
import uvloop
from threadpoolctl import threadpool_limits

from benchmarks.cluster import Cluster, layouts_of, recalls, running, timed_searches, warm
from benchmarks.columns import Columns, K, drawn_requests
from benchmarks.elastic_shop import made_shop
from benchmarks.made import DIMENSIONS, TAXONOMIES
from benchmarks.reports import Report, asked_products
from service.index.base import ProductIndex, Query
from service.index.elastic.layouts import LayoutName
from tests.catalogues import taxonomy_name

PRODUCTS = 7_000_000
GOALS_FROM = 7_000_000
ROUNDS = 9
REQUESTS = 100
"""In each round."""

CHECKED = 200
"""Requests whose answers are compared with exact ones."""

LOOKS = (1, 3)
RANKS = (0, 1, 2, 3, 4, 9, 19, 49, 99, 199)
"""Taxonomies, by their place in size, that are searched one at a time."""

ALONE = 100
"""Searches of each of those."""

GOAL_P50_MS, GOAL_P99_MS, GOAL_RECALL = 8, 30, 0.99


def main(products: int) -> None:
    """Measure, print and write the report."""
    setting = {"taxonomies": TAXONOMIES, "dimensions": DIMENSIONS, "k": K, "in_stock": True}
    report = Report("elastic_scale", setting | {"rounds": ROUNDS, "requests_a_round": REQUESTS}, products)
    columns = Columns.made(products, DIMENSIONS)
    with running(report) as cluster:
        for layout in layouts_of(columns):
            _measure(report, layout, cluster, columns)
            # Graphs take hours to build: what is known by then is kept.
            report.finish()


def _measure(report: Report, layout: LayoutName, cluster: Cluster, columns: Columns) -> None:
    shop = made_shop(cluster, columns, layout)
    made = shop.generation
    report.add(f"{layout}: build", "s", [made.seconds])
    report.add(f"{layout}: build without making products", "s", [made.seconds - made.making_s])
    report.add(f"{layout}: products a second", "1/s", [len(columns) / (made.seconds - made.making_s)])
    report.add(f"{layout}: merging after the build", "s", [cluster.settle()])
    report.add(f"{layout}: disk", "MB", [made.disk_bytes() / 1e6])
    report.add(f"{layout}: disk a product", "bytes", [made.disk_bytes() / len(columns)])
    index = made.open(columns, shop.space_id)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_search(report, layout, cluster, index, columns))
    report.add(f"{layout}: memory: its own", "MB", [cluster.memory().own / 1e6])
    report.add(f"{layout}: memory: mapped files", "MB", [cluster.memory().mapped / 1e6])
    report.add(f"{layout}: memory: heap in use", "MB", [cluster.heap_bytes() / 1e6])


async def _search(report: Report, layout: LayoutName, cluster: Cluster, index: ProductIndex, columns: Columns) -> None:
    for looks in LOOKS:
        requests = drawn_requests(columns, looks, ROUNDS * REQUESTS)
        await warm(cluster, index, requests)
        asked = await timed_searches(cluster, index, requests)
        case = f"{layout}, {looks} look{'s' if looks > 1 else ''}"
        rounds = 1000 * asked.seconds.reshape(ROUNDS, -1)
        judged = len(columns) >= GOALS_FROM and looks == 1
        report.add(f"{case}: p50", "ms", np.median(rounds, axis=1), at_most=GOAL_P50_MS if judged else None)
        report.add(f"{case}: p95", "ms", np.quantile(rounds, 0.95, axis=1))
        report.add(f"{case}: p99", "ms", [np.quantile(rounds, 0.99)], at_most=GOAL_P99_MS if judged else None)
        report.add(f"{case}: server's processor time", "ms", [asked.server_ms])
        found = recalls(columns, requests[:CHECKED], asked.answers[:CHECKED])
        report.add(f"{case}: recall@10", "share", [np.mean(found)], at_least=GOAL_RECALL)
    await _alone(report, layout, cluster, index, columns)
    await index.close()


async def _alone(report: Report, layout: LayoutName, cluster: Cluster, index: ProductIndex, columns: Columns) -> None:
    """Search one taxonomy at a time: what a search costs by what it looks into."""
    for rank in RANKS:
        vectors = columns.near(np.random.default_rng(rank), rank, ALONE)
        requests = [[Query(vector, (taxonomy_name(rank),), K)] for vector in vectors]
        asked = await timed_searches(cluster, index, requests)
        rows = columns.rows(rank)
        case = f"{layout}, one search among {rows.stop - rows.start:,}"
        report.add(f"{case}: p50", "ms", [1000 * np.median(asked.seconds)])
        report.add(f"{case}: server's processor time", "ms", [asked.server_ms])
        report.add(f"{case}: recall@10", "share", [np.mean(recalls(columns, requests, asked.answers))])


if __name__ == "__main__":
    with threadpool_limits(limits=1, user_api="blas"):
        main(asked_products(PRODUCTS))
