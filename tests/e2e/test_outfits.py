"""`POST /v1/outfits` and `GET /v1/outfits/{product_id}`."""

from typing import Any

import httpx
import pytest

from service.api.schemas import Look, Outfit, ProductWithVector
from tests.e2e.conftest import Serve
from tests.e2e.shapes import answered, refused
from tests.fakes import HATS, FakeRuntime

DRESS = {"product_id": "red-dress"}


def post(client: httpx.Client, **body: Any) -> Outfit:
    return answered(client.post("/v1/outfits", json={"seed": DRESS, **body}), Outfit)


def get(client: httpx.Client, **query: Any) -> Outfit:
    return answered(client.get("/v1/outfits/red-dress", params=query), Outfit)


def ids(look: Look) -> list[list[str]]:
    return [[candidate.product.product_id for candidate in slot.candidates] for slot in look.slots]


def test_a_product_is_dressed_by_its_first_template(client: httpx.Client) -> None:
    outfit = post(client)
    assert outfit.template == "day"
    assert outfit.seed.product is not None
    assert outfit.seed.product.product_id == "red-dress"
    [look] = outfit.looks
    assert [slot.taxonomy for slot in look.slots] == ["Wedges", "Totes", "Jackets"]
    assert [slot.head for slot in look.slots] == [0, 1, 2]
    assert sorted(ids(look)[0]) == ["cork/wedges", "wedges"]


def test_a_vector_gets_the_same_looks_as_the_product_that_it_is_of(client: httpx.Client) -> None:
    product = answered(client.get("/v1/products/red-dress", params={"vector": True}), ProductWithVector)
    seed = {"vector": product.vector, "taxonomy": "Dresses", "space_id": product.space_id}
    outfit = answered(client.post("/v1/outfits", json={"seed": seed}), Outfit)
    assert [ids(look) for look in outfit.looks] == [ids(look) for look in post(client).looks]
    assert outfit.seed.product is None


def test_a_vector_of_another_space_is_refused(client: httpx.Client) -> None:
    seed = {"vector": [1.0] * 8, "taxonomy": "Dresses", "space_id": "CANARY"}
    refused(client.post("/v1/outfits", json={"seed": seed}), 422, "space_mismatch")


def test_a_text_is_refused_by_a_bundle_without_a_text_encoder(client: httpx.Client) -> None:
    seed = {"title": "CANARY red dress", "taxonomy": "Dresses"}
    refused(client.post("/v1/outfits", json={"seed": seed}), 422, "no_text_encoder")


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ({}, {}),
        ({"looks": 3, "k": 1}, {"looks": 3, "k": 1}),
        ({"template": "evening"}, {"template": "evening"}),
        ({"avoid": ["Totes", "Wedges"]}, {"avoid": ["Totes", "Wedges"]}),
        ({"slots": [{"taxonomy": "Heels"}, None, {"product_id": "parka"}]}, {"slots": "Heels,,product:parka"}),
        ({"slots": [{"taxonomy": HATS}, None, {"taxonomy": "Clutches"}]}, {"slots": f'"{HATS}",,Clutches'}),
        ({"filters": {"brands": ["elm", "ça va"]}}, {"brands": ["elm", "ça va"]}),
        ({"filters": {"exclude_brands": ["Elm"], "exclude_ids": ["parka", "wedges"]}},
         {"exclude_brands": "Elm", "exclude_ids": ["parka", "wedges"]}),
        ({"filters": {"price": {"currency": "EUR", "min": 60, "max": 120}, "gender": "female", "in_stock": False}},
         {"currency": "EUR", "min_price": 60, "max_price": 120, "gender": "female", "in_stock": False}),
    ],
)  # fmt: skip
def test_a_link_asks_the_same_as_a_body(client: httpx.Client, body: dict[str, Any], query: dict[str, Any]) -> None:
    by_body, by_link = post(client, **body), get(client, **query)
    assert by_link.looks == by_body.looks
    assert (by_link.template, by_link.degraded) == (by_body.template, by_body.degraded)


