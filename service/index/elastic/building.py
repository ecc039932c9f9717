"""A generation's index: created, filled, opened. What it is stands in its mapping's `_meta`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, Literal

import msgspec
import numpy as np
from elasticsearch import BadRequestError, Elasticsearch

from service.domain import Filters
from service.errors import HomeError, InvalidRequest
from service.index.base import GenerationInfo, Item, Vector
from service.index.browsing import START, Key
from service.index.elastic.connection import PATIENCE_S, Connection, explained
from service.index.elastic.documents import differences, fields, product_of, unfit
from service.index.elastic.engine import CHANGED, MISSING, ElasticIndex, hits_of, tree_of
from service.index.elastic.layouts import LayoutName, VectorFields, routings
from service.index.elastic.queries import by_ids, count_places, search_body
from service.index.elastic.sampling import K, Question, Sample
from service.index.elastic.sending import Action, send
from service.index.elastic.standing import outdated, place_of, put, removal
from service.index.generations import Rejected
from service.index.lifecycle import Advance, Change
from service.index.vectors import item_vectors

FormatVersion = Literal[1, 2]

FORMAT_VERSION: FormatVersion = 2
"""Since 2 there is routing, and a taxonomy may have a field of its own. Indices of 1 have neither, and still open."""

ITEMS_AT_ONCE = 1000

SAME = 1e-5
"""How far cosines may be from the exact ones."""

LEAST_FOUND = 0.5
"""The share of one product's nearest that a graph must find: one that finds less is broken, not approximate."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What an index of ours says of itself."""

    generation_id: str
    space_id: str
    dimensions: int
    sequence: int
    bundle_id: str | None = None
    """None in those that were made before this was kept."""
    products: int = 0
    left_out: int = 0
    """Products that Elasticsearch did not take."""
    complete: bool = False
    """Whether it was filled and checked: only then may the alias name it."""
    layout: LayoutName = "exact"
    partitions: tuple[str, ...] = ()
    """The taxonomies that have a graph, in the order of their fields."""
    shards: int = 1
    format_version: FormatVersion = FORMAT_VERSION

    @property
    def fields(self) -> VectorFields:
        """Where the index keeps the vectors of a taxonomy."""
        return VectorFields(self.partitions)


def create_index(client: Elasticsearch, index: str, meta: Meta) -> None:
    """Create an empty index, made to be filled fast: no copies, no refresh, no flush a request.

    Sorted by taxonomy, the products of a taxonomy lie side by side, and a search reads those alone; the id beside it
    makes pages of a taxonomy come in the order that they lie in.
    """
    with explained():
        create_once(
            client,
            index,
            asdict(meta),
            settings={
                "index.sort.field": ["taxonomy", "product_id"],
                "number_of_shards": meta.shards,
                "number_of_replicas": 0,
                "refresh_interval": "-1",
                "translog.durability": "async",
            },
            mappings={
                "dynamic": "strict",
                "_routing": {"required": True},
                "properties": fields(meta.dimensions, meta.fields.graphs),
            },
        )


def create_once(
    client: Elasticsearch, index: str, meta: Mapping[str, Any], settings: Mapping[str, Any], mappings: Mapping[str, Any]
) -> None:
    """Create an index that says `meta` of itself.

    A busy server has been seen to carry a creation out twice and to answer with the second's failure; what is there is
    ours if it says the same of itself.

    Raises:
        BadRequestError: another index has the name.
    """
    try:
        client.indices.create(index=index, settings=settings, mappings={**mappings, "_meta": meta})
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception" or described(client, index) != meta:
            raise


def described(client: Elasticsearch, index: str) -> Any:
    """Return the `_meta` of an index; None where it has none, or is not there."""
    found = client.options(ignore_status=MISSING).indices.get_mapping(index=index)
    return found[index]["mappings"].get("_meta") if index in found else None


