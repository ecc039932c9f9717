"""The `ProductIndex` over one generation's index.

Several processes may serve and write one generation: what one writes, all see.

Notation used for array shapes: d vector.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from elasticsearch import AsyncElasticsearch

from service.domain import Candidate, Filters
from service.errors import DeadlineExceeded, IndexUnavailable, InvalidRequest
from service.index.base import GenerationInfo, Item, Page, Patch, Query, Vector
from service.index.browsing import read_cursor, write_cursor
from service.index.documents import words_of
from service.index.elastic import queries as bodies
from service.index.elastic.connection import explained
from service.index.elastic.documents import counted, item_of, product_of, unfit
from service.index.elastic.layouts import VectorFields
from service.index.elastic.sending import Action
from service.index.elastic.standing import Hit, outdated, patching, place_of, put, removal
from service.index.vectors import item_vectors, query_vectors
from service.taxonomy import TaxonomyTree

FETCHED_BEYOND = 4
"""Candidates fetched beyond k, so that a tie at the end seldom takes a second search."""

DEEPER = 10
"""How much further a search looks whose tie at the end is longer than that."""

RECOUNT_S = 60.0
"""How old the taxonomies' counts may be when others write; what this process writes is counted at once."""

AT_ONCE = 1000
"""Products read or written by one call."""

TRIES = 20
"""How often a write is tried whose products others write to at the same time."""

CHANGED = 409
MISSING = 404
REFUSED = 400

T = TypeVar("T")


