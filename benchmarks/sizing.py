"""What a catalogue needs of Elasticsearch: fitted on a million products, checked on seven, written into the docs.

A search looks at all products of a taxonomy, or goes through a graph of them. What that costs the server in processor
time is measured taxonomy by taxonomy in the reports of `benchmarks.elastic_scale`; from it follow nodes. `python -m
benchmarks.sizing` writes the tables of docs/explanation/scale.md anew, and a test compares the two.

Notation used for array shapes: t taxonomies.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks.columns import drawn_ranks
from benchmarks.made import TAXONOMIES
from benchmarks.reports import REPORTS
from service.domain import SLOTS
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

GRAPH_FROM = 250_000

_ALONE = re.compile(r"(\w+), one search among ([\d,]+): server's processor time")

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Line:
    """Milliseconds of processor time of a search: some always, some for each product of the taxonomy."""

    fixed_ms: float
    ms_per_100k: float

    def search_ms(self, products: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what searches among so many cost."""
        return self.fixed_ms + self.ms_per_100k * products / ROWS


@dataclass(frozen=True, slots=True)
class Model:
    """What searches of a layout cost: by a line, and from so many products on by another where there are graphs."""

    scan: Line
    bytes_per_product: float
    graph: Line | None = None
    graph_from: float = math.inf

    def search_ms(self, products: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what searches among so many cost."""
        scanned = self.scan.search_ms(products)
        return (
            scanned
            if self.graph is None
            else np.where(products >= self.graph_from, self.graph.search_ms(products), scanned)
        )


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


def fit_line(points: Sequence[tuple[float, float]]) -> Line:
    """Fit a line to products and milliseconds, so that the errors in per cent are small."""
    products, cost_ms = np.array(points).T
    slope, fixed = np.polyfit(products / ROWS, cost_ms, 1, w=1 / cost_ms)
    return Line(float(fixed), float(slope))


def sized(model: Model, products: int, rate: float) -> Cluster:
    """Return what so many products, in taxonomies as uneven as the made ones, need for so many requests a second.

    With routing, a search touches its taxonomy's shard alone, so that the shard of the largest has most of the work;
    all shards have as many copies as that one needs.
    """
    sizes = np.array(zipf_sizes(products, TAXONOMIES), np.float64)
    drawn = np.concatenate(list(drawn_ranks(sizes / products, DRAWN, seed=0)))
    costs = model.search_ms(sizes)[drawn]
    request_ms = SLOTS * float(costs.mean())
    shards = math.ceil(products * model.bytes_per_product / FILES_BYTES)
    largest = float(costs[drawn == 0].sum() / costs.sum())
    busiest = largest + (1 - largest) / shards
    copies = math.ceil(rate * request_ms / 1000 * busiest / (CORES * BUSY))
    return Cluster(request_ms, shards, max(COPIES, copies))


def fitted(figures: Mapping[int, Figures], layout: str) -> Model:
    """Fit a layout's model: scans at the smaller size, graphs at the larger, where alone there are any."""
    line = fit_line(alone(figures[FITTED], "exact"))
    bytes_per_product = figures[CHECKED][f"{layout}: disk a product"]
    if layout == "exact":
        return Model(line, bytes_per_product)
    graphs = [point for point in alone(figures[CHECKED], layout) if point[0] >= GRAPH_FROM]
    return Model(line, bytes_per_product, fit_line(graphs), GRAPH_FROM)


def alone(figures: Figures, layout: str) -> list[tuple[float, float]]:
    """Return what was measured of searches in one taxonomy: its products, and milliseconds of processor time."""
    found = [(match, value) for name, value in figures.items() if (match := _ALONE.fullmatch(name))]
    return [(float(match[2].replace(",", "")), value) for match, value in found if match[1] == layout]


def read_figures(reports: Path = REPORTS) -> dict[int, dict[str, float]]:
    """Return the figures of both sizes by name."""
    return {products: _read(reports / f"elastic_scale_{products}.json") for products in (FITTED, CHECKED)}


def _read(report: Path) -> dict[str, float]:
    return {figure["name"]: figure["value"] for figure in msgspec.json.decode(report.read_bytes())["figures"]}


def tables(figures: Mapping[int, Figures]) -> str:
    """Return the tables of the page."""
    layouts = [layout for layout in ("exact", "partitioned") if f"{layout}: disk" in figures[CHECKED]]
    models = {layout: fitted(figures, layout) for layout in layouts}
    parts = (_costs(figures, models), _check(figures, models["exact"]), _clusters(models))
    return "\n".join("\n".join(part) + "\n" for part in parts)


def _costs(figures: Mapping[int, Figures], models: Mapping[str, Model]) -> Iterator[str]:
    yield "| cost | measured at | value |"
    yield "|---|---|---|"
    scan = models["exact"].scan
    yield f"| a search, however few products | {FITTED:,} | {scan.fixed_ms:.2f} ms |"
    yield f"| each 100,000 products of a taxonomy searched exactly | {FITTED:,} | {scan.ms_per_100k:.2f} ms |"
    for layout, model in models.items():
        if model.graph is not None:
            sizes = np.array([GRAPH_FROM, 1_000_000])
            low, high = model.graph.search_ms(sizes)
            yield f"| a graph of {GRAPH_FROM:,} to 1,000,000 products | {CHECKED:,} | {low:.1f} to {high:.1f} ms |"
        for products in (FITTED, CHECKED):
            if (name := f"{layout}: disk a product") in figures[products]:
                yield f"| disk a product, {layout} | {products:,} | {figures[products][name]:,.0f} bytes |"
                rate = figures[products][f"{layout}: products a second"]
                yield f"| products taken in a second, {layout} | {products:,} | {rate:,.0f} |"


def _check(figures: Mapping[int, Figures], model: Model) -> Iterator[str]:
    yield f"| products of the taxonomy, out of {CHECKED:,} | expected | measured | error |"
    yield "|---|---|---|---|"
    for products, found in alone(figures[CHECKED], "exact"):
        yield _checked(f"{products:,.0f}", float(model.search_ms(np.array([products]))[0]), found)
    measured = figures[CHECKED]["exact, 1 look: server's processor time"]
    yield _checked("a whole request, three searches", sized(model, CHECKED, rate=0).request_ms, measured)


def _checked(case: str, expected: float, found: float) -> str:
    return f"| {case} | {expected:.1f} ms | {found:.1f} ms | {expected / found - 1:+.0%} |"


def _clusters(models: Mapping[str, Model]) -> Iterator[str]:
    yield "| products | layout | requests a second | processor time a request | shards | replicas | nodes |"
    yield "|---|---|---|---|---|---|---|"
    for products in PRODUCTS:
        for layout, model in models.items():
            for rate in RATES:
                need = sized(model, products, rate)
                beyond = " *" if products > CHECKED else ""
                yield (
                    f"| {products:,}{beyond} | {layout} | {rate:,} | {need.request_ms:,.0f} ms{beyond} | {need.shards} "
                    f"| {need.copies - 1:,} | {need.nodes:,} * |"
                )


def main() -> None:
    """Write the tables into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{tables(read_figures())}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
