"""The kinds of panels that the boards are made of, and the board round them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grafana_foundation_sdk.builders import common, dashboard, heatmap, prometheus, stat, text, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    DataSourceRef,
    GraphGradientMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    Panel,
    Threshold,
    ThresholdsMode,
    VariableModel,
    VariableOption,
    VariableRefresh,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat
from grafana_foundation_sdk.models.text import TextMode

from dashboards.queries import rate

SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
WIDTH: Final = 24
"""Columns of Grafana's grid."""

GOOD, WARNING, BAD = "green", "orange", "red"


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a value is bad, and before that a warning. A warning above what is bad says that less is worse."""

    bad: float
    warning: float | None = None

    def build(self) -> dashboard.ThresholdsConfig:
        """Build Grafana's thresholds, which rise from minus infinity."""
        steps = [Threshold(None, GOOD), Threshold(self.warning, WARNING), Threshold(self.bad, BAD)]
        if self.warning is None:
            del steps[1]
        elif self.warning > self.bad:
            steps = [Threshold(None, BAD), Threshold(self.bad, WARNING), Threshold(self.warning, GOOD)]
        return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


@dataclass(frozen=True, slots=True)
class Row:
    """A headed row: what to do when it looks wrong, and its panels."""

    title: str
    advice: str
    panels: Sequence[Builder[Panel]]


def lines(
    title: str,
    description: str,
    unit: str,
    queries: Mapping[str, str],
    *,
    limits: Limits | None = None,
    stacked: bool = False,
    most: float | None = None,
    span: int = 8,
) -> timeseries.Panel:
    """Draw queries over time; the keys are their legends."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .unit(unit)
        .min(0)
        .span(span)
        .height(8)
        .fill_opacity(30 if stacked else 8)
        .gradient_mode(GraphGradientMode.OPACITY)
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    if most is not None:
        panel = panel.max(most)
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    if limits:
        style = common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.LINE)
        panel = panel.thresholds(limits.build()).thresholds_style(style)
    for ref, (legend, expression) in enumerate(queries.items()):
        panel = panel.with_target(_query(ref, expression, legend))
    return panel


def number(
    title: str,
    description: str,
    unit: str,
    expression: str,
    *,
    limits: Limits | None = None,
    span: int = 4,
    height: int = 4,
) -> stat.Panel:
    """Show the latest value of a query, coloured by its limits."""
    panel = (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .unit(unit)
        .span(span)
        .height(height)
        .graph_mode(BigValueGraphMode.AREA)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .with_target(_query(0, expression, "__auto"))
    )
    return panel.thresholds(limits.build()) if limits else panel


def versions(title: str, description: str, expression: str, legend: str, *, span: int = 8) -> stat.Panel:
    """Show what is behind an info metric: its labels, and how many instances have them."""
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .unit("short")
        .span(span)
        .height(4)
        .graph_mode(BigValueGraphMode.NONE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .with_target(_query(0, expression, legend))
    )


def spread(title: str, description: str, unit: str, histogram: str, *matchers: str, span: int = 8) -> heatmap.Panel:
    """Draw a histogram over time: how many were seen in each bucket."""
    increase = f"sum by (le) ({rate(f'{histogram}_bucket', *matchers)})"
    return (
        heatmap.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .unit(unit)
        .span(span)
        .height(8)
        .calculate(False)
        .y_axis(heatmap.YAxisConfig().unit(unit))
        .color(heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").steps(64))
        .with_target(_query(0, increase, "{{le}}").format(PromQueryFormat.HEATMAP))
    )


def board(
    uid: str, title: str, description: str, rows: Sequence[Row], *more: Builder[VariableModel]
) -> dashboard.Dashboard:
    """Put rows on a board that cannot be edited in place, with the variables of all boards and what `more` adds."""
    made = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["kitsune"])
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time("now-6h", "now")
        .refresh("1m")
        .timezone("browser")
        .link(_others())
    )
    for variable in [*_variables(), *more]:
        made = made.with_variable(variable)
    for row in rows:
        made = made.with_row(dashboard.Row(row.title)).with_panel(_advice(row))
        for panel in row.panels:
            made = made.with_panel(panel)
    return made


def choice(name: str, label: str, query: str) -> dashboard.QueryVariable:
    """Offer a label's values; All stands for every one of them."""
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query(f"label_values({query})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
        .current(VariableOption(selected=True, text="All", value="$__all"))
    )


def _variables() -> Sequence[Builder[VariableModel]]:
    """Return what all boards choose by. A version narrows the instances, and All of them is all that are offered."""
    source = dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus")
    return [
        source,
        choice("job", "Job", "kitsune_build_info, job"),
        choice("version", "Version", 'kitsune_build_info{job=~"$job"}, version'),
        choice("instance", "Instance", 'kitsune_build_info{job=~"$job", version=~"$version"}, instance'),
    ]


def _others() -> dashboard.DashboardLink:
    """Link to all boards of Kitsune, with what is chosen."""
    link = dashboard.DashboardLink("Kitsune").type(DashboardLinkType.DASHBOARDS).tags(["kitsune"])
    return link.keep_time(True).include_vars(True)


def _advice(row: Row) -> text.Panel:
    panel = text.Panel().title("").description(f"What to do about: {row.title}").transparent(True)
    return panel.mode(TextMode.MARKDOWN).content(row.advice).span(WIDTH).height(2)


def _query(ref: int, expression: str, legend: str) -> prometheus.Dataquery:
    query = prometheus.Dataquery().ref_id(chr(ord("A") + ref)).datasource(SOURCE).expr(expression)
    return query.legend_format(legend).range()
