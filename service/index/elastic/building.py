"""A generation's index: created, filled, opened. What it is stands in its mapping's `_meta`."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, Literal

import msgspec
from elasticsearch import Elasticsearch, NotFoundError
from elasticsearch.helpers import streaming_bulk

from service.errors import HomeError, InvalidRequest
from service.index.base import GenerationInfo, Item
from service.index.elastic import queries as bodies
from service.index.elastic.connection import Connection, explained
from service.index.elastic.documents import document, fields
from service.index.elastic.engine import ElasticIndex, tree_of
from service.index.vectors import item_vectors

FORMAT_VERSION = 1

ITEMS_AT_ONCE = 1000
RETRIES = 8
FIRST_BACKOFF_S = 1.0
LONGEST_BACKOFF_S = 30.0
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


@dataclass(frozen=True, slots=True)
class Rejected:
    """A product that Elasticsearch does not take."""

    position: int
    """By taxonomy and id, from 1."""
    product_id: str
    reason: str


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
    advance: Callable[[int], None] = lambda _: None,
) -> list[Rejected]:
    """Write items under their ids, so that what is written twice is there once, and return those that were refused.

    Only what is refused for want of time or space is tried again, later each time.

    Raises:
        HomeError: a vector is not of unit length.
        IndexUnavailable: Elasticsearch takes no writes.
    """
    rejected = []
    with explained():
        results = streaming_bulk(
            client,
            _prepared(items, dimensions),
            index=index,
            chunk_size=ITEMS_AT_ONCE,
            raise_on_error=False,
            max_retries=RETRIES,
            initial_backoff=FIRST_BACKOFF_S,
            max_backoff=LONGEST_BACKOFF_S,
            retry_on_status=BUSY,
        )
        for position, (ok, result) in enumerate(results, start=1):
            if not ok:
                rejected.append(Rejected(position, result["index"]["_id"], result["index"]["error"]["reason"]))
            if position % ITEMS_AT_ONCE == 0:
                advance(position)
        client.indices.refresh(index=index)
    return rejected


def finish_index(client: Elasticsearch, index: str, meta: Meta, products: int) -> Meta:
    """Give an index that was filled and checked its settings for serving, and say so in its `_meta`."""
    finished = replace(meta, products=products, complete=True)
    with explained():
        # Named, because an index without one stops refreshing while nobody searches.
        settings = {"refresh_interval": "1s", "translog.durability": "request", "auto_expand_replicas": "0-1"}
        client.indices.put_settings(index=index, settings=settings)
        client.indices.put_mapping(index=index, meta=asdict(finished))
    return finished


def read_meta(client: Elasticsearch, index: str) -> Meta:
    """Return what an index says of itself.

    Raises:
        HomeError: it does not exist, or is none of ours.
    """
    try:
        with explained():
            answer = client.indices.get_mapping(index=index)
        ((_, found),) = answer.items()
        return msgspec.convert(found["mappings"]["_meta"], Meta)
    except NotFoundError as error:
        raise HomeError(f"Elasticsearch has no index {index}: run `kitsune index build`.") from error
    except (KeyError, ValueError, msgspec.ValidationError) as error:
        raise HomeError(f"The index {index} was not made by this Kitsune: run `kitsune index build`.") from error


def open_index(connection: Connection, index: str) -> ElasticIndex:
    """Open an index to be searched.

    Raises:
        HomeError: it does not exist, or is none of ours.
        IndexUnavailable: Elasticsearch does not answer.
    """
    with connection.client() as client:
        meta = read_meta(client, index)
        with explained():
            tree = tree_of(client.search(index=index, body=bodies.count_places()))
    info = GenerationInfo(meta.generation_id, meta.space_id, meta.dimensions, sum(tree.counts.values()), meta.sequence)
    return ElasticIndex(connection.async_client(), index, info, tree)


def _prepared(items: Iterable[Item], dimensions: int) -> Iterator[dict[str, Any]]:
    """Yield the document of each item, with its id."""
    remaining = iter(items)
    while batch := list(islice(remaining, ITEMS_AT_ONCE)):
        try:
            vectors = item_vectors(batch, dimensions)
        except InvalidRequest as error:
            raise HomeError(f"{error.detail} Run `kitsune encode` again, then build the index.") from error
        for item, vector in zip(batch, vectors, strict=True):
            yield {"_id": item.product.product_id} | document(item.product, vector)
