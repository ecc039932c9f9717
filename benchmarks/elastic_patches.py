"""What a thousand patches a second cost those who search: the same requests without them, meanwhile, and afterwards.

Patches change prices, a hundred products at a time, out of a process that shares the client's processor. Each batch is
seen by the next search, so that each makes the server write a small part of the index anew.
"""

import asyncio
import time

import numpy as np
import uvloop
from threadpoolctl import threadpool_limits

from benchmarks.cluster import Asked, Cluster, layouts_of, recalls, running, timed_searches, warm
from benchmarks.columns import Columns, K, drawn_requests
from benchmarks.elastic_shop import Shop, made_shop
from benchmarks.made import DIMENSIONS, TAXONOMIES
from benchmarks.patching import AT_ONCE, patching
from benchmarks.reports import Report, asked_products
from service.index.elastic.layouts import LayoutName

PRODUCTS = 1_000_000
RATE = 1000
LEAST = 0.95
"""Of that rate, or it was something else that was measured."""

REQUESTS = 2000
CHECKED = 200


def main(products: int) -> None:
    """Measure, print and write the report."""
    setting = {"taxonomies": TAXONOMIES, "dimensions": DIMENSIONS, "k": K, "in_stock": True}
    report = Report("elastic_patches", setting | {"requests": REQUESTS, "patches_at_once": AT_ONCE}, products)
    columns = Columns.made(products, DIMENSIONS)
    with running(report) as cluster:
        for layout in layouts_of(columns):
            shop = made_shop(cluster, columns, layout)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_measure(report, layout, cluster, shop, columns))
            # What was patched is not what other benchmarks want to find here.
            shop.generation.remove()
    report.finish()


async def _measure(report: Report, layout: LayoutName, cluster: Cluster, shop: Shop, columns: Columns) -> None:
    index = shop.generation.open(columns, shop.space_id)
    requests = drawn_requests(columns, 1, REQUESTS)

    async def searches(when: str) -> Asked:
        asked = await timed_searches(cluster, index, requests)
        report.add(f"{layout}, {when}: p50", "ms", [1000 * np.median(asked.seconds)])
        report.add(f"{layout}, {when}: p99", "ms", [1000 * np.quantile(asked.seconds, 0.99)])
        report.add(f"{layout}, {when}: server's processor time", "ms", [asked.server_ms])
        found = recalls(columns, requests[:CHECKED], asked.answers[:CHECKED])
        report.add(f"{layout}, {when}: recall@10", "share", [np.mean(found)])
        return asked

    await warm(cluster, index, requests)
    without = await searches("without patches")
    with patching(shop.generation.connection, len(columns), RATE) as patched:
        start = time.perf_counter()
        await warm(cluster, index, requests)
        meanwhile = await searches("meanwhile")
        taken_s = time.perf_counter() - start
    report.add(f"{layout}: patches a second", "1/s", [patched.products / taken_s], at_least=LEAST * RATE)
    await searches("afterwards")
    ratio = np.median(meanwhile.seconds) / np.median(without.seconds)
    report.add(f"{layout}: meanwhile over without patches, p50", "x", [ratio])
    await index.close()


if __name__ == "__main__":
    with threadpool_limits(limits=1, user_api="blas"):
        main(asked_products(PRODUCTS))
