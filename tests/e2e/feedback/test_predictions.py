"""The prediction log beside a real server: whole, off the request's way, and no reason to fail one."""

import sqlite3
from contextlib import closing
from pathlib import Path

from service.api.schemas import Outfit
from service.feedback.predictions import decode
from tests.e2e.conftest import Serve
from tests.e2e.feedback.conftest import Shop, figure, outfit, rows, until
from tests.e2e.shapes import answered


def test_every_answer_is_kept_under_its_id(shop: Shop, tmp_path: Path) -> None:
    with shop() as client:
        answers = [outfit(client, looks=looks) for looks in (1, 2, 3)]
        assert [answer["prediction_logged"] for answer in answers] == [True] * 3
        page = client.get("/look", params={"seed": "red-dress"})
        assert page.status_code == 200
    kept = rows(tmp_path / "predictions.sqlite", "SELECT prediction FROM predictions ORDER BY at, rowid")
    predictions = [decode(line) for (line,) in kept]
    assert [one.outfit_id for one in predictions[:3]] == [answer["outfit_id"] for answer in answers]
    assert [len(one.looks) for one in predictions] == [1, 2, 3, 3]


def test_nothing_is_kept_unless_it_is_asked_for(serve: Serve, tmp_path: Path) -> None:
    with serve(home=tmp_path) as client:
        response = client.get("/v1/outfits/red-dress")
        assert answered(response, Outfit).prediction_logged is None
    assert not [*tmp_path.iterdir()]


def test_json_lines_are_kept_where_they_are_asked_for(shop: Shop, tmp_path: Path) -> None:
    with shop(prediction_log="jsonl") as client:
        answer = outfit(client)
    (file,) = (tmp_path / "predictions").iterdir()
    assert decode(file.read_bytes()).outfit_id == answer["outfit_id"]


def test_a_log_that_cannot_be_written_costs_no_answer_and_is_told(shop: Shop, tmp_path: Path) -> None:
    with shop() as client:
        outfit(client)
        until(lambda: figure(client, "kitsune_predictions_total", result="logged"))
        with closing(sqlite3.connect(tmp_path / "predictions.sqlite")) as other:
            other.execute("BEGIN IMMEDIATE")
            until(lambda: outfit(client)["prediction_logged"] is False)
        until(lambda: outfit(client)["prediction_logged"])
        assert figure(client, "kitsune_predictions_total", result="failed") > 0
        assert figure(client, "kitsune_predictions_total", result="logged") > 1


def test_a_log_whose_folder_is_away_costs_no_answer(shop: Shop, tmp_path: Path) -> None:
    with shop(home=tmp_path / "away") as client:
        until(lambda: outfit(client)["prediction_logged"] is False)
