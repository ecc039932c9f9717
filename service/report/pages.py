"""The report as one file of HTML: figures, contact sheets and the worst errors."""

from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from model.baselines import VECTOR_ROWS
from model.evaluation import TAXONOMY, Slice
from model.measures import MEASURES
from service.catalog.figures import JUDGED, PRODUCTION, Measured
from service.report.findings import findings, headline
from service.web.card import EXPLAINED
from service.web.rendering import templates

LEAST_PAIRS = 50
"""A slice of fewer pairs is not shown: its recall would be noise."""

TITLES = {name: name.replace("recall_at_", "R@").replace("_", " ") for name in MEASURES}

Picture = Callable[[str], str | None]
"""From a product's id to where its picture is."""


def shown_products(measured: Measured) -> set[str]:
    """Return the ids of all products that a report has a picture of."""
    of_sheets = {id_ for sheet in measured.sheets for looks in sheet.looks.values() for look in looks for id_ in look}
    of_misses = {id_ for miss in measured.worst for id_ in (miss.seed, miss.target, *miss.first)}
    return of_sheets | of_misses | {sheet.seed for sheet in measured.sheets}


def report(measured: Measured, picture: Picture) -> str:
    """Return the page. It holds all that it shows, and runs nothing."""
    return render(
        "report.html",
        measured=measured,
        headline=headline(measured),
        findings=list(findings(measured)),
        measures={name: title for name, title in TITLES.items() if measured.season or name != "fitb_season"},
        over={one.against: one.ratios for one in measured.evaluation.differences},
        vector_rows=[one.against for one in measured.naive if one.against in VECTOR_ROWS],
        slices=_slices(measured),
        explained=EXPLAINED,
        picture=picture,
        JUDGED=JUDGED,
        PRODUCTION=PRODUCTION,
    )


def render(template: str, **context: Any) -> str:
    """Fill a template of this room with the lookbook's style inside."""
    static = resources.files("service.web").joinpath("static")
    style = "".join(static.joinpath(name).read_text() for name in ("lookbook.css", "reports.css"))
    return templates("service.report").get_template(template).render(style=style, **context)


def _slices(measured: Measured) -> Mapping[str, list[Slice]]:
    """Group the slices that are large enough by facet, taxonomies first."""
    groups: dict[str, list[Slice]] = {TAXONOMY: []}
    for one in measured.evaluation.slices:
        if one.pairs >= LEAST_PAIRS:
            groups.setdefault(one.facet, []).append(one)
    return {facet: slices for facet, slices in groups.items() if slices}
