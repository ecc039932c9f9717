import json
import shlex

import msgspec
import numpy as np
import pytest

from service.api.asked import OutfitBody
from service.api.reading import parse
from service.domain import VectorSeed
from service.web.query import LookQuery, pack
from service.web.requests import as_curl, as_python, body

EVERYTHING = LookQuery(
    seed='it\'s "x"',
    slot1="Hats, scarves and gloves",
    slot3="product:b/1",
    avoid=frozenset({"Heels"}),
    template="day",
    sold_out=True,
    currency="EUR",
    max_price=80.0,
    gender="female",
)


@pytest.mark.parametrize("query", [LookQuery(seed="x"), EVERYTHING])
def test_the_body_asks_the_api_for_what_the_page_asked(query: LookQuery) -> None:
    asked = parse(OutfitBody, msgspec.json.encode(body(query)))
    assert asked.seed.as_domain() == query.seed_reference()
    assert asked.as_domain() == query.request()


def test_a_photo_is_asked_about_by_its_vector() -> None:
    vector = np.array([0.6, 0.8], np.float32)
    asked = parse(OutfitBody, msgspec.json.encode(body(LookQuery(vector=pack(vector), space="s", taxonomy="Dresses"))))
    seed = asked.seed.as_domain()
    assert isinstance(seed, VectorSeed)
    assert seed.vector == pytest.approx((0.6, 0.8), abs=1e-3)
    assert (seed.taxonomy, seed.space_id) == ("Dresses", "s")


def test_a_plain_look_has_a_short_body() -> None:
    assert body(LookQuery(seed="x")) == {"seed": {"product_id": "x"}, "looks": 3, "k": 12}


def test_curl_gets_one_argument_whatever_the_names_hold() -> None:
    words = shlex.split(as_curl("http://127.0.0.1:8000/", EVERYTHING))
    assert words[:4] == ["curl", "-s", "http://127.0.0.1:8000/v1/outfits", "--json"]
    assert json.loads(words[4]) == body(EVERYTHING)


def test_the_python_script_compiles_and_holds_the_body(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = {}

    class Answer:
        def raise_for_status(self) -> "Answer":
            return self

        def json(self) -> dict[str, list[object]]:
            return {"looks": []}

    def post(url: str, json: object) -> Answer:
        sent[url] = json
        return Answer()

    monkeypatch.setattr("httpx.post", post)
    exec(compile(as_python("http://shop/", EVERYTHING), "script", "exec"), {})  # noqa: S102 - what a reader would run
    assert sent == {"http://shop/v1/outfits": body(EVERYTHING)}
