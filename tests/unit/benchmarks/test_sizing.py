from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import sizing
from benchmarks.sizing import BEGIN, CHECKED, CORES, END, FITTED, alone, fitted, request_cost, sized, tables
from service.index.elastic.planning import COSTS, GRAPH_FROM

TRUE = replace(COSTS, fixed_ms=1.5, scan_ms_per_100k=4.0, graph_ms=2.5, graph_filter_ms_per_100k=0.5)
SIZES = (1_000, 20_000, 150_000, 400_000, 1_100_000)


def figures(layouts: tuple[str, ...], sizes: tuple[int, ...]) -> dict[str, float]:
    """Return a report in which all costs what `TRUE` says."""
    found: dict[str, float] = {}
    for layout in layouts:
        found |= {f"{layout}: disk a product": 700.0, f"{layout}: products a second": 9000.0}
        found |= {f"{layout}, 1 look: server's processor time": 40.0}
        for size in sizes:
            graph = layout == "partitioned" and size >= GRAPH_FROM
            found[f"{layout}, one search among {size:,}: server's processor time"] = TRUE.search_ms(size, graph=graph)
    return found


REPORTS = {FITTED: figures(("exact",), SIZES[:3]), CHECKED: figures(("exact", "partitioned"), SIZES)}


def test_searches_of_a_layout_are_read_by_name() -> None:
    assert alone(REPORTS[FITTED], "exact") == [(1000, 1.54), (20_000, 2.3), (150_000, 7.5)]
    assert not alone(REPORTS[FITTED], "partitioned")


def test_costs_are_found_again() -> None:
    found = fitted(REPORTS)
    for size in (10_000, 300_000, 2_000_000):
        for graph in (False, True):
            assert found.search_ms(size, graph=graph) == pytest.approx(TRUE.search_ms(size, graph=graph))


def test_scans_are_fitted_at_the_smaller_size_alone() -> None:
    slower = {name: 2 * value for name, value in REPORTS[CHECKED].items()}
    assert fitted(REPORTS | {CHECKED: slower}).scan_ms_per_100k == pytest.approx(4)


def test_a_request_costs_three_searches_of_taxonomies_drawn_by_size() -> None:
    constant = replace(TRUE, fixed_ms=2, scan_ms_per_100k=0)
    assert request_cost(constant, "exact", 1_000_000)[0] == pytest.approx(6)
    # Large ones are drawn more often, so that it costs more than three of the mean size.
    scans = replace(TRUE, fixed_ms=0, scan_ms_per_100k=1)
    assert request_cost(scans, "exact", 3_000_000)[0] > 5 * 3 * 3_000_000 / 300 / 100_000


def test_graphs_make_large_taxonomies_cheap_and_no_others() -> None:
    def request_ms(layout: str, products: int) -> float:
        return request_cost(TRUE, layout, products)[0]

    assert request_ms("partitioned", 1_000_000) == request_ms("exact", 1_000_000)
    assert request_ms("partitioned", 7_000_000) < request_ms("exact", 7_000_000) / 2


def test_more_requests_need_more_copies_and_more_products_more_shards() -> None:
    few, many = (sized(TRUE, "exact", 1000, 7_000_000, rate) for rate in (1, 1000))
    assert (few.shards, few.copies) == (1, 2)
    assert many.copies == pytest.approx(1000 * many.request_ms / 1000 / (CORES * sizing.BUSY), abs=1)
    large = sized(TRUE, "exact", 1000, 70_000_000, 1)
    assert large.shards == 3
    assert large.nodes == large.shards * large.copies


def test_the_shard_of_the_largest_taxonomy_decides() -> None:
    need = sized(TRUE, "exact", 1000, 70_000_000, 1000)
    even = 1000 * need.request_ms / 1000 / need.shards / (CORES * sizing.BUSY)
    assert need.copies > 1.2 * even


def test_tables_say_what_was_expected_and_measured_and_what_was_not_measured() -> None:
    written = tables(REPORTS)
    assert "| each 100,000 products, compared one by one | 1,000,000 | 4.00 ms |" in written
    assert "| a taxonomy of 1,100,000 | 45.5 ms | 45.5 ms | +0% |" in written
    assert "| 70,000,000 * | partitioned | 10,000 |" in written
    assert "| 7,000,000 | exact | 100 |" in written
    assert all(line.endswith("* |") for line in written.splitlines() if line.startswith("| 7"))


def test_the_page_is_written_between_the_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "scale.md"
    page.write_text(f"before\n{BEGIN}old{END}\nafter\n")
    monkeypatch.setattr(sizing, "PAGE", page)
    monkeypatch.setattr(sizing, "read_figures", lambda: REPORTS)
    sizing.main()
    sizing.main()
    assert page.read_text() == f"before\n{BEGIN}\n{tables(REPORTS)}\n{END}\nafter\n"
