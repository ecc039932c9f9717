"""The server: one process, or several that take turns and count as one."""

import math
import os
import signal
import sys
from contextlib import nullcontext
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from service import logs
from service.app import create_app
from service.metrics.several import counted_together, shared_folder
from service.settings import Settings

GRACE_S = 5
"""How much longer than a request's deadline is waited, at the end, for those that are not through: a slow upload, a
client that reads no more. What is left then is cut off."""


def serve_http(settings: Settings) -> None:
    """Serve until the process is told to end.

    Raises:
        SystemExit: with 0 when SIGTERM ended it, and with another status when it could not start.
    """
    # The server raises the signal that ended it once more, when all is done: that is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    several = settings.workers > 1
    with shared_folder() if several or counted_together() else nullcontext():
        if several:
            _run_workers(settings)
        else:
            uvicorn.run(_app(settings), **_options(settings))


def _app(settings: Settings) -> FastAPI:
    logs.configure(settings.log_level, logs.PatientStream(logs.STDERR))
    return create_app(settings)


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "host": settings.host,
        "port": settings.port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": math.ceil(settings.deadline_s) + GRACE_S,
    }


def _run_workers(settings: Settings) -> None:
    logs.configure(settings.log_level, logs.PatientStream(logs.STDERR))
    config = uvicorn.Config(partial(_app, settings), factory=True, workers=settings.workers, **_options(settings))
    workers = _Workers(config, [config.bind_socket()])
    workers.run()
    if any(process.exitcode == STARTUP_FAILURE for process in workers.processes):
        sys.exit(STARTUP_FAILURE)


class _Workers(Multiprocess):
    """Uvicorn's workers: one that dies is replaced, and its gauges go; what it counted stays."""

    def keep_subprocess_alive(self) -> None:
        """Replace workers that have died."""
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        for pid in before - {process.pid for process in self.processes}:
            mark_process_dead(pid)  # type: ignore[no-untyped-call]

    def handle_hup(self) -> None:
        """Have every worker load the current release; one that is just starting does so anyway."""
        for process in self.processes:
            if process.pid is not None and process.is_ready():
                os.kill(process.pid, signal.SIGHUP)
