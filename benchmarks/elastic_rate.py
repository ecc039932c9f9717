"""How many requests a second one processor answers within the SLO on Elasticsearch: `rate`, over that engine.

The service and Elasticsearch share the processor that is measured; how much of it each of them takes says how many they
would want if each had its own.
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.clocks import cpu_s
from benchmarks.cluster import Cluster, is_warm, running
from benchmarks.columns import Columns, K, product_id
from benchmarks.elastic_shop import made_shop
from benchmarks.made import DIMENSIONS
from benchmarks.rate import LOOKS, PRODUCTS, ROUNDS, SEEDS, SETTING, Clocks, add_rate, served_on
from benchmarks.reports import Report, asked_products
from benchmarks.traffic import answered, outfit_request

WARMING_S = 5.0
"""Of requests, one after the other, in each round until the server is warm."""


def main(products: int) -> None:
    """Measure, print and write the report."""
    report = Report("elastic_rate", SETTING | {"rounds": ROUNDS}, products)
    columns = Columns.made(products, DIMENSIONS)
    seeds = [product_id(row) for row in np.random.default_rng(0).integers(0, products, SEEDS).tolist()]
    with running(report) as cluster:
        shop = made_shop(cluster, columns, "exact")
        with shop.settings(), served_on(report.setting["server_on_processor"], shop.home) as server:
            clocks: Clocks = {"service": lambda: cpu_s(server.pid), "Elasticsearch": cluster.cpu_s}
            for looks in LOOKS:
                requests = [outfit_request(seed, looks=looks, k=K) for seed in seeds]
                _warm(cluster, server.port, requests)
                add_rate(report, looks, server.port, requests, clocks)
    report.finish()


def _warm(cluster: Cluster, port: int, requests: Sequence[bytes]) -> None:
    """Ask until the server is as fast as it gets."""
    costs_ms: list[float] = []
    while not is_warm(costs_ms):
        before_s = cluster.cpu_s()
        count = len(answered(port, requests, connections=1, duration_s=WARMING_S))
        costs_ms.append(1000 * (cluster.cpu_s() - before_s) / count)


if __name__ == "__main__":
    main(asked_products(PRODUCTS))
