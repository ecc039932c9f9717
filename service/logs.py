"""Log lines as JSON on standard error, one a line, each with the id of the request it belongs to.

JSON escapes what could forge a line or colour a terminal: line breaks, control characters, and everything that is not
ASCII, text direction marks included.
"""

import atexit
import logging
import os
import sys
from queue import SimpleQueue
from threading import Lock, Thread, current_thread
from typing import Any, TextIO, cast

import structlog
from structlog.typing import Processor

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


STDERR = 2
"""Standard error as the kernel knows it."""

WAITING = 10_000
"""Lines that may wait for whoever reads them: some 3 MB."""

ENDING_S = 2.0
"""How long a process that ends waits for its last lines to be read."""


class PatientStream:
    """A file descriptor that nobody waits for: lines go on a bounded queue, and a thread writes them.

    Whoever reads a service's log may stall, or its disk be full. Requests go on then; what does not fit on the queue
    is dropped, and a line says how many were as soon as lines can be written again.
    """

    def __init__(self, descriptor: int, *, waiting: int = WAITING) -> None:
        self._descriptor = descriptor
        self._waiting = waiting
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._dropped = 0
        self._counting = Lock()
        self._thread = Thread(target=self._write_until_closed, name="log", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def write(self, text: str) -> int:
        """Queue a line, or drop it; the thread's own line, of what was dropped, always has room."""
        if self._lines.qsize() < self._waiting or current_thread() is self._thread:
            self._lines.put(text)
        else:
            self._drop()
        return len(text)

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def close(self) -> None:
        """Write what waits and end, or leave it after some seconds."""
        self._lines.put(None)
        self._thread.join(ENDING_S)

    def _write_until_closed(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                _write_all(self._descriptor, line.encode("utf-8", "backslashreplace"))
            except OSError:
                self._drop()
            else:
                self._tell_dropped()

    def _drop(self) -> None:
        with self._counting:
            self._dropped += 1

    def _tell_dropped(self) -> None:
        with self._counting:
            dropped, self._dropped = self._dropped, 0
        if dropped:
            structlog.get_logger().warning("log_lines_dropped", lines=dropped)


def _write_all(descriptor: int, data: bytes) -> None:
    """Write past Python's own buffer, whose lock a thread that hangs would hold when the process ends."""
    while data:
        data = data[os.write(descriptor, data) :]


def configure(level: str = "info", target: PatientStream | None = None) -> None:
    """Send every log line of this process, uvicorn's and other libraries' included, through one form.

    Lines go to standard error, at once or through `target`.
    """
    structlog.configure(
        processors=[*SHARED, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_stderr if target is None else structlog.WriteLoggerFactory(cast("TextIO", target)),
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*SHARED, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # It writes a line for every request that an engine does not answer, beside the request's own.
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)


def _to_stderr(*_: Any) -> structlog.WriteLogger:
    """Look standard error up when a logger is bound: it may have been redirected since `configure`."""
    return structlog.WriteLogger(sys.stderr)
