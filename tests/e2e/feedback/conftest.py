"""The real server over the shop of twelve, with a home to keep answers and events in."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.conftest import Serve

FEEDBACK_KEY = "a-feedback-key-only-for-tests"
KEY = {"authorization": f"Bearer {FEEDBACK_KEY}"}

Shop = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def shop(serve: Serve, tmp_path: Path) -> Shop:
    """Serve the shop; settings as for `serve`."""

    def start(**settings: Any) -> AbstractContextManager[httpx.Client]:
        return serve(**{"home": tmp_path, "feedback_key": FEEDBACK_KEY, "prediction_log": "sqlite", **settings})

    return start


@pytest.fixture
def client(shop: Shop) -> Iterator[httpx.Client]:
    with shop() as client:
        yield client


def outfit(client: httpx.Client, **wishes: Any) -> dict[str, Any]:
    response = client.post("/v1/outfits", json={"seed": {"product_id": "red-dress"}, **wishes})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def event(outfit_id: str, event: str = "click", **fields: Any) -> dict[str, Any]:
    return {"event_id": str(uuid4()), "outfit_id": outfit_id, "event": event, **fields}


def send(client: httpx.Client, *events: Mapping[str, Any]) -> httpx.Response:
    return client.post("/v1/feedback", json={"events": events}, headers=KEY)


def rows(path: Path, query: str) -> list[Any]:
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def until(true: Callable[[], object]) -> None:
    """Wait for what another thread does."""
    deadline = monotonic() + 20
    while not true():
        assert monotonic() < deadline
        sleep(0.01)


def figure(client: httpx.Client, name: str, **labels: str) -> float:
    """Read one value off /metrics; 0 where it was never counted."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    samples = (sample for family in families for sample in family.samples)
    return sum(sample.value for sample in samples if sample.name == name and sample.labels == labels)
