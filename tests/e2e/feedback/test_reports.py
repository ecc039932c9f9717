"""`kitsune feedback` over what a real server kept."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli import app
from tests.e2e.feedback.conftest import Shop, event, outfit, rows, send


def kitsune(*arguments: str) -> str:
    run = CliRunner().invoke(app, ["feedback", *arguments])
    assert run.exit_code == 0, run.output
    return run.stdout


@pytest.fixture(params=["sqlite", "jsonl"])
def asked(shop: Shop, request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """Two answers, of the first of which something came."""
    with shop(prediction_log=request.param) as client:
        answers = [outfit(client), outfit(client)]
        looks = answers[0]["looks"][0]["slots"]
        product = looks[1]["candidates"][0]["product"]["product_id"]
        outfit_id = answers[0]["outfit_id"]
        send(client, event(outfit_id, "view"), event(outfit_id, "cart", product_id=product), event("f" * 32, "view"))
    return answers


def test_a_report_is_made_of_either_kind_of_log(asked: list[dict[str, Any]], tmp_path: Path) -> None:
    found = json.loads(kitsune("report", "--home", str(tmp_path), "--json"))
    assert (found["outfits"], found["events"], found["unjoined"]) == (len(asked), 3, 1)
    rates = {(line["by"], line["value"], line["event"]): line["rate"] for line in found["lines"]}
    assert (rates["slot", "2", "cart"]["hits"], rates["slot", "2", "cart"]["of"]) == (1, 2)
    assert (rates["outfit", "all", "view"]["hits"], rates["outfit", "all", "view"]["of"]) == (1, 2)
    shown = kitsune("report", "--home", str(tmp_path))
    assert "2 outfits since" in shown
    assert "50.00% [9.45% 90.55%]" in shown


def test_what_was_liked_is_exported(asked: list[dict[str, Any]], tmp_path: Path) -> None:
    out = tmp_path / "outfits.csv"
    assert "1 outfits in 2 rows" in kitsune("export", "--home", str(tmp_path), "--out", str(out)).replace("\n", "")
    (answer, _) = asked
    look = f"{answer['outfit_id']}-1"
    product = answer["looks"][0]["slots"][1]["candidates"][0]["product"]["product_id"]
    assert out.read_text().splitlines() == ["outfit,product", f"{look},red-dress", f"{look},{product}"]


def test_what_is_forgotten_is_on_the_disk_no_more(shop: Shop, tmp_path: Path) -> None:
    with shop() as client:
        gone, stays = outfit(client)["outfit_id"], outfit(client)["outfit_id"]
        send(client, event(gone), event(gone, "cart"), event(stays))
    found = json.loads(kitsune("forget", gone, "--home", str(tmp_path), "--json"))
    assert found == {"predictions": 1, "events": 2}
    assert rows(tmp_path / "predictions.sqlite", "SELECT outfit_id FROM predictions") == [(stays,)]
    assert not any(gone.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_a_home_without_a_log_says_how_to_have_one(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["feedback", "report", "--home", str(tmp_path)])
    assert run.exit_code == 10
    assert "KITSUNE_PREDICTION_LOG" in run.stderr.replace("\n", "")
