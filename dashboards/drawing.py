"""A board as a picture: each panel at its place in Grafana's grid, drawn from what Prometheus answered."""

import math
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, MultipleLocator
from PIL import Image

from dashboards.panels import WIDTH
from dashboards.reading import Panel, Query

Series = Mapping[str, Any]
Answers = Sequence[tuple[Query, Sequence[Series]]]
"""A panel's queries, each with the series that Prometheus has for it, over time."""

CELL_IN: Final = (0.62, 0.29)
"""Width and height of one cell of the grid, inches."""
DPI: Final = 100
QUALITY: Final = 75
INK, FAINT, CARD = "#22252b", "#8a8f98", "#d8dbe0"
COLOURS: Final = {"green": "#2f9e44", "orange": "#e8890c", "red": "#d6303a"}
CYCLE: Final = ("#d9480f", "#1971c2", "#2f9e44", "#9c36b5", "#e8a60c", "#0c8599", "#c2255c", "#5c677d", "#74b816")
MOST_LEGENDS: Final = 9
LONG_S: Final[Mapping[str, float]] = {"d": 86400, "h": 3600, "min": 60}

_UNITS: Final[Mapping[str, tuple[float, tuple[str, ...]]]] = {
    "s": (1000, ("s",)),
    "bytes": (1024, ("B", "KiB", "MiB", "GiB")),
    "Bps": (1024, ("B/s", "KiB/s", "MiB/s")),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle of the grid, on a board of so many rows."""

    x: int
    y: int
    w: int
    h: int
    rows: int

    def inside(self, left: float, right: float, bottom: float, top: float) -> tuple[float, float, float, float]:
        """Return the rectangle less margins, all in cells, as shares of the figure."""
        x, y = self.x + left, self.rows - self.y - self.h + bottom
        return x / WIDTH, y / self.rows, (self.w - left - right) / WIDTH, (self.h - bottom - top) / self.rows


def draw(board: Mapping[str, Any], answered: Mapping[int, tuple[Panel, Answers]], path: Path) -> None:
    """Draw a board and write it as WebP; `answered` has the panels by their number. Rows that lack most stay out."""
    shown = [part for part in _parts(board) if _has_data(part, answered)]
    heights = [_bottom(part) - part[0]["gridPos"]["y"] for part in shown]
    figure = Figure(figsize=(WIDTH * CELL_IN[0], sum(heights) * CELL_IN[1]), dpi=DPI, facecolor="#f4f5f7")
    for number, part in enumerate(shown):
        up = part[0]["gridPos"]["y"] - sum(heights[:number])
        for told in part:
            at = told["gridPos"]
            place = Place(at["x"], at["y"] - up, at["w"], at["h"], sum(heights))
            if told["type"] == "row":
                _write(figure, place, told["title"], size=13, weight="bold")
            elif told["type"] == "text":
                _write(figure, place, _plain(told["options"]["content"]), size=8.5, colour="#555b66")
            else:
                _panel(figure, place, *answered[told["id"]])
    _save(figure, path)


def _parts(board: Mapping[str, Any]) -> Sequence[Sequence[Mapping[str, Any]]]:
    """Return the rows of a board, each with what is below it."""
    parts: list[list[Mapping[str, Any]]] = []
    for told in board["panels"]:
        if told["type"] == "row":
            parts.append([])
        parts[-1].append(told)
    return parts


def _has_data(part: Sequence[Mapping[str, Any]], answered: Mapping[int, tuple[Panel, Answers]]) -> bool:
    asked = [answered[told["id"]][1] for told in part if told["id"] in answered]
    return sum(any(series for _, series in answers) for answers in asked) > len(asked) / 2


def _bottom(part: Sequence[Mapping[str, Any]]) -> int:
    bottom: int = max(told["gridPos"]["y"] + told["gridPos"]["h"] for told in part)
    return bottom


def _save(figure: Figure, path: Path) -> None:
    png = path.with_suffix(".png")
    figure.savefig(png)
    with Image.open(png) as picture:
        picture.convert("RGB").save(path, quality=QUALITY, method=6)
    png.unlink()


def _write(figure: Figure, place: Place, words: str, *, size: float, weight: str = "normal", colour: str = INK) -> None:
    left, bottom, _, height = place.inside(0.15, 0, 0, 0)
    lines = "\n".join(textwrap.wrap(words, 190))
    figure.text(left, bottom + height / 2, lines, size=size, weight=weight, color=colour, va="center")


def _plain(markdown: str) -> str:
    return re.sub(r"[*`]", "", markdown)


def _panel(figure: Figure, place: Place, panel: Panel, answers: Answers) -> None:
    left, bottom, width, height = place.inside(0.08, 0.08, 0.1, 0.1)
    card = Rectangle((left, bottom), width, height, transform=figure.transFigure, facecolor="white", edgecolor=CARD)
    card.set_zorder(-1)  # behind its axes
    figure.add_artist(card)
    top = bottom + height - 0.25 / place.rows
    figure.text(left + 0.004, top, panel.title, size=9, weight="bold", color=INK, va="top")
    if not any(series for _, series in answers):
        figure.text(left + width / 2, bottom + height / 2, "no data here", size=9, color=FAINT, ha="center")
        return
    margins = (0.2, 0.2, 0.2, 1.0) if panel.kind == "stat" else (1.25, 0.35, 1.9, 1.3)
    axes = figure.add_axes(place.inside(*margins))
    _KINDS[panel.kind](axes, panel, answers)


def _timeseries(axes: Axes, panel: Panel, answers: Answers) -> None:
    drawn = [(_legend(query, one), *_points(one["values"])) for query, series in answers for one in series]
    stacked = panel.field["custom"].get("stacking", {}).get("mode") == "normal"
    if stacked:
        times = drawn[0][1]
        axes.stackplot(
            times, [np.interp(_seconds(times), _seconds(x), np.nan_to_num(y)) for _, x, y in drawn],
            labels=[name for name, *_ in drawn], colors=CYCLE, alpha=0.75, linewidth=0,
        )  # fmt: skip
    else:
        for place, (name, times, values) in enumerate(drawn):
            axes.plot(times, values, label=name, color=CYCLE[place % len(CYCLE)], linewidth=1.4)
            axes.fill_between(times, values, color=CYCLE[place % len(CYCLE)], alpha=0.06, linewidth=0)
    _scale(axes, panel)
    axes.legend(
        *(part[:MOST_LEGENDS] for part in axes.get_legend_handles_labels()),
        loc="upper center", bbox_to_anchor=(0.45, -0.11), ncols=5, fontsize=6.5, frameon=False,
        handlelength=1, columnspacing=1, handletextpad=0.4, borderpad=0,
    )  # fmt: skip


def _scale(axes: Axes, panel: Panel) -> None:
    top = axes.get_ylim()[1] if axes.dataLim.y1 > 0 else 1
    limits = (
        [step for step in panel.field["thresholds"]["steps"] if step["value"] is not None] if _marked(panel) else []
    )
    for step in limits:
        if step["value"] <= top * 4:
            axes.axhline(step["value"], color=COLOURS[step["color"]], linewidth=1, linestyle=(0, (4, 3)))
            top = max(top, step["value"] * 1.15)
    axes.set_ylim(0, min(top, panel.field.get("max", math.inf) * 1.02))
    _tidy(axes, panel)


def _marked(panel: Panel) -> bool:
    return bool(panel.field["custom"].get("thresholdsStyle"))


def _heatmap(axes: Axes, panel: Panel, answers: Answers) -> None:
    ((_, series),) = answers
    buckets = sorted(series, key=lambda one: float(one["metric"]["le"]))
    times = _points(buckets[0]["values"])[0]
    cumulative = np.array([np.interp(_seconds(times), *_numbers(one["values"])) for one in buckets])
    counts = np.diff(cumulative, axis=0, prepend=0)
    used = np.flatnonzero(counts.sum(axis=1) > 0)
    shown = slice(max(used.min() - 1, 0), min(used.max() + 2, len(buckets)))
    edges = [one["metric"]["le"] for one in buckets][shown]
    axes.pcolormesh(times, np.arange(len(edges)), counts[shown], cmap="Oranges", shading="nearest")
    _tidy(axes, panel)
    axes.set_yticks(np.arange(len(edges)), [f"≤ {_worded(float(edge), panel.field['unit'])}" for edge in edges])


def _stat(axes: Axes, panel: Panel, answers: Answers) -> None:
    axes.set_axis_off()
    ((query, series),) = answers
    value = float(series[0]["values"][-1][1])
    if query.legend != "__auto":
        names = [_legend(query, one).replace(" ", "\n") for one in series]
        lines = [f"{name}: {float(one['values'][-1][1]):.0f}" for name, one in zip(names, series, strict=True)]
        axes.text(0.5, 0.5, "\n".join(lines), size=9, ha="center", va="center", color=INK)
        return
    known = math.isfinite(value)
    colour = COLOURS.get(_colour(panel, value), INK) if known else FAINT
    words = _worded(value, panel.field["unit"]) if known else "not known"
    axes.text(0.5, 0.5, words, size=22, weight="bold", color=colour, ha="center", va="center")


def _colour(panel: Panel, value: float) -> str:
    steps = panel.field.get("thresholds", {}).get("steps", [])
    return next((str(step["color"]) for step in reversed(steps) if step["value"] is None or value >= step["value"]), "")


_KINDS: Final[Mapping[str, Callable[[Axes, Panel, Answers], None]]] = {
    "timeseries": _timeseries, "heatmap": _heatmap, "stat": _stat,
}  # fmt: skip


def _tidy(axes: Axes, panel: Panel) -> None:
    unit = panel.field["unit"]
    axes.yaxis.set_major_formatter(lambda value, _: _worded(value, unit))
    axes.xaxis.set_major_formatter(lambda value, _: datetime.fromtimestamp(value * 86400, UTC).strftime("%H:%M"))
    axes.xaxis.set_major_locator(MultipleLocator(1 / (24 * 60)))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.tick_params(labelsize=7, colors=FAINT, length=0)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color="#eceef1", linewidth=0.8)
    for side in axes.spines.values():
        side.set_visible(False)


def _legend(query: Query, series: Series) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: series["metric"].get(found[1], ""), query.legend)


def _numbers(values: Sequence[tuple[float, str]]) -> tuple[list[float], list[float]]:
    return [float(at) for at, _ in values], [float(value) for _, value in values]


def _points(values: Sequence[tuple[float, str]]) -> tuple[Any, Any]:
    """Return times, days since the epoch as matplotlib counts them, and values."""
    times, numbers = _numbers(values)
    return np.array(times) / 86400, np.array(numbers)


def _seconds(times: Any) -> Any:
    return times * 86400


def _worded(value: float, unit: str) -> str:
    """Write a value as Grafana does: shares in percent, seconds and bytes with a prefix."""
    if math.isinf(value):
        return "∞"
    if unit == "percentunit":
        return f"{value:.4g} %" if (value := value * 100) == 0 else f"{value:.3g} %"
    if unit == "s" and value < 1:
        return f"{value * 1000:.3g} ms" if value else "0"
    if unit == "s" and (longer := next((name for name, span_s in LONG_S.items() if value >= 2 * span_s), None)):
        return f"{value / LONG_S[longer]:.3g} {longer}"
    if unit in _UNITS:
        base, names = _UNITS[unit]
        power = min(int(math.log(value, base)) if value >= 1 else 0, len(names) - 1)
        return f"{value / base**power:.3g} {names[power]}"
    return f"{value:.3g}{'/s' if unit in {'ops', 'reqps'} else ''}"
