"""Every figure on the page of what was measured is the one of its report."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.sizing import BEGIN, CHECKED, END, FITTED, PAGE, read_figures, tables
from tests.docs.pages import DOCS, ROOT, rows, sections

MEASURED = DOCS / "explanation" / "measured.md"
REPORTS = ROOT / "benchmarks" / "reports"

FOUND = re.compile(r"(?P<value>\S+) ?(?P<unit>[^\s(]*)(?: \((?P<low>\S+) to (?P<high>\S+)\))?")
"""A value, its unit, and where it is shown its interval."""

MISSING = "The tables are not written yet: seven million products have still to be measured."

VERDICTS = {True: "met", False: "missed", None: ""}


def reported() -> list[tuple[str, str, str, str]]:
    """Return found, goal, report and figure of each row that names a report."""
    table = [cells for cells in rows(MEASURED.read_text()) if re.match(r"`\w+`: ", cells[-1])]
    return [(found, goal, *place.replace("`", "").split(": ", 1)) for _, found, goal, place in table]  # type: ignore[misc]


def figures(report: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((REPORTS / f"{report}.json").read_text())["figures"]
    return found


def figure(report: str, name: str) -> Mapping[str, Any]:
    (found,) = (one for one in figures(report) if one["name"] == name)
    return found


@pytest.mark.parametrize(("found", "goal", "report", "name"), reported(), ids=lambda cell: cell)
def test_a_figure_is_its_reports(found: str, goal: str, report: str, name: str) -> None:
    measured = figure(report, name)
    shown = FOUND.fullmatch(found)
    assert shown
    decimals = len(shown["value"].partition(".")[2])
    for key in ("value", "low", "high") if shown["low"] else ("value",):
        assert float(shown[key]) == pytest.approx(measured[key], abs=0.51 * 10**-decimals), key
    assert (shown["unit"], goal) == (measured["unit"], VERDICTS[measured["met"]])


def test_figures_are_read_from_the_page() -> None:
    assert {report for _, _, report, _ in reported()} == {
        "rest",
        "engine",
        "elastic_way_1000000",
        "start",
        "encoding",
        "generator",
        "rules",
    }


def test_tables_of_scale_are_computed_from_its_reports_or_said_to_be_missing() -> None:
    _, _, rest = PAGE.read_text().partition(BEGIN)
    written, _, _ = rest.partition(END)
    is_measured = all((REPORTS / f"elastic_scale_{products}.json").exists() for products in (FITTED, CHECKED))
    assert written.strip() == (tables(read_figures()).strip() if is_measured else MISSING)


def test_what_is_said_of_looks_is_what_the_evaluation_found() -> None:
    shown = [cells for cells in rows(sections(MEASURED)["Looks"]) if cells[0] != "row"]
    found = {cells[0]: cells for cells in rows(sections(DOCS / "evaluation.md")["Figures"])}
    assert shown
    for row, recall, coverage in shown:
        assert [recall, coverage] == [found[row][1], found[row][5]], row


def test_what_is_said_of_drift_is_what_was_measured() -> None:
    _, *shown = rows(sections(DOCS / "drift.md")["How well it works"])
    assert {name for name, *_ in shown} == {found["name"] for found in figures("drift")}
    for name, said, goal in shown:
        found = figure("drift", name)
        value = f"{found['value']:g} {found['unit']}" if found["unit"] else f"{found['value']:.0%}"
        assert (said, goal) == (value, VERDICTS[found["met"]]), name


def test_what_is_said_of_new_families_and_shops_is_what_was_measured() -> None:
    _, *shown = rows(sections(DOCS / "evaluation.md")["Families and shops that are new to it"])
    assert shown
    for row, *found in shown:
        name = row.replace("histogram and features, copied", "histogram and ImageNet together, copied")
        for measure, said in zip(("R@10", "R@50"), found, strict=True):
            assert float(said) == pytest.approx(figure("transfer", f"{name}: {measure}")["value"], abs=0.0006), row
