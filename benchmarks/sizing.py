"""What a catalogue needs of Elasticsearch: fitted on a million products, checked on seven, written into the docs.

A search looks at all products of a taxonomy, or goes through a graph of them. What that costs the server in processor
time is measured taxonomy by taxonomy in the reports of `benchmarks.elastic_scale`; from it follow nodes. `python -m
benchmarks.sizing` writes the tables of docs/explanation/scale.md anew, and a test compares the two.
"""

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np

from benchmarks.columns import drawn_ranks
from benchmarks.made import TAXONOMIES
from benchmarks.reports import REPORTS
from service.domain import SLOTS
from service.index.elastic.layouts import LayoutName
from service.index.elastic.planning import COSTS, GRAPH_FROM, CostModel
from tests.catalogues import zipf_sizes

FITTED, CHECKED = 1_000_000, 7_000_000
PRODUCTS = (7_000_000, 70_000_000)
RATES = (100, 1_000, 10_000)
"""Requests a second, of one look each."""

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "scale.md"
BEGIN, END = "<!-- written by python -m benchmarks.sizing -->\n", "<!-- up to here -->"

CORES = 8
FILES_BYTES = 32e9
"""Of a node's memory that is free for files: half of 64 GB, the other half being Java's."""

BUSY = 0.6
"""How much of the processors' time may be used: above it, requests wait for each other."""

COPIES = 2
"""At least: one may be lost."""

DRAWN = 2000
ROWS = 100_000

_ALONE = re.compile(r"(\w+), one search among ([\d,]+): server's processor time")

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a catalogue and a rate of requests need."""

    request_ms: float
    shards: int
    copies: int

    @property
    def nodes(self) -> int:
        """One for each copy of each shard."""
        return self.shards * self.copies


def fitted(figures: Mapping[int, Figures]) -> CostModel:
    """Fit what searches cost: scans at the smaller size, graphs at the larger, where alone there are any."""
    fixed_ms, scan_ms = _line(alone(figures[FITTED], "exact"))
    graphs = [point for point in alone(figures[CHECKED], "partitioned") if point[0] >= GRAPH_FROM]
    graph_ms, graph_filter_ms = _line(graphs)
    return replace(
        COSTS,
        fixed_ms=fixed_ms,
        scan_ms_per_100k=scan_ms,
        graph_ms=graph_ms - fixed_ms,
        graph_filter_ms_per_100k=graph_filter_ms,
    )


def _line(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Fit milliseconds, and milliseconds for 100,000 products, so that the errors in per cent are small."""
    products, cost_ms = np.array(points).T
    slope, fixed = np.polyfit(products / ROWS, cost_ms, 1, w=1 / cost_ms)
    return float(fixed), float(slope)


def request_cost(costs: CostModel, layout: str, products: int) -> tuple[float, float]:
    """Return the mean milliseconds of a request, and which share of them goes to the largest taxonomy.

    Taxonomies are as uneven as the made ones, and asked for as often as they have products.
    """
    sizes = zipf_sizes(products, TAXONOMIES)
    drawn = np.concatenate(list(drawn_ranks(np.array(sizes) / products, DRAWN, seed=0)))
    graphs = [layout == "partitioned" and size >= GRAPH_FROM for size in sizes]
    each_ms = [costs.search_ms(size, graph=graph) for size, graph in zip(sizes, graphs, strict=True)]
    asked_ms = np.array(each_ms)[drawn]
    return SLOTS * float(asked_ms.mean()), float(asked_ms[drawn == 0].sum() / asked_ms.sum())


def sized(costs: CostModel, layout: str, bytes_per_product: float, products: int, rate: float) -> Cluster:
    """Return what so many products need for so many requests a second.

    With routing, a search touches its taxonomy's shard alone, so that the shard of the largest has most of the work;
    all shards have as many copies as that one needs.
    """
    request_ms, largest = request_cost(costs, layout, products)
    shards = math.ceil(products * bytes_per_product / FILES_BYTES)
    busiest = largest + (1 - largest) / shards
    copies = math.ceil(rate * request_ms / 1000 * busiest / (CORES * BUSY))
    return Cluster(request_ms, shards, max(COPIES, copies))


