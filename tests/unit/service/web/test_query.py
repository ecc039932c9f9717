from urllib.parse import parse_qsl

import numpy as np
import pytest
from fastapi import Request

from service.domain import Filters, Lock, OutfitRequest, Override, PriceRange, ProductSeed, VectorSeed
from service.errors import InvalidRequest
from service.web.query import K, LookQuery, pack, unpack


def query_of(address: str) -> LookQuery:
    scope = {"type": "http", "query_string": address.partition("?")[2].encode(), "headers": []}
    return LookQuery.of(Request(scope))


FULL = (
    "look?seed=red-dress&slot1=Wedges&slot3=product:b%2F1&avoid=Heels&avoid=Hats%2C+scarves+and+gloves&look=2"
    "&pick2=tote&template=day&sold_out=true&currency=EUR&min_price=10&max_price=99.5&gender=female"
)


def test_an_address_holds_every_wish() -> None:
    query = query_of(FULL)
    assert query.seed_reference() == ProductSeed("red-dress")
    assert query.request() == OutfitRequest(
        slots=(Override("Wedges"), None, Lock("b/1")),
        avoid=frozenset({"Heels", "Hats, scarves and gloves"}),
        template="day",
        looks=3,
        k=K,
        filters=Filters(in_stock=False, price=PriceRange("EUR", 10, 99.5), gender="female"),
    )
    assert (query.look, query.picks) == (2, (None, "tote", None))


def test_an_address_that_is_written_reads_the_same() -> None:
    query = query_of(FULL)
    assert query_of(query.address()) == query


def test_what_has_its_default_is_left_out() -> None:
    assert LookQuery(seed="red-dress").address() == "look?seed=red-dress"


def test_a_change_leaves_the_rest_of_the_address_alone() -> None:
    changed = query_of(query_of(FULL).address(slot1=None, look=1))
    assert changed == query_of(FULL).model_copy(update={"slot1": None, "look": 1})


def test_a_form_carries_all_but_its_own_fields() -> None:
    carried = query_of(FULL).without("slot1", "template", "avoid")
    assert {name for name, _ in carried} == {
        "seed", "slot3", "look", "pick2", "sold_out", "currency", "min_price", "max_price", "gender",
    }  # fmt: skip


def test_fields_that_a_form_sends_empty_are_not_asked_for() -> None:
    assert query_of("look?seed=x&slot1=&min_price=&avoid=&gender=&currency=EUR").request().filters == Filters()


def test_what_others_hang_on_a_link_does_no_harm() -> None:
    assert query_of("look?seed=x&utm_source=mail&fbclid=1") == LookQuery(seed="x")


@pytest.mark.parametrize(
    "address",
    [
        "look",
        "look?seed=x&vector=AAAA&taxonomy=T",
        "look?vector=AAAA",
        "look?seed=x&look=4",
        "look?seed=x&look=two",
        "look?seed=x&min_price=5",
        "look?seed=x&min_price=nan&currency=EUR",
        "look?seed=x&currency=euro",
        "look?seed=x&gender=cat",
        "look?seed=%00",
        "look?seed=" + "x" * 257,
        "look?vector=%3Cb%3E&taxonomy=T",
    ],
)
def test_a_value_out_of_place_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        query_of(address)
    assert "<b>" not in refused.value.detail
    assert "euro" not in refused.value.detail


def test_a_vector_keeps_its_direction_in_an_address() -> None:
    vector = np.random.default_rng(0).standard_normal(50).astype(np.float32)
    vector /= np.linalg.norm(vector)
    query = query_of(LookQuery(vector=pack(vector), space="s", taxonomy="Dresses").address())
    seed = query.seed_reference()
    assert isinstance(seed, VectorSeed)
    assert (seed.taxonomy, seed.space_id) == ("Dresses", "s")
    assert np.dot(seed.vector, vector) / np.linalg.norm(seed.vector) > 0.999999


@pytest.mark.parametrize("packed", ["AAAA", "A" * 5])
def test_a_damaged_vector_is_refused(packed: str) -> None:
    with pytest.raises(InvalidRequest, match="drop the photo again"):
        unpack(packed)


def test_a_long_address_keeps_repeated_parameters_apart() -> None:
    pairs = parse_qsl(query_of(FULL).address().partition("?")[2])
    assert [value for name, value in pairs if name == "avoid"] == ["Hats, scarves and gloves", "Heels"]
