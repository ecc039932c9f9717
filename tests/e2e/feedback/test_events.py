"""Feedback: who may send it, what is refused, and that what was answered 200 is kept for good, once."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.api.schemas import Taken
from tests.e2e.conftest import Serve
from tests.e2e.feedback.conftest import FEEDBACK_KEY, KEY, Shop, event, figure, outfit, rows, send, until
from tests.e2e.shapes import answered, refused

PATH = "/v1/feedback"
UNKNOWN = "f" * 32


def kept(home: Path) -> list[tuple[Any, ...]]:
    return rows(home / "feedback.sqlite", "SELECT event_id, event, look, slot, product_id, at FROM events")


def test_an_event_is_on_the_disk_when_it_is_answered(client: httpx.Client, tmp_path: Path) -> None:
    told = event(UNKNOWN, "cart", look=1, slot=2, product_id="tote", at="2026-11-22T14:00:00+02:00")
    assert answered(send(client, told), Taken) == Taken(accepted=1, repeated=0)
    assert kept(tmp_path) == [(told["event_id"], "cart", 1, 2, "tote", "2026-11-22T12:00:00.000+00:00")]


def test_an_event_that_is_sent_again_is_kept_once_as_it_was(client: httpx.Client, tmp_path: Path) -> None:
    told, other = event(UNKNOWN), event(UNKNOWN)
    assert answered(send(client, told, other, told), Taken) == Taken(accepted=2, repeated=1)
    assert answered(send(client, told | {"event": "purchase"}), Taken) == Taken(accepted=0, repeated=1)
    assert [(row[0], row[1]) for row in kept(tmp_path)] == [(told["event_id"], "click"), (other["event_id"], "click")]
    assert figure(client, "kitsune_feedback_total", event="click") == 2
    assert figure(client, "kitsune_feedback_total", event="purchase") == 0


def test_a_thousand_events_of_ten_callers_are_each_kept_once(client: httpx.Client, tmp_path: Path) -> None:
    batches = [[event(UNKNOWN, "view") for _ in range(100)] for _ in range(10)]
    with ThreadPoolExecutor(10) as callers:
        answers = list(callers.map(lambda batch: send(client, *batch), [*batches, *batches]))
    assert sum(answered(answer, Taken).accepted for answer in answers) == 1000
    assert len(kept(tmp_path)) == 1000


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer CANARY"}, {"authorization": FEEDBACK_KEY}])
def test_without_the_key_nothing_is_taken(shop: Shop, tmp_path: Path, headers: dict[str, str]) -> None:
    with shop(admin_key="a-key-only-for-tests") as client:
        told = {"events": [event(UNKNOWN)]}
        refused(client.post(PATH, json=told, headers=headers), 401, "unauthorized")
        refused(client.post(PATH, json=told, params={"key": FEEDBACK_KEY}), 401, "unauthorized")
        admin = {"authorization": "Bearer a-key-only-for-tests"}
        refused(client.post(PATH, json=told, headers=admin), 401, "unauthorized")
        refused(client.post("/v1/admin/reload", headers=KEY), 401, "unauthorized")
    assert not (tmp_path / "feedback.sqlite").exists()


def test_feedback_is_off_until_there_is_a_key(serve: Serve) -> None:
    with serve() as client:
        refused(client.post(PATH, json={"events": [event(UNKNOWN)]}, headers=KEY), 403, "feedback_off")


BAD: dict[str, dict[str, Any]] = {
    "unknown event": {"event": "CANARY"},
    "unknown field": {"CANARY": 1},
    "id too short": {"event_id": "CANARY1"},
    "id of 65 characters": {"event_id": "x" * 65},
    "id with a line break": {"event_id": "12345678\n"},
    "id is a number": {"event_id": 12345678},
    "outfit of another form": {"outfit_id": "CANARY"},
    "no outfit": {"outfit_id": None},
    "fourth look": {"look": 3},
    "fourth slot": {"slot": 3},
    "slot below 0": {"slot": -1},
    "slot is true": {"slot": True},
    "slot is a text": {"slot": "1"},
    "empty product": {"product_id": ""},
    "NUL in a product": {"product_id": "CANARY\0"},
    "time without a zone": {"at": "2026-11-22T14:00:00"},
    "time is a number": {"at": 1_795_000_000},
    "time is no time": {"at": "CANARY"},
    "time before the web": {"at": "0001-01-01T00:00:00+14:00"},
    "time far ahead": {"at": "9999-12-31T23:59:59-14:00"},
    "time two days ahead": {"at": (datetime.now(UTC) + timedelta(days=2)).isoformat()},
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_event_is_refused_and_so_are_those_beside_it(client: httpx.Client, tmp_path: Path, name: str) -> None:
    refused(send(client, event(UNKNOWN), event(UNKNOWN) | BAD[name]), 422, "invalid_request")
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"CANARY", 400, "malformed_json"),
        (b'{"events":[],"events":[]}', 422, "invalid_request"),
        (json.dumps({"events": []}).encode(), 422, "invalid_request"),
        (json.dumps({"events": [event(UNKNOWN)] * 101}).encode(), 422, "invalid_request"),
        (json.dumps([event(UNKNOWN)]).encode(), 422, "invalid_request"),
        (json.dumps({"events": [event(UNKNOWN)]}).ljust(1_000_001).encode(), 413, "body_too_large"),
    ],
)
def test_a_body_that_is_no_batch_is_refused(client: httpx.Client, body: bytes, status: int, code: str) -> None:
    refused(client.post(PATH, content=body, headers=KEY | {"content-type": "application/json"}), status, code)


def test_an_hour_between_the_clocks_is_no_reason_to_refuse(client: httpx.Client) -> None:
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert answered(send(client, event(UNKNOWN, at=ahead)), Taken).accepted == 1


def test_events_that_cannot_be_written_are_not_taken(shop: Shop, tmp_path: Path) -> None:
    with shop() as client:
        send(client, event(UNKNOWN))
        lost = event(UNKNOWN)
        with closing(sqlite3.connect(tmp_path / "feedback.sqlite")) as other:
            other.execute("BEGIN IMMEDIATE")
            response = send(client, lost)
            refused(response, 503, "feedback_unavailable")
            assert response.headers["retry-after"]
            assert client.get("/v1/outfits/red-dress").status_code == 200
        assert len(kept(tmp_path)) == 1
        assert answered(send(client, lost), Taken).accepted == 1


def test_a_home_that_is_away_is_answered_503_and_taken_up_when_it_is_there(shop: Shop, tmp_path: Path) -> None:
    home = tmp_path / "away"
    with shop(home=home, prediction_log="off") as client:
        refused(send(client, event(UNKNOWN)), 503, "feedback_unavailable")
        home.mkdir()
        assert answered(send(client, event(UNKNOWN)), Taken).accepted == 1


def test_events_are_counted_by_what_they_are_about(client: httpx.Client) -> None:
    answer = outfit(client, slots=[None, {"product_id": "tote"}, None])
    until(lambda: figure(client, "kitsune_predictions_total", result="logged"))
    first = answer["looks"][0]["slots"][0]["candidates"][0]["product"]["product_id"]
    events = [
        event(answer["outfit_id"], "view"),
        event(answer["outfit_id"], "click", product_id=first),
        event(answer["outfit_id"], "cart", look=0, slot=1, product_id="tote"),
        event(answer["outfit_id"], "click", product_id="red-dress"),
        event(UNKNOWN, "purchase", slot=0),
    ]
    answered(send(client, *events), Taken)
    assert figure(client, "kitsune_feedback_total", event="click") == 2
    assert figure(client, "kitsune_feedback_unjoined_total") == 1
    assert figure(client, "kitsune_feedback_slots_total", event="click", slot="1") == 1
    assert figure(client, "kitsune_feedback_slots_total", event="cart", slot="2") == 1
    assert figure(client, "kitsune_feedback_sources_total", event="click", source="mapping") == 1
    assert figure(client, "kitsune_feedback_sources_total", event="cart", source="lock") == 1
    assert figure(client, "kitsune_feedback_heads_total", event="click", head="1") == 1
    assert figure(client, "kitsune_feedback_heads_total", event="cart", head="none") == 1
    assert figure(client, "kitsune_feedback_versions_total", event="click", variant="only") == 2
    assert figure(client, "kitsune_feedback_slots_total", event="purchase", slot="1") == 0
    assert figure(client, "kitsune_variant_outfits_total", variant="only") == 1
