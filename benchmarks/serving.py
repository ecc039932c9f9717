"""The servers that are measured, each a process of its own: Kitsune, the obvious way, the least that FastAPI does."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import uvicorn
from fastapi import FastAPI
from numpy.typing import NDArray

from benchmarks.blog import Blog, blog_app
from benchmarks.clocks import ticking
from benchmarks.made import FOLDER
from benchmarks.traffic import HOST, Connection, free_port, get
from service import logs, runtime
from service.api.asked import OutfitBody
from service.api.schemas import Outfit
from service.app import create_app
from service.home import Home
from service.metrics import Metrics
from service.settings import Settings

START_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs."""

    port: int
    pid: int


@contextmanager
def kitsune(home: Home, **settings: str) -> Iterator[Served]:
    """Serve a home as `kitsune serve` does, with a ticker beside it; `ticks` says afterwards how it went."""
    with _served("kitsune", home.path, settings) as server:
        yield server


@contextmanager
def bare(content: bytes) -> Iterator[Served]:
    """Serve one answer from a handler of FastAPI's: the same body in and this one out, validated, nothing between."""
    path = FOLDER / "answer.json"
    path.write_bytes(content)
    with _served("bare", path) as server:
        yield server


@contextmanager
def obvious(told: Blog) -> Iterator[Served]:
    """Serve the handler of `benchmarks.blog`."""
    path = FOLDER / f"blog-{told.num_candidates}.json"
    path.write_bytes(msgspec.json.encode(told))
    with _served("blog", path) as server:
        yield server


@contextmanager
def _served(kind: str, path: Path, settings: Mapping[str, str] | None = None) -> Iterator[Served]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.serving", kind, str(path), str(port)]
    with (
        (FOLDER / f"{kind}.log").open("w") as log,
        subprocess.Popen(  # noqa: S603
            command, stderr=log, env=os.environ | (settings or {})
        ) as process,
    ):
        try:
            wait_until_ready(port)
            yield Served(port, process.pid)
        finally:
            process.terminate()


def wait_until_ready(port: int) -> None:
    """Ask /readyz until it says 200."""
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        with suppress(OSError, AssertionError), closing(Connection(port)) as connection:
            connection.ask(get("/readyz"))
            return
        time.sleep(0.005)
    raise SystemExit(f"The server was not ready within {START_WITHIN_S} s; its log is in {FOLDER}.")


def ticks() -> NDArray[np.float64]:
    """Return when each tick came and how late it was, in seconds of `time.perf_counter`, once the server has ended.

    Shapes:
        [ticks, 2]
    """
    seen: NDArray[np.float64] = np.load(FOLDER / "ticks.npy")
    return seen


@asynccontextmanager
async def _ticking(settings: Settings, metrics: Metrics) -> AsyncIterator[runtime.Runtime]:
    """Open the runtime, and keep a record of the event loop's delays beside it."""
    async with runtime.open_runtime(settings, metrics) as opened:
        with ticking(asyncio.get_running_loop()) as seen:
            yield opened
    np.save(FOLDER / "ticks.npy", np.array(seen))


def _kitsune(home: Path) -> FastAPI:
    settings = Settings.load(home=home)
    logs.configure(settings.log_level)
    return create_app(settings, _ticking)


def _bare(answer: Path) -> FastAPI:
    app = FastAPI()
    # Tuples, as the strict models want them: the answer is validated each time.
    content = Outfit.model_validate_json(answer.read_bytes()).model_dump()

    @app.post("/v1/outfits", response_model=Outfit)
    async def outfits(_: OutfitBody) -> object:
        return content

    @app.get("/readyz")
    async def ready() -> None: ...

    return app


def main(kind: str, path: str, port: str) -> None:
    """Serve until the process is told to end."""
    apps: dict[str, Callable[[Path], FastAPI]] = {"kitsune": _kitsune, "blog": blog_app, "bare": _bare}
    app = apps[kind](Path(path))
    uvicorn.run(app, host=HOST, port=int(port), log_config=None, access_log=False, server_header=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
