"""What a scrape of a real server says after requests that are known."""

import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import httpx
import pytest

from service.app import create_app
from service.home import ReleasePointer
from service.metrics import Metrics
from service.runtime import Runtime
from service.settings import Settings
from tests.e2e.conftest import Serve, served
from tests.fakes import fake_release, plain_runtime
from tests.unit.service.metrics.scraped import moved, samples, value

OUTFITS = "/v1/outfits"
SEED = {"product_id": "red-dress"}
MOST_VALUES = 9


@asynccontextmanager
async def open_fake(settings: Settings, metrics: Metrics) -> AsyncIterator[Runtime]:
    """Open the real runtime over the shop of twelve."""
    pointer = ReleasePointer("fake-bundle", "fake-generation", "fake")
    runtime = plain_runtime(settings, lambda: pointer, lambda _: fake_release(), [metrics.answers], metrics=metrics)
    await runtime.reload()
    yield runtime
    await runtime.close()


def scraped(client: httpx.Client, requests: int) -> str:
    """Scrape once all of `requests` are counted, which the last one is a moment after its answer."""
    for _ in range(200):
        text = client.get("/metrics").text
        if sum(moved(text, "kitsune_http_requests_total").values()) >= requests:
            return text
        time.sleep(0.01)
    pytest.fail(f"{requests} requests were not counted")


def test_a_scrape_says_exactly_what_was_asked() -> None:
    with served(create_app(Settings.load(), open_fake)) as client:
        for _ in range(7):
            assert client.post(OUTFITS, json={"seed": SEED}).status_code == 200
        assert client.get(f"{OUTFITS}/long-dress?looks=3&slots=Wedges,,").status_code == 200
        assert client.get("/v1/products/nothing").status_code == 404
        assert client.post(OUTFITS, content=b"{", headers={"content-type": "application/json"}).status_code == 400
        assert client.post(OUTFITS, json={}).status_code == 422
        assert client.post("/v1/admin/reload").status_code == 403
        assert client.get("/readyz").status_code == 200
        assert client.get("/").status_code == 200
        told = scraped(client, 14)
    assert moved(told, "kitsune_http_requests_total") == {
        ("outfits", "2xx"): 8,
        ("outfits", "4xx"): 2,
        ("products", "4xx"): 1,
        ("admin", "4xx"): 1,
        ("health", "2xx"): 1,
        ("lookbook", "2xx"): 1,
    }
    assert moved(told, "kitsune_http_errors_total") == {
        ("bad_request",): 1,
        ("refused",): 1,
        ("not_found",): 1,
        ("unprocessable",): 1,
    }
    assert moved(told, "kitsune_http_request_duration_seconds")["outfits",] == 10
    assert moved(told, "kitsune_outfits_total") == {("whole",): 8}
    assert moved(told, "kitsune_seeds_by_kind_total") == {("product",): 8}
    assert value(told, "kitsune_slots_total", source="override") == 3
    assert value(told, "kitsune_ready") == 1
    assert value(told, "kitsune_index_products") == 12
    assert value(told, "kitsune_http_requests_in_progress") == 0
    assert value(told, "process_resident_memory_bytes") > 0


def test_each_application_of_a_process_counts_its_own(serve: Serve) -> None:
    with serve() as one, serve() as other:
        one.get("/v1/taxonomies")
        assert moved(scraped(one, 1), "kitsune_http_requests_total") == {("taxonomies", "2xx"): 1}
        assert moved(other.get("/metrics").text, "kitsune_http_requests_total") == {}


def odd_requests(client: httpx.Client) -> int:
    """Ask for what nobody should ask for; return how many requests were sent."""
    draw = Random(0)  # noqa: S311 - addresses, not secrets
    methods = ("GET", "PUT", "DELETE", "PROPFIND", "TRACE")
    for number in range(60):
        word = f"CANARY{draw.randrange(10**9)}"
        address = draw.choice((f"/{word}", f"/v1/{word}", f"/v1/products/{word}", f"{OUTFITS}/{word}", "/livez", "/"))
        client.request(methods[number % 5], address, params={word: word}, headers={"user-agent": word, word: word})
    return 60


def test_a_scan_adds_no_series_and_leaves_no_word_behind() -> None:
    with served(create_app(Settings.load(), open_fake)) as client:
        before = {(sample.name, *sample.labels.items()) for sample in samples(scraped(client, 0))}
        told = scraped(client, odd_requests(client))
    assert {(sample.name, *sample.labels.items()) for sample in samples(told)} == before
    assert not re.search("canary", told, re.IGNORECASE)


def test_no_label_has_ten_values() -> None:
    with served(create_app(Settings.load(), open_fake)) as client:
        client.post(OUTFITS, json={"seed": SEED, "looks": 3})
        values: dict[tuple[str, str], set[str]] = defaultdict(set)
        for sample in samples(scraped(client, 1)):
            for label, said in sample.labels.items():
                values[sample.name, label].add(said)
    too_many = {key: said for key, said in values.items() if len(said) > MOST_VALUES and key[1] != "le"}
    assert not too_many


def test_metrics_can_be_turned_off(serve: Serve) -> None:
    with serve(metrics=False) as client:
        assert client.get("/metrics").status_code == 404
        assert client.post(OUTFITS, json={"seed": SEED}).status_code == 200
