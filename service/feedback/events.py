"""What shoppers did with an outfit, as a shop tells it; an event is on the disk before it is said to be taken."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from service.errors import FeedbackUnavailable
from service.feedback.database import connect
from service.feedback.predictions import stamp

EventName = Literal["view", "click", "save", "swap", "cart", "purchase", "dismissed"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    event_id TEXT NOT NULL PRIMARY KEY,
    outfit_id TEXT NOT NULL,
    event TEXT NOT NULL,
    look INTEGER,
    slot INTEGER,
    product_id TEXT,
    at TEXT,
    received_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_by_outfit ON events (outfit_id);
CREATE INDEX IF NOT EXISTS events_by_time ON events (received_at);
"""

FORGET = """
DELETE FROM events WHERE rowid IN (SELECT rowid FROM events WHERE received_at < ? ORDER BY received_at LIMIT ?)
"""
OLD_ROWS = 1000
"""That are removed at once: more than a request brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to an outfit, a look, a slot or a product of it; looks and slots count from 0.

    `at` is when it happened as the caller says, None where it does not say. Nothing is computed from it: events belong
    to outfits by id, and their clocks need not agree.
    """

    event_id: str
    outfit_id: str
    event: EventName
    look: int | None = None
    slot: int | None = None
    product_id: str | None = None
    at: datetime | None = None


class EventStore:
    """A table of events, each once. Used by one thread at a time."""

    def __init__(self, path: Path, *, days: int) -> None:
        self._path = path
        self._retention = timedelta(days=days)
        self._db: sqlite3.Connection | None = None

    def add(self, events: Sequence[Event]) -> list[Event]:
        """Keep those whose id is new, and return them once the disk has them; of an id the first event stays.

        Raises:
            FeedbackUnavailable: nothing could be written, and nothing was kept.
        """
        try:
            self._db = self._db or connect(self._path, SCHEMA, synchronous="FULL")
            now = datetime.now(UTC)
            with self._db as db:
                added = [event for event in events if _insert(db, event, stamp(now))]
                db.execute(FORGET, (stamp(now - self._retention), OLD_ROWS))
        except sqlite3.Error as error:
            self.close()
            raise FeedbackUnavailable("The events could not be kept; send them again, with the same ids.") from error
        return added

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None


def read_events(path: Path, since: datetime) -> Iterator[Event]:
    """Yield the events that came in since then, in that order; none where there is no file.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    if not path.exists():
        return
    columns = "event_id, outfit_id, event, look, slot, product_id, at"
    query = f"SELECT {columns} FROM events WHERE received_at >= ? ORDER BY received_at, rowid"  # noqa: S608 - our own
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        for event_id, outfit_id, event, look, slot, product_id, at in db.execute(query, (stamp(since),)):
            yield Event(
                event_id=event_id,
                outfit_id=outfit_id,
                event=event,
                look=look,
                slot=slot,
                product_id=product_id,
                at=None if at is None else datetime.fromisoformat(at),
            )


def _insert(db: sqlite3.Connection, event: Event, received_at: str) -> bool:
    at = None if event.at is None else stamp(event.at)
    row = (event.event_id, event.outfit_id, event.event, event.look, event.slot, event.product_id, at, received_at)
    return db.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row).rowcount == 1
