"""Which layout a catalogue gets, where its taxonomies are looked for, and what is said about it."""

from collections.abc import Mapping
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import Filters, PriceRange
from service.errors import HomeError
from service.index.elastic.layouts import FLAT, Part, VectorFields, routing, routings
from service.index.elastic.planning import GRAPH_FROM, CostModel, Plan, plan_layout
from service.settings import LayoutChoice

FIELDS = VectorFields(("Dresses", "Shoes"))
SHOP = {"Hats": 9, "Shoes": GRAPH_FROM, "Bags": GRAPH_FROM - 1, "Dresses": 2 * GRAPH_FROM}


def planned(sizes: Mapping[str, int], choice: LayoutChoice = "auto", shards: int = 1) -> Plan:
    return plan_layout(sizes, choice, shards, dimensions=50)


def test_a_search_has_one_part_for_each_graph_and_one_for_all_others() -> None:
    parts = FIELDS.parts(("Hats", "Shoes", "Bags", "Dresses", "Hats"), Filters())
    assert parts == [Part(FLAT, ("Hats", "Bags")), Part("vector_01", ("Shoes",)), Part("vector_00", ("Dresses",))]
    assert FIELDS.parts(("Shoes",), Filters()) == [Part("vector_01", ("Shoes",))]
    assert FIELDS.parts((), Filters()) == []


@pytest.mark.parametrize("filters", [Filters(price=PriceRange("EUR")), Filters(brands=frozenset({"elm"}))], ids=str)
def test_a_filter_that_may_let_few_through_asks_no_graph(filters: Filters) -> None:
    assert FIELDS.parts(("Shoes", "Hats"), filters) == [Part(FLAT, ("Shoes", "Hats"))]


@pytest.mark.parametrize(
    "filters",
    [
        Filters(in_stock=False),
        Filters(gender="female"),
        Filters(exclude_ids=frozenset({"1"}), exclude_groups=frozenset({"2"})),
    ],
    ids=str,
)
def test_a_filter_that_lets_most_through_asks_the_graph(filters: Filters) -> None:
    assert FIELDS.parts(("Shoes",), filters) == [Part("vector_01", ("Shoes",))]


@given(st.text(), st.text())
def test_a_route_is_the_taxonomys_alone_and_nothing_that_elasticsearch_would_split(one: str, other: str) -> None:
    assert routings([one, one]) == routing(one)
    assert set(routings([one, other]).split(",")) == {routing(one), routing(other)}
    assert routing(one).isalnum()


def test_large_taxonomies_get_a_graph_the_largest_first() -> None:
    plan = planned(SHOP, shards=3)
    assert (plan.layout, plan.partitions, plan.shards) == ("partitioned", ("Dresses", "Shoes"), 3)
    assert (plan.products, plan.taxonomies) == (4 * GRAPH_FROM + 8, 4)
    assert "2 of the taxonomies have 250,000 products or more" in plan.why


def test_a_shop_without_large_taxonomies_is_searched_exactly() -> None:
    plan = planned({"Hats": 9, "Bags": GRAPH_FROM - 1})
    assert (plan.layout, plan.partitions) == ("exact", ())
    assert "no taxonomy has 250,000 products" in plan.why


def test_exact_is_exact_also_where_a_graph_would_pay() -> None:
    plan = planned(SHOP, "exact")
    assert (plan.layout, plan.partitions) == ("exact", ())
    assert plan.slots[0].expected_ms == plan.slots[0].exact_ms
    assert "exact was asked for" in plan.why


def test_graphs_for_a_shop_that_has_no_use_for_them_are_refused_with_the_reason() -> None:
    with pytest.raises(HomeError, match=r"No taxonomy has the 250,000 products .* auto or exact"):
        planned({"Hats": 9}, "partitioned")
    assert planned(SHOP, "partitioned") == planned(SHOP)


def test_the_largest_taxonomies_and_the_median_are_told_with_their_cost() -> None:
    plan = planned({f"T{rank:02}": 4_000_000 // rank for rank in range(1, 40)})
    assert [slot.taxonomy for slot in plan.slots] == [*(f"T{rank:02}" for rank in range(1, 11)), "T20"]
    assert [slot.graph for slot in plan.slots].count(True) == len(plan.partitions) - 6
    for slot in plan.slots:
        assert (slot.expected_ms < slot.exact_ms / 1.5) if slot.graph else (slot.expected_ms == slot.exact_ms)


def test_costs_are_those_that_were_measured() -> None:
    costs = CostModel()
    exact_ms = {5_000: 1.5, 22_000: 2.3, 101_000: 7.5, 278_000: 14, 558_000: 26, 1_100_000: 44}
    for products, measured_ms in exact_ms.items():
        assert costs.search_ms(products, graph=False) == pytest.approx(measured_ms, rel=0.25)


def test_a_graph_takes_room_for_itself_and_for_a_second_copy_of_each_vector() -> None:
    costs = CostModel(bytes_per_product=100, bytes_per_number=4, graph_bytes_per_product=30)
    assert costs.size_bytes(10, 0, dimensions=50) == 10 * 300
    assert costs.size_bytes(10, 4, dimensions=50) == 10 * 300 + 4 * 230


def test_a_plan_is_plain_data() -> None:
    assert asdict(planned(SHOP))["slots"][0]["taxonomy"] == "Dresses"
