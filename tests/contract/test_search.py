"""Searches: exact, filtered, in a stated order, in time."""

from dataclasses import replace

import numpy as np
import pytest

from service.domain import Filters, Money, PriceRange, Product
from service.errors import DeadlineExceeded, InvalidRequest
from service.index.base import Item, Query
from tests.catalogues import taxonomy_name
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

pytestmark = pytest.mark.anyio

BOOTS, COATS = taxonomy_name(0), taxonomy_name(1)


@pytest.mark.parametrize("seed", range(8))
async def test_batches_of_filtered_searches_equal_the_reference(engine: Engine, seed: int) -> None:
    rng = np.random.default_rng(seed)
    items = catalogue(seed=seed)
    index, expected = await engine.make(items), reference(items)
    for _ in range(8):
        queries = [random_query(rng, items) for _ in range(rng.integers(1, 10))]
        filters = random_filters(rng, items)
        answers = await index.search(queries, filters, timeout_s=10)
        for found, wanted in zip(answers, await expected.search(queries, filters, timeout_s=10), strict=True):
            assert_same(found, wanted)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(in_stock=False, price=PriceRange("EUR", 50, 100)),
        Filters(in_stock=False, price=PriceRange("EUR", minimum=150)),
        Filters(in_stock=False, price=PriceRange("USD", maximum=120)),
        Filters(in_stock=False, price=PriceRange("USD")),
        Filters(in_stock=False, price=PriceRange("XXX")),
        Filters(in_stock=False, brands=frozenset({"ALDONA", "ça va"})),
        Filters(in_stock=False, brands=frozenset({"unheard of"})),
        Filters(in_stock=False, brands=frozenset({""})),
        Filters(in_stock=False, exclude_brands=frozenset({"dusk", "ELM"})),
        Filters(in_stock=False, brands=frozenset({"dusk", "elm"}), exclude_brands=frozenset({"Elm"})),
        Filters(in_stock=False, gender="female"),
        Filters(in_stock=False, gender="unisex"),
        Filters(in_stock=False, exclude_ids=frozenset({"P00000000", "P00000009", "unknown"})),
        Filters(in_stock=False, exclude_groups=frozenset({"G00000003", "unknown"})),
    ],
    ids=repr,
)
async def test_each_filter_admits_what_its_definition_admits(engine: Engine, filters: Filters) -> None:
    items = catalogue()
    index = await engine.make(items)
    (found,) = await index.search([Query(direction(3), (BOOTS,), len(items))], filters, timeout_s=10)
    admitted = {i.product.product_id for i in items if i.product.taxonomy == BOOTS and filters.admit(i.product)}
    assert set(ids(found)) == admitted


@pytest.mark.parametrize("amount", [19.99, 0.1 + 0.2, 0.0])
async def test_a_price_at_the_bound_is_inside_to_the_last_digit(engine: Engine, amount: float) -> None:
    product = Product(product_id="A", taxonomy=BOOTS, price=Money(amount, "EUR"))
    index = await engine.make([Item(product, direction(1))])
    (found,) = await index.search(
        [Query(direction(1), (BOOTS,), 1)], Filters(price=PriceRange("EUR", amount, amount)), timeout_s=10
    )
    assert ids(found) == ["A"]


async def test_equal_vectors_come_by_product_id_also_where_k_cuts_them(engine: Engine) -> None:
    same = direction(1)
    items = [Item(Product(product_id=f"P{i:03d}", taxonomy=BOOTS), same) for i in range(100)]
    items += [Item(Product(product_id=f"A{i:03d}", taxonomy=COATS), same) for i in range(100)]
    index = await engine.make(items)
    query = Query(same + np.float32(0.3) * direction(2), (BOOTS, COATS), 7)
    for k in (1, 7, 101, 200):
        (found,) = await index.search([replace(query, k=k)], EVERYTHING, timeout_s=10)
        assert ids(found) == sorted(item.product.product_id for item in items)[:k]
        assert len({candidate.score for candidate in found}) == 1


async def test_a_written_copy_of_a_vector_takes_its_place_by_id(engine: Engine) -> None:
    same = direction(1)
    index = await engine.make([Item(Product(product_id=i, taxonomy=BOOTS), same) for i in ("B", "D", "F")])
    await index.upsert([Item(Product(product_id=i, taxonomy=BOOTS), same) for i in ("E", "A", "D")])
    for k in (1, 2, 3, 4, 5):
        (found,) = await index.search([Query(direction(2), (BOOTS,), k)], EVERYTHING, timeout_s=10)
        assert ids(found) == ["A", "B", "D", "E", "F"][:k]


async def test_scores_are_cosines_whatever_the_length_of_the_vector(engine: Engine) -> None:
    index = await engine.make([Item(Product(product_id="A", taxonomy=BOOTS), direction(1))])
    for length in (1e-20, 1.0, 1e20):
        opposite = -direction(1) * np.float32(length)
        queries = [Query(direction(1) * np.float32(length), (BOOTS,), 1), Query(opposite, (BOOTS,), 1)]
        (same,), (against,) = await index.search(queries, EVERYTHING, timeout_s=10)
        assert (same.score, against.score) == pytest.approx((1, -1), abs=1e-6)
        assert -1 <= against.score <= same.score <= 1


async def test_k_beyond_the_taxonomy_gives_all_there_is(engine: Engine) -> None:
    items = catalogue()
    index = await engine.make(items)
    (found,) = await index.search([Query(direction(1), (COATS,), 10_000)], EVERYTHING, timeout_s=10)
    assert len(found) == sum(item.product.taxonomy == COATS for item in items)


async def test_unknown_and_no_taxonomies_hold_nothing(engine: Engine) -> None:
    index = await engine.make(catalogue())
    queries = [Query(direction(1), ("Nowhere",), 5), Query(direction(1), (), 5), Query(direction(1), (BOOTS,), 5)]
    nowhere, none, boots = await index.search(queries, EVERYTHING, timeout_s=10)
    assert (nowhere, none, len(boots)) == ((), (), 5)


async def test_a_taxonomy_named_twice_is_searched_once(engine: Engine) -> None:
    index = await engine.make(catalogue())
    once, twice = await index.search(
        [Query(direction(1), (BOOTS,), 20), Query(direction(1), (BOOTS, BOOTS), 20)], EVERYTHING, timeout_s=10
    )
    assert once == twice


async def test_no_queries_have_no_answers(engine: Engine) -> None:
    index = await engine.make(catalogue(20))
    assert await index.search([], EVERYTHING, timeout_s=10) == []


async def test_a_search_without_time_left_is_given_up(engine: Engine) -> None:
    index = await engine.make(catalogue())
    with pytest.raises(DeadlineExceeded):
        await index.search([Query(direction(1), (BOOTS,), 5)], EVERYTHING, timeout_s=0)


@pytest.mark.parametrize(
    "vector",
    [
        np.zeros(DIMENSIONS),
        np.full(DIMENSIONS, np.nan),
        np.full(DIMENSIONS, np.inf),
        np.ones(DIMENSIONS + 1),
        np.ones(1),
    ],
    ids=["zero", "nan", "infinite", "too long", "too short"],
)
async def test_a_vector_without_direction_is_refused(engine: Engine, vector: np.ndarray) -> None:
    index = await engine.make(catalogue(20))
    with pytest.raises(InvalidRequest) as refused:
        await index.search([Query(vector.astype(np.float32), (BOOTS,), 5)], EVERYTHING, timeout_s=10)
    assert refused.value.code == "invalid_vector"
