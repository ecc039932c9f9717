"""A generation's index: created, filled, opened. What it is stands in its mapping's `_meta`."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, Literal

import msgspec
import numpy as np
from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from service.domain import Filters
from service.errors import HomeError, InvalidRequest
from service.index.base import GenerationInfo, Item, Vector
from service.index.browsing import START, Key
from service.index.elastic.connection import PATIENCE_S, Connection, explained
from service.index.elastic.documents import document, fields, product_of, unfit
from service.index.elastic.engine import MISSING, ElasticIndex, hits_of, tree_of
from service.index.elastic.queries import by_ids, count_places, search_body
from service.index.elastic.sampling import K, Question, Sample
from service.index.generations import Advance, Rejected
from service.index.lifecycle import Change
from service.index.vectors import item_vectors

FORMAT_VERSION = 1

ITEMS_AT_ONCE = 1000
RETRIES = 8
FIRST_BACKOFF_S = 1.0
LONGEST_BACKOFF_S = 30.0
SAME = 1e-5
"""How far cosines may be from the exact ones."""

BUSY = (429, 503)
"""What is tried again, after a while: everything else would only be refused again."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What an index of ours says of itself."""

    generation_id: str
    space_id: str
    dimensions: int
    sequence: int
    products: int = 0
    complete: bool = False
    """Whether it was filled and checked: only then may the alias name it."""
    layout: Literal["exact"] = "exact"
    format_version: int = FORMAT_VERSION


def create_index(client: Elasticsearch, index: str, meta: Meta) -> None:
    """Create an empty index, made to be filled fast: no copies, no refresh, no flush a request.

    Sorted by taxonomy, the products of a taxonomy lie side by side, and a search reads those alone; the id beside it
    makes pages of a taxonomy come in the order that they lie in.
    """
    with explained():
        client.indices.create(
            index=index,
            settings={
                "index.sort.field": ["taxonomy", "product_id"],
                "number_of_shards": 1,
                "number_of_replicas": 0,
                "refresh_interval": "-1",
                "translog.durability": "async",
            },
            mappings={"dynamic": "strict", "_meta": asdict(meta), "properties": fields(meta.dimensions)},
        )


def fill_index(
    client: Elasticsearch,
    index: str,
    items: Iterable[Item],
    dimensions: int,
    *,
    sample: Sample,
    after: Key = START,
    advance: Advance = lambda _: None,
) -> list[Rejected]:
    """Write the items that come after `after`, and return those that were refused.

    Each stands under its id, so that what is written twice is there once. Only what is refused for want of time or
    space is tried again, later each time.

    Raises:
        HomeError: a vector is not of unit length.
        IndexUnavailable: Elasticsearch takes no writes.
    """
    rejected: list[Rejected] = []
    prepared = _prepared(items, dimensions, sample, after, advance=advance, rejected=rejected)
    rejected += (
        Rejected(result["index"]["_id"], result["index"]["error"]["reason"])
        for ok, result in _sent(client, index, prepared)
        if not ok
    )
    with explained():
        client.indices.refresh(index=index)
    return rejected


def apply_changes(client: Elasticsearch, index: str, changes: Iterable[Change], dimensions: int) -> None:
    """Write what changed in the record, oldest first.

    Raises:
        HomeError: a change is refused.
    """
    for ok, result in _sent(client, index, _changed(changes, dimensions)):
        ((action, item),) = result.items()
        if not ok and not (action == "delete" and item["status"] == MISSING):
            raise HomeError(f"Elasticsearch does not take product {item['_id']}: {item['error']['reason']}")
    with explained():
        client.indices.refresh(index=index)


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


def check_index(client: Elasticsearch, index: str, sample: Sample, *, left_out: int, resumed: bool) -> None:
    """Count the products, and have a sample found as exactly as the record has them.

    Raises:
        HomeError: something is missing or wrong.
    """
    if not sample.seen:
        raise HomeError("No product has a vector in this space: run `kitsune encode`, then build the index again.")
    with explained():
        count = client.count(index=index)["count"]
    expected = sample.seen - left_out
    # A build that went on where another was cut off may have products that were deleted in between.
    if count < expected or (count > expected and not resumed):
        raise HomeError(f"The index just built has {count} products instead of {expected}: report this.")
    for question in sample.questions:
        _check_answer(client, index, question)


