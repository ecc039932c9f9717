"""What recall costs on Elasticsearch: candidates looked at, by layout, by how large a taxonomy is, and by filters.

Layouts are bare mappings of it, filled with the same products; each search is one of ten products in one taxonomy, and
no product is read. Filters come one upon the other. `python -m benchmarks.curve_plot` draws the report.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from elasticsearch import Elasticsearch
from threadpoolctl import threadpool_limits

from benchmarks.cluster import BARE_SETTINGS, WARMING, Cluster, fill_bare, is_warm, running
from benchmarks.columns import Columns, K, cheapest, product_id, recall
from benchmarks.made import DIMENSIONS, TAXONOMIES, shares
from benchmarks.reports import Report, asked_products
from service.domain import Filters
from service.index.base import Query, Vector
from service.index.elastic.sending import Action
from tests.catalogues import taxonomy_name

PRODUCTS = 1_000_000
SHARES = (0.1, 0.01, 0.001)
"""Of the products that the taxonomy searched has, about."""

CANDIDATES = (10, 20, 50, 100, 200, 500)
SEARCHES = 100
INDEX = "bench-curve"
GOAL_RECALL = 0.99


@dataclass(frozen=True, slots=True)
class Layout:
    """A mapping of the vector: how it is compared, and whether each taxonomy has a field of its own."""

    name: str
    kind: str
    sorted_by_taxonomy: bool = True
    own_field: bool = False

    @property
    def candidates(self) -> Sequence[int]:
        """How many candidates it is tried with; a scan looks at all."""
        return (K,) if self.kind.endswith("flat") else CANDIDATES


LAYOUTS = (
    Layout("exact", "flat"),
    Layout("int8 scan", "int8_flat"),
    Layout("graph, filtered by taxonomy", "hnsw"),
    Layout("int8 graph, filtered by taxonomy", "int8_hnsw", sorted_by_taxonomy=False),
    Layout("graph of the taxonomy", "hnsw", own_field=True),
    Layout("int8 graph of the taxonomy", "int8_hnsw", own_field=True),
)


FILTERS = {
    "taxonomy only": Filters(in_stock=False),
    "+ half of the prices": Filters(in_stock=False, price=cheapest(0.5)),
    "+ in stock": Filters(price=cheapest(0.5)),
    "+ 100 excluded ids": Filters(price=cheapest(0.5), exclude_ids=frozenset(map(str, range(100)))),
}
"""The ids stand for as many of the taxonomy that is searched."""


@dataclass(frozen=True, slots=True)
class Point:
    """What was found with a layout, a taxonomy's share of the products, filters and a number of candidates."""

    layout: str
    segments: int
    """Of the index: each is searched for as many candidates."""
    share: float
    filters: str
    candidates: int
    recall: float
    p50_ms: float
    server_ms: float
    """Processor time of the server a search."""


def main(products: int) -> None:
    """Measure, print and write the report."""
    columns = Columns.made(products, DIMENSIONS)
    ranks = [int(np.argmin(np.abs(np.log(shares(products) / share)))) for share in SHARES]
    report = Report("elastic_curve", {"taxonomies": TAXONOMIES, "dimensions": DIMENSIONS, "k": K}, products)
    with running(report) as cluster:
        points = [point for layout in LAYOUTS for point in _measured(cluster, columns, layout, ranks)]
    for (layout, share, filters), cost in _cheapest(points).items():
        report.add(f"{layout}, {share:.2%} of all, {filters}: cheapest at recall {GOAL_RECALL}", "ms", [cost])
    report.setting |= {"searches": SEARCHES, "points": [asdict(point) for point in points]}
    report.finish()


def _measured(cluster: Cluster, columns: Columns, layout: Layout, ranks: Sequence[int]) -> Iterator[Point]:
    """Fill an index, search it, and remove it."""
    with cluster.client() as client:
        client.indices.delete(index=INDEX, ignore_unavailable=True)
        _create(client, layout, ranks)
        fill_bare(client, INDEX, _actions(columns, layout, ranks))
        cluster.settle()
        (shard,) = client.indices.segments(index=INDEX)["indices"][INDEX]["shards"]["0"]
        _warm(cluster, client, columns, layout, ranks[0])
        for rank, (name, filters) in product(ranks, FILTERS.items()):
            share = float(shares(len(columns))[rank])
            vectors = columns.near(np.random.default_rng(rank), rank, SEARCHES)
            excluding = replace(filters, exclude_ids=_drawn(columns, rank, len(filters.exclude_ids)))
            best = [columns.best(Query(vector, (taxonomy_name(rank),), K), excluding) for vector in vectors]
            for candidates in layout.candidates:
                bodies = [_body(layout, rank, vector, candidates, excluding) for vector in vectors]
                found, p50_ms, server_ms = _searched(cluster, client, bodies)
                recalls = [recall(ids, nearest) for ids, nearest in zip(found, best, strict=True)]
                case = (layout.name, len(shard["segments"]), share, name, candidates)
                yield Point(*case, round(float(np.mean(recalls)), 4), p50_ms, server_ms)
        client.indices.delete(index=INDEX)


