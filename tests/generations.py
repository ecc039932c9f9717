"""Generations on a real server, as their tests make them: of a small record, and cut off where a test says."""

import numpy as np
from elasticsearch import Elasticsearch

from service.catalog.record import Record, RecordedProduct
from service.index.base import Item
from service.index.elastic.connection import Connection
from service.index.elastic.generations import ElasticGenerations
from service.index.generations import Built
from tests.records import RecordWithHook

D = 8
SPACE = "space-1"
BUNDLE = "bundle-1"


class Killed(BaseException):
    """Stands for a signal that nobody can catch."""


def kill(_: Record) -> None:
    raise Killed


def put(record: Record, items: list[Item], space_id: str = SPACE) -> None:
    record.upsert(RecordedProduct(item.product) for item in items)
    vectors = np.array([item.vector for item in items])
    record.set_vectors(space_id, [item.product.product_id for item in items], vectors)


def build(generations: ElasticGenerations, record: Record | RecordWithHook) -> Built:
    return generations.build(record, SPACE, D, lambda _: None, bundle_id=BUNDLE)


def released(generations: ElasticGenerations, record: Record) -> str:
    generation_id = build(generations, record).info.generation_id
    generations.activate(generation_id, record)
    return generation_id


def indices(client: Elasticsearch, connection: Connection) -> list[str]:
    return sorted(client.indices.get_mapping(index=f"{connection.alias}*"))


def named(client: Elasticsearch, connection: Connection) -> list[str]:
    if not client.indices.exists_alias(name=connection.alias):
        return []
    return sorted(client.indices.get_alias(name=connection.alias))
