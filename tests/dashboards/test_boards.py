"""The boards are what the code builds, and keep the rules of Grafana's dashboard-linter."""

import re
from collections.abc import Mapping
from typing import Any

import promql_parser
import pytest

from dashboards.__main__ import files
from dashboards.reading import Panel, Query, boards, panels
from dashboards.recording import recordings
from tests.repo.locks import ROOT

BOARDS = boards()
PANELS = [panel for name in BOARDS for panel in panels(name)]
QUERIES = [(panel, query) for panel in PANELS for query in panel.queries]
SOURCE = {"type": "prometheus", "uid": "${datasource}"}

OTHER_JOBS = {"Elasticsearch": ("job", "cluster"), "Containers": ("namespace",)}
"""Rows whose metrics are another exporter's, and the labels that they are chosen by instead."""

COUNTERS = re.compile(r"\b\w+(?:_total|_bucket|_count|_sum)\{")


@pytest.mark.parametrize("path", files())
def test_what_is_committed_is_what_the_code_builds(path: str) -> None:
    assert (ROOT / path).read_text() == files()[path], "run: make dashboards"


@pytest.fixture(params=BOARDS.values(), ids=list(BOARDS))
def board(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    chosen: Mapping[str, Any] = request.param
    return chosen


@pytest.fixture(params=PANELS, ids=str)
def panel(request: pytest.FixtureRequest) -> Panel:
    chosen: Panel = request.param
    return chosen


@pytest.fixture(params=QUERIES, ids=lambda asked: f"{asked[0]}: {asked[1].legend}")
def asked(request: pytest.FixtureRequest) -> tuple[Panel, Query]:
    chosen: tuple[Panel, Query] = request.param
    return chosen


def test_boards_can_be_told_apart_and_found() -> None:
    for name in ("uid", "title"):
        assert len({board[name] for board in BOARDS.values()}) == len(BOARDS)
    assert {tuple(board["tags"]) for board in BOARDS.values()} == {("kitsune",)}


def test_a_board_is_not_edited_in_place(board: Mapping[str, Any]) -> None:
    assert board["editable"] is False


def test_a_board_offers_the_source_the_job_the_version_and_the_instance(board: Mapping[str, Any]) -> None:
    variables = {variable["name"]: variable for variable in board["templating"]["list"]}
    assert list(variables)[:4] == ["datasource", "job", "version", "instance"]
    assert (variables.pop("datasource"))["query"] == "prometheus"
    for variable in variables.values():
        assert variable["datasource"] == SOURCE
        assert variable["multi"]
        assert variable["includeAll"]
        assert variable["refresh"] == 2, "asked anew when the time range changes"


def test_every_row_says_what_to_do(board: Mapping[str, Any]) -> None:
    kinds = [panel["type"] for panel in board["panels"]]
    rows = [place for place, kind in enumerate(kinds) if kind == "row"]
    assert rows
    for place in rows:
        assert kinds[place + 1] == "text"
        assert "**" in board["panels"][place + 1]["options"]["content"]


def test_a_board_has_no_two_panels_in_one_place(board: Mapping[str, Any]) -> None:
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in board["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_no_two_panels_of_a_board_ask_the_same(board: Mapping[str, Any]) -> None:
    (name,) = (name for name, told in BOARDS.items() if told is board)
    asked = [query.expression for panel in panels(name) for query in panel.queries]
    assert len(asked) == len(set(asked))


def test_a_panel_says_what_it_shows_and_in_which_unit(panel: Panel) -> None:
    assert panel.title
    assert panel.told["description"].endswith(".")
    assert panel.field["unit"]
    assert panel.told["datasource"] == SOURCE
    assert panel.queries


def test_a_query_parses(asked: tuple[Panel, Query]) -> None:
    promql_parser.parse(asked[1].filled)


def test_a_query_is_of_what_is_chosen(asked: tuple[Panel, Query]) -> None:
    panel, query = asked
    labels = OTHER_JOBS.get(panel.row, ("job", "instance"))
    for metric, matchers in re.findall(r"([a-z][\w:]+)\{(.*?)\}", query.expression):
        expected = ("job",) if ":" in metric else labels
        for label in expected:
            assert re.search(rf'\b{label}=~"\$\w+"', matchers), f"{metric} is not chosen by {label}"


def test_counters_stand_under_a_rate(asked: tuple[Panel, Query]) -> None:
    for found in COUNTERS.finditer(asked[1].expression):
        before = asked[1].expression[: found.start()]
        assert before.endswith(("rate(", "increase(")), found.group()


def test_a_rate_goes_by_the_interval_that_grafana_finds(asked: tuple[Panel, Query]) -> None:
    windows = re.findall(r"rate\([^\[]*\[([^\]]+)\]", asked[1].expression)
    assert set(windows) <= {"$__rate_interval"}


def test_what_boards_ask_of_recording_rules_is_recorded() -> None:
    recorded = {rule.name for rule in recordings()}
    named = {name for _, query in QUERIES for name in re.findall(r"namespace_job:\w+:\w+", query.expression)}
    assert named
    assert named <= recorded
