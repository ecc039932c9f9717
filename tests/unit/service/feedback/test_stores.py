"""Where predictions are kept: found again, and never more or older than what is allowed."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time

import pytest

from service.feedback.log import Row, StoreFailed
from service.feedback.predictions import decode, encode, stamp
from service.feedback.stores import OLD_ROWS, JsonlPredictions, SqlitePredictions, find_predictions
from tests.unit.service.feedback.answers import prediction

NOW = datetime.now(UTC)
LARGE = 10_000_000


def row(outfit_id: str, *, days_ago: int = 0) -> Row:
    kept = prediction(outfit_id, at=NOW - timedelta(days=days_ago))
    return kept.outfit_id, stamp(kept.at), encode(kept)


def ids(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [one for (one,) in db.execute("SELECT outfit_id FROM predictions ORDER BY at")]


def test_a_prediction_is_found_by_its_outfit(tmp_path: Path) -> None:
    path = tmp_path / "predictions.sqlite"
    assert find_predictions(path, ["b"]) == {}
    store = SqlitePredictions(path, days=90, size_bytes=LARGE)
    store.write([row("a"), row("b"), row("c")])
    assert find_predictions(path, ["b", "x"]) == {"b": prediction("b", at=NOW)}
    store.close()


def test_old_predictions_go_while_new_ones_come(tmp_path: Path) -> None:
    store = SqlitePredictions(tmp_path / "p", days=90, size_bytes=LARGE)
    store.write([row("old", days_ago=91), row("older", days_ago=200), row("young", days_ago=89)])
    assert ids(tmp_path / "p") == ["young"]
    store.close()


def test_the_oldest_predictions_go_when_the_file_is_too_large(tmp_path: Path) -> None:
    store = SqlitePredictions(tmp_path / "p", days=90, size_bytes=1_000_000)
    for day in range(80, 0, -1):
        store.write([row(f"{day}-{number}", days_ago=day) for number in range(100)])
    kept = ids(tmp_path / "p")
    assert 100 < len(kept) < 2 * OLD_ROWS
    assert kept[-1].startswith("1-")
    assert not any(one.startswith("80-") for one in kept)
    store.close()


def test_a_store_that_cannot_be_opened_or_written_fails_and_recovers(tmp_path: Path) -> None:
    path = tmp_path / "later" / "predictions.sqlite"
    store = SqlitePredictions(path, days=90, size_bytes=LARGE)
    with pytest.raises(StoreFailed, match=r"predictions\.sqlite"):
        store.write([row("a")])
    path.parent.mkdir()
    store.write([row("b")])
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFailed, match="locked"):
            store.write([row("c")])
    store.write([row("d")])
    store.close()
    assert set(ids(path)) == {"b", "d"}


def test_a_log_of_a_newer_kitsune_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "p")) as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(StoreFailed, match="upgrade"):
        SqlitePredictions(tmp_path / "p", days=90, size_bytes=LARGE).write([row("a")])


def test_json_lines_begin_another_file_when_one_is_full(tmp_path: Path) -> None:
    folder = tmp_path / "predictions"
    store = JsonlPredictions(folder, days=90, size_bytes=LARGE, file_bytes=1000)
    for number in range(6):
        store.write([row(str(number))])
    store.close()
    files = sorted(folder.iterdir())
    assert 1 < len(files) < 6
    lines = [line for file in files for line in file.read_bytes().splitlines()]
    assert [decode(line).outfit_id for line in lines] == list("012345")


def test_json_lines_that_are_too_old_or_too_many_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "predictions"
    store = JsonlPredictions(folder, days=90, size_bytes=2000, file_bytes=1)
    store.write([row("ancient")])
    (ancient,) = folder.iterdir()
    os.utime(ancient, (0, time() - 91 * 86_400))
    for number in range(9):
        store.write([row(str(number))])
    store.close()
    assert not ancient.exists()
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 2000
    assert decode(max(folder.iterdir()).read_bytes()).outfit_id == "8"


def test_json_lines_that_do_not_fit_on_the_disk_fail_and_go_on_in_another_file(tmp_path: Path) -> None:
    store = JsonlPredictions(tmp_path / "predictions", days=90, size_bytes=LARGE)
    store._file = Path("/dev/full").open("wb")  # noqa: SIM115 - the store closes it
    with pytest.raises(StoreFailed, match="No space left"):
        store.write([row("a")])
    store.write([row("b")])
    store.close()
    (file,) = (tmp_path / "predictions").iterdir()
    assert decode(file.read_bytes()).outfit_id == "b"
