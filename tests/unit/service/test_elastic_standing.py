"""Writes on a real server whose shards are several: each product stands in one place, and nothing old comes back."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from elasticsearch import Elasticsearch

from service.domain import Filters, Money
from service.index.base import Item, Patch, Query
from service.index.elastic.building import Meta, apply_changes, create_index, fill_index, open_index
from service.index.elastic.connection import Connection
from service.index.elastic.documents import document, fields
from service.index.elastic.engine import ElasticIndex
from service.index.elastic.layouts import routing
from service.index.elastic.sampling import Sample
from tests.catalogues import made_items, taxonomy_name

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

D = 8
TAXONOMIES = 6
BOOTS = taxonomy_name(0)
ITEMS = list(made_items(120, TAXONOMIES, D, seed=3))
ITEM = ITEMS[0]
KEY = ITEM.product.product_id
EVERYTHING = Filters(in_stock=False)
META = Meta("generation", "space", D, 1, partitions=(BOOTS,), shards=3)


@pytest.fixture
def connection(elasticsearch_url: str) -> Connection:
    return Connection(elasticsearch_url, alias=f"standing-{secrets.token_hex(4)}")


@pytest.fixture
async def index(connection: Connection) -> AsyncIterator[ElasticIndex]:
    with connection.client() as client:
        create_index(client, connection.alias, META)
        fill_index(client, connection.alias, ITEMS, META, sample=Sample())
        opened = open_index(connection, connection.alias)
        yield opened
        await opened.close()
        client.indices.delete(index=connection.alias)


def copies(connection: Connection, product_id: str = KEY) -> list[Mapping[str, Any]]:
    with connection.client() as client:
        client.indices.refresh(index=connection.alias)
        found = client.search(index=connection.alias, query={"ids": {"values": [product_id]}})
        hits: list[Mapping[str, Any]] = found["hits"]["hits"]
    return hits


def elsewhere(client: Elasticsearch, index: str) -> str:
    """Return a taxonomy that another shard holds than BOOTS."""
    shards = {
        name: client.search_shards(index=index, routing=routing(name))["shards"][0][0]["shard"]
        for name in (taxonomy_name(rank) for rank in range(TAXONOMIES))
    }
    return next(name for name, shard in shards.items() if shard != shards[BOOTS])


def moved(connection: Connection) -> Item:
    with connection.client() as client:
        return Item(replace(ITEM.product, taxonomy=elsewhere(client, connection.alias)), ITEM.vector)


def interfere(index: ElasticIndex, monkeypatch: pytest.MonkeyPatch, write: Callable[[], Any]) -> list[int]:
    """Have `write` happen once, between the first look at a product and what is made of it; count the looks."""
    search, looks = index._search, [0]

    async def look(body: Any) -> Any:
        found = await search(body)
        looks[0] += 1
        if looks[0] == 1:
            await write()
        return found

    monkeypatch.setattr(index, "_search", look)
    return looks


async def test_a_product_that_changes_its_taxonomy_leaves_its_shard(
    index: ElasticIndex, connection: Connection
) -> None:
    there = moved(connection)
    for item in (there, ITEM, there):
        await index.upsert([item])
        (copy,) = copies(connection)
        assert copy["_routing"] == routing(item.product.taxonomy)
        found = (await index.get([KEY]))[KEY]
        assert found.product == item.product
        np.testing.assert_allclose(found.vector, item.vector, atol=1e-6)
    await index.delete([KEY])
    assert copies(connection) == []


@dataclass
class Changed:
    product_id: str
    item: Item | None


async def test_what_changed_in_the_record_leaves_its_shard_too(index: ElasticIndex, connection: Connection) -> None:
    gone = ITEMS[1].product.product_id
    with connection.client() as client:
        apply_changes(client, connection.alias, [Changed(KEY, moved(connection)), Changed(gone, None)], META)
    (copy,) = copies(connection)
    assert copy["_source"]["taxonomy"] == moved(connection).product.taxonomy
    assert copies(connection, gone) == []
    assert len((await index.taxonomies()).counts) == TAXONOMIES


async def test_a_changed_product_that_is_refused_is_told_and_no_longer_there(
    index: ElasticIndex, connection: Connection
) -> None:
    refused = Item(replace(ITEM.product, brand="x" * 40_000), ITEM.vector)
    with connection.client() as client:
        (rejected,) = apply_changes(client, connection.alias, [Changed(KEY, refused)], META)
    assert rejected.product_id == KEY
    assert "failed to parse field [brand]" in rejected.reason
    assert copies(connection) == []
    assert await index.get([KEY]) == {}


async def test_a_patch_never_brings_back_what_an_upsert_replaced(
    index: ElasticIndex, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed = Item(replace(ITEM.product, title="New", price=Money(5, "EUR")), ITEM.vector)
    other = open_index(connection, connection.alias)
    looks = interfere(index, monkeypatch, lambda: other.upsert([renamed]))
    await index.patch({KEY: Patch(availability="backorder")})
    assert looks == [2]
    found = (await other.get([KEY]))[KEY].product
    assert found == replace(renamed.product, availability="backorder")
    await other.close()


async def test_a_patch_while_a_product_moves_leaves_one_copy(
    index: ElasticIndex, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_index(connection, connection.alias)
    interfere(index, monkeypatch, lambda: other.patch({KEY: Patch(availability="backorder")}))
    await index.upsert([moved(connection)])
    (copy,) = copies(connection)
    assert copy["_source"]["taxonomy"] == moved(connection).product.taxonomy
    await other.close()


async def test_two_writers_of_one_process_leave_one_copy(index: ElasticIndex, connection: Connection) -> None:
    there = moved(connection)
    await asyncio.gather(*(index.upsert([item]) for item in (there, ITEM, there, ITEM)))
    assert len(copies(connection)) == 1


async def test_a_search_touches_the_shard_of_each_taxonomy_and_no_other(
    index: ElasticIndex, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[int] = []
    msearch = index._client.msearch

    async def watched(**asked: Any) -> Any:
        answer = await msearch(**asked)
        touched.extend(response["_shards"]["total"] for response in answer["responses"])
        return answer

    monkeypatch.setattr(index._client, "msearch", watched)
    with connection.client() as client:
        assert client.search(index=connection.alias, size=0)["_shards"]["total"] == META.shards
        two = (BOOTS, elsewhere(client, connection.alias))
    names = [(taxonomy_name(rank),) for rank in range(TAXONOMIES)]
    await index.search([Query(ITEM.vector, wanted, 5) for wanted in names], EVERYTHING, timeout_s=10)
    assert touched == [1] * TAXONOMIES
    touched.clear()
    await index.search([Query(ITEM.vector, two, 5)], Filters(brands=frozenset({"elm"})), timeout_s=10)
    assert touched == [2]


async def test_an_index_from_before_there_was_routing_is_searched_and_written(connection: Connection) -> None:
    meta = {"generation_id": "g", "space_id": "space", "dimensions": D, "sequence": 1, "layout": "exact"}
    mappings = {"properties": fields(D, []), "_meta": meta | {"complete": True, "format_version": 1}}
    with connection.client() as client:
        client.indices.create(index=connection.alias, mappings=mappings)
        for item in ITEMS[:3]:
            kept = document(item.product, item.vector, None)
            client.index(index=connection.alias, id=item.product.product_id, document=kept, refresh=True)
        index = open_index(connection, connection.alias)
        (found,) = await index.search([Query(ITEM.vector, (BOOTS,), 1)], EVERYTHING, timeout_s=10)
        assert found[0].product == ITEM.product
        await index.patch({KEY: Patch(availability="backorder")})
        await index.upsert([replace(ITEMS[1], vector=ITEM.vector)])
        await index.delete([ITEMS[2].product.product_id])
        assert len(copies(connection)) == len(copies(connection, ITEMS[1].product.product_id)) == 1
        assert copies(connection, ITEMS[2].product.product_id) == []
        assert (await index.get([KEY]))[KEY].product.availability == "backorder"
        await index.close()
        client.indices.delete(index=connection.alias)
