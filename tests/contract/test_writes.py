"""Writes: visible to the next question, and never half."""

from collections.abc import Sequence
from dataclasses import replace

import anyio
import anyio.lowlevel
import numpy as np
import pytest

from service.domain import Filters, Money, Product
from service.errors import InvalidRequest
from service.index.base import Item, Patch, ProductIndex, Query
from tests.catalogues import made_items, taxonomy_name
from tests.contract.conftest import DIMENSIONS, Engine
from tests.contract.expect import (
    EVERYTHING,
    assert_same,
    catalogue,
    direction,
    ids,
    random_filters,
    random_query,
    reference,
)
from tests.contract.reference import ReferenceIndex, cosine
from tests.contract.test_products import browsed

pytestmark = pytest.mark.anyio

BOOTS, COATS = taxonomy_name(0), taxonomy_name(1)


async def assert_equal(index: ProductIndex, expected: ReferenceIndex, items: Sequence[Item], seed: int) -> None:
    """Ask both the same questions of each kind."""
    rng = np.random.default_rng(seed)
    queries = [random_query(rng, items) for _ in range(9)]
    for filters in (EVERYTHING, Filters(), random_filters(rng, items)):
        answers = await index.search(queries, filters, timeout_s=10)
        for found, wanted in zip(answers, await expected.search(queries, filters, timeout_s=10), strict=True):
            assert_same(found, wanted)
    for text in (None, "red", "boots bl", "0001"):
        assert await browsed(index, text) == await browsed(expected, text)
    assert dict((await index.taxonomies()).counts) == dict((await expected.taxonomies()).counts)
    wanted_ids = [item.product.product_id for item in items]
    assert {key: item.product for key, item in (await index.get(wanted_ids)).items()} == {
        key: item.product for key, item in (await expected.get(wanted_ids)).items()
    }


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_writes_an_index_equals_the_reference(engine: Engine, seed: int) -> None:
    rng = np.random.default_rng(seed)
    items = catalogue(200, seed)
    others = list(made_items(260, 10, DIMENSIONS, seed + 100))
    index, expected = await engine.make(items), reference(items)
    for _ in range(3):
        # The other catalogue has some of the ids, in other taxonomies, with other brands, prices and vectors.
        put = [others[row] for row in rng.integers(0, len(others), 30)]
        drop = [(items + others)[row].product.product_id for row in rng.integers(0, 400, 20)] + ["unknown"]
        sold = {(items + others)[row].product.product_id: Patch(availability="out_of_stock") for row in range(9)}
        for either in (index, expected):
            await either.upsert(put)
            await either.delete(drop)
            await either.patch(sold | {"unknown": Patch(availability="in_stock")})
        await assert_equal(index, expected, items + others, seed)


async def test_a_new_product_is_found_by_every_door(engine: Engine) -> None:
    index = await engine.make(catalogue(50))
    product = Product(
        product_id="new", taxonomy="Hats", taxonomy_path=("Head",), brand="Novum", title="Félt hat", group_id="g"
    )
    await index.upsert([Item(product, direction(5))])
    query = Query(direction(5), ("Hats",), 5)
    (found,) = await index.search([query], Filters(brands=frozenset({"novum"})), timeout_s=10)
    assert ids(found) == ["new"]
    (found,) = await index.search([query], Filters(exclude_groups=frozenset({"g"})), timeout_s=10)
    assert found == ()
    (found,) = await index.search([query], Filters(exclude_ids=frozenset({"new"})), timeout_s=10)
    assert found == ()
    assert (await index.get(["new"]))["new"].product == product
    assert await browsed(index, "felt ha") == ["new"]
    assert (await index.taxonomies()).leaves("Head") == ("Hats",)


async def test_a_moved_product_is_in_its_new_taxonomy_only(engine: Engine) -> None:
    items = catalogue(50)
    index = await engine.make(items)
    moved = next(item for item in items if item.product.taxonomy == BOOTS)
    there = Item(replace(moved.product, taxonomy=COATS), moved.vector)
    boots_before = (await index.taxonomies()).counts[BOOTS]
    await index.upsert([there])
    boots, coats = await index.search(
        [Query(moved.vector, (BOOTS,), 50), Query(moved.vector, (COATS,), 50)], EVERYTHING, timeout_s=10
    )
    assert moved.product.product_id not in ids(boots)
    assert moved.product.product_id in ids(coats)
    assert (await index.taxonomies()).counts[BOOTS] == boots_before - 1


