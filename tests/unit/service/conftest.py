"""A record of 120 products, and generations of it on the session's Elasticsearch under an alias of their own."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from service.catalog.record import Record
from service.index.elastic import building
from service.index.elastic.connection import Connection
from service.index.elastic.generations import ElasticGenerations
from tests.catalogues import made_items
from tests.generations import D, indices, put


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with Record.open(tmp_path / "catalog.sqlite") as record:
        put(record, list(made_items(120, 5, D, seed=3)))
        yield record


@pytest.fixture
def connection(elasticsearch_url: str) -> Connection:
    return Connection(elasticsearch_url, alias=f"generations-{secrets.token_hex(4)}")


@pytest.fixture
def generations(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[ElasticGenerations]:
    monkeypatch.setattr(building, "ITEMS_AT_ONCE", 10)
    yield ElasticGenerations(connection)
    with connection.client() as client:
        for index in indices(client, connection):
            client.options(ignore_status=404).indices.delete(index=index)


@pytest.fixture
def client(connection: Connection) -> Iterator[Elasticsearch]:
    with connection.client() as client:
        yield client
