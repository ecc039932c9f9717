"""Every error answer: `application/problem+json` (RFC 9457) with a code for machines and a sentence for people.

What was sent is never repeated, and neither is how the code got there. Source: RFC 9457, read for the meaning of
`about:blank`: the title is the status's own phrase, so `code` tells errors of one status apart.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from service import errors

MEDIA_TYPE = "application/problem+json; charset=utf-8"
RETRY_AFTER_S = 1

STATUSES: dict[type[errors.KitsuneError], int] = {
    errors.RequestError: 422,
    errors.UnknownProduct: 404,
    errors.UnreadablePhoto: 415,
    errors.PhotoTooLarge: 413,
    errors.Unauthorized: 401,
    errors.Unavailable: 503,
    errors.DeadlineExceeded: 504,
    # Only a reload meets these: what it was asked to load is not fit to be served, and the old release goes on.
    errors.SetupError: 409,
}
"""The status of each error class; a class that is not here has its parent's."""

SENTENCES = {
    400: ("malformed_body", "The body is not what its Content-Type says; /docs shows what to send."),
    404: ("not_found", "Nothing is at this address; GET /docs lists what is."),
    405: ("method_not_allowed", "This address does not take that method; the Allow header lists those it does."),
}


class Refusal(errors.RequestError):
    """A request that HTTP itself refuses, before any word of the trade is understood."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


def problem(request: Request, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    """Build the one shape that every error has."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request.state.request_id,
    }
    return Response(msgspec.json.encode(body), status, headers, MEDIA_TYPE)


def status_of(error: errors.KitsuneError) -> int:
    """Return the HTTP status of an error: its own, its class's, or the nearest parent's."""
    if isinstance(error, Refusal):
        return error.status
    return next((STATUSES[cls] for cls in type(error).__mro__ if cls in STATUSES), 500)


async def _kitsune_error(request: Request, error: errors.KitsuneError) -> Response:
    status = status_of(error)
    headers = {}
    if isinstance(error, errors.Unavailable):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(request, status, error.code, error.detail, headers)


async def _http_exception(request: Request, error: HTTPException) -> Response:
    phrase = HTTPStatus(error.status_code).phrase
    code, detail = SENTENCES.get(error.status_code, (phrase.lower().replace(" ", "_"), f"{phrase}."))
    return problem(request, error.status_code, code, detail, dict(error.headers or {}))


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    # FastAPI's locations begin with the part of the request, which its callers call the parameter.
    rows = [{**row, "loc": row["loc"][1:]} for row in error.errors()]
    return problem(request, 422, errors.InvalidRequest.code, sentence(rows))


async def _disconnected(request: Request, _: Exception) -> Response:
    return problem(request, 400, "client_disconnected", "The connection ended before the request did.")


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    errors.KitsuneError: _kitsune_error,
    HTTPException: _http_exception,
    RequestValidationError: _invalid,
    ClientDisconnect: _disconnected,
}


def sentence(rows: list[Any], at_most: int = 3) -> str:
    """Say what is wrong with which fields, out of pydantic's error rows, without repeating what was sent."""
    told = [_row_sentence(row) for row in rows[:at_most]]
    return "; ".join([*told, f"and {len(rows) - at_most} more"] if len(rows) > at_most else told) + "."


def _row_sentence(row: Any) -> str:
    location = row["loc"]
    if row["type"] == "extra_forbidden":
        # The name of an unknown field is the caller's text, so it is not repeated.
        return f"{_path(location[:-1]) or 'the request'} has a field that is not known here; /docs lists them"
    return f"{_path(location) or 'the request'}: {row['msg'].removeprefix('Value error, ')}"


def _path(location: tuple[str | int, ...]) -> str:
    """Write a location as people write it; parts with a space are tags of a union, not fields."""
    parts = [part for part in location if " " not in str(part)]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")
