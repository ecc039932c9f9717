"""Kitsune in a process of its own, on a free port, for as long as it is needed."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from benchmarks.traffic import HOST, Connection, free_port, get

START_WITHIN_S = 600
"""The drawn shop is drawn first: a minute, and several on a busy machine."""

STOP_WITHIN_S = 30
POLL_S = 0.05


@contextmanager
def kitsune(*command: str) -> Iterator[str]:
    """Run a command of Kitsune's that serves, and give the service's URL once it is ready.

    Raises:
        SystemExit: it ended, or is not ready in time; what it wrote to stderr says why.
    """
    port = free_port()
    started = [sys.executable, "-m", "service.cli", *command, "--port", str(port)]
    quiet = os.environ | {"KITSUNE_LOG_LEVEL": "warning"}
    with subprocess.Popen(started, env=quiet) as process:  # noqa: S603 - Kitsune's own command line
        try:
            _wait_until_ready(process, port)
            yield f"http://{HOST}:{port}"
        finally:
            process.terminate()
            process.wait(STOP_WITHIN_S)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit("The service ended before it was ready: its last lines above say why.")
        with suppress(OSError, AssertionError), closing(Connection(port)) as connection:
            connection.ask(get("/readyz"))
            return
        time.sleep(POLL_S)
    raise SystemExit(f"The service is not ready after {START_WITHIN_S} s.")
