import pytest
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator.metrics import Info
from starlette.requests import Request
from starlette.responses import Response

from service.app import create_app
from service.metrics.http import ENDPOINTS, HttpMetrics, endpoint_of, reason_of
from service.settings import Settings
from tests.fakes import FakeRuntime
from tests.unit.service.metrics.scraped import moved, value


def info(template: str, status: int, *, asked: bytes = b"7", duration_s: float = 0.01) -> Info:
    request = Request({"type": "http", "headers": [(b"content-length", asked)]})
    response = Response("x" * 50, status)
    return Info(request, response, "POST", template, f"{status // 100}xx", duration_s)


@pytest.mark.parametrize(
    ("template", "endpoint"),
    [
        ("/v1/outfits", "outfits"),
        ("/v1/outfits/{product_id:path}", "outfits"),
        ("/v1/outfits/image", "photo"),
        ("/v1/products/{product_id:path}/similar", "products"),
        ("/v1/mappings/{taxonomy:path}", "taxonomies"),
        ("/v1/feedback", "feedback"),
        ("/v1/admin/reload", "admin"),
        ("/livez", "health"),
        ("/look", "lookbook"),
        ("/", "lookbook"),
        ("/static", "lookbook"),
        ("/docs", "other"),
        ("none", "other"),
    ],
)
def test_routes_are_counted_in_groups(template: str, endpoint: str) -> None:
    assert endpoint_of(template) == endpoint


def test_every_route_of_the_application_has_a_group() -> None:
    routes = create_app(Settings.load(), FakeRuntime().open()).routes
    assert {endpoint_of(getattr(route, "path", "none")) for route in routes} <= {*ENDPOINTS}


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "bad_request"),
        (401, "refused"),
        (403, "refused"),
        (409, "bad_request"),
        (429, "too_many"),
        (500, "internal"),
        (501, "internal"),
        (503, "unavailable"),
        (504, "too_late"),
    ],
)
def test_errors_are_counted_by_reason(status: int, reason: str) -> None:
    assert reason_of(status) == reason


def test_a_request_is_counted_with_its_time_and_its_sizes() -> None:
    registry = CollectorRegistry()
    metrics = HttpMetrics(registry)
    metrics.count(info("/v1/outfits", 200, duration_s=0.3))
    metrics.count(info("/v1/outfits", 413, asked=b"2000000"))
    assert moved(registry, "kitsune_http_requests_total") == {("outfits", "2xx"): 1, ("outfits", "4xx"): 1}
    assert moved(registry, "kitsune_http_errors_total") == {("too_large",): 1}
    assert value(registry, "kitsune_http_request_duration_seconds_bucket", endpoint="outfits", le="0.3") == 2
    assert value(registry, "kitsune_http_request_size_bytes_sum", endpoint="outfits") == 2_000_007
    assert value(registry, "kitsune_http_response_size_bytes_sum", endpoint="outfits") == 100


@pytest.mark.parametrize("asked", [b"-1", b"a lot", b"1e9", b"9" * 400, "²".encode("latin-1")])
def test_a_length_that_is_none_counts_as_nothing(asked: bytes) -> None:
    registry = CollectorRegistry()
    HttpMetrics(registry).count(info("/v1/outfits", 400, asked=asked))
    assert value(registry, "kitsune_http_request_size_bytes_sum", endpoint="outfits") == 0
