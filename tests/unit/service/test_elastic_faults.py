"""What a build on a real server makes of refusals, of a full disk, and of indices that are not what they should be."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from elasticsearch import ConnectionTimeout, Elasticsearch

from service.catalog.record import Record
from service.domain import Filters, Product
from service.errors import HomeError, IndexUnavailable
from service.index.base import Item, Query
from service.index.elastic import building, sending
from service.index.elastic.documents import fields
from service.index.elastic.generations import ElasticGenerations
from tests.catalogues import made_items
from tests.generations import BUNDLE, SPACE, D, Killed, build, kill, named, put, released
from tests.records import RecordWithHook, products, recorded

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

Bulk = Callable[..., Any]
TOO_LONG = "x" * 40_000
"""A brand that Lucene does not take as a term."""


def put_refused(record: Record) -> set[str]:
    """Have the server refuse the first product of the first and one of the last taxonomy; return their ids."""
    items = list(made_items(120, 5, D, seed=3))
    refused = [items[0], items[-1]]
    put(record, [Item(replace(item.product, brand=TOO_LONG), item.vector) for item in refused])
    return {item.product.product_id for item in refused}


def unfinished_index(generations: ElasticGenerations) -> str:
    (unfinished,) = (state.generation_id for state in generations.all() if not state.complete)
    return f"{generations.connection.alias}-{unfinished.lower()}"


def block(client: Elasticsearch, index: str, *, on: bool) -> None:
    """Do what the server does to indices on a disk that is nearly full, or has room again."""
    client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": on or None})


async def held(generations: ElasticGenerations, record: Record, generation_id: str) -> dict[str, Product]:
    index = generations.open(generation_id, record, SPACE)
    found = await products(index)
    await index.close()
    return found


async def test_what_is_refused_is_told_and_what_was_too_much_at_once_is_there(
    generations: ElasticGenerations, record: Record, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = put_refused(record)
    bulk: Bulk = Elasticsearch.bulk
    asked: list[int] = []

    def busy_at_first(self: Elasticsearch, *, index: str, operations: list[Any]) -> Any:
        """Do not carry out every third action, the first time that it is asked for."""
        asked.append(len(operations) // 2)
        if len(asked) % 2 == 0:
            return bulk(self, index=index, operations=operations)
        done = [line for n, line in enumerate(operations) if n // 2 % 3]
        results = iter(bulk(self, index=index, operations=done)["items"])
        too_much = {"index": {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue"}}}
        return {"errors": True, "items": [next(results) if n % 3 else too_much for n in range(asked[-1])]}

    monkeypatch.setattr(Elasticsearch, "bulk", busy_at_first)
    monkeypatch.setattr(sending, "FIRST_PAUSE_S", 0)
    told: list[int] = []
    built = generations.build(record, SPACE, D, told.append, bundle_id=BUNDLE)
    assert asked == [10, 4] * 12
    assert told == list(range(10, 121, 10))
    assert {rejected.product_id for rejected in built.rejected} == refused
    assert all("brand" in rejected.reason for rejected in built.rejected)
    meta = building.read_meta(client, f"{generations.connection.alias}-{built.info.generation_id.lower()}")
    assert (meta.products, meta.left_out, built.info.products) == (118, 2, 118)
    generations.activate(built.info.generation_id, record)
    assert (await held(generations, record, built.info.generation_id)).keys() == recorded(record).keys() - refused


async def test_a_build_that_goes_on_tells_all_that_is_refused(generations: ElasticGenerations, record: Record) -> None:
    refused = put_refused(record)
    with pytest.raises(Killed):
        build(generations, RecordWithHook(record, kill))
    (unfinished,) = generations.all()
    built = build(generations, record)
    assert built.info.generation_id == unfinished.generation_id
    assert {rejected.product_id for rejected in built.rejected} == refused
    generations.activate(built.info.generation_id, record)
    assert (await held(generations, record, built.info.generation_id)).keys() == recorded(record).keys() - refused


async def test_a_write_whose_answer_came_too_late_is_not_there_twice(
    generations: ElasticGenerations, record: Record, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk: Bulk = Elasticsearch.bulk
    asked: list[int] = []

    def too_late(self: Elasticsearch, *, index: str, operations: list[Any]) -> Any:
        asked.append(len(operations))
        answer = bulk(self, index=index, operations=operations)
        if len(asked) == 5:
            raise ConnectionTimeout("timed out")
        return answer

    monkeypatch.setattr(Elasticsearch, "bulk", too_late)
    with pytest.raises(IndexUnavailable, match="does not answer in time"):
        build(generations, record)
    begun = unfinished_index(generations)
    generation_id = released(generations, record)
    assert named(client, generations.connection) == [begun]
    assert client.count(index=begun)["count"] == 120
    assert await held(generations, record, generation_id) == recorded(record)


async def test_a_disk_that_is_nearly_full_stops_the_build_which_goes_on_when_there_is_room(
    generations: ElasticGenerations, record: Record, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.index.elastic.sending.time.sleep", lambda _: pytest.fail("waited for a disk"))
    serving = released(generations, record)
    expected = recorded(record)
    full = r"its disk is nearly full: the operator should make room. Then run the command again"

    def fill_disk(_: Record) -> None:
        block(client, unfinished_index(generations), on=True)

    with pytest.raises(IndexUnavailable, match=full):
        build(generations, RecordWithHook(record, fill_disk))
    begun = unfinished_index(generations)
    client.indices.refresh(index=begun)
    written = client.count(index=begun)["count"]
    with pytest.raises(IndexUnavailable, match=full):
        build(generations, record)
    assert client.count(index=begun)["count"] == written == 60
    assert await held(generations, record, serving) == expected
    block(client, begun, on=False)
    generation_id = released(generations, record)
    assert named(client, generations.connection) == [begun]
    assert await held(generations, record, generation_id) == expected


def other_vector(**other: Any) -> dict[str, Any]:
    return {**fields(D), "vector": {**fields(D)["vector"], **other}}


NOT_INDEXED = {"vector": {"type": "dense_vector", "dims": D, "index": False}}


@pytest.mark.parametrize(
    ("properties", "difference"),
    [
        (other_vector(dims=D + 1), "vector has dims 9 instead of 8"),
        (other_vector(similarity="l2_norm"), "vector has similarity l2_norm instead of dot_product"),
        (fields(D) | NOT_INDEXED, "vector has index False instead of True"),
        (fields(D) | {"brand": {"type": "text"}}, "brand has type text instead of keyword"),
        ({name: field for name, field in fields(D).items() if name != "in_stock"}, "in_stock has type None"),
    ],
    ids=["dims", "similarity", "not indexed", "text", "no field"],
)
async def test_an_index_that_is_mapped_otherwise_is_neither_opened_nor_swapped_in(
    generations: ElasticGenerations,
    record: Record,
    client: Elasticsearch,
    properties: dict[str, Any],
    difference: str,
) -> None:
    serving = released(generations, record)
    connection = generations.connection
    (index,) = named(client, connection)
    meta = replace(building.read_meta(client, index), generation_id="other")
    building.create_once(client, f"{connection.alias}-other", asdict(meta), {}, {"properties": properties})
    assert not generations.has("other")
    for use in (
        lambda: generations.open("other", record, SPACE),
        lambda: generations.activate("other", record),
    ):
        with pytest.raises(HomeError, match=rf"does not fit: {difference}.*Run `kitsune index build`"):
            use()
    assert named(client, connection) == [index]
    (item,) = list(made_items(1, 1, D, seed=3))
    opened = generations.open(serving, record, SPACE)
    assert await opened.search([Query(item.vector, ("Taxonomy 0000",), 3)], Filters(in_stock=False), timeout_s=5)
    await opened.close()
