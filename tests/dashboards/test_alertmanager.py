"""An alert goes from a service whose engine is stopped through a real Prometheus and Alertmanager to a webhook."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.live import RULES, alertmanager, prometheus
from service.app import create_app
from service.errors import IndexUnavailable
from service.home import ReleasePointer
from service.index.breaker import Breaker
from service.index.wrapped import WrappedIndex
from service.metrics import Metrics
from service.release import Release
from service.runtime import Runtime
from service.settings import Settings
from tests.dashboards.programs import program
from tests.e2e.conftest import quiet, served
from tests.fakes import fake_release, plain_runtime

__all__ = ["quiet"]  # no log lines here either

pytestmark = pytest.mark.slow

WITHIN_S = 90


@dataclass
class Engine:
    """An engine that can be stopped, behind the breaker that a far one has."""

    stopped: bool = False

    @contextmanager
    def call(self) -> Iterator[None]:
        if self.stopped:
            raise IndexUnavailable("The engine is stopped.")
        yield

    @asynccontextmanager
    async def open(self, settings: Settings, metrics: Metrics) -> AsyncIterator[Runtime]:
        breaker = Breaker(metrics.engine.show_breaker)

        def load(_: ReleasePointer) -> Release:
            release = fake_release()
            return replace(release, index=WrappedIndex(WrappedIndex(release.index, self.call), breaker.call))

        pointer = ReleasePointer("fake-bundle", "fake-generation", "fake")
        runtime = plain_runtime(settings, lambda: pointer, load, metrics=metrics)
        await runtime.reload()
        watching = asyncio.create_task(runtime.watch(0.1))
        yield runtime
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await runtime.close()


@dataclass
class Webhook:
    """What somebody on call would get."""

    url: str = ""
    alerts: list[Mapping[str, Any]] = field(default_factory=list)

    def wait_for(self, name: str, status: str) -> Mapping[str, Any]:
        give_up = time.monotonic() + WITHIN_S
        while time.monotonic() < give_up:
            for alert in self.alerts:
                if (alert["labels"]["alertname"], alert["status"]) == (name, status):
                    return alert
            time.sleep(0.2)
        pytest.fail(f"{name} was not {status} within {WITHIN_S} s; there came {self.alerts}")


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    webhook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            webhook.alerts += json.loads(self.rfile.read(int(self.headers["content-length"])))["alerts"]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        webhook.url = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield webhook
        server.shutdown()


@pytest.fixture
def impatient(tmp_path: Path) -> list[Path]:
    """The committed rules, but alerts fire as soon as their expression holds."""
    for path in RULES:
        content = yaml.safe_load(path.read_text())
        for rule in (rule for group in content["groups"] for rule in group["rules"] if "for" in rule):
            rule["for"] = "0s"
        (tmp_path / path.name).write_text(yaml.safe_dump(content))
    return [tmp_path / path.name for path in RULES]


def test_an_engine_that_stops_wakes_somebody_and_one_that_comes_back_says_so(
    webhook: Webhook, impatient: list[Path], tmp_path: Path
) -> None:
    program("prometheus")
    program("prometheus-alertmanager")
    engine = Engine()
    with (
        served(create_app(Settings.load(), engine.open)) as client,
        alertmanager(tmp_path / "alertmanager", webhook.url) as at,
        prometheus(tmp_path / "prometheus", str(client.base_url), rules=impatient, alertmanager=at) as watching,
    ):
        while not watching.now("kitsune_ready == 1"):
            time.sleep(0.2)
        assert webhook.alerts == []
        engine.stopped = True
        unready, opened = (webhook.wait_for(name, "firing") for name in ("KitsuneNotReady", "KitsuneBreakerOpen"))
        engine.stopped = False
        webhook.wait_for("KitsuneNotReady", "resolved")
    assert unready["labels"]["severity"] == opened["labels"]["severity"] == "page"
    assert unready["annotations"]["description"] == "0 instances of kitsune are ready to serve."
    assert opened["annotations"]["runbook_url"].endswith("#kitsunebreakeropen")
