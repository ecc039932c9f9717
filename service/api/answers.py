"""How answers leave: encoded once, straight from the dataclasses; and how OpenAPI lists them beside their errors."""

from hashlib import blake2b
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Request, Response
from pydantic import BaseModel

MEDIA_TYPE = "application/json; charset=utf-8"
PRODUCT_MAX_AGE_S = 60
"""Prices and stock change, so caches ask again soon; the ETag makes that cheap."""

_encoder = msgspec.json.Encoder()


def answer(value: Any) -> Response:
    """Encode a dataclass, or a dict of them, as it is."""
    return Response(_encoder.encode(value), media_type=MEDIA_TYPE)


def cached_answer(request: Request, value: Any) -> Response:
    """Encode `value` with an ETag, or say that the caller has it already."""
    body = _encoder.encode(value)
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={PRODUCT_MAX_AGE_S}"}
    if _has(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers, media_type=MEDIA_TYPE)


def _has(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags


def documented(model: type[BaseModel] | None, *problems: int) -> dict[int | str, dict[str, Any]]:
    """List an endpoint's answers for OpenAPI: 200 as `model`, and each problem's status."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers: dict[int | str, dict[str, Any]] = {} if model is None else {200: {"model": model}}
    for status in problems:
        answers[status] = {"description": HTTPStatus(status).phrase, "content": content}
    return answers
