"""Filling an index as a build does against a bare loop over the same documents, and against the client's own helper.

Contenders take turns, each round with an index of its own; products are made beforehand. All end with documents that
can be searched. A build also checks each vector and each answer, tries again what was refused for want of time or room,
and takes the sample that the index is checked against.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np
from elasticsearch import Elasticsearch, helpers
from threadpoolctl import threadpool_limits

from benchmarks.cluster import Cluster, fill_bare, running
from benchmarks.columns import Columns
from benchmarks.made import DIMENSIONS, TAXONOMIES
from benchmarks.reports import Report, asked_products
from service.index.base import Item
from service.index.elastic.building import ITEMS_AT_ONCE, Meta, create_index, fill_index
from service.index.elastic.sampling import Sample
from service.index.elastic.standing import put

PRODUCTS = 100_000
ROUNDS = 5
WARMING = 2
"""Indices that are filled before anything is timed, while Java compiles."""

GOAL = 0.9
BUILD, BARE, HELPER = "a build", "a bare loop", "the client's helper"
META = Meta("made", "made", DIMENSIONS, 0)

Fill = Callable[[Elasticsearch, str, Sequence[Item]], None]


def main(products: int) -> None:
    """Measure, print and write the report."""
    report = Report("elastic_ingest", {"taxonomies": TAXONOMIES, "dimensions": DIMENSIONS, "rounds": ROUNDS}, products)
    items = list(Columns.made(products, DIMENSIONS).items(""))
    fills: dict[str, Fill] = {BUILD: _build, BARE: _bare, HELPER: _helper}
    seconds: dict[str, list[float]] = {name: [] for name in fills}
    with running(report) as cluster:
        for _ in range(WARMING):
            _seconds(cluster, _bare, items)
        for turn in range(ROUNDS):
            names = list(fills) if turn % 2 else list(fills)[::-1]
            for name in names:
                seconds[name].append(_seconds(cluster, fills[name], items))
    rates = {name: products / np.array(taken) for name, taken in seconds.items()}
    for name, rate in rates.items():
        report.add(f"{name}: products a second", "1/s", rate)
    report.add(f"{BUILD} over {BARE}: products", "x", rates[BUILD] / rates[BARE], at_least=GOAL)
    report.add(f"{BUILD} over {HELPER}: products", "x", rates[BUILD] / rates[HELPER])
    report.finish()


def _seconds(cluster: Cluster, fill: Fill, items: Sequence[Item]) -> float:
    index = "bench-ingest"
    with cluster.client() as client:
        client.indices.delete(index=index, ignore_unavailable=True)
        create_index(client, index, META)
        start = time.perf_counter()
        fill(client, index, items)
        taken = time.perf_counter() - start
        assert client.count(index=index)["count"] == len(items)
        client.indices.delete(index=index)
    return taken


def _build(client: Elasticsearch, index: str, items: Sequence[Item]) -> None:
    assert not fill_index(client, index, items, META, sample=Sample())


def _bare(client: Elasticsearch, index: str, items: Sequence[Item]) -> None:
    fill_bare(client, index, (put(item, item.vector, META.fields) for item in items))


def _helper(client: Elasticsearch, index: str, items: Sequence[Item]) -> None:
    actions = (put(item, item.vector, META.fields) for item in items)
    flat = ({**header["index"], "_source": content} for header, content in actions)
    helpers.bulk(client, flat, index=index, chunk_size=ITEMS_AT_ONCE, refresh=True)


if __name__ == "__main__":
    with threadpool_limits(limits=1, user_api="blas"):
        main(asked_products(PRODUCTS))
