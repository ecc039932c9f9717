"""`kitsune serve --workers`: several processes answer, and whichever is asked tells what all of them counted."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from service.home import Home
from tests.conftest import MadeHome, kitsune
from tests.e2e.test_metrics import scraped
from tests.e2e.test_serving import SEED, home, serving, wait_for_generation
from tests.unit.service.metrics.scraped import moved, value

__all__ = ["home"]

pytestmark = pytest.mark.slow

WORKERS = 2


def workers_of(pid: int) -> set[int]:
    """Return the processes that `pid` started and that serve: multiprocessing's helper is not among them."""
    children = (Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text().split()
    return {int(child) for child in children if b"spawn_main" in (Path("/proc") / child / "cmdline").read_bytes()}


def wait_until(happened: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def ask(base_url: httpx.URL, times: int) -> None:
    """Ask for an outfit so many times, each on a connection of its own: the workers take turns."""

    def one(_: int) -> int:
        return httpx.get(base_url.join(f"/v1/outfits/{SEED}"), timeout=30).status_code

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(one, range(times))) == {200}


def outfits(client: httpx.Client) -> float:
    return moved(client.get("/metrics").text, "kitsune_http_requests_total").get(("outfits", "2xx"), 0)


def test_the_sum_over_all_workers_is_what_was_asked_also_after_one_was_killed(made_home: MadeHome) -> None:
    with serving(made_home.path, "--workers", str(WORKERS)) as (client, process):
        wait_until(lambda: ready(client) and len(workers_of(process.pid)) == WORKERS)
        ask(client.base_url, 120)
        wait_until(lambda: outfits(client) == 120)
        before = workers_of(process.pid)
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(workers_of(process.pid) - {victim}) == WORKERS)
        wait_until(lambda: ready(client))
        ask(client.base_url, 80)
        wait_until(lambda: outfits(client) == 200)
        told = scraped(client, 200)
    assert moved(told, "kitsune_outfits_total") == {("whole",): 200}
    assert value(told, "kitsune_stage_duration_seconds", stage="search") == 200
    assert value(told, "kitsune_ready") == 1
    assert value(told, "kitsune_http_requests_in_progress") == 0
    assert value(told, "kitsune_index_products") > 0
    assert value(told, "process_cpu_seconds_total") > 0
    assert "pid=" not in told


def test_a_signal_reaches_every_worker(home: Path) -> None:
    with serving(home, "--workers", str(WORKERS)) as (client, process):
        wait_until(lambda: ready(client) and len(workers_of(process.pid)) == WORKERS)
        kitsune(["rollback", "--home", str(home)])
        process.send_signal(signal.SIGHUP)
        pointer = Home(home).current()
        assert pointer is not None
        wait_for_generation(client, pointer.generation)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
