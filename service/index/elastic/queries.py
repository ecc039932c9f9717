"""The bodies of searches. What a caller says is only ever a value of `term`, `terms`, `range` or `prefix`."""

import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from service.domain import Filters, PriceRange
from service.index.base import Vector
from service.index.browsing import Key
from service.index.elastic.documents import UNSTATED, gender
from service.index.elastic.layouts import FLAT, Part, routings

MOST_CANDIDATES = 10_000
"""The largest k that Elasticsearch takes."""

GRAPH_CANDIDATES = 400
"""How many products a graph is asked for at least. The more, the fewer of the nearest are missed, and the longer it
takes."""

COPIES = 2
"""A product that changes its taxonomy may stand in two shards for a moment."""

MOST_PLACES = 10_000
"""Pairs of a taxonomy and its ancestors that are counted; Elasticsearch counts up to 65,536 at a time."""

Body = dict[str, Any]


def search_header(index: str, part: Part, vector: Vector) -> Body:
    """Return the line before a search.

    Only the shards that hold the part's taxonomies are asked. The vector says which copies of them: one question goes
    to the same copies each time, different ones are spread over all of them.
    """
    return {
        "index": index,
        "routing": routings(part.taxonomies),
        "preference": f"{zlib.crc32(vector.tobytes()):08x}",
        "allow_partial_search_results": False,
    }


def search_body(part: Part, vector: Vector, depth: int, filters: Filters, timeout_s: float) -> Body:
    """Return the search of the `depth` products nearest to a unit vector [d] among those that `filters` admits.

    The filter stands inside the knn clause: beside it, it would thin out what was found. A graph holds nothing but its
    taxonomy, and looking for that would only cost.
    """
    candidates = min(max(depth, GRAPH_CANDIDATES), MOST_CANDIDATES) if part.has_graph else depth
    return {
        "knn": {
            "field": part.field,
            "query_vector": vector.tolist(),
            "k": depth,
            "num_candidates": candidates,
            "filter": _admitted(() if part.has_graph else part.taxonomies, filters),
        },
        "size": depth,
        "_source": ["product"],
        "timeout": f"{max(1, int(timeout_s * 1000))}ms",
    }


def by_ids(product_ids: Collection[str], *, vectors: bool = True) -> Body:
    """Return the search of products by id, in all shards; each hit says where it stands and what its version is."""
    return {
        "query": {"ids": {"values": list(product_ids)}},
        "size": COPIES * len(product_ids),
        "_source": {"includes": ["product", FLAT], "exclude_vectors": not vectors},
        "seq_no_primary_term": True,
        "track_total_hits": False,
    }


def page(words: Sequence[str], taxonomies: Sequence[str] | None, after: Key, size: int) -> Body:
    """Return the search of the products after `after`, in order of taxonomy and id, as the index is sorted."""
    wanted: list[Body] = [{"term": {"words": word}} for word in words[:-1]]
    wanted += [{"prefix": {"words": word}} for word in words[-1:]]
    if taxonomies is not None:
        wanted.append({"terms": {"taxonomy": list(taxonomies)}})
    return {
        "query": {"bool": {"filter": wanted}},
        "sort": [{"taxonomy": "asc"}, {"product_id": "asc"}],
        "search_after": list(after),
        "size": size,
        "_source": ["product"],
        "track_total_hits": False,
    }


def count_places() -> Body:
    """Return the search that counts products by taxonomy and ancestors."""
    return {
        "size": 0,
        "track_total_hits": False,
        "aggs": {"places": {"terms": {"field": "place", "size": MOST_PLACES}}},
    }


def alive() -> Body:
    """Return the cheapest search that every shard must answer."""
    return {"size": 0, "track_total_hits": False, "terminate_after": 1}


def _admitted(taxonomies: Sequence[str], filters: Filters) -> Body:
    """Return `filters` and the taxonomies, where there are any, as a query; `Filters.admit` is the definition."""
    within: list[Body] = [{"terms": {"taxonomy": list(taxonomies)}}] if taxonomies else []
    return {"bool": {"filter": [*within, *_required(filters)], "must_not": list(_excluded(filters))}}


def _required(filters: Filters) -> Iterator[Body]:
    if filters.in_stock:
        yield {"term": {"in_stock": True}}
    if filters.price is not None:
        yield from _priced(filters.price)
    if filters.brands:
        yield {"terms": {"brand": _folded(filters.brands)}}
    if filters.gender is not None:
        yield {"terms": {"gender": [UNSTATED, "unisex", gender(filters.gender)]}}


def _excluded(filters: Filters) -> Iterator[Body]:
    if filters.exclude_brands:
        yield {"terms": {"brand": _folded(filters.exclude_brands)}}
    if filters.exclude_ids:
        yield {"terms": {"product_id": sorted(filters.exclude_ids)}}
    if filters.exclude_groups:
        yield {"terms": {"group_id": sorted(filters.exclude_groups)}}


def _priced(allowed: PriceRange) -> Iterator[Body]:
    yield {"term": {"currency": allowed.currency}}
    bounds = {"gte": allowed.minimum, "lte": allowed.maximum}
    if stated := {name: bound for name, bound in bounds.items() if bound is not None}:
        yield {"range": {"amount": stated}}


def _folded(brands: Collection[str]) -> list[str]:
    return sorted({brand.casefold() for brand in brands})
