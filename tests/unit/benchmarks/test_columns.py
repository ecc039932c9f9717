import numpy as np
import pytest

from benchmarks.columns import CENTRE, Columns, cheapest, drawn_requests, product_id, rank_of, recall
from service.domain import Filters
from service.index.base import Item, Query
from tests.catalogues import taxonomy_name

PRODUCTS = 3000
DIMENSIONS = 20

FILTERS = (
    Filters(in_stock=False),
    Filters(),
    Filters(in_stock=False, price=cheapest(0.3)),
    Filters(price=cheapest(0.5), exclude_ids=frozenset({product_id(0), product_id(7), product_id(PRODUCTS - 1)})),
)


@pytest.fixture(scope="module")
def columns() -> Columns:
    return Columns.made(PRODUCTS, DIMENSIONS)


@pytest.fixture(scope="module")
def items(columns: Columns) -> list[Item]:
    return list(columns.items("any"))


def test_items_come_in_order_each_once(items: list[Item]) -> None:
    keys = [(item.product.taxonomy, item.product.product_id) for item in items]
    assert len(set(keys)) == PRODUCTS
    assert keys == sorted(keys)


def test_a_catalogue_is_the_same_each_time(columns: Columns) -> None:
    again = Columns.made(PRODUCTS, DIMENSIONS)
    np.testing.assert_array_equal(again.vectors, columns.vectors)
    np.testing.assert_array_equal(again.price, columns.price)


def test_a_row_is_its_item(columns: Columns, items: list[Item]) -> None:
    for row in (0, 1, 700, PRODUCTS - 1):
        assert columns.product(row) == items[row].product


def test_sizes_are_those_of_the_items(columns: Columns, items: list[Item]) -> None:
    sizes = columns.taxonomy_sizes("any")
    assert sizes[taxonomy_name(2)] == sum(item.product.taxonomy == taxonomy_name(2) for item in items)
    assert sum(sizes.values()) == PRODUCTS


@pytest.mark.parametrize("filters", FILTERS)
def test_a_row_is_admitted_if_its_product_is(columns: Columns, items: list[Item], filters: Filters) -> None:
    expected = [filters.admit(item.product) for item in items]
    assert columns.admitted(slice(0, PRODUCTS), filters).tolist() == expected
    assert 0 < sum(expected) <= PRODUCTS


@pytest.mark.parametrize("filters", FILTERS)
def test_the_best_are_the_nearest_of_the_taxonomy_that_pass(
    columns: Columns, items: list[Item], filters: Filters
) -> None:
    (vector,) = columns.near(np.random.default_rng(5), 3, 1)
    near = [item for item in items if item.product.taxonomy == taxonomy_name(3) and filters.admit(item.product)]
    near.sort(key=lambda item: -float(item.vector @ vector))
    best = {item.product.product_id for item in near[:10]}
    assert columns.best(Query(vector, (taxonomy_name(3),), 10), filters) == best


def test_a_taxonomy_smaller_than_k_gives_all_it_has(columns: Columns) -> None:
    smallest = taxonomy_name(299)
    query = Query(columns.vectors[0], (smallest,), 10)
    assert len(columns.best(query, Filters(in_stock=False))) == columns.taxonomy_sizes("any")[smallest]
    assert not columns.best(query, Filters(in_stock=False, price=cheapest(-1)))


def test_vectors_lie_around_their_taxonomys_centre(columns: Columns) -> None:
    np.testing.assert_allclose(np.linalg.norm(columns.vectors, axis=1), 1, atol=1e-5)
    mean = columns.vectors[columns.rows(0)].mean(axis=0)
    assert np.linalg.norm(mean) == pytest.approx(CENTRE, abs=0.1)
    variances = columns.vectors[columns.rows(0)].var(axis=0)
    assert variances[0] > 3 * variances[9] > 0


def test_short_vectors_are_the_long_ones_first_components(columns: Columns) -> None:
    cut = columns.cut(5)
    assert cut.dimensions == 5
    np.testing.assert_allclose(np.linalg.norm(cut.vectors, axis=1), 1, atol=1e-5)
    ratios = cut.vectors[:, :5] / columns.vectors[:, :5]
    np.testing.assert_allclose(ratios, np.broadcast_to(ratios[:, :1], ratios.shape), rtol=1e-3)


def test_a_second_look_asks_with_the_same_vectors_one_slot_further(columns: Columns) -> None:
    ((*queries,),) = drawn_requests(columns, 3, 1)
    heads = [query.vector for query in queries[:3]]
    assert len({query.taxonomies for query in queries[:3]}) == 3
    for place, query in enumerate(queries):
        look, slot = divmod(place, 3)
        assert query.taxonomies == queries[slot].taxonomies
        assert query.vector is heads[(slot + look) % 3]


def test_large_taxonomies_are_asked_for_more_often(columns: Columns) -> None:
    asked = [rank_of(query.taxonomies[0]) for request in drawn_requests(columns, 1, 300) for query in request]
    assert asked.count(0) > 3 * asked.count(9)


def test_recall_is_the_share_of_the_best_that_was_found() -> None:
    assert recall(["a", "x"], {"a", "b"}) == 0.5
    assert recall([], set()) == 1