async def test_the_last_of_two_items_with_one_id_stays(engine: Engine) -> None:
    index = await engine.make(catalogue(50))
    await index.upsert([Item(Product(product_id="A", taxonomy=name), direction(1)) for name in (BOOTS, COATS)])
    assert (await index.get(["A"]))["A"].product.taxonomy == COATS
    (boots,) = await index.search([Query(direction(1), (BOOTS,), 50)], EVERYTHING, timeout_s=10)
    assert "A" not in ids(boots)


async def test_a_deleted_product_is_nowhere_and_may_come_back(engine: Engine) -> None:
    items = catalogue(50)
    index = await engine.make(items)
    item = items[0]
    key = item.product.product_id
    query = Query(item.vector, (item.product.taxonomy,), 50)
    await index.delete([key, key, "unknown"])
    (found,) = await index.search([query], EVERYTHING, timeout_s=10)
    assert key not in ids(found)
    assert await index.get([key]) == {}
    assert key not in await browsed(index)
    await index.upsert([item])
    (found,) = await index.search([query], EVERYTHING, timeout_s=10)
    assert found[0].score == pytest.approx(1, abs=1e-6)
    assert key in ids(found)
    assert await browsed(index) == [item.product.product_id for item in items]


async def test_a_taxonomy_emptied_by_deletes_is_gone_from_the_tree(engine: Engine) -> None:
    items = catalogue(50)
    index = await engine.make(items)
    await index.delete([item.product.product_id for item in items if item.product.taxonomy == COATS])
    (found,) = await index.search([Query(direction(1), (COATS,), 5)], EVERYTHING, timeout_s=10)
    assert found == ()
    assert COATS not in (await index.taxonomies()).counts
    assert (await index.taxonomies()).leaves(COATS) == ()


async def test_a_patch_changes_what_it_names_and_nothing_else(engine: Engine) -> None:
    items = catalogue(50)
    index = await engine.make(items)
    product = items[0].product
    await index.patch({product.product_id: Patch(availability="backorder")})
    await index.patch({product.product_id: Patch(sale_price=Money(1.5, "SEK"))})
    found = (await index.get([product.product_id]))[product.product_id]
    assert found.product == replace(product, availability="backorder", sale_price=Money(1.5, "SEK"))
    np.testing.assert_array_equal(found.vector, items[0].vector)


@pytest.mark.parametrize(
    "vector",
    [np.zeros(DIMENSIONS), np.full(DIMENSIONS, np.nan), np.ones(DIMENSIONS), np.eye(DIMENSIONS + 1)[0]],
    ids=["zero", "nan", "too far from unit", "too many numbers"],
)
async def test_a_vector_that_is_no_unit_vector_is_refused_by_product(engine: Engine, vector: np.ndarray) -> None:
    index = await engine.make(catalogue(20))
    with pytest.raises(InvalidRequest, match="product-1"):
        await index.upsert([Item(Product(product_id="product-1", taxonomy=BOOTS), vector.astype(np.float32))])
    assert await index.get(["product-1"]) == {}


async def test_searches_during_writes_see_each_product_before_or_after_never_between(engine: Engine) -> None:
    items = catalogue(300)
    index = await engine.make(items)
    states = [
        Item(Product(product_id="X", taxonomy=BOOTS, brand="one", price=Money(10, "EUR")), direction(11)),
        Item(Product(product_id="X", taxonomy=COATS, brand="two", availability="out_of_stock"), direction(12)),
        Item(Product(product_id="X", taxonomy=BOOTS, brand="three"), direction(13)),
    ]
    vectors = {state.product.brand: state.vector for state in states}
    query = Query(direction(11), (BOOTS, COATS), 400)
    seen: set[str | None] = set()
    writing = True

    async def search(filters: Filters) -> None:
        while writing:
            (found,) = await index.search([query], filters, timeout_s=10)
            assert len(set(ids(found))) == len(found)
            for candidate in found:
                assert filters.admit(candidate.product)
                if candidate.product.product_id == "X":
                    seen.add(candidate.product.brand)
                    expected = cosine(vectors[candidate.product.brand], query.vector)
                    assert candidate.score == pytest.approx(expected, abs=1e-5)
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        for filters in (EVERYTHING, Filters(), Filters(exclude_brands=frozenset({"three"}))):
            tasks.start_soon(search, filters)
        for turn in range(30):
            await index.upsert([states[turn % 3]])
            await anyio.sleep(0.001)
        writing = False
    assert seen == {"one", "two", "three"}
