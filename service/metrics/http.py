"""Requests: how many, how long, how large, and what went wrong. By groups of routes, never by address.

The instrumentator's own gauge of requests in progress lives in the process's one registry, so that a second
application in a process could not start; `InProgress` does the same in the application's.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal, get_args

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_fastapi_instrumentator import Instrumentator
from prometheus_fastapi_instrumentator.metrics import Info
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.metrics.series import counters, histograms

Endpoint = Literal["outfits", "photo", "products", "taxonomies", "feedback", "lookbook", "admin", "health", "other"]
ENDPOINTS: tuple[Endpoint, ...] = get_args(Endpoint)
STATUSES = ("2xx", "3xx", "4xx", "5xx")

PATH = "/metrics"

GROUPS: tuple[tuple[str, Endpoint], ...] = (
    ("none", "other"),
    ("/v1/outfits/image", "photo"),
    ("/v1/outfits", "outfits"),
    ("/v1/products", "products"),
    ("/v1/taxonomies", "taxonomies"),
    ("/v1/mappings", "taxonomies"),
    ("/v1/feedback", "feedback"),
    ("/v1/admin", "admin"),
    ("/v1/", "other"),
    ("/livez", "health"),
    ("/readyz", "health"),
    ("/docs", "other"),
    ("/openapi.json", "other"),
)
"""Which group a route belongs to, by how its template begins; what is not here is a page. "none" has no route."""

REASONS: Mapping[int, str] = {
    400: "bad_request",
    401: "refused",
    403: "refused",
    404: "not_found",
    413: "too_large",
    422: "unprocessable",
    429: "too_many",
    500: "internal",
    503: "unavailable",
    504: "too_late",
}
"""What went wrong, by status; a caller's mistakes of other kinds are bad requests."""

ERRORS = 400

DURATIONS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5)
"""One bound is what is promised: 0.3 s."""

SIZES_BYTES = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)


LENGTH = re.compile(r"[0-9]{1,12}")


@cache
def endpoint_of(template: str) -> Endpoint:
    """Return the group of a route, by its template."""
    return next((group for beginning, group in GROUPS if template.startswith(beginning)), "lookbook")


class HttpMetrics:
    """Counts requests. `/metrics` itself is not among them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        requests = Counter("kitsune_http_requests", "Requests answered.", ("endpoint", "status"), registry=registry)
        self._requests = {(group, status): requests.labels(group, status) for group in ENDPOINTS for status in STATUSES}
        self._errors = counters(
            registry, "kitsune_http_errors", "Answers of 400 and above.", reason=dict.fromkeys(REASONS.values())
        )
        self._durations = histograms(
            registry,
            "kitsune_http_request_duration_seconds",
            "Seconds from a request's head to the end of its answer.",
            DURATIONS_S,
            endpoint=ENDPOINTS,
        )
        self._asked = histograms(
            registry, "kitsune_http_request_size_bytes", "Bytes of bodies sent.", SIZES_BYTES, endpoint=ENDPOINTS
        )
        self._answered = histograms(
            registry, "kitsune_http_response_size_bytes", "Bytes of answers.", SIZES_BYTES, endpoint=ENDPOINTS
        )
        self._in_progress = Gauge(
            "kitsune_http_requests_in_progress",
            "Requests that are being answered.",
            registry=registry,
            multiprocess_mode="livesum",
        )

    def instrument(self, app: FastAPI) -> None:
        """Measure every request of an application, and serve its figures at `/metrics`."""
        instrumentator = Instrumentator(registry=self._registry, excluded_handlers=[f"^{PATH}$"])
        instrumentator.add(self.count).instrument(app).expose(app, endpoint=PATH, tags=["health"])
        app.add_middleware(InProgress, gauge=self._in_progress)

    def count(self, info: Info) -> None:
        """Take note of one request."""
        group, answer = endpoint_of(info.modified_handler), info.response or Response(status_code=500)
        self._requests[group, info.modified_status].inc()
        if answer.status_code >= ERRORS:
            self._errors[reason_of(answer.status_code)].inc()
        self._durations[group].observe(info.modified_duration)
        self._asked[group].observe(_length(info.request.headers))
        self._answered[group].observe(_length(answer.headers))


def reason_of(status: int) -> str:
    """Say in a word what a status of 400 or above means."""
    return REASONS.get(status, "bad_request" if status < 500 else "internal")  # noqa: PLR2004 - where HTTP's blame turns


def _length(headers: Headers) -> int:
    """Return the length that a body's headers give, in bytes: 0 where they give none, or nonsense."""
    length = headers.get("content-length", "")
    return int(length) if LENGTH.fullmatch(length) else 0


class InProgress:
    """Middleware that counts the requests that are being answered."""

    def __init__(self, app: ASGIApp, gauge: Gauge) -> None:
        self.app = app
        self._gauge = gauge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] == PATH:
            await self.app(scope, receive, send)
            return
        self._gauge.inc()
        try:
            await self.app(scope, receive, send)
        finally:
            self._gauge.dec()
