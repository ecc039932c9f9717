"""The few options of curl that the pages use, as a request of httpx."""

import io
import random
import shlex
from argparse import ArgumentParser
from typing import Any

from tests.shop import draw_photo

BASE = "http://127.0.0.1:8000"

_curl = ArgumentParser("curl", exit_on_error=False)
_curl.add_argument("url")
_curl.add_argument("-s", action="store_true")
_curl.add_argument("-X", dest="method")
_curl.add_argument("-H", dest="headers", action="append", default=[])
_curl.add_argument("--json")
_curl.add_argument("-F", dest="parts", action="append", default=[])


def request_of(command: str) -> dict[str, Any]:
    """Return the arguments of `httpx.Client.request` that send what the command line would."""
    program, *arguments = shlex.split(command)
    assert program == "curl"
    asked = _curl.parse_args(arguments)
    assert asked.url.startswith(BASE)
    headers = dict(header.split(": ", 1) for header in asked.headers)
    sends_body = asked.json is not None or asked.parts
    request: dict[str, Any] = {"method": asked.method or ("POST" if sends_body else "GET"), "headers": headers}
    request["url"] = asked.url.removeprefix(BASE)
    if asked.json is not None:
        headers["content-type"] = "application/json"
        request["content"] = asked.json.encode()
    if asked.parts:
        request["files"] = dict(_part(part) for part in asked.parts)
    return request


def _part(part: str) -> tuple[str, tuple[str | None, bytes]]:
    name, value = part.split("=", 1)
    return name, (value[1:], _photo()) if value.startswith("@") else (None, value.encode())


def _photo() -> bytes:
    file = io.BytesIO()
    draw_photo("red", "plain", random.Random(0)).save(file, "JPEG")  # noqa: S311 - a drawing, no secret
    return file.getvalue()
