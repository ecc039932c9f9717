"""What every request gets: an id, a line in the log, safe headers, and a problem instead of a broken connection."""

import re
from secrets import token_hex
from time import perf_counter

import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import problem

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""A caller's own id is taken when it can do no harm in a header, a log line or a URL."""

SAFE_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
NOT_STORED = (b"cache-control", b"no-store")


class RequestContext:
    """Outermost of our middleware; plain ASGI, since a wrapped request and response would cost more than the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # Bound once, when the application starts: a lazy logger is bound again for each line.
        self.log = structlog.get_logger().bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started_s = perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status: int | None = None

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_safe_headers(message["headers"], request_id)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            self.log.exception("unexpected_error")
            if status is not None:
                raise  # the answer has begun: only the server can still cut it off
            answer = problem(Request(scope), 500, "internal", "This is a bug; report it with the request id.")
            await answer(scope, receive, send_with_headers)
        finally:
            self.log.info(
                "request",
                method=scope["method"],
                route=getattr(scope.get("route"), "path", None),
                status=status,
                duration_s=round(perf_counter() - started_s, 6),
            )


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            asked = value.decode("latin-1")
            return asked if REQUEST_ID.fullmatch(asked) else token_hex(16)
    return token_hex(16)


def _with_safe_headers(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    stored = any(name == b"cache-control" for name, _ in headers)
    ours = [*SAFE_HEADERS, (b"x-request-id", request_id.encode())]
    return [*headers, *ours] if stored else [*headers, *ours, NOT_STORED]