def _check_answer(client: Elasticsearch, index: str, question: Question) -> None:
    expected = question.item
    asked = search_body(question.query, expected.vector, K, Filters(in_stock=False), PATIENCE_S)
    with explained():
        found = hits_of(client.search(index=index, body=asked))
        (stored,) = hits_of(client.search(index=index, body=by_ids([expected.product.product_id]))) or (None,)
    cosines = [2 * hit["_score"] - 1 for hit in found]
    near = len(cosines) == len(question.cosines) and np.allclose(cosines, question.cosines, rtol=0, atol=SAME)
    if not near or stored is None or product_of(stored) != expected.product:
        raise HomeError(f"The index just built does not find product {expected.product.product_id}: report this.")


def finish_index(client: Elasticsearch, index: str, meta: Meta, products: int) -> Meta:
    """Give an index that was filled and checked its settings for serving, and say so in its `_meta`."""
    finished = replace(meta, products=products, complete=True)
    # Named, because an index without an interval stops refreshing while nobody searches.
    settings = {"refresh_interval": "1s", "translog.durability": "request", "auto_expand_replicas": "0-1"}
    with explained():
        client.indices.put_settings(index=index, settings=settings)
    write_meta(client, index, finished)
    return finished


def write_meta(client: Elasticsearch, index: str, meta: Meta) -> None:
    """Replace what an index says of itself."""
    with explained():
        client.indices.put_mapping(index=index, meta=asdict(meta))


def read_meta(client: Elasticsearch, index: str) -> Meta:
    """Return what an index says of itself.

    Raises:
        HomeError: it does not exist, or is none of ours.
    """
    try:
        with explained():
            answer = client.options(ignore_status=MISSING).indices.get_mapping(index=index)
        if index not in answer:
            raise HomeError(f"Elasticsearch has no index {index}: run `kitsune index build`.")
        return msgspec.convert(answer[index]["mappings"]["_meta"], Meta)
    except (KeyError, ValueError, msgspec.ValidationError) as error:
        raise HomeError(f"The index {index} was not made by this Kitsune: run `kitsune index build`.") from error


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
    info = GenerationInfo(meta.generation_id, meta.space_id, meta.dimensions, sum(tree.counts.values()), meta.sequence)
    return ElasticIndex(connection.async_client(), index, info, tree)


def _sent(
    client: Elasticsearch, index: str, actions: Iterable[dict[str, Any]]
) -> Iterator[tuple[bool, dict[str, Any]]]:
    with explained():
        yield from streaming_bulk(
            client,
            actions,
            index=index,
            chunk_size=ITEMS_AT_ONCE,
            raise_on_error=False,
            max_retries=RETRIES,
            initial_backoff=FIRST_BACKOFF_S,
            max_backoff=LONGEST_BACKOFF_S,
            retry_on_status=BUSY,
        )


def _prepared(
    items: Iterable[Item], dimensions: int, sample: Sample, after: Key, *, advance: Advance, rejected: list[Rejected]
) -> Iterator[dict[str, Any]]:
    """Yield the document of each item after `after`, with its id; those that cannot be sent are added to `rejected`."""
    remaining = iter(items)
    while batch := list(islice(remaining, ITEMS_AT_ONCE)):
        vectors = _checked(batch, dimensions)
        sample.see(batch, vectors)
        for item, vector in zip(batch, vectors, strict=True):
            if why := unfit(item.product):
                rejected.append(Rejected(item.product.product_id, why))
            elif (item.product.taxonomy, item.product.product_id) > after:
                yield {"_id": item.product.product_id} | document(item.product, vector)
        advance(sample.seen)


def _changed(changes: Iterable[Change], dimensions: int) -> Iterator[dict[str, Any]]:
    for change in changes:
        if change.item is None or unfit(change.item.product):
            yield {"_op_type": "delete", "_id": change.product_id}
        else:
            (vector,) = _checked([change.item], dimensions)
            yield {"_id": change.product_id} | document(change.item.product, vector)


def _checked(items: list[Item], dimensions: int) -> Vector:
    try:
        return item_vectors(items, dimensions)
    except InvalidRequest as error:
        raise HomeError(f"{error.detail} Run `kitsune encode` again, then build the index.") from error
