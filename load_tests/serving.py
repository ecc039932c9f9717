"""Kitsune in a process of its own, on a free port, for as long as it is needed."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus

from benchmarks.traffic import HOST, Connection, free_port, get

START_WITHIN_S = 600
"""The drawn shop is drawn first: a minute, and several on a busy machine."""

STOP_WITHIN_S = 30
POLL_S = 0.05


@contextmanager
def kitsune(*command: str) -> Iterator[str]:
    """Run a command of Kitsune's that serves, and give the service's URL once it is ready.

    Raises:
        SystemExit: it ended, has nothing to serve, or does not answer in time; what it wrote to stderr says why.
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
        with suppress(OSError), closing(Connection(port)) as connection:
            connection.socket.sendall(get("/readyz"))
            status, _ = connection.reply()
            if status != HTTPStatus.OK:
                raise SystemExit("The service has nothing to serve: its last line above says why.")
            return
        time.sleep(POLL_S)
    raise SystemExit(f"The service does not answer after {START_WITHIN_S} s.")
