"""A batch of searches: planned on the event loop's thread, run on any.

Notation used for array shapes: d vector, q queries.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.domain import Candidate, Filters
from service.index.base import Query
from service.index.blocks import Block, Found, nearest
from service.index.shelves import Shelves
from service.index.sieve import Sieve
from service.index.vectors import query_vectors


@dataclass(frozen=True, slots=True, eq=False)
class _Scan:
    """A block, the queries that look into it, and the rows of excluded products."""

    block: Block
    queries: Sequence[int]
    out: Sequence[int]


@dataclass(frozen=True, slots=True, eq=False)
class SearchPlan:
    """What a batch reads: one state of the index, each block once for all the queries that look into it.

    Shapes:
        vectors: [q, d]
    """

    vectors: NDArray[np.float64]
    ks: Sequence[int]
    scans: Sequence[_Scan]
    sieve: Sieve

    @property
    def cost_rows(self) -> int:
        """How many rows are scored, each as often as it is."""
        return sum(len(scan.block) * len(scan.queries) for scan in self.scans)

    def run(self, deadline: float) -> list[tuple[Candidate, ...]]:
        """Answer the queries.

        Raises:
            DeadlineExceeded: `time.monotonic()` passed `deadline` on the way.
        """
        found: list[list[Found]] = [[] for _ in self.ks]
        for scan in self.scans:
            passed = self.sieve.mask(scan.block.columns)
            ks = [self.ks[query] for query in scan.queries]
            best = nearest(scan.block, self.vectors[scan.queries], ks, passed=passed, out=scan.out, deadline=deadline)
            for query, part in zip(scan.queries, best, strict=True):
                found[query].append(part)
        return [_candidates(parts, k) for parts, k in zip(found, self.ks, strict=True)]


def plan_search(shelves: Shelves, queries: Sequence[Query], filters: Filters) -> SearchPlan:
    """Collect the blocks that the queries look into.

    Raises:
        InvalidRequest: a vector is of another length, not finite, or zero.
    """
    vectors = query_vectors(queries, shelves.dimensions)
    asked: defaultdict[str, list[int]] = defaultdict(list)
    for index, query in enumerate(queries):
        for taxonomy in dict.fromkeys(query.taxonomies):
            asked[taxonomy].append(index)
    out: defaultdict[int, list[int]] = defaultdict(list)
    for place in shelves.locate(filters.exclude_ids).values():
        out[id(place.block)].append(place.row)
    scans = [
        _Scan(block, indexes, out.get(id(block), ()))
        for taxonomy, indexes in asked.items()
        if (shelf := shelves.by_taxonomy.get(taxonomy))
        for block in shelf.blocks
    ]
    return SearchPlan(vectors, [query.k for query in queries], scans, Sieve(filters, shelves.codes))


def _candidates(parts: Sequence[Found], k: int) -> tuple[Candidate, ...]:
    """Return the best `k` over all parts: highest cosine first, equal cosines by product id."""
    at_least = _kth_best([part.cosines for part in parts], k)
    best = [
        Candidate(part.block.products[row], max(-1.0, min(1.0, cosine)))
        for part in parts
        for row, cosine in zip(part.rows.tolist(), part.cosines.tolist(), strict=True)
        if cosine >= at_least
    ]
    if len(parts) > 1:
        best.sort(key=lambda candidate: (-candidate.score, candidate.product.product_id))
    return tuple(best[:k])


def _kth_best(cosines: Sequence[NDArray[np.float64]], k: int) -> float:
    if len(cosines) < 2:  # noqa: PLR2004  one part is cut at k already
        return -np.inf
    joined = np.concatenate(cosines)
    return float(np.partition(joined, -k)[-k]) if k < len(joined) else -np.inf
