import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from service import logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    logging.root.handlers = []
    yield
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
    logging.root.handlers = handlers
    logging.root.setLevel(level)


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.isascii()
    line: dict[str, Any] = json.loads(err)
    return line


def test_a_line_is_json_with_the_id_of_its_request(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.contextvars.bind_contextvars(request_id="abc")
    structlog.get_logger().info("release_loaded", bundle="b1")
    line = written(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "release_loaded", "bundle": "b1", "level": "info", "request_id": "abc"}


def test_lines_of_other_libraries_have_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.contextvars.bind_contextvars(request_id="abc")
    logging.getLogger("uvicorn.error").warning("Started %s", "here")
    line = written(capsys)
    assert (line["event"], line["logger"], line["level"]) == ("Started here", "uvicorn.error", "warning")
    assert line["request_id"] == "abc"


@pytest.mark.parametrize("forged", ["a\r\nb", '"}\n{"event":"x"', "\x1b[31mred", "\u202eright to left", "\ud800"])
def test_what_is_logged_cannot_forge_a_line(capsys: pytest.CaptureFixture[str], forged: str) -> None:
    logs.configure()
    structlog.get_logger().info("event", value=forged)
    assert written(capsys)["value"] == forged


def test_an_exception_is_logged_with_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    try:
        [].pop()
    except IndexError:
        structlog.get_logger().exception("unexpected_error")
    line = written(capsys)
    assert line["level"] == "error"
    assert line["exception"].startswith("Traceback")


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning")
    structlog.get_logger().info("quiet")
    logging.getLogger("library").info("quiet")
    assert capsys.readouterr().err == ""
