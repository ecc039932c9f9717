"""From the start of `kitsune serve` to its first 200 on /readyz, and the memory of the process then and in use.

Files are in the page cache. Memory that belongs to the process (anonymous) is counted apart from the files that it has
mapped: the index, which the kernel shares among processes and takes back when it needs the room.
"""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image

from benchmarks.made import FOLDER, SEED, TAXONOMIES, made_home
from benchmarks.memory import memory_bytes
from benchmarks.reports import Report
from benchmarks.rest import K, drawn_seeds
from benchmarks.serving import Served, wait_until_ready
from benchmarks.traffic import Connection, free_port, outfit_request, post_photo
from service.home import Home
from service.runtime import load_release, named_release
from service.settings import Settings
from tests.catalogues import taxonomy_name

SIZES = (100_000, 1_000_000)
ROUNDS = 5
REQUESTS = 1000
PHOTOS = 5
GOAL_S = 3.0
GOAL_MB = 300

BARE = "import fastapi, numpy, pydantic, uvicorn"
"""What any such service begins with."""


def main() -> None:
    """Measure, print and write the report."""
    report = Report("start", {"taxonomies": TAXONOMIES, "rounds": ROUNDS, "outfits_asked": REQUESTS, "photos": PHOTOS})
    homes = {products: made_home(products) for products in SIZES}
    taken: dict[int, list[float]] = {products: [] for products in SIZES}
    bare = []
    for _ in range(ROUNDS):
        bare.append(_seconds([sys.executable, "-c", BARE]))
        for products, home in homes.items():
            start = time.perf_counter()
            with _serve(home):
                taken[products].append(time.perf_counter() - start)
    report.add("python that imports FastAPI, numpy and uvicorn", "s", bare)
    for products, seconds in taken.items():
        report.add(f"{products:,}: start to ready", "s", seconds, at_most=GOAL_S)
        report.add(f"{products:,}: start to ready over those imports", "x", np.divide(seconds, bare))
    for products, home in homes.items():
        _memory(report, f"{products:,}", home)
    report.finish()


@contextmanager
def _serve(home: Home) -> Iterator[Served]:
    """Run the very command that people run."""
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--home", str(home.path), "--port", str(port)]
    with (FOLDER / "serve.log").open("w") as log, subprocess.Popen(command, stderr=log) as process:  # noqa: S603
        try:
            wait_until_ready(port)
            yield Served(port, process.pid)
        finally:
            process.terminate()


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True)  # noqa: S603
    return time.perf_counter() - start


def _memory(report: Report, size: str, home: Home) -> None:
    release = load_release(home, named_release(home), Settings.load())
    requests = [outfit_request(seed, looks=3, k=K) for seed in drawn_seeds(release, REQUESTS)]
    index_bytes = sum(file.stat().st_size for file in (home.generations / release.versions.generation).iterdir())
    report.add(f"{size}: index files", "MB", [index_bytes / 1e6])
    with _serve(home) as server:
        _add_memory(report, f"{size}: memory when ready", server.pid)
        connection = Connection(server.port)
        for request in requests:
            connection.ask(request)
        _add_memory(report, f"{size}: memory after {REQUESTS} outfits", server.pid)
        for _ in range(PHOTOS):
            connection.ask(post_photo(_photo(), taxonomy_name(0)))
        _add_memory(report, f"{size}: memory after {PHOTOS} photos, too", server.pid)


def _add_memory(report: Report, name: str, pid: int) -> None:
    memory = memory_bytes(pid)
    report.add(f"{name}: its own", "MB", [memory.own / 1e6], at_most=GOAL_MB)
    report.add(f"{name}: mapped files", "MB", [memory.mapped / 1e6])


def _photo() -> bytes:
    """Return a JPEG as large as a shopper's phone would send it, of noise: the hardest to decode."""
    pixels = np.random.default_rng(SEED).integers(0, 256, (1600, 1200, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


if __name__ == "__main__":
    os.environ.pop("KITSUNE_HOME", None)
    main()
