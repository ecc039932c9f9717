"""Generations on a real server: whole or not there, one of them behind the alias."""

import os
from dataclasses import replace

import numpy as np
import pytest
from elasticsearch import BadRequestError, Elasticsearch

from service.catalog.record import Record, RecordedProduct
from service.domain import Filters, Product
from service.errors import HomeError, HomeLocked
from service.index.base import Item, Patch, Query
from service.index.elastic import building, planning
from service.index.elastic.connection import Connection
from service.index.elastic.generations import ElasticGenerations
from tests.catalogues import made_items, taxonomy_name
from tests.generations import BUNDLE, SPACE, D, Killed, build, indices, kill, named, put, released
from tests.records import RecordWithHook, products, recorded

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_released_generation_holds_the_products_that_have_a_vector(
    generations: ElasticGenerations, record: Record, client: Elasticsearch
) -> None:
    record.upsert([RecordedProduct(Product(product_id="without", taxonomy="Hats"))])
    info = build(generations, record).info
    assert named(client, generations.connection) == []
    generations.activate(info.generation_id, record)
    assert named(client, generations.connection) == [f"{generations.connection.alias}-{info.generation_id.lower()}"]
    index = generations.open(info.generation_id, record, SPACE)
    assert index.info == info
    meta = building.read_meta(client, *named(client, generations.connection))
    assert (meta.bundle_id, meta.products, meta.left_out, meta.layout) == (BUNDLE, 120, 0, "exact")
    assert (info.space_id, info.dimensions, info.products, info.sequence) == (SPACE, D, 120, record.sequence)
    expected = recorded(record)
    del expected["without"]
    assert await products(index) == expected
    await index.close()


async def test_large_taxonomies_have_a_graph_and_shards_are_as_many_as_asked_for(
    generations: ElasticGenerations, record: Record, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "GRAPH_FROM", 25)
    sharded = replace(generations, shards=2)
    generation_id = released(sharded, record)
    index = f"{generations.connection.alias}-{generation_id.lower()}"
    meta = building.read_meta(client, index)
    assert (meta.layout, meta.partitions, meta.shards) == ("partitioned", (taxonomy_name(0), taxonomy_name(1)), 2)
    assert client.indices.get_settings(index=index)[index]["settings"]["index"]["number_of_shards"] == "2"
    assert [state.layout for state in sharded.all()] == ["partitioned"]
    opened = sharded.open(generation_id, record, SPACE)
    assert await products(opened) == recorded(record)
    await opened.close()


def test_a_build_goes_on_with_the_graphs_that_it_began_with(
    generations: ElasticGenerations, record: Record, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "GRAPH_FROM", 40)
    with pytest.raises(Killed):
        build(generations, RecordWithHook(record, kill))
    monkeypatch.setattr(planning, "GRAPH_FROM", 25)
    build(generations, record)
    (index,) = indices(client, generations.connection)
    assert building.read_meta(client, index).partitions == (taxonomy_name(0),)


async def test_writes_made_during_a_build_are_in_the_generation(
    generations: ElasticGenerations, record: Record
) -> None:
    first, moved, gone, sold = list(made_items(120, 5, D, seed=3))[:4]

    def write(record: Record) -> None:
        new = replace(first.product, product_id="new", taxonomy="Aaa")
        put(record, [Item(new, first.vector), Item(replace(moved.product, taxonomy="Zzz"), moved.vector)])
        record.delete([gone.product.product_id])
        record.patch({sold.product.product_id: Patch(availability="out_of_stock")})

    info = build(generations, RecordWithHook(record, write)).info
    generations.activate(info.generation_id, record)
    index = generations.open(info.generation_id, record, SPACE)
    assert await products(index) == recorded(record)
    (found,) = await index.search([Query(moved.vector, ("Zzz",), 1)], Filters(in_stock=False), timeout_s=5)
    assert found[0].product.product_id == moved.product.product_id
    await index.close()


async def test_a_build_that_was_killed_is_gone_on_with(
    generations: ElasticGenerations, record: Record, client: Elasticsearch
) -> None:
    old = released(generations, record)
    with pytest.raises(Killed):
        build(generations, RecordWithHook(record, kill))
    serving = named(client, generations.connection)
    assert serving == [f"{generations.connection.alias}-{old.lower()}"]
    (unfinished,) = set(indices(client, generations.connection)) - set(serving)
    client.indices.refresh(index=unfinished)
    assert 0 < client.count(index=unfinished)["count"] < 120
    record.delete([next(iter(recorded(record)))])
    new = released(generations, record)
    assert named(client, generations.connection) == [unfinished] == [f"{generations.connection.alias}-{new.lower()}"]
    index = generations.open(new, record, SPACE)
    assert await products(index) == recorded(record)
    await index.close()


def test_a_generation_that_was_never_finished_is_not_served(
    generations: ElasticGenerations, record: Record, client: Elasticsearch
) -> None:
    with pytest.raises(Killed):
        build(generations, RecordWithHook(record, kill))
    (unfinished,) = indices(client, generations.connection)
    meta = building.read_meta(client, unfinished)
    assert not generations.has(meta.generation_id)
    for use in (
        lambda: generations.open(meta.generation_id, record, SPACE),
        lambda: generations.activate(meta.generation_id, record),
    ):
        with pytest.raises(HomeError, match="was never finished: run `kitsune index build`"):
            use()
    assert named(client, generations.connection) == []


def test_what_a_killed_build_of_another_space_left_is_removed(
    generations: ElasticGenerations, record: Record, client: Elasticsearch
) -> None:
    with pytest.raises(Killed):
        build(generations, RecordWithHook(record, kill))
    put(record, list(made_items(30, 5, D, seed=3)), "space-2")
    generations.build(record, "space-2", D, lambda _: None, bundle_id=BUNDLE)
    assert len(indices(client, generations.connection)) == 1


