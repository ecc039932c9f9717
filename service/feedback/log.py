"""The prediction log's one way in: a bounded queue, and a thread that writes what is on it.

An answer never waits for the log. What does not fit on the queue is dropped, what cannot be written is given up, and
both are counted. The thread ends with the service, once everything on the queue is written.
"""

from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Protocol

import structlog
from prometheus_client import Counter

from service.feedback.predictions import Prediction, encode, stamp

WAITING = 4096
"""Answers that may wait to be written: some 8 MB, and 60 MB where each has three looks of 50 candidates a slot."""

BATCH = 512
PAUSE_S = 0.05
"""Between two batches: one transaction is shared by what was answered meanwhile."""

TIDY_S = 600.0
"""How long without a new answer until the store is asked to let go of old ones all the same."""

CLOSING_S = 5.0

log = structlog.get_logger()


Row = tuple[str, str, bytes]
"""Outfit id, time, and the prediction as JSON."""


class StoreFailed(Exception):
    """The store cannot be written now; what it was given is lost."""


class Store(Protocol):
    """Where predictions are kept. Used by one thread."""

    def write(self, rows: Sequence[Row]) -> None:
        """Keep rows, and let go of what is too old or too much; opens what it needs.

        Raises:
            StoreFailed: it cannot.
        """
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


class PredictionLog:
    """Takes predictions without waiting, from one thread, and has another write them."""

    def __init__(self, store: Store, results: Counter, *, waiting: int = WAITING) -> None:
        self._store = store
        self._results = results
        self._waiting = waiting
        self._queue: SimpleQueue[Row | None] = SimpleQueue()
        self._closing = Event()
        self._failing = False
        self._thread = Thread(target=self._write_until_closed, name="prediction-log", daemon=True)
        self._thread.start()

    def put(self, prediction: Prediction) -> bool:
        """Queue a prediction; False says that it is dropped, or that the store fails at the moment."""
        if self._queue.qsize() >= self._waiting:
            self._results.labels("dropped").inc()
            return False
        self._queue.put((prediction.outfit_id, stamp(prediction.at), encode(prediction)))
        return not self._failing

    def close(self) -> None:
        """Write what is on the queue and end; a store that hangs is left behind after some seconds."""
        self._closing.set()
        self._queue.put(None)
        self._thread.join(CLOSING_S)

    def _write_until_closed(self) -> None:
        while True:
            rows, ended = self._batch()
            self._write(rows)
            if ended:
                self._store.close()
                return
            self._closing.wait(PAUSE_S)

    def _batch(self) -> tuple[list[Row], bool]:
        """Wait for a row, and take those behind it; True when the log is closed and no row is left."""
        rows: list[Row] = []
        try:
            row = self._queue.get(timeout=TIDY_S)
            while row is not None:
                rows.append(row)
                if len(rows) == BATCH:
                    return rows, False
                row = self._queue.get_nowait()
        except Empty:
            return rows, False
        return rows, True

    def _write(self, rows: Sequence[Row]) -> None:
        try:
            self._store.write(rows)
        except StoreFailed as error:
            self._results.labels("failed").inc(len(rows))
            if not self._failing:
                log.error("prediction_log_failed", reason=str(error))  # noqa: TRY400 - no bug
            self._failing = True
        else:
            self._results.labels("logged").inc(len(rows))
            if self._failing:
                log.info("prediction_log_works_again")
            self._failing = False
