"""Where predictions are kept in a home: one SQLite file, or JSON lines in files that are rotated by size.

Both let go of the oldest while they write: what is older than the retention, and what is beyond the size.
"""

import os
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import time
from typing import BinaryIO

from service.feedback.database import connect
from service.feedback.log import Row, StoreFailed
from service.feedback.predictions import Prediction, decode, stamp

SCHEMA = """
CREATE TABLE IF NOT EXISTS predictions (
    outfit_id TEXT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    prediction BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS predictions_by_time ON predictions (at);
"""

FORGET = """
DELETE FROM predictions WHERE rowid IN (SELECT rowid FROM predictions WHERE at < ? ORDER BY at LIMIT ?)
"""
OLD_ROWS = 1000
"""That are removed at once: more than a batch brings, and few enough that nobody waits for it."""

EVER = "9"
"""Later than every time, as texts sort."""

FILE_BYTES = 64_000_000
"""After which the next JSONL file is begun."""


class SqlitePredictions:
    """A table in WAL mode: readers see committed answers, and never hold the writer up."""

    def __init__(self, path: Path, *, days: int, size_bytes: int) -> None:
        self._path = path
        self._retention = timedelta(days=days)
        self._size_bytes = size_bytes
        self._db: sqlite3.Connection | None = None

    def write(self, rows: Sequence[Row]) -> None:
        """Keep rows in one transaction, and let go of the oldest."""
        try:
            self._db = self._db or connect(self._path, SCHEMA, synchronous="NORMAL")
            with self._db as db:
                db.executemany("INSERT OR IGNORE INTO predictions VALUES (?, ?, ?)", rows)
                self._forget(db)
        except sqlite3.Error as error:
            self.close()
            raise StoreFailed(f"{self._path.name}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _forget(self, db: sqlite3.Connection) -> None:
        until = EVER if self._size(db) > self._size_bytes else stamp(datetime.now(UTC) - self._retention)
        db.execute(FORGET, (until, OLD_ROWS))

    def _size(self, db: sqlite3.Connection) -> int:
        """Return the bytes in use; pages of removed rows are free to be used again."""
        pages, free, page_bytes = (
            db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * page_bytes)


class JsonlPredictions:
    """Files of JSON lines, for whatever reads those; a process writes its own."""

    def __init__(self, folder: Path, *, days: int, size_bytes: int, file_bytes: int = FILE_BYTES) -> None:
        self._folder = folder
        self._age_s = days * 86_400
        self._size_bytes = size_bytes
        self._file_bytes = file_bytes
        self._numbers = count()  # a clock may stand still for longer than a file is written
        self._file: BinaryIO | None = None

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows, and remove the oldest files."""
        try:
            if rows:
                file = self._open()
                file.write(b"".join(line + b"\n" for *_, line in rows))
                file.flush()
                if file.tell() >= self._file_bytes:
                    self.close()
            self._forget()
        except OSError as error:
            self._abandon()
            raise StoreFailed(f"{self._folder.name}: {error.strerror}") from error

    def close(self) -> None:
        """Close the file; the next row begins another."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> BinaryIO:
        if self._file is None:
            self._folder.mkdir(exist_ok=True)
            began = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
            self._file = (self._folder / f"{began}-{os.getpid()}-{next(self._numbers):06}.jsonl").open("xb")
        return self._file

    def _abandon(self) -> None:
        """Close a file that cannot be written, whose buffer still holds what does not fit."""
        try:
            self.close()
        except OSError:
            self._file = None

    def _forget(self) -> None:
        if not self._folder.is_dir():
            return
        left_bytes = self._size_bytes
        for file in sorted(self._folder.glob("*.jsonl"), reverse=True):
            status = file.stat()
            left_bytes -= status.st_size
            open_now = self._file is not None and file.name == Path(self._file.name).name
            if not open_now and (left_bytes < 0 or status.st_mtime < time() - self._age_s):
                file.unlink()


def find_predictions(path: Path, outfit_ids: Collection[str]) -> Mapping[str, Prediction]:
    """Return those of some outfits that the SQLite log at `path` has; none where there is no log.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    if not path.exists():
        return {}
    marks = ", ".join("?" * len(outfit_ids))
    query = f"SELECT prediction FROM predictions WHERE outfit_id IN ({marks})"  # noqa: S608 - question marks alone
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        found = [decode(line) for (line,) in db.execute(query, tuple(outfit_ids))]
    return {prediction.outfit_id: prediction for prediction in found}
