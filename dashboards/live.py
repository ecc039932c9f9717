"""A real service, Prometheus and Alertmanager, each for as long as a test or a preview needs it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import httpx
import yaml

from benchmarks.traffic import HOST, free_port
from dashboards.thresholds import JOB

RULES: Final = tuple(sorted((Path(__file__).parent / "rules").glob("*.yaml")))

FEEDBACK_KEY: Final = "a-key-only-for-looking-at-boards"
SETTINGS: Final[Mapping[str, str]] = {
    "KITSUNE_FEEDBACK_KEY": FEEDBACK_KEY,
    "KITSUNE_PREDICTION_LOG": "sqlite",
    "KITSUNE_DRIFT": "true",
    "KITSUNE_DRIFT_WINDOW": "500",
}
"""Everything that can be watched is on."""

START_WITHIN_S: Final = 120
STOP_WITHIN_S: Final = 30
SCRAPE: Final = "1s"

Series = Mapping[str, Any]
"""What Prometheus answers of one series: its labels, and its value or values."""


class Missing(Exception):
    """A program is not installed, or did not start."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running Prometheus."""

    url: str

    def now(self, expression: str) -> Sequence[Series]:
        """Answer a query for this moment."""
        return self._ask("query", {"query": expression})

    def between(self, start_s: float, end_s: float, expression: str, step_s: float) -> Sequence[Series]:
        """Answer a query for every step of a time, told in seconds since the epoch."""
        asked = {"query": expression, "start": start_s, "end": end_s, "step": step_s}
        return self._ask("query_range", asked)

    def _ask(self, path: str, parameters: Mapping[str, Any]) -> Sequence[Series]:
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=START_WITHIN_S).raise_for_status()
        series: Sequence[Series] = answer.json()["data"]["result"]
        return series


@contextmanager
def prometheus(
    folder: Path,
    service: str,
    *,
    others: Mapping[str, str] = MappingProxyType({}),
    rules: Sequence[Path] = RULES,
    alertmanager: str | None = None,
) -> Iterator[Prometheus]:
    """Scrape a service once a second as the job that the rules expect, and other jobs; evaluate the rules as often.

    Raises:
        Missing: Prometheus is not installed, or did not start; the sentence says what to do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = [{"static_configs": [{"targets": [alertmanager]}]}] if alertmanager else []
    configuration = {
        "global": {"scrape_interval": SCRAPE, "evaluation_interval": SCRAPE},
        "rule_files": [str(path.absolute()) for path in rules],
        "alerting": {"alertmanagers": told},
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [url.removeprefix("http://")]}]}
            for job, url in {JOB: service, **others}.items()
        ],
    }
    port = free_port()
    options = [f"--storage.tsdb.path={folder / 'data'}", "--rules.alert.resend-delay=2s"]
    with _running("prometheus", folder, configuration, port, options) as url:
        yield Prometheus(url)


@contextmanager
def alertmanager(folder: Path, webhook: str) -> Iterator[str]:
    """Send every alert on to a webhook at once, and give the Alertmanager's address.

    Raises:
        Missing: Alertmanager is not installed, or did not start; the sentence says what to do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    configuration = {
        "route": {"receiver": "webhook", "group_wait": "0s", "group_interval": "1s", "repeat_interval": "1h"},
        "receivers": [{"name": "webhook", "webhook_configs": [{"url": webhook}]}],
    }
    port = free_port()
    # Without a cluster to wait for, the first alert goes out at once.
    options = [f"--storage.path={folder / 'data'}", "--cluster.listen-address="]
    with _running("prometheus-alertmanager", folder, configuration, port, options) as url:
        yield url.removeprefix("http://")


@contextmanager
def kitsune(folder: Path, home: Path) -> Iterator[str]:
    """Serve a home by the ordinary command, log into a folder, and give the service's URL.

    Raises:
        Missing: it did not start; its log says why.
    """
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--home", str(home), "--port", str(port)]
    settings = os.environ | SETTINGS
    with _started(command, f"http://{HOST}:{port}", "/readyz", folder / "serve.log", settings) as url:
        yield url


@contextmanager
def exporter(folder: Path, elasticsearch: str) -> Iterator[str]:
    """Export what an Elasticsearch at a URL says of itself, and give the exporter's URL.

    Raises:
        Missing: the exporter is not installed, or did not start; the sentence says what to do.
    """
    port = free_port()
    command = [_program("prometheus-elasticsearch-exporter"), f"--es.uri={elasticsearch}"]
    command.append(f"--web.listen-address={HOST}:{port}")
    with _started(command, f"http://{HOST}:{port}", "/metrics", folder / "exporter.log") as url:
        yield url


@contextmanager
def _running(
    program: str, folder: Path, configuration: Mapping[str, Any], port: int, options: Sequence[str]
) -> Iterator[str]:
    file = folder / "configuration.yaml"
    file.write_text(yaml.safe_dump(configuration))
    command = [_program(program), f"--config.file={file}", f"--web.listen-address={HOST}:{port}", *options]
    with _started(command, f"http://{HOST}:{port}", "/-/ready", folder / "output.log") as url:
        yield url


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(f"No {name} on the path: Debian has it in a package of that name.")
    return found


@contextmanager
def _started(
    command: Sequence[str], url: str, ready: str, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    with log.open("wb") as output, subprocess.Popen(command, stderr=output, env=environment) as process:
        try:
            _wait_until_ready(url + ready, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(STOP_WITHIN_S)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_WITHIN_S
    while process.poll() is None and time.monotonic() < give_up:
        with suppress(httpx.HTTPError):
            if httpx.get(url).is_success:
                return
        time.sleep(0.1)
    raise Missing(f"It did not start: {log} says why.")
