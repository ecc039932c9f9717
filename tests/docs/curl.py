"""The few options of curl that the pages use, as a request of httpx; run as a program, it is the pages' curl."""

import io
import os
import random
import shlex
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

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
    return request_with(arguments)


def request_with(arguments: Sequence[str]) -> dict[str, Any]:
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
    return name, (value[1:], _content(Path(value[1:]))) if value.startswith("@") else (None, value.encode())


def _content(file: Path) -> bytes:
    """Read a file; one that only the page names is a drawing."""
    if file.exists():
        return file.read_bytes()
    drawing = io.BytesIO()
    draw_photo("red", "plain", random.Random(0)).save(drawing, "JPEG")  # noqa: S311 - a drawing, no secret
    return drawing.getvalue()


def main() -> None:
    """Send what the command line says to the port that the tests serve on, and print what is answered."""
    with httpx.Client(base_url=f"http://127.0.0.1:{os.environ['KITSUNE_PORT']}", timeout=30) as client:
        sys.stdout.write(client.request(**request_with(sys.argv[1:])).text)


if __name__ == "__main__":
    main()