class ElasticIndex:
    """A `ProductIndex` over one index of the cluster. Used from one event loop."""

    def __init__(
        self,
        client: AsyncElasticsearch,
        index: str,
        info: GenerationInfo,
        tree: TaxonomyTree,
        fields: VectorFields,
    ) -> None:
        self._client = client
        self._index = index
        self._info = info
        self._tree = tree
        self._fields = fields
        self._counted_at = time.monotonic()
        self._placing = asyncio.Lock()
        self._retries = 0

    @property
    def info(self) -> GenerationInfo:
        """What this generation was built from."""
        return self._info

    @property
    def retries(self) -> int:
        """How often a tie was looked into more deeply, or a write met another's and was made again."""
        return self._retries

    async def check(self) -> None:
        """Have every shard answer, and count the taxonomies again when that was long ago.

        Raises:
            IndexUnavailable: the generation cannot be searched now.
        """
        if time.monotonic() - self._counted_at > RECOUNT_S:
            await self._count()
        else:
            await self._search(bodies.alive())

    async def taxonomies(self) -> TaxonomyTree:
        """Return the taxonomies that hold products, with counts and ancestors."""
        if self._counted_at == 0:
            await self._count()
        return self._tree

    async def get(self, product_ids: Collection[str]) -> Mapping[str, Item]:
        """Return the items that exist among `product_ids`."""
        found = {}
        for batch in _batches(dict.fromkeys(product_ids)):
            for hit in await self._search(bodies.by_ids(batch)):
                found[hit["_id"]] = item_of(hit)
        return {product_id: found[product_id] for product_id in product_ids if product_id in found}

    async def search(
        self, queries: Sequence[Query], filters: Filters, *, timeout_s: float
    ) -> list[tuple[Candidate, ...]]:
        """Answer all queries by one call, and those that end in a long tie by a second one.

        Raises:
            DeadlineExceeded: the answer is not there within `timeout_s`.
            InvalidRequest: a vector is of another length, not finite, or zero; or k is above what Elasticsearch takes.
        """
        vectors = query_vectors(queries, self._info.dimensions).astype(np.float32)
        if any(query.k > bodies.MOST_CANDIDATES for query in queries):
            raise InvalidRequest(f"This engine finds at most {bodies.MOST_CANDIDATES} products at a time.")
        answers: list[tuple[Candidate, ...]] = [()] * len(queries)
        asked = {number: query.k + FETCHED_BEYOND for number, query in enumerate(queries) if query.taxonomies}
        async with _deadline(timeout_s):
            while asked:
                depths = {number: min(depth, bodies.MOST_CANDIDATES) for number, depth in asked.items()}
                found = await self._nearest(queries, vectors, depths, filters, timeout_s)
                for number, hits in found.items():
                    answers[number] = tuple(_candidate(hit) for hit in hits[: queries[number].k])
                asked = {
                    number: depths[number] * DEEPER
                    for number, hits in found.items()
                    if _ends_in_tie(hits, queries[number].k, depths[number])
                }
                self._retries += bool(asked)
        return answers

    async def browse(
        self, *, text: str | None, taxonomies: Sequence[str] | None, cursor: str | None, limit: int
    ) -> Page:
        """List products by taxonomy and id.

        Raises:
            InvalidRequest: the cursor is not one that this method gave.
        """
        asked = bodies.page(words_of(text or ""), taxonomies, read_cursor(cursor), limit + 1)
        products = [product_of(hit) for hit in await self._search(asked)]
        shown = tuple(products[:limit])
        return Page(shown, write_cursor(shown[-1]) if len(products) > limit else None)

    async def upsert(self, items: Sequence[Item]) -> None:
        """Add or replace items; visible to the next search.

        Raises:
            InvalidRequest: a vector is not one of unit length, or the index takes no such product; earlier items may
                be in by then.
        """
        for batch in _batches({item.product.product_id: item for item in items}.values()):
            vectors = item_vectors(batch, self._info.dimensions)
            for item in batch:
                if why := unfit(item.product):
                    raise InvalidRequest(f"The index does not take product {item.product.product_id}: {why}.")
            # Where a product stands may not change between the look and the write.
            async with self._placing:
                await self._place(batch, vectors)

    async def delete(self, product_ids: Collection[str]) -> None:
        """Remove products; unknown ids are ignored."""
        for batch in _batches(product_ids):
            async with self._placing:
                await self._settle(batch, removal)

    async def patch(self, patches: Mapping[str, Patch]) -> None:
        """Change volatile fields, and those only; unknown ids are ignored."""
        for batch in _batches(patches):
            await self._settle(batch, lambda hit: patching(hit, patches[hit["_id"]], self._fields), with_vectors=True)

    async def close(self) -> None:
        """Release the connections."""
        await self._client.close()

    async def _nearest(
        self,
        queries: Sequence[Query],
        vectors: Vector,
        depths: Mapping[int, int],
        filters: Filters,
        timeout_s: float,
    ) -> dict[int, list[Any]]:
        """Return the hits of each query of `depths`."""
        parts = [
            (number, part) for number in depths for part in self._fields.parts(queries[number].taxonomies, filters)
        ]
        lines: list[Any] = []
        for number, part in parts:
            lines.append(bodies.search_header(self._index, part, vectors[number]))
            lines.append(bodies.search_body(part, vectors[number], depths[number], filters, timeout_s))
        with explained():
            answer = await self._client.msearch(searches=lines)
        found: dict[int, list[Any]] = {number: [] for number in depths}
        for (number, _), response in zip(parts, answer["responses"], strict=True):
            found[number] += hits_of(response)
        return {number: _best(hits, depths[number]) for number, hits in found.items()}

    async def _search(self, body: bodies.Body) -> list[Any]:
        with explained():
            answer = await self._client.search(index=self._index, allow_partial_search_results=False, body=body)
        return hits_of(answer)

    async def _place(self, items: Sequence[Item], vectors: Vector) -> None:
        """Write items, and remove what stood of them elsewhere."""
        before = await self._search(bodies.by_ids([item.product.product_id for item in items], vectors=False))
        await self._write([put(item, vector, self._fields) for item, vector in zip(items, vectors, strict=True)])
        gone = outdated(before, items)
        await self._settle({key for key, _ in gone}, lambda hit: removal(hit) if place_of(hit) in gone else None)

    async def _settle(
        self, product_ids: Collection[str], action: Callable[[Hit], Action | None], *, with_vectors: bool = False
    ) -> None:
        """Carry out an action wherever products stand, and again on those that somebody else wrote to meanwhile.

        Raises:
            IndexUnavailable: others never cease to.
        """
        for attempt in range(TRIES):
            if not product_ids:
                return
            self._retries += bool(attempt)
            hits = await self._search(bodies.by_ids(product_ids, vectors=with_vectors))
            product_ids = await self._write([wanted for hit in hits if (wanted := action(hit))])
        if product_ids:
            raise IndexUnavailable("Others write to the same products all the time. Try again in a moment.")

    async def _count(self) -> None:
        with explained():
            answer = await self._client.search(
                index=self._index, allow_partial_search_results=False, body=bodies.count_places()
            )
        self._tree = tree_of(answer)
        self._counted_at = time.monotonic()

    async def _write(self, actions: Sequence[Action]) -> set[str]:
        """Have actions carried out; return the ids of those whose product was no longer as they took it to be."""
        if not actions:
            return set()
        self._counted_at = 0
        with explained():
            answer = await self._client.bulk(
                index=self._index, operations=[line for action in actions for line in action], refresh=True
            )
        return _changed(answer["items"]) if answer["errors"] else set()


