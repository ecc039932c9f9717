"""Where the service hands in its answers and a shop its events, and where both are counted."""

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog

from service.errors import FeedbackUnavailable
from service.feedback.counters import Counters, label_of
from service.feedback.events import Event, EventStore
from service.feedback.joining import place_of
from service.feedback.log import PredictionLog, Store
from service.feedback.predictions import Prediction, prediction_of
from service.feedback.stores import JsonlPredictions, SqlitePredictions, find_predictions
from service.home import Home
from service.observation import Observation
from service.settings import Settings

Find = Callable[[Collection[str]], Mapping[str, Prediction]]

log = structlog.get_logger()


class FeedbackDesk:
    """Takes predictions without waiting, and events durably."""

    def __init__(self, events: EventStore, find: Find, counters: Counters, predictions: PredictionLog | None) -> None:
        self._events = events
        self._find = find
        self._counters = counters
        self._log = predictions
        # One writer is what SQLite has room for; and requests' own threads are not held up by a slow disk.
        self._writer = ThreadPoolExecutor(1, "feedback")

    def note(self, seen: Observation) -> bool | None:
        """Put an answer on the prediction log: whether it is on its way, None where the log is off."""
        variant = label_of(seen.outfit.variant)
        self._counters.outfits.labels(variant).inc()
        if seen.outfit.degraded:
            self._counters.degraded.labels(variant).inc()
        return None if self._log is None else self._put(self._log, seen)

    async def take(self, events: Sequence[Event], *, timeout_s: float) -> int:
        """Keep events, and return how many of them are new.

        Raises:
            FeedbackUnavailable: they could not be written in time; they may be sent again.
        """
        writing = asyncio.get_running_loop().run_in_executor(self._writer, self._add, events)
        try:
            async with asyncio.timeout(timeout_s):
                return await writing
        except TimeoutError as error:
            raise FeedbackUnavailable(
                "The events were not kept in time; send them again, with the same ids."
            ) from error

    def close(self) -> None:
        """Write what waits, and let go of files."""
        if self._log is not None:
            self._log.close()
        self._writer.shutdown(cancel_futures=True)
        self._events.close()

    def _put(self, predictions: PredictionLog, seen: Observation) -> bool:
        try:
            return predictions.put(prediction_of(seen, datetime.now(UTC)))
        except Exception:
            # Whatever it was, the shopper gets the answer.
            self._counters.predictions.labels("failed").inc()
            log.exception("prediction_not_logged")
            return False

    def _add(self, events: Sequence[Event]) -> int:
        added = self._events.add(events)
        if added:
            self._count(added)
        return len(added)

    def _count(self, events: Sequence[Event]) -> None:
        try:
            found = self._find({event.outfit_id for event in events})
        except sqlite3.Error as error:
            log.warning("feedback_not_joined", reason=str(error))
            found = {}
        for event in events:
            self._counters.feedback.labels(event.event).inc()
            prediction = found.get(event.outfit_id)
            if prediction is None:
                self._counters.unjoined.inc()
            else:
                self._count_joined(event, prediction)

    def _count_joined(self, event: Event, prediction: Prediction) -> None:
        self._counters.versions.labels(event.event, label_of(prediction.variant)).inc()
        if place := place_of(event, prediction):
            self._counters.slots.labels(event.event, str(place.slot + 1)).inc()
            self._counters.sources.labels(event.event, place.shown.source).inc()
            self._counters.heads.labels(event.event, place.head).inc()


@contextmanager
def open_desk(home: Home, settings: Settings, counters: Counters) -> Iterator[FeedbackDesk]:
    """Open the desk of a home; no file is made before there is something to put into it."""
    store = _store(home, settings)
    predictions = None if store is None else PredictionLog(store, counters.predictions)
    events = EventStore(home.feedback_path, days=settings.retention_days)
    desk = FeedbackDesk(events, lambda ids: find_predictions(home.predictions_path, ids), counters, predictions)
    try:
        yield desk
    finally:
        desk.close()


def _store(home: Home, settings: Settings) -> Store | None:
    limits = {"days": settings.retention_days, "size_bytes": settings.prediction_log_bytes}
    match settings.prediction_log:
        case "off":
            return None
        case "sqlite":
            return SqlitePredictions(home.predictions_path, **limits)
        case "jsonl":
            return JsonlPredictions(home.predictions_folder, **limits)
