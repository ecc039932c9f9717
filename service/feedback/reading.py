"""The whole prediction log and the events of a home, read while the service writes them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from service.errors import HomeError
from service.feedback.events import Event, read_events
from service.feedback.predictions import Prediction, decode, stamp
from service.home import Home


def events_by_outfit(home: Home, since: datetime) -> dict[str, list[Event]]:
    """Return the events that came in since then, by outfit and in that order.

    Raises:
        HomeError: the file cannot be read.
    """
    found: dict[str, list[Event]] = {}
    with _explained(home.feedback_path):
        for event in read_events(home.feedback_path, since):
            found.setdefault(event.outfit_id, []).append(event)
    return found


def read_predictions(home: Home, since: datetime) -> Iterator[Prediction]:
    """Yield what was answered since then, out of the table and out of the JSON lines.

    Raises:
        HomeError: the table cannot be read, or nothing was ever logged.
    """
    table, folder = home.predictions_path, home.predictions_folder
    if not table.exists() and not folder.is_dir():
        raise HomeError(f"{home.path} has no prediction log; set KITSUNE_PREDICTION_LOG where the service runs.")
    if table.exists():
        query = "SELECT prediction FROM predictions WHERE at >= ? ORDER BY at"
        with _explained(table), closing(sqlite3.connect(f"{table.absolute().as_uri()}?mode=ro", uri=True)) as db:
            yield from (decode(line) for (line,) in db.execute(query, (stamp(since),)))
    for file in sorted(folder.glob("*.jsonl")):
        yield from (prediction for prediction in _in_lines(file) if prediction.at >= since)


def _in_lines(file: Path) -> Iterator[Prediction]:
    with file.open("rb") as lines:
        for line in lines:
            try:
                yield decode(line)
            except msgspec.DecodeError:
                # A process that was killed leaves half a line, and a full disk does.
                continue


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise HomeError(f"{path} cannot be read ({error}): check the file and its folder's rights.") from error
