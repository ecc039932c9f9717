"""Draws the report of `benchmarks.elastic_curve`: recall against milliseconds, a panel for each filter and share."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import matplotlib as mpl
import msgspec
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from benchmarks.elastic_curve import GOAL_RECALL, LAYOUTS, PRODUCTS
from benchmarks.reports import REPORTS, asked_products

PLOT = Path(__file__).parents[1] / "docs" / "images" / "recall-cost.svg"
COLOURS = {
    "exact": "#1b1b1b",
    "int8 scan": "#8c8c8c",
    "graph, filtered by taxonomy": "#d55e00",
    "int8 graph, filtered by taxonomy": "#e69f00",
    "graph of the taxonomy": "#0072b2",
    "int8 graph of the taxonomy": "#56b4e9",
}
"""Okabe and Ito's, which people who see few colours can tell apart."""

Points = list[dict[str, Any]]


def main(products: int) -> None:
    """Read the report and write the plot."""
    report = msgspec.json.decode((REPORTS / f"elastic_curve_{products}.json").read_bytes())
    points: Points = report["setting"]["points"]
    shares = sorted({point["share"] for point in points}, reverse=True)
    filters = list(dict.fromkeys(point["filters"] for point in points))
    # Text stays text, and the same report gives the same file.
    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "kitsune", "font.size": 8}
    figure, panels = plt.subplots(len(filters), len(shares), sharex=True, sharey=True, figsize=(9, 10), squeeze=False)
    for row, named in zip(panels, filters, strict=True):
        for panel, share in zip(row, shares, strict=True):
            _draw(panel, [point for point in points if point["share"] == share and point["filters"] == named])
            panel.set_title(f"{share:.1%} of {products:,}, {named}", fontsize=8)
    for panel in panels[-1]:
        panel.set_xlabel("recall@10")
    for row in panels:
        row[0].set_ylabel("ms a search (p50)")
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=3, frameon=False)
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    figure.savefig(PLOT, metadata={"Date": None})


def _draw(panel: Axes, points: Points) -> None:
    lines: defaultdict[str, Points] = defaultdict(list)
    for point in points:
        lines[point["layout"]].append(point)
    for layout in LAYOUTS:
        line = sorted(lines[layout.name], key=lambda point: point["candidates"])
        panel.plot(
            [point["recall"] for point in line],
            [point["p50_ms"] for point in line],
            marker="o",
            markersize=3,
            linewidth=1,
            color=COLOURS[layout.name],
            label=layout.name,
        )
    panel.set_yscale("log")
    panel.yaxis.set_major_formatter("{x:g}")
    panel.yaxis.set_minor_formatter("{x:g}")
    panel.axvline(GOAL_RECALL, color="#cccccc", linewidth=0.8, zorder=0)


if __name__ == "__main__":
    main(asked_products(PRODUCTS))
