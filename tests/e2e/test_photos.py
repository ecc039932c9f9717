"""`POST /v1/outfits/image`."""

import json
from collections.abc import Iterator

import httpx
import pytest

from service.api.schemas import Outfit
from tests.e2e.conftest import Serve
from tests.e2e.shapes import answered, refused
from tests.fakes import JPEG

ADDRESS = "/v1/outfits/image"
ASKED = json.dumps({"seed": {"taxonomy": "Dresses"}, "slots": [None, {"taxonomy": "Clutches"}]})


def send(client: httpx.Client, photo: bytes, asked: str = ASKED) -> httpx.Response:
    return client.post(ADDRESS, files={"photo": ("dress.jpg", photo, "image/jpeg")}, data={"request": asked})


def test_a_photo_is_dressed_as_what_it_is_said_to_be(client: httpx.Client) -> None:
    outfit = answered(send(client, JPEG + bytes(150_000)), Outfit)
    assert outfit.seed.taxonomy == "Dresses"
    assert [slot.taxonomy for slot in outfit.looks[0].slots] == ["Wedges", "Clutches", "Jackets"]


def test_a_text_file_is_no_photo(client: httpx.Client) -> None:
    refused(send(client, b"CANARY"), 415, "unreadable_photo")


def test_a_photo_of_too_many_bytes_is_refused_however_it_is_sent(client: httpx.Client, serve: Serve) -> None:
    refused(send(client, JPEG + bytes(200_000)), 413, "photo_too_large")
    with serve(max_photo_bytes=1_000, max_body_bytes=1_000) as strict:
        request = strict.build_request("POST", ADDRESS, files={"photo": bytes(100_000)}, data={"request": ASKED})
        body, kind = request.read(), request.headers["content-type"]
        declared = refused(strict.send(request), 413, "photo_too_large")
        chunked = strict.post(ADDRESS, content=_chunks(body), headers={"content-type": kind})
        assert refused(chunked, 413, "photo_too_large").detail == declared.detail


def _chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 500):
        yield body[start : start + 500]


def test_a_part_that_is_missing_or_of_the_wrong_kind_is_named(client: httpx.Client) -> None:
    photo = {"photo": ("dress.jpg", JPEG, "image/jpeg")}
    missing = refused(client.post(ADDRESS, files=photo), 422, "invalid_request")
    assert "request" in missing.detail
    as_file = client.post(ADDRESS, files={"request": ("r.json", ASKED.encode())}, data={"photo": "CANARY"})
    assert "photo" in refused(as_file, 422, "invalid_request").detail


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ("CANARY", 400, "malformed_json"),
        ('{"seed": {"taxonomy": "Dresses", "product_id": "CANARY"}}', 422, "invalid_request"),
        ('{"seed": {"taxonomy": "CANARY"}}', 422, "unknown_taxonomy"),
    ],
)
def test_the_request_part_is_held_to_the_rules_of_a_body(
    client: httpx.Client, asked: str, status: int, code: str
) -> None:
    refused(send(client, JPEG, asked), status, code)


def test_another_kind_of_body_is_refused(client: httpx.Client) -> None:
    refused(client.post(ADDRESS, json={"photo": "CANARY"}), 415, "unsupported_media_type")
    broken = client.post(ADDRESS, content=b"CANARY", headers={"content-type": "multipart/form-data; boundary=x"})
    refused(broken, 400, "malformed_body")
    refused(client.post(ADDRESS, content=b"", headers={"content-type": "multipart/form-data"}), 400, "malformed_body")