def tree_of(answer: Any) -> TaxonomyTree:
    """Return the taxonomies that `queries.count_places` found.

    Raises:
        IndexUnavailable: not all were counted.
    """
    hits_of(answer)
    places = answer["aggregations"]["places"]
    if places["sum_other_doc_count"]:
        raise IndexUnavailable(
            f"The catalogue has more than {bodies.MOST_PLACES} taxonomies: the engine takes no more."
        )
    return TaxonomyTree(counted(bucket["key"], bucket["doc_count"]) for bucket in places["buckets"])


def hits_of(answer: Any) -> list[Any]:
    """Return the hits of one search; an answer that is not whole is none.

    Raises:
        DeadlineExceeded: the search was cut off.
        IndexUnavailable: it failed, or a shard did.
    """
    if "error" in answer:
        raise IndexUnavailable(f"Elasticsearch cannot search now ({answer['status']}). Try again in a moment.")
    if answer["timed_out"]:
        raise DeadlineExceeded("The search did not end in time. Try again, or ask for fewer looks.")
    if answer["_shards"]["failed"]:
        raise IndexUnavailable("A part of the index does not answer. Try again in a moment.")
    hits: list[Any] = answer["hits"]["hits"]
    return hits


def _best(hits: Sequence[Any], depth: int) -> list[Any]:
    """Return the best hits of all parts of a search: highest score first, equal scores by product id.

    A product that moves from shard to shard may be in both for a moment.
    """
    best: dict[str, Any] = {}
    for hit in sorted(hits, key=lambda hit: (-hit["_score"], hit["_id"])):
        best.setdefault(hit["_id"], hit)
    return list(best.values())[:depth]


def _candidate(hit: Any) -> Candidate:
    """Return what a hit stands for. Elasticsearch scores (1 + cosine) / 2."""
    return Candidate(product_of(hit), max(-1.0, min(1.0, 2 * hit["_score"] - 1)))


def _ends_in_tie(hits: Sequence[Any], k: int, depth: int) -> bool:
    """Say whether what was left out may be as near as the k-th, so that the order of ids cannot be known."""
    return len(hits) == depth < bodies.MOST_CANDIDATES and hits[-1]["_score"] == hits[k - 1]["_score"]


@asynccontextmanager
async def _deadline(timeout_s: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError:
        raise DeadlineExceeded("Elasticsearch did not answer in time. Try again in a moment.") from None


def _changed(results: Sequence[Any]) -> set[str]:
    """Return the ids of a bulk's items whose condition was not met; a product that is not there is no fault.

    Raises:
        InvalidRequest: the index takes no such product.
        IndexUnavailable: it takes none now.
    """
    changed = set()
    for result in results:
        ((action, item),) = result.items()
        if item["status"] == CHANGED:
            changed.add(item["_id"])
        elif item["status"] >= REFUSED and not (item["status"] == MISSING and action == "delete"):
            if item["status"] == REFUSED:
                raise InvalidRequest(f"The index does not take product {item['_id']}: {item['error']['reason']}")
            raise IndexUnavailable(f"Elasticsearch takes no writes now ({item['status']}). Try again in a moment.")
    return changed


def _batches(values: Iterable[T]) -> Iterable[list[T]]:
    remaining = iter(values)
    while batch := list(islice(remaining, AT_ONCE)):
        yield batch