def test_each_kind_of_wish_is_told_by_its_source(client: httpx.Client) -> None:
    [look] = post(client, slots=[{"taxonomy": "shoes"}, {"product_id": "clutch"}, None]).looks
    assert [slot.source for slot in look.slots] == ["override", "lock", "mapping"]
    assert [slot.taxonomy for slot in look.slots] == ["Shoes", "Clutches", "Jackets"]
    assert look.slots[1].head is None
    assert sorted(ids(look)[0]) == ["cork/wedges", "heels", "wedges"]


def test_a_filter_that_nothing_passes_leaves_slots_empty_with_the_reason(client: httpx.Client) -> None:
    outfit = post(client, filters={"brands": ["Elm"]})
    assert outfit.degraded == ("empty_slot",)
    assert [slot.reason is None for slot in outfit.looks[0].slots] == [False, True, False]


def test_more_looks_than_there_are_is_told(client: httpx.Client) -> None:
    locks = [{"product_id": "wedges"}, {"product_id": "tote"}, None]
    outfit = post(client, slots=locks, looks=3)
    assert len(outfit.looks) == 1
    assert outfit.degraded == ("looks_reduced",)


def test_an_id_with_a_slash_is_an_id(client: httpx.Client) -> None:
    slots = "Dresses,Totes,Jackets"
    outfit = answered(client.get("/v1/outfits/cork%2Fwedges", params={"slots": slots}), Outfit)
    assert outfit.seed.taxonomy == "Wedges"


def test_an_unknown_seed_is_not_found(client: httpx.Client) -> None:
    refused(client.post("/v1/outfits", json={"seed": {"product_id": "CANARY"}}), 404, "unknown_product")
    refused(client.get("/v1/outfits/CANARY"), 404, "unknown_product")


def test_a_lock_with_an_unknown_id_is_not_found(client: httpx.Client) -> None:
    refused(client.get("/v1/outfits/red-dress", params={"slots": "product:CANARY"}), 404, "unknown_product")


def test_an_unknown_taxonomy_is_refused_with_the_closest_names(client: httpx.Client) -> None:
    problem = refused(client.get("/v1/outfits/red-dress", params={"slots": "Wegdes"}), 422, "unknown_taxonomy")
    assert "slots[0].taxonomy" in problem.detail
    assert "Wedges" in problem.detail


def test_a_seed_without_a_template_is_refused(client: httpx.Client) -> None:
    refused(client.get("/v1/outfits/tote"), 422, "no_template")


@pytest.mark.parametrize(
    "query",
    [
        {"CANARY": "1"},
        {"looks": "4"},
        {"looks": "CANARY"},
        {"k": "0"},
        {"k": "51"},
        {"slots": "a,b,c,d"},
        {"slots": '"CANARY'},
        {"slots": "product:"},
        {"slots": "x" * 1025},
        {"min_price": "nan", "currency": "EUR"},
        {"min_price": "5"},
        {"min_price": "5", "max_price": "4", "currency": "EUR"},
        {"currency": "euro"},
        {"gender": "CANARY"},
        {"brands": ["x"] * 101},
        {"avoid": "CANARY\0"},
    ],
)
def test_a_link_that_asks_for_what_cannot_be_is_refused(client: httpx.Client, query: dict[str, Any]) -> None:
    refused(client.get("/v1/outfits/red-dress", params=query), 422, "invalid_request")


def test_whoever_watches_is_told_of_every_answer_by_body_by_link_and_on_a_page(serve: Serve) -> None:
    runtime = FakeRuntime()
    with serve(runtime) as client:
        outfit_id = post(client).outfit_id
        get(client, looks=3)
        client.get("/look", params={"seed": "red-dress"}).raise_for_status()
        client.post("/v1/outfits", json={"seed": {"product_id": "nobody"}})
    assert [seen.outfit.seed.taxonomy for seen in runtime.seen] == ["Dresses"] * 3
    assert runtime.seen[0].outfit.outfit_id == outfit_id
    assert runtime.seen[1].request.looks == 3