def _create(client: Elasticsearch, layout: Layout, ranks: Sequence[int]) -> None:
    vector = {
        "type": "dense_vector",
        "dims": DIMENSIONS,
        "similarity": "dot_product",
        "index_options": {"type": layout.kind},
    }
    properties: dict[str, Any] = {name: {"type": "keyword"} for name in ("product_id", "taxonomy")}
    properties |= {"in_stock": {"type": "boolean"}, "amount": {"type": "double"}}
    properties |= {_field(layout, rank): vector for rank in ranks}
    by_taxonomy = {"index.sort.field": ["taxonomy", "product_id"]} if layout.sorted_by_taxonomy else {}
    client.indices.create(
        index=INDEX, settings={**BARE_SETTINGS, **by_taxonomy}, mappings={"dynamic": "strict", "properties": properties}
    )


def _actions(columns: Columns, layout: Layout, ranks: Sequence[int]) -> Iterator[Action]:
    """Yield the documents: with fields of their own, those of the taxonomies that are searched are enough."""
    for rank in ranks if layout.own_field else range(TAXONOMIES):
        rows = columns.rows(rank)
        for row in range(rows.start, rows.stop):
            content = {
                "product_id": product_id(row),
                "taxonomy": taxonomy_name(rank),
                "in_stock": bool(columns.in_stock[row]),
                "amount": float(columns.price[row]),
                _field(layout, rank): columns.vectors[row].tolist(),
            }
            yield {"index": {"_id": product_id(row)}}, content


def _drawn(columns: Columns, rank: int, count: int) -> frozenset[str]:
    """Draw ids of a taxonomy."""
    rows = columns.rows(rank)
    drawn = np.random.default_rng(rank).permutation(np.arange(rows.start, rows.stop))[:count]
    return frozenset(product_id(row) for row in drawn.tolist())


def _warm(cluster: Cluster, client: Elasticsearch, columns: Columns, layout: Layout, rank: int) -> None:
    """Search until the server is as fast as it gets with this layout."""
    vectors = columns.near(np.random.default_rng(rank), rank, WARMING)
    bodies = [_body(layout, rank, vector, layout.candidates[-1], FILTERS["+ in stock"]) for vector in vectors]
    costs_ms: list[float] = []
    while not is_warm(costs_ms):
        *_, server_ms = _searched(cluster, client, bodies)
        costs_ms.append(server_ms)


def _searched(
    cluster: Cluster, client: Elasticsearch, bodies: Sequence[dict[str, Any]]
) -> tuple[list[list[str]], float, float]:
    """Return the ids found, the median of the milliseconds, and the server's milliseconds a search."""
    taken, found = [], []
    before_s = cluster.cpu_s()
    for body in bodies:
        start = time.perf_counter()
        hits = client.search(index=INDEX, body=body)["hits"]["hits"]
        taken.append(time.perf_counter() - start)
        found.append([hit["_id"] for hit in hits])
    used_s = cluster.cpu_s() - before_s
    return found, round(1000 * float(np.median(taken)), 3), round(1000 * used_s / len(bodies), 3)


def _body(layout: Layout, rank: int, vector: Vector, candidates: int, filters: Filters) -> dict[str, Any]:
    knn = {
        "field": _field(layout, rank),
        "query_vector": vector.tolist(),
        "k": K,
        "num_candidates": candidates,
        "filter": _admitted(None if layout.own_field else taxonomy_name(rank), filters),
    }
    return {"knn": knn, "size": K, "_source": False}


def _admitted(taxonomy: str | None, filters: Filters) -> dict[str, Any]:
    required: list[Any] = [] if taxonomy is None else [{"term": {"taxonomy": taxonomy}}]
    if filters.in_stock:
        required.append({"term": {"in_stock": True}})
    if filters.price is not None:
        required.append({"range": {"amount": {"lte": filters.price.maximum}}})
    return {"bool": {"filter": required, "must_not": [{"terms": {"product_id": sorted(filters.exclude_ids)}}]}}


def _field(layout: Layout, rank: int) -> str:
    return f"vector_{rank}" if layout.own_field else "vector"


def _cheapest(points: Sequence[Point]) -> dict[tuple[str, float, str], float]:
    """Return the cost of the cheapest point of each case that finds enough."""
    costs: dict[tuple[str, float, str], float] = {}
    for point in points:
        case = (point.layout, point.share, point.filters)
        if point.recall >= GOAL_RECALL:
            costs[case] = min(point.p50_ms, costs.get(case, np.inf))
    return costs


if __name__ == "__main__":
    with threadpool_limits(limits=1, user_api="blas"):
        main(asked_products(PRODUCTS))
