"""Request bodies: bounded while they arrive, and parsed in one strict step from bytes to a model.

pydantic's JSON parser refuses what FastAPI's default lets through or stumbles over: other encodings than UTF-8, lone
surrogates, nesting without end.
"""

import json
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from service.api.problems import Refusal, sentence
from service.errors import InvalidRequest

M = TypeVar("M", bound=BaseModel)


async def read_json(request: Request, model: type[M], limit_bytes: int) -> M:
    """Read the body as `model`.

    Raises:
        Refusal: it is no JSON, too large, or says that it is something else.
        InvalidRequest: a value is out of place.
    """
    require_media_type(request, "application/json")
    receive = bounded(request, limit_bytes, Refusal(413, "body_too_large", f"The body is over {limit_bytes} bytes."))
    return parse(model, await _body(receive))


def require_media_type(request: Request, wanted: str) -> None:
    """Refuse a body of another kind, or one that is compressed: its size could not be told before it is too late."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        raise Refusal(415, "unsupported_media_type", f"Send the header Content-Type: {wanted}.")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refusal(415, "unsupported_content_encoding", "Send the body as it is, without Content-Encoding.")


def bounded(request: Request, limit_bytes: int, refusal: Exception) -> Receive:
    """Wrap the request's receive so that `refusal` is raised as soon as more than `limit_bytes` are certain to come."""
    if _declared_bytes(request) > limit_bytes:
        raise refusal
    size_bytes = 0

    async def receive() -> Message:
        nonlocal size_bytes
        message = await request.receive()
        size_bytes += len(message.get("body", b""))
        if size_bytes > limit_bytes:
            raise refusal
        return message

    return receive


def _declared_bytes(request: Request) -> int:
    declared = request.headers.get("content-length", "0")
    return int(declared) if declared.isdecimal() else 0


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def parse(model: type[M], body: bytes) -> M:
    """Parse JSON into `model`.

    Raises:
        Refusal: it is no JSON, or one object has a key twice.
        InvalidRequest: a value is out of place.
    """
    try:
        parsed = model.model_validate_json(body)
    except ValidationError as error:
        raise _refused(error) from None
    # The parser above lets the last of two equal keys win. What has passed it is UTF-8, and not deep.
    _repeated_keys.decode(body.decode())
    return parsed


def _refused(error: ValidationError) -> Exception:
    rows = error.errors(include_url=False, include_context=False, include_input=False)
    if rows[0]["type"] == "json_invalid":
        return Refusal(400, "malformed_json", f"{rows[0]['msg']}. Send one JSON object, in UTF-8.")
    return InvalidRequest(sentence(rows))


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise Refusal(400, "repeated_key", "An object of the body has one key twice; say which value is meant.")


_repeated_keys = json.JSONDecoder(object_pairs_hook=_refuse_repeated)
