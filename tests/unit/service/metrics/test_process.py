import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from service.metrics import process
from service.metrics.process import ProcessMetrics
from tests.unit.service.metrics.scraped import value

pytestmark = pytest.mark.anyio

TOLD = (
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_open_fds",
    "process_max_fds",
    "process_start_time_seconds",
)


async def test_the_event_loop_is_looked_at_as_long_as_the_block_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "INTERVAL_S", 0)
    registry = CollectorRegistry()
    async with ProcessMetrics(registry).sampled():
        for _ in range(20):
            await asyncio.sleep(0)
    seen = value(registry, "kitsune_event_loop_lag_seconds")
    await asyncio.sleep(0.01)
    assert value(registry, "kitsune_event_loop_lag_seconds") == seen > 0


@pytest.mark.parametrize("name", TOLD)
def test_the_process_is_told_of(name: str) -> None:
    registry = CollectorRegistry()
    ProcessMetrics(registry)
    assert value(registry, name) > 0


def test_where_processes_count_together_their_own_figures_are_not_lost(tmp_path: Path) -> None:
    script = (
        "import asyncio\n"
        "from prometheus_client import CollectorRegistry, generate_latest\n"
        "from prometheus_client.multiprocess import MultiProcessCollector\n"
        "from service.metrics.process import ProcessMetrics\n"
        "async def main():\n"
        "    async with ProcessMetrics(CollectorRegistry()).sampled():\n"
        "        await asyncio.sleep(0.01)\n"
        "asyncio.run(main())\n"
        "scraped = CollectorRegistry()\n"
        "MultiProcessCollector(scraped)\n"
        "print(generate_latest(scraped).decode())"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    assert all(value(done.stdout, name) > 0 for name in TOLD)
    assert value(done.stdout, "python_gc_collections_total", generation="0") > 0
