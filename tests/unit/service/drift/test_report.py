import json
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from model.verdict import Share, Verdict
from service.cli import app
from service.drift.keeping import DriftFolder, JudgedWindow
from service.home import Home, ReleasePointer
from service.report.drift import drift_page, in_words
from tests.unit.service.drift.answers import VERSIONS
from tests.unit.service.drift.test_hook import JUDGED, VERDICT
from tests.unit.service.drift.test_keeping import PROFILE

UNJUDGED = JudgedWindow(
    at=datetime(2026, 11, 21, tzinfo=UTC), versions=VERSIONS, requests=1000, against=None, verdict=None
)
QUIET = msgspec.structs.replace(JUDGED, verdict=Verdict({"targets": 0.5}, [], VERDICT.taxonomies, [], []))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.path.mkdir()
    for window in (UNJUDGED, JUDGED):
        DriftFolder(home).add(window, PROFILE)
    home.release(ReleasePointer(VERSIONS.bundle, VERSIONS.generation, VERSIONS.mapping))
    return home


def kitsune(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["drift", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_page_names_dimensions_words_and_taxonomies_and_runs_nothing() -> None:
    page = drift_page([UNJUDGED, QUIET, JUDGED])
    assert "seed_vectors drifted: 2.00 times what is let pass." in page
    assert "seed 7" in page
    assert "colour navy" in page
    assert re.search(r"Bags.*50\.0 %", page)
    assert page.count('<tr><th scope="row">2026') == 3
    assert "<script" not in page
    assert "http" not in page


def test_a_taxonomy_cannot_write_the_page() -> None:
    hostile = Verdict({"targets": 2.0}, [], [Share("<script>alert(1)</script>", 0.5, 0.5, 0.0)], [], VERDICT.words)
    assert "<script" not in drift_page([msgspec.structs.replace(JUDGED, verdict=hostile)])


@pytest.mark.parametrize(
    ("window", "said"),
    [(UNJUDGED, "compared with nothing"), (QUIET, "is like its reference"), (JUDGED, "colour navy: 10.0% before")],
)
def test_what_was_found_is_said_in_sentences(window: JudgedWindow, said: str) -> None:
    assert said in " ".join(in_words(window))
    assert drift_page([window])


def test_the_command_shows_the_windows_and_writes_the_page(home: Home, tmp_path: Path) -> None:
    page = tmp_path / "drift.html"
    printed = kitsune("report", "--home", str(home.path), "--html", str(page))
    assert "not judged" in printed
    assert "seed_vectors" in printed
    assert "colour navy" in page.read_text()
    windows = json.loads(kitsune("report", "--home", str(home.path), "--json"))["windows"]
    assert [window["against"] for window in windows] == [None, "bundle"]


def test_the_command_takes_the_last_window_as_the_baseline(home: Home) -> None:
    printed = json.loads(kitsune("baseline", "--home", str(home.path), "--json"))
    assert printed == {"bundle": "bundle", "requests": 1000}
    assert DriftFolder(home).baseline("bundle") == PROFILE


def test_without_a_window_the_report_says_how_to_get_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["drift", "report", "--home", str(tmp_path)])
    assert result.exit_code == 10
    assert "KITSUNE_DRIFT=true" in result.output
