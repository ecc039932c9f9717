from pathlib import Path

import numpy as np
import pytest

from benchmarks import sizing
from benchmarks.sizing import BEGIN, CHECKED, CORES, END, FITTED, Line, Model, alone, fit_line, fitted, sized, tables

SCAN = Line(1.5, 4.0)
GRAPH = Line(5.0, 0.2)
SIZES = (1_000, 20_000, 150_000, 400_000, 1_100_000)


def figures(products: int, *, graphs: bool) -> dict[str, float]:
    """Return a report in which all lies on the two lines."""
    found = {"exact: disk a product": 700.0, "exact: disk": 1.0, "exact: products a second": 9000.0}
    found["exact, 1 look: server's processor time"] = 40.0
    for size in SIZES[: 5 if graphs else 3]:
        cost = float(SCAN.search_ms(np.array(size)))
        found |= {f"exact, one search among {size:,}: server's processor time": cost}
        if graphs:
            cost = float(GRAPH.search_ms(np.array(size))) if size >= sizing.GRAPH_FROM else cost
            found |= {f"partitioned, one search among {size:,}: server's processor time": cost}
    if graphs:
        found |= {"partitioned: disk a product": 800.0, "partitioned: disk": 1.0, "partitioned: products a second": 4e3}
    assert products in {FITTED, CHECKED}
    return found


REPORTS = {FITTED: figures(FITTED, graphs=False), CHECKED: figures(CHECKED, graphs=True)}


def test_a_line_is_found_again() -> None:
    found = fit_line([(float(size), float(SCAN.search_ms(np.array(size)))) for size in SIZES])
    assert (found.fixed_ms, found.ms_per_100k) == pytest.approx((1.5, 4.0))


def test_searches_of_a_layout_are_read_by_name() -> None:
    assert alone(REPORTS[FITTED], "exact") == [(1000, 1.54), (20_000, pytest.approx(2.3)), (150_000, 7.5)]
    assert not alone(REPORTS[FITTED], "partitioned")


def test_scans_are_fitted_at_one_size_and_graphs_at_the_other() -> None:
    exact, partitioned = fitted(REPORTS, "exact"), fitted(REPORTS, "partitioned")
    assert exact.graph is None
    assert exact.bytes_per_product == 700
    sizes = np.array([10_000, sizing.GRAPH_FROM, 1_000_000])
    np.testing.assert_allclose(exact.search_ms(sizes), SCAN.search_ms(sizes))
    expected = [SCAN.search_ms(sizes)[0], *GRAPH.search_ms(sizes)[1:]]
    np.testing.assert_allclose(partitioned.search_ms(sizes), expected)


def test_a_request_costs_three_searches_of_taxonomies_drawn_by_size() -> None:
    constant = Model(Line(2.0, 0.0), 700)
    assert sized(constant, 1_000_000, 1).request_ms == pytest.approx(6)
    # Large ones are drawn more often, so that it costs more than three of the mean size.
    scans = Model(Line(0.0, 1.0), 700)
    assert sized(scans, 3_000_000, 1).request_ms > 3 * 3_000_000 / 300 / 100_000 * 5


def test_more_requests_need_more_copies_and_more_products_more_shards() -> None:
    model = Model(SCAN, 1000)
    few, many = sized(model, 7_000_000, 1), sized(model, 7_000_000, 1000)
    assert (few.shards, few.copies) == (1, 2)
    assert many.copies == pytest.approx(1000 * many.request_ms / 1000 / (CORES * sizing.BUSY), abs=1)
    large = sized(model, 70_000_000, 1)
    assert large.shards == 3
    assert large.nodes == large.shards * large.copies


def test_the_shard_of_the_largest_taxonomy_decides() -> None:
    model = Model(SCAN, 1000)
    need = sized(model, 70_000_000, 1000)
    even = 1000 * need.request_ms / 1000 / need.shards / (CORES * sizing.BUSY)
    assert need.copies > 1.2 * even


def test_tables_say_expected_measured_and_what_was_not_measured() -> None:
    written = tables(REPORTS)
    assert "| each 100,000 products of a taxonomy searched exactly | 1,000,000 | 4.00 ms |" in written
    assert "| 1,100,000 | 45.5 ms | 45.5 ms | +0% |" in written
    assert "| 70,000,000 * | partitioned | 10,000 |" in written
    assert all(line.endswith("* |") for line in written.splitlines() if line.startswith("| 7") and "exact |" in line)


def test_the_page_is_written_between_the_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "scale.md"
    page.write_text(f"before\n{BEGIN}old{END}\nafter\n")
    monkeypatch.setattr(sizing, "PAGE", page)
    monkeypatch.setattr(sizing, "read_figures", lambda: REPORTS)
    sizing.main()
    sizing.main()
    assert page.read_text() == f"before\n{BEGIN}\n{tables(REPORTS)}\n{END}\nafter\n"