def fill_index(
    client: Elasticsearch,
    index: str,
    items: Iterable[Item],
    meta: Meta,
    *,
    sample: Sample,
    after: Key = START,
    advance: Advance = lambda _: None,
) -> list[Rejected]:
    """Write the items that come after `after`, and return those that were refused.

    Each stands under its id, so that what is written twice is there once. Only what is refused for want of time is
    tried again, later each time. `sample` sees what was taken, or was there before.

    Raises:
        HomeError: a vector is not of unit length.
        IndexUnavailable: Elasticsearch takes no writes.
    """
    rejected: list[Rejected] = []
    remaining = iter(items)
    while batch := list(islice(remaining, ITEMS_AT_ONCE)):
        vectors = _checked(batch, meta.dimensions)
        refused = {item.product.product_id: why for item in batch if (why := unfit(item.product))}
        actions = [
            put(item, vector, meta.fields)
            for item, vector in zip(batch, vectors, strict=True)
            if item.product.product_id not in refused and (item.product.taxonomy, item.product.product_id) > after
        ]
        if actions:
            refused |= {result["_id"]: result["error"]["reason"] for result in send(client, index, actions)}
        taken = [row for row, item in enumerate(batch) if item.product.product_id not in refused]
        sample.see([batch[row] for row in taken], vectors[taken])
        rejected += (Rejected(product_id, why) for product_id, why in refused.items())
        advance(sample.seen + len(rejected))
    with explained():
        client.indices.refresh(index=index)
    return rejected


def apply_changes(client: Elasticsearch, index: str, changes: Iterable[Change], meta: Meta) -> list[Rejected]:
    """Write what changed in the record, oldest first, and return the products that were refused.

    What a refused one was before goes all the same: better not there than at yesterday's price.
    """
    rejected: list[Rejected] = []
    remaining = iter(changes)
    while batch := list(islice(remaining, ITEMS_AT_ONCE)):
        items = [change.item for change in batch if change.item and not unfit(change.item.product)]
        vectors = _checked(items, meta.dimensions)
        stood = _standing(client, index, [change.product_id for change in batch])
        puts = [put(item, vector, meta.fields) for item, vector in zip(items, vectors, strict=True)]
        refused = _send(client, index, puts)
        rejected += (Rejected(product_id, why) for product_id, why in refused.items())
        gone = outdated(stood, [item for item in items if item.product.product_id not in refused])
        while gone:
            # Whoever serves this generation may patch a product between the look and its removal.
            left = [hit for hit in _standing(client, index, {key for key, _ in gone}) if place_of(hit) in gone]
            gone = {place_of(hit) for hit in left}
            _send(client, index, [removal(hit) for hit in left])
    with explained():
        client.indices.refresh(index=index)
    return rejected


def _standing(client: Elasticsearch, index: str, product_ids: Collection[str]) -> list[Any]:
    """Look up where products stand, now."""
    with explained():
        client.indices.refresh(index=index)
        return hits_of(client.search(index=index, body=by_ids(product_ids, vectors=False)))


def _send(client: Elasticsearch, index: str, actions: Sequence[Action]) -> dict[str, str]:
    """Have actions carried out, and return why products were refused, by id.

    An action whose product has changed by then is left undone, and is none of them.
    """
    results = send(client, index, actions) if actions else ()
    return {result["_id"]: result["error"]["reason"] for result in results if result["status"] != CHANGED}


def last_written(client: Elasticsearch, index: str) -> Key:
    """Return a product up to which, in order of taxonomy and id, a build that was cut off had written all.

    Its last request may have been carried out in part, so as many products as that held are left out.
    """
    newest_first = [{"taxonomy": "desc"}, {"product_id": "desc"}]
    with explained():
        client.indices.refresh(index=index)
        answer = client.search(index=index, size=1, from_=ITEMS_AT_ONCE, sort=newest_first, source=False)
    hits = answer["hits"]["hits"]
    return tuple(hits[0]["sort"]) if hits else START


def count_products(client: Elasticsearch, index: str) -> int:
    """Return how many products an index has."""
    with explained():
        count: int = client.count(index=index)["count"]
    return count


def check_index(client: Elasticsearch, index: str, meta: Meta, sample: Sample, *, resumed: bool) -> None:
    """Count the products, and have a sample found: exactly, or by a graph well enough.

    Raises:
        HomeError: something is missing or wrong.
    """
    if not sample.seen:
        raise HomeError("No product has a vector in this space: run `kitsune encode`, then build the index again.")
    count = count_products(client, index)
    # A build that went on where another was cut off may have products that were deleted in between.
    if count < sample.seen or (count > sample.seen and not resumed):
        raise HomeError(f"The index just built has {count} products instead of {sample.seen}: report this.")
    for question in sample.questions:
        _check_answer(client, index, question, meta.fields)


