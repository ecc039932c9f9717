import json
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks import curve_plot, elastic_curve
from benchmarks.elastic_curve import LAYOUTS, Point

POINTS = [
    Point(layout.name, 1, share, filters, candidates, min(1, 0.5 + candidates / 200), 2 + candidates / 50, 1.0)
    for layout in LAYOUTS
    for share in (0.1, 0.001)
    for filters in ("taxonomy only", "+ in stock")
    for candidates in layout.candidates
]


def test_the_cheapest_point_that_finds_enough_counts() -> None:
    cheapest = elastic_curve._cheapest(POINTS)
    assert cheapest["graph of the taxonomy", 0.1, "+ in stock"] == 4
    # A scan is tried with as many candidates as are asked for, and here it finds too little.
    assert ("exact", 0.1, "+ in stock") not in cheapest


def test_a_report_is_drawn_and_drawn_alike_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = {"setting": {"points": [asdict(point) for point in POINTS]}}
    (tmp_path / "elastic_curve_1000.json").write_text(json.dumps(report))
    monkeypatch.setattr(curve_plot, "REPORTS", tmp_path)
    monkeypatch.setattr(curve_plot, "PLOT", tmp_path / "plot.svg")
    curve_plot.main(1000)
    drawn = (tmp_path / "plot.svg").read_bytes()
    curve_plot.main(1000)
    assert (tmp_path / "plot.svg").read_bytes() == drawn
    assert all(layout.name.encode() in drawn for layout in LAYOUTS)
    assert b"0.1% of 1,000, + in stock" in drawn