def alone(figures: Figures, layout: str) -> list[tuple[int, float]]:
    """Return what was measured of searches in one taxonomy: its products, and milliseconds of processor time."""
    found = [(match, value) for name, value in figures.items() if (match := _ALONE.fullmatch(name))]
    return [(int(match[2].replace(",", "")), value) for match, value in found if match[1] == layout]


def read_figures(reports: Path = REPORTS) -> dict[int, dict[str, float]]:
    """Return the figures of both sizes by name."""
    return {products: _read(reports / f"elastic_scale_{products}.json") for products in (FITTED, CHECKED)}


def _read(report: Path) -> dict[str, float]:
    return {figure["name"]: figure["value"] for figure in msgspec.json.decode(report.read_bytes())["figures"]}


def tables(figures: Mapping[int, Figures]) -> str:
    """Return the tables of the page."""
    costs = fitted(figures)
    parts = (_costs(figures, costs), _check(figures, costs), _clusters(figures, costs))
    return "\n".join("\n".join(part) + "\n" for part in parts)


def _costs(figures: Mapping[int, Figures], costs: CostModel) -> Iterator[str]:
    yield "| cost | measured at | value |"
    yield "|---|---|---|"
    yield f"| a search, however few products | {FITTED:,} | {costs.fixed_ms:.2f} ms |"
    yield f"| each 100,000 products, compared one by one | {FITTED:,} | {costs.scan_ms_per_100k:.2f} ms |"
    yield f"| a graph, however few products | {CHECKED:,} | {costs.fixed_ms + costs.graph_ms:.2f} ms |"
    yield f"| each 100,000 products with a graph | {CHECKED:,} | {costs.graph_filter_ms_per_100k:.2f} ms |"
    for products, layout in ((FITTED, "exact"), (CHECKED, "exact"), (CHECKED, "partitioned")):
        size, rate = (figures[products][f"{layout}: {name}"] for name in ("disk a product", "products a second"))
        yield f"| disk a product, {layout} | {products:,} | {size:,.0f} bytes |"
        yield f"| products taken in a second, {layout} | {products:,} | {rate:,.0f} |"


def _check(figures: Mapping[int, Figures], costs: CostModel) -> Iterator[str]:
    yield f"| compared one by one, out of {CHECKED:,} products | expected | measured | error |"
    yield "|---|---|---|---|"
    for products, found in alone(figures[CHECKED], "exact"):
        yield _checked(f"a taxonomy of {products:,}", costs.search_ms(products, graph=False), found)
    measured = figures[CHECKED]["exact, 1 look: server's processor time"]
    yield _checked("a whole request, three searches", request_cost(costs, "exact", CHECKED)[0], measured)


def _checked(case: str, expected: float, found: float) -> str:
    return f"| {case} | {expected:.1f} ms | {found:.1f} ms | {expected / found - 1:+.0%} |"


def _clusters(figures: Mapping[int, Figures], costs: CostModel) -> Iterator[str]:
    yield "| products | layout | requests a second | processor time a request | shards | replicas | nodes |"
    yield "|---|---|---|---|---|---|---|"
    for products, layout, rate in itertools.product(PRODUCTS, get_args(LayoutName), RATES):
        need = sized(costs, layout, figures[CHECKED][f"{layout}: disk a product"], products, rate)
        beyond = " *" if products > CHECKED else ""
        yield (
            f"| {products:,}{beyond} | {layout} | {rate:,} | {need.request_ms:,.0f} ms{beyond} | {need.shards} "
            f"| {need.copies - 1:,} * | {need.nodes:,} * |"
        )


def main() -> None:
    """Write the tables into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{tables(read_figures())}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
