"""Answers that somebody wants gone, with all that came of them."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from service.errors import HomeError
from service.home import Home


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was removed."""

    predictions: int
    events: int


def forget(home: Home, outfit_ids: Iterable[str]) -> Forgotten:
    """Remove answers and their events, and overwrite where they were.

    Raises:
        HomeError: a file cannot be written now.
    """
    ids = [(outfit_id,) for outfit_id in outfit_ids]
    return Forgotten(
        predictions=_delete(home.predictions_path, "DELETE FROM predictions WHERE outfit_id = ?", ids),
        events=_delete(home.feedback_path, "DELETE FROM events WHERE outfit_id = ?", ids),
    )


def _delete(path: Path, statement: str, ids: list[tuple[str]]) -> int:
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA secure_delete = ON")
            with db:
                removed = db.executemany(statement, ids).rowcount
            # The log that is written ahead would go on holding what was removed.
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise HomeError(f"{path} cannot be written ({error}): try again, or check its folder's rights.") from error
    return removed
