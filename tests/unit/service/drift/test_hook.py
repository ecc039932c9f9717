import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import structlog

from model.verdict import Column, Share, Verdict
from service.drift import hook
from service.drift.hook import Hooks
from service.drift.keeping import JudgedWindow
from service.errors import SettingsError
from service.settings import Settings
from tests.unit.service.drift.answers import VERSIONS

VERDICT = Verdict(
    ratios={"seed_vectors": 2.0, "targets": 0.5},
    columns=[Column("seed_vectors", None, 7, 2.0)],
    taxonomies=[Share("Bags", 0.5, 0.5, 0.0)],
    overrides=[],
    words=[Share("colour navy", 0.1, 0.0, 0.4)],
)
JUDGED = JudgedWindow(
    at=datetime(2026, 11, 22, tzinfo=UTC), versions=VERSIONS, requests=1000, against="bundle", verdict=VERDICT
)


class Listener(HTTPServer):
    """Remembers what was posted, and answers with a status."""

    status = 204

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.told: list[tuple[str | None, Any]] = []
        self.silent = threading.Event()
        self.silent.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/retrain"


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.headers["Content-Type"], json.loads(body)))
        self.server.silent.wait(10)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        del format, args


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.silent.set()
        server.shutdown()
        thread.join()


def test_an_address_is_told_what_drifted_and_no_product(listener: Listener) -> None:
    assert [*Hooks(Settings(drift_hook_url=listener.url)).call(JUDGED)] == [True]
    ((kind, told),) = listener.told
    assert kind == "application/json"
    assert told["event"] == "drift"
    assert told["drifted"] == ["seed_vectors"]
    assert told["window"]["versions"]["bundle"] == "bundle"
    assert told["window"]["verdict"]["words"][0]["name"] == "colour navy"
    assert "product" not in json.dumps(told)


def test_a_command_is_told_on_its_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "told.json"
    command = f"{sys.executable} -c \"import sys; open('{path}', 'w').write(sys.stdin.read())\""
    assert [*Hooks(Settings(drift_hook_command=command)).call(JUDGED)] == [True]
    assert json.loads(path.read_text())["drifted"] == ["seed_vectors"]


def test_both_are_told_and_none_where_none_is_set(listener: Listener) -> None:
    both = Settings(drift_hook_url=listener.url, drift_hook_command=f"{sys.executable} -c pass")
    assert [*Hooks(both).call(JUDGED)] == [True, True]
    assert [*Hooks(Settings()).call(JUDGED)] == []


def test_a_command_sees_no_shell(tmp_path: Path) -> None:
    path = tmp_path / "made by a shell"
    command = f"{sys.executable} -c pass ; touch '{path}'"
    assert [*Hooks(Settings(drift_hook_command=command)).call(JUDGED)] == [True]
    assert not path.exists()


def test_a_hook_that_fails_is_logged_without_its_address(listener: Listener) -> None:
    listener.status = 500
    failing = Settings(drift_hook_url=listener.url, drift_hook_command="/there/is/no/such/command")
    with structlog.testing.capture_logs() as logs:
        assert [*Hooks(failing).call(JUDGED)] == [False, False]
    assert [line["event"] for line in logs] == ["drift_hook_failed"] * 2
    assert "127.0.0.1" not in str(logs)
    assert "no/such/command" not in str(logs)


def test_a_hook_that_does_not_answer_is_left(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook, "HOOK_TIMEOUT_S", 0.2)
    listener.silent.clear()
    sleeping = f"{sys.executable} -c 'import time; time.sleep(60)'"
    assert [*Hooks(Settings(drift_hook_url=listener.url, drift_hook_command=sleeping)).call(JUDGED)] == [False, False]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1:80", "http:///"])
def test_an_address_that_is_not_http_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="KITSUNE_DRIFT_HOOK_URL"):
        Settings.load(drift_hook_url=url)


@pytest.mark.parametrize("command", ["'never closed", " "])
def test_a_command_that_cannot_be_read_is_refused(command: str) -> None:
    with pytest.raises(SettingsError, match="KITSUNE_DRIFT_HOOK_COMMAND"):
        Settings.load(drift_hook_command=command)