def test_a_build_that_finds_nothing_or_is_refused_leaves_no_index(
    generations: ElasticGenerations, record: Record, client: Elasticsearch
) -> None:
    with pytest.raises(HomeError, match="No product has a vector in this space: run `kitsune encode`"):
        generations.build(record, "other", D, lambda _: None, bundle_id=BUNDLE)
    record.set_vectors(SPACE, [next(iter(recorded(record)))], np.full((1, D), 2, np.float32))
    with pytest.raises(HomeError, match="has length"):
        build(generations, record)
    assert indices(client, generations.connection) == []


async def test_a_product_that_the_engine_does_not_take_is_told_and_the_others_are_there(
    generations: ElasticGenerations, record: Record
) -> None:
    expected = recorded(record)
    item = next(made_items(1, 1, D, seed=5))
    put(record, [Item(replace(item.product, product_id="x" * 600), item.vector)])
    built = build(generations, record)
    (rejected,) = built.rejected
    assert rejected.product_id == "x" * 600
    assert "600 bytes" in rejected.reason
    assert built.info.products == 120
    generations.activate(built.info.generation_id, record)
    index = generations.open(built.info.generation_id, record, SPACE)
    assert await products(index) == expected
    await index.close()


async def test_going_back_shows_the_records_latest_state(
    generations: ElasticGenerations, record: Record, client: Elasticsearch
) -> None:
    first = released(generations, record)
    put(record, list(made_items(40, 7, D, seed=9)))
    second = released(generations, record)
    record.delete(list(recorded(record))[:5])
    generations.activate(first, record)
    assert named(client, generations.connection) == [f"{generations.connection.alias}-{first.lower()}"]
    assert generations.has(second)
    index = generations.open(first, record, SPACE)
    assert await products(index) == recorded(record)
    await index.close()


def test_two_builds_at_once_the_second_is_told(generations: ElasticGenerations, record: Record) -> None:
    def build_too(record: Record) -> None:
        with pytest.raises(HomeLocked, match=rf"Process {os.getpid()} on .* is building since"):
            build(generations, record)

    assert build(generations, RecordWithHook(record, build_too)).info.products == 120


def test_the_lock_of_a_process_that_is_no_more_is_taken_over(
    generations: ElasticGenerations, record: Record, client: Elasticsearch
) -> None:
    lock = f"{generations.connection.alias}-lock"
    holder = {"host": os.uname().nodename, "pid": 2**22 + 1, "since": "2026-01-01"}
    client.indices.create(index=lock, mappings={"_meta": holder})
    assert build(generations, record).info.products == 120
    assert not client.indices.exists(index=lock)


def test_an_index_that_was_created_twice_over_is_ours_if_it_says_so(
    connection: Connection, client: Elasticsearch
) -> None:
    index = f"{connection.alias}-twice"
    for _ in range(2):
        building.create_once(client, index, {"holder": "us"}, settings={}, mappings={})
    with pytest.raises(BadRequestError):
        building.create_once(client, index, {"holder": "them"}, settings={}, mappings={})
    client.indices.delete(index=index)


def test_a_generation_of_another_space_or_none_at_all_is_refused(
    generations: ElasticGenerations, record: Record
) -> None:
    generation_id = released(generations, record)
    with pytest.raises(HomeError, match="is of space space-1, the bundle of space-2"):
        generations.open(generation_id, record, "space-2")
    with pytest.raises(HomeError, match=r"has no index .*-nowhere: run `kitsune index build`"):
        generations.open("nowhere", record, SPACE)


def test_an_alias_that_names_no_index_or_two_is_refused(
    generations: ElasticGenerations, record: Record, client: Elasticsearch
) -> None:
    generation_id = released(generations, record)
    other = f"{generations.connection.alias}-other"
    client.indices.create(index=other, aliases={generations.connection.alias: {}})
    with pytest.raises(HomeError, match=r"alias_ambiguous: .* names 2 indices"):
        generations.open(generation_id, record, SPACE)
    client.indices.update_aliases(actions=[{"remove": {"index": "_all", "alias": generations.connection.alias}}])
    with pytest.raises(HomeError, match=r"alias_ambiguous: .* names 0 indices"):
        generations.open(generation_id, record, SPACE)


def test_pruning_keeps_what_is_named_and_what_is_another_shops(generations: ElasticGenerations, record: Record) -> None:
    old, previous, current = (released(generations, record) for _ in range(3))
    alias = generations.connection.alias
    longer = ElasticGenerations(replace(generations.connection, alias=f"{alias}-men"))
    others = released(longer, record)
    assert generations.prune(keep=[previous]) == (old,)
    assert [generations.has(id_) for id_ in (old, previous, current)] == [False, True, True]
    assert longer.has(others)


def test_generations_are_listed_by_age_and_a_build_that_was_cut_off_is_not_complete(
    generations: ElasticGenerations, record: Record
) -> None:
    assert generations.all() == []
    first, second = (build(generations, record).info for _ in range(2))
    with pytest.raises(Killed):
        build(generations, RecordWithHook(record, kill))
    listed = generations.all()
    assert sorted(listed, key=lambda state: state.generation_id) == listed
    assert [state.info for state in listed if state.complete] == sorted([first, second], key=lambda i: i.generation_id)
    assert [state.complete for state in listed].count(False) == 1


def test_pruning_leaves_what_the_next_build_goes_on_with(generations: ElasticGenerations, record: Record) -> None:
    with pytest.raises(Killed):
        build(generations, RecordWithHook(record, kill))
    (unfinished,) = generations.all()
    assert generations.prune(keep=[]) == ()
    assert build(generations, record).info.generation_id == unfinished.generation_id
