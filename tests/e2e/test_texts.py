"""A title and a taxonomy as a seed, on a shop that the ordinary commands built."""

from collections.abc import Iterator

import httpx
import pytest

from service.app import create_app
from service.settings import Settings
from tests.conftest import MadeHome
from tests.e2e.conftest import served
from tests.shop import COLOURS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client(made_home: MadeHome) -> Iterator[httpx.Client]:
    with served(create_app(Settings.load(home=made_home.path, deadline_s=30))) as client:
        client.timeout = httpx.Timeout(30)
        yield client


def shown(client: httpx.Client, seed: dict[str, str]) -> list[set[str]]:
    """Return the ids of each slot's five candidates."""
    answer = client.post("/v1/outfits", json={"seed": seed, "k": 5}).raise_for_status().json()
    return [{found["product"]["product_id"] for found in slot["candidates"]} for slot in answer["looks"][0]["slots"]]


def test_a_title_gets_much_the_same_look_as_the_product_that_it_is_of(client: httpx.Client) -> None:
    kept, chance = 0, 0.0
    for colour in COLOURS:
        by_id = shown(client, {"product_id": f"dresses-{colour}-plain-0"})
        by_title = shown(client, {"title": f"{colour} plain dresses", "taxonomy": "Dresses"})
        kept += sum(len(one & other) for one, other in zip(by_id, by_title, strict=True))
        chance += len(by_id) * 5 * 5 / 18  # of a taxonomy's 18 products
    assert kept > 1.5 * chance


def test_a_title_that_says_nothing_known_still_gets_a_look(client: httpx.Client) -> None:
    assert all(shown(client, {"title": "xyzzy 連衣裙", "taxonomy": "Dresses"}))


def test_a_title_without_a_word_is_refused(client: httpx.Client) -> None:
    answer = client.post("/v1/outfits", json={"seed": {"title": "★", "taxonomy": "Dresses"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_words")