def _check_answer(client: Elasticsearch, index: str, question: Question, fields: VectorFields) -> None:
    expected = question.item
    everything = Filters(in_stock=False)
    (part,) = fields.parts([expected.product.taxonomy], everything)
    asked = search_body(part, expected.vector, K, everything, PATIENCE_S)
    with explained():
        hits = hits_of(client.search(index=index, routing=routings(part.taxonomies), body=asked))
        (stored,) = hits_of(client.search(index=index, body=by_ids([expected.product.product_id]))) or (None,)
    share = _found(question.cosines, [2 * hit["_score"] - 1 for hit in hits])
    enough = len(hits) == len(question.cosines) and share >= (LEAST_FOUND if part.has_graph else 1)
    if not enough or stored is None or product_of(stored) != expected.product:
        raise HomeError(f"The index just built does not find product {expected.product.product_id}: report this.")


def _found(exact: Sequence[float], cosines: Sequence[float]) -> float:
    """Return the share of the exact cosines that are among those found."""
    near = np.isclose(np.array(exact)[:, None], cosines, rtol=0, atol=SAME)
    return float(near.any(axis=1).mean())


def finish_index(client: Elasticsearch, index: str, meta: Meta) -> Meta:
    """Give an index that was filled and checked its settings for serving, and say so in its `_meta`."""
    finished = replace(meta, products=count_products(client, index), complete=True)
    # Named, because an index without an interval stops refreshing while nobody searches.
    settings = {"refresh_interval": "1s", "translog.durability": "request", "auto_expand_replicas": "0-1"}
    with explained():
        client.indices.put_settings(index=index, settings=settings)
        # What was written so far may still be in the server's memory: a server killed now must have all of it.
        client.indices.flush(index=index)
    write_meta(client, index, finished)
    return finished


def write_meta(client: Elasticsearch, index: str, meta: Meta) -> None:
    """Replace what an index says of itself."""
    with explained():
        client.indices.put_mapping(index=index, meta=asdict(meta))


def read_meta(client: Elasticsearch, index: str) -> Meta:
    """Return what an index says of itself, once its fields are found to be mapped as it needs them.

    Raises:
        HomeError: it does not exist, is none of ours, or would be searched in another way than it was filled for.
    """
    with explained():
        found = client.options(ignore_status=MISSING).indices.get_mapping(index=index)
    if index not in found:
        raise HomeError(f"Elasticsearch has no index {index}: run `kitsune index build`.")
    mappings = found[index]["mappings"]
    try:
        meta = msgspec.convert(mappings.get("_meta"), Meta)
    except msgspec.ValidationError as error:
        raise HomeError(f"The index {index} was not made by this Kitsune: run `kitsune index build`.") from error
    for difference in differences(mappings.get("properties", {}), fields(meta.dimensions, meta.fields.graphs)):
        raise HomeError(f"The mapping of index {index} does not fit: {difference}. Run `kitsune index build`.")
    return meta


def open_index(connection: Connection, index: str, timeout_s: float = PATIENCE_S) -> ElasticIndex:
    """Open an index to be searched.

    Raises:
        HomeError: it does not exist, or is none of ours.
        IndexUnavailable: Elasticsearch does not answer.
    """
    with connection.client(timeout_s) as client:
        meta = read_meta(client, index)
        with explained():
            tree = tree_of(client.search(index=index, body=count_places()))
    info = replace(info_of(meta), products=sum(tree.counts.values()))
    return ElasticIndex(connection.async_client(), index, info, tree, meta.fields)


def info_of(meta: Meta) -> GenerationInfo:
    """Return a generation as every engine describes it."""
    return GenerationInfo(
        meta.generation_id, meta.space_id, meta.dimensions, meta.products, meta.sequence, meta.bundle_id
    )


def _checked(items: list[Item], dimensions: int) -> Vector:
    try:
        return item_vectors(items, dimensions)
    except InvalidRequest as error:
        raise HomeError(f"{error.detail} Run `kitsune encode` again, then build the index.") from error
