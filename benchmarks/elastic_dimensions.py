"""256 dimensions against 50 on Elasticsearch: what they cost, and how many of the full vectors' neighbours are kept.

The short vectors are the first fifty components of the long ones, which hold 73 % of their variance, as PCA would cut
them. Both are searched exactly.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import uvloop
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.cluster import Cluster, filled, running, timed_searches, warm
from benchmarks.columns import Columns, K, drawn_requests, recall
from benchmarks.made import DIMENSIONS, EMBEDDING, TAXONOMIES
from benchmarks.reports import Report, asked_products
from service.domain import Filters
from service.index.base import Query

PRODUCTS = 300_000
ROUNDS = 5
REQUESTS = 100
SPACE_ID = "made"


def main(products: int) -> None:
    """Measure, print and write the report."""
    setting = {"taxonomies": TAXONOMIES, "k": K, "in_stock": True, "rounds": ROUNDS, "requests_a_round": REQUESTS}
    report = Report("elastic_dimensions", setting, products)
    full = Columns.made(products, EMBEDDING)
    asked = drawn_requests(full, 1, ROUNDS * REQUESTS)
    truth = [[full.best(query, Filters()) for query in request] for request in asked]
    with running(report) as cluster:
        p50 = {}
        for dimensions in (EMBEDDING, DIMENSIONS):
            p50[dimensions] = _measure(report, cluster, full.cut(dimensions), _cut(asked, dimensions), truth)
        report.add(f"{EMBEDDING} over {DIMENSIONS} dimensions, p50", "x", p50[EMBEDDING] / p50[DIMENSIONS])
    report.finish()


def _cut(requests: Sequence[Sequence[Query]], dimensions: int) -> list[list[Query]]:
    return [[replace(query, vector=query.vector[:dimensions]) for query in request] for request in requests]


def _measure(
    report: Report,
    cluster: Cluster,
    columns: Columns,
    requests: Sequence[Sequence[Query]],
    truth: Sequence[Sequence[set[str]]],
) -> NDArray[np.float64]:
    """Add the figures of one width, and return the median of each round in seconds."""
    case = f"{columns.dimensions} dimensions"
    made = filled(cluster, columns, "exact", SPACE_ID)
    cluster.settle()
    report.add(f"{case}: products a second", "1/s", [len(columns) / (made.seconds - made.making_s)])
    report.add(f"{case}: disk a product", "bytes", [made.disk_bytes() / len(columns)])
    index = made.open(columns, SPACE_ID)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(warm(cluster, index, requests))
        asked = runner.run(timed_searches(cluster, index, requests))
        runner.run(index.close())
    rounds = asked.seconds.reshape(ROUNDS, -1)
    report.add(f"{case}: p50", "ms", 1000 * np.median(rounds, axis=1))
    report.add(f"{case}: p99", "ms", [1000 * np.quantile(rounds, 0.99)])
    kept = [
        recall([candidate.product.product_id for candidate in found], best)
        for answer, bests in zip(asked.answers, truth, strict=True)
        for found, best in zip(answer, bests, strict=True)
    ]
    report.add(f"{case}: neighbours of the full vectors among the first {K}", "share", [np.mean(kept)])
    return np.median(rounds, axis=1)


if __name__ == "__main__":
    with threadpool_limits(limits=1, user_api="blas"):
        main(asked_products(PRODUCTS))
