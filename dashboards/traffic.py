"""A little of everything that callers ask, at a bounded rate, so that no panel stays empty."""

import io
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx
from PIL import Image

from dashboards.live import FEEDBACK_KEY

RATE: Final = 8.0
"""Requests a second."""

SURGE: Final = 3.0
"""How much more often the busiest minutes ask than the quietest."""

MOST_REACTED: Final = 50
"""Outfits of one call: it takes 100 events."""

Ask = Callable[["Traffic"], httpx.Response | None]


@dataclass(slots=True)
class Traffic:
    """Callers of one service."""

    client: httpx.Client
    products: list[Mapping[str, Any]]
    answered: list[Mapping[str, Any]] = field(default_factory=list)
    """Outfits that shoppers have not reacted to yet."""
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - traffic, no secret

    @classmethod
    def of(cls, client: httpx.Client) -> "Traffic":
        """Learn which products there are to ask for."""
        traffic = cls(client, [product for page in _pages(client) for product in page])
        traffic.chance.shuffle(traffic.products)
        return traffic

    def run(self, duration_s: float) -> None:
        """Ask for a while: more and more, then less again."""
        began = time.monotonic()
        while (passed_s := time.monotonic() - began) < duration_s:
            self.ask()
            near_the_middle = 1 - abs(2 * passed_s / duration_s - 1)
            time.sleep(1 / RATE / (1 + (SURGE - 1) * near_the_middle))

    def ask(self) -> None:
        """Ask once."""
        (ask,) = self.chance.choices(list(ASKED), weights=list(ASKED.values()))
        # Slow answers are the service's to count.
        with suppress(httpx.TimeoutException):
            ask(self)

    def seed(self) -> Mapping[str, Any]:
        """Choose a product; the first ones are asked for most."""
        place = min(int(self.chance.paretovariate(0.6)) - 1, len(self.products) - 1)
        return self.products[place]


def outfit(traffic: Traffic) -> httpx.Response:
    """Ask for an outfit."""
    return _post(traffic, seed={"product_id": traffic.seed()["product_id"]})


def looks(traffic: Traffic) -> httpx.Response:
    """Ask for three looks."""
    return _post(traffic, seed={"product_id": traffic.seed()["product_id"]}, looks=3, k=20)


def override(traffic: Traffic) -> httpx.Response:
    """Ask for another taxonomy in the second slot."""
    taxonomy = traffic.chance.choice(traffic.products)["taxonomy"]
    return _post(traffic, seed={"product_id": traffic.seed()["product_id"]}, slots=[None, {"taxonomy": taxonomy}, None])


def lock(traffic: Traffic) -> httpx.Response:
    """Ask what goes with two products."""
    locked = traffic.chance.choice(traffic.products)["product_id"]
    return _post(traffic, seed={"product_id": traffic.seed()["product_id"]}, slots=[{"product_id": locked}, None, None])


def cheap(traffic: Traffic) -> httpx.Response:
    """Ask for what few products are."""
    filters = {"price": {"currency": "EUR", "max": 15}}
    return _post(traffic, seed={"product_id": traffic.seed()["product_id"]}, filters=filters)


def vector(traffic: Traffic) -> httpx.Response:
    """Ask for a vector instead of a product."""
    found = traffic.client.get(f"/v1/products/{traffic.seed()['product_id']}", params={"vector": True}).json()
    return _post(traffic, seed={"vector": found["vector"], "taxonomy": found["taxonomy"]})


def wrong(traffic: Traffic) -> httpx.Response:
    """Ask for a vector of the wrong length."""
    return _post(traffic, seed={"vector": [1.0], "taxonomy": traffic.seed()["taxonomy"]})


def photo(traffic: Traffic) -> httpx.Response:
    """Ask what goes with the thing in a photo."""
    file = io.BytesIO()
    colour = tuple(traffic.chance.randrange(256) for _ in range(3))
    Image.new("RGB", (60, 80), colour).save(file, "JPEG")
    request = {"request": f'{{"seed": {{"taxonomy": "{traffic.seed()["taxonomy"]}"}}}}'}
    return traffic.client.post("/v1/outfits/image", files={"photo": file.getvalue()}, data=request)


def page(traffic: Traffic) -> httpx.Response:
    """Look at the lookbook, products or taxonomies."""
    return traffic.client.get(traffic.chance.choice(["/", "/v1/products", "/v1/taxonomies", "/readyz"]))


def nothing(traffic: Traffic) -> httpx.Response:
    """Ask for what is not there."""
    return traffic.client.get("/v1/outfits/no-such-product")


def react(traffic: Traffic) -> httpx.Response | None:
    """Tell what shoppers did with the outfits since the last time: they see all, and click on every other."""
    events = [event for outfit in traffic.answered[-MOST_REACTED:] for event in _events(traffic, outfit)]
    traffic.answered.clear()
    key = {"authorization": f"Bearer {FEEDBACK_KEY}"}
    return traffic.client.post("/v1/feedback", json={"events": events}, headers=key) if events else None


def _events(traffic: Traffic, outfit: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield {"event_id": uuid4().hex, "outfit_id": outfit["outfit_id"], "event": "view"}
    slot = traffic.chance.randrange(6)
    if slot < len(outfit["looks"][0]["slots"]) and (candidates := outfit["looks"][0]["slots"][slot]["candidates"]):
        clicked = {"look": 0, "slot": slot, "product_id": candidates[0]["product"]["product_id"]}
        yield {"event_id": uuid4().hex, "outfit_id": outfit["outfit_id"], "event": "click", **clicked}


ASKED: Final[Mapping[Ask, int]] = {
    outfit: 20, looks: 5, override: 6, lock: 3, cheap: 3, vector: 2, wrong: 1, photo: 2, react: 3, page: 8, nothing: 1,
}  # fmt: skip
"""How often each is asked, in relation to the others."""


def _pages(client: httpx.Client) -> Iterator[Sequence[Mapping[str, Any]]]:
    cursor: Mapping[str, str] | None = {}
    while cursor is not None:
        page = client.get("/v1/products", params={"limit": 100, **cursor}).raise_for_status().json()
        yield page["products"]
        cursor = {"cursor": page["cursor"]} if page["cursor"] else None


def _post(traffic: Traffic, **body: Any) -> httpx.Response:
    answer = traffic.client.post("/v1/outfits", json=body, headers={"X-Sticky-Key": uuid4().hex})
    if answer.is_success:
        traffic.answered.append(answer.json())
    return answer
