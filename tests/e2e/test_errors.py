"""One shape for every error, whatever the cause."""

import asyncio
import json
import socket
from collections.abc import Collection, Iterator, Mapping
from time import sleep

import httpx
import pytest

from service.errors import IndexUnavailable
from service.index.base import Item
from service.release import Release
from tests.contract.reference import ReferenceIndex
from tests.e2e.bad_bodies import BAD_BODIES, Bad
from tests.e2e.conftest import Serve
from tests.e2e.shapes import refused
from tests.fakes import FakeRuntime, fake_release, shop_items

GOOD = b'{"seed":{"product_id":"red-dress"}}'
JSON = {"content-type": "application/json"}


class FailingIndex(ReferenceIndex):
    """An index whose lookups fail with `error`, or never end."""

    error: Exception | None = None

    async def get(self, product_ids: Collection[str]) -> Mapping[str, Item]:
        if self.error is not None:
            raise self.error
        await asyncio.sleep(30)
        return await super().get(product_ids)


def failing(error: Exception | None) -> FakeRuntime:
    release = fake_release()
    index = FailingIndex(shop_items(), release.index.info)
    index.error = error
    return FakeRuntime(Release(release.versions, release.model, index, release.mapping))


@pytest.mark.parametrize("bad", BAD_BODIES, ids=lambda bad: bad.name)
def test_a_bad_body_is_refused_with_its_reason(client: httpx.Client, bad: Bad) -> None:
    refused(client.post("/v1/outfits", content=bad.body, headers=JSON), bad.status, bad.code)


def test_a_body_over_the_limit_is_refused_alike_however_it_is_sent(client: httpx.Client) -> None:
    body = json.dumps({"seed": {"product_id": "red-dress"}}).ljust(1_000_001).encode()
    declared = refused(client.post("/v1/outfits", content=body, headers=JSON), 413, "body_too_large")
    chunked = refused(client.post("/v1/outfits", content=_chunks(body), headers=JSON), 413, "body_too_large")
    assert chunked.detail == declared.detail
    assert client.post("/v1/outfits", content=body[:-1], headers=JSON).status_code == 200


def _chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 100_000):
        yield body[start : start + 100_000]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "unsupported_media_type"),
        ({"content-type": "text/plain"}, "unsupported_media_type"),
        ({"content-type": "application/x-www-form-urlencoded"}, "unsupported_media_type"),
        (JSON | {"content-encoding": "gzip"}, "unsupported_content_encoding"),
    ],
)
def test_a_body_of_another_kind_is_refused(client: httpx.Client, headers: dict[str, str], code: str) -> None:
    refused(client.post("/v1/outfits", content=GOOD, headers=headers), 415, code)


def test_a_caller_who_hangs_up_is_no_bug(serve: Serve) -> None:
    with serve() as client:
        with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as half:
            half.sendall(b"POST /v1/outfits HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
        wanted = 'kitsune_http_requests_total{endpoint="outfits",status="4xx"} 1.0'
        for _ in range(200):
            counted = client.get("/metrics").text
            if wanted in counted:
                break
            sleep(0.01)
    assert wanted in counted
    assert 'endpoint="outfits",status="5xx"} 0.0' in counted


@pytest.mark.parametrize("address", ["/CANARY", "/v1", "/v1/products/", "/v1/outfits/image/", "/../etc/passwd"])
def test_an_unknown_address_is_not_found(client: httpx.Client, address: str) -> None:
    assert client.get(address).status_code == 404
    refused(client.post("/CANARY"), 404, "not_found")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "TRACE", "PROPFIND"])
def test_another_method_is_not_allowed(client: httpx.Client, method: str) -> None:
    response = client.request(method, "/v1/admin/reload")
    refused(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_an_engine_that_does_not_answer_is_unavailable_for_now(serve: Serve) -> None:
    with serve(failing(IndexUnavailable("The index does not answer."))) as client:
        for response in (client.post("/v1/outfits", content=GOOD, headers=JSON), client.get("/v1/products/wedges")):
            refused(response, 503, "index_unavailable")
            assert response.headers["retry-after"] == "1"


def test_an_answer_that_comes_too_late_is_not_waited_for(serve: Serve) -> None:
    with serve(failing(None), deadline_s=0.05) as client:
        for response in (client.post("/v1/outfits", content=GOOD, headers=JSON), client.get("/v1/products/wedges")):
            refused(response, 504, "deadline_exceeded")
            assert response.headers["retry-after"] == "1"


def test_a_caller_can_lower_the_deadline_and_not_raise_it(serve: Serve) -> None:
    with serve(failing(None), deadline_s=0.2) as client:
        for asked, told in (("50", "0.05 s"), ("9999", "0.2 s")):
            response = client.get("/v1/products/wedges", headers={"x-deadline-ms": asked})
            assert told in refused(response, 504, "deadline_exceeded").detail


@pytest.mark.parametrize("deadline", ["0", "-1", "1.5", "CANARY", "1" * 7, "²"])
def test_a_deadline_that_is_none_is_refused(client: httpx.Client, deadline: str) -> None:
    response = client.get("/v1/products/wedges", headers=[(b"x-deadline-ms", deadline.encode())])
    refused(response, 422, "invalid_request")


@pytest.mark.usefixtures("json_logs")
def test_a_bug_is_told_as_one_and_logged_with_its_trace(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(failing(RuntimeError("CANARY"))) as client:
        problem = refused(client.get("/v1/products/wedges"), 500, "internal")
        assert client.get("/livez").status_code == 200
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    of_request = [line for line in lines if line.get("request_id") == problem.request_id]
    assert [line["event"] for line in of_request] == ["unexpected_error", "request"]
    assert "RuntimeError: CANARY" in of_request[0]["exception"]
    assert (of_request[1]["status"], of_request[1]["route"]) == (500, "/v1/products/{product_id:path}")


@pytest.mark.usefixtures("json_logs")
def test_a_request_is_logged_without_what_the_caller_wrote(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    with serve() as client:
        client.get("/CANARY", params={"CANARY": "\n"}, headers={"user-agent": "CANARY"})
        client.get("/v1/outfits/CANARY", headers={"x-request-id": "order-7"})
    logged = capsys.readouterr().err
    assert "CANARY" not in logged
    [line] = [line for line in map(json.loads, logged.splitlines()) if line.get("request_id") == "order-7"]
    assert line.keys() == {"event", "level", "timestamp", "request_id", "method", "route", "status", "duration_s"}


def test_without_a_release_everything_but_the_process_is_unavailable(serve: Serve) -> None:
    with serve(FakeRuntime(reason="No release yet; run `kitsune build`.")) as client:
        assert client.get("/livez").status_code == 200
        for address in ("/readyz", "/v1/taxonomies", "/v1/products/wedges", "/v1/outfits/red-dress"):
            response = client.get(address)
            assert "kitsune build" in refused(response, 503, "not_ready").detail
            assert response.headers["retry-after"] == "1"
