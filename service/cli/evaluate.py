"""`kitsune evaluate`."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from model.estimates import Estimate
from service.catalog.building import Shop, current_model, outfits_source
from service.catalog.figures import Measured, keep, keep_file
from service.catalog.measuring import measure
from service.catalog.outfits import read_outfits
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.cli.console import HOME, BarReporter, DataOption, HomeOption, JsonOption, ProfileOption, show, stderr
from service.errors import HomeError
from service.home import Home
from service.report.findings import headline
from service.report.pages import report, shown_products
from service.report.pictures import Pictures
from service.report.ratings import blind_page

SHOWN = {"recall_at_10": "R@10", "recall_at_50": "R@50", "fitb": "fitb"}
"""The measures that a terminal has room for; --json and the report have all."""


class JudgedPart(StrEnum):
    """Products to judge on: `validation` while something is being tuned, `test` once."""

    VALIDATION = "validation"
    TEST = "test"


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise typer.BadParameter(f"no regular expression: {error}") from error


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(evaluate)


def evaluate(
    profile: ProfileOption,
    data: DataOption,
    home: HomeOption = HOME,
    part: Annotated[
        JudgedPart, typer.Option(help="Products to judge on: validation while tuning, test once.")
    ] = JudgedPart.TEST,
    season: Annotated[
        re.Pattern[str] | None,
        typer.Option(
            parser=_pattern,
            metavar="REGEX",
            help="Finds a product's season in its photo's name, to ask for the partner among others of that season.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Measure the bundle on outfits of products that no training outfit contains, beside naive baselines.

    The true partner is ranked among the products of its own taxonomy; recall@k says how often it is among the first k.
    Brackets hold 95 % intervals. The home keeps the figures, and the lookbook shows those of the served bundle.
    """
    shop = Shop(Home(home), load_profile(profile), data, BarReporter())
    bundle = current_model(shop.home)
    if bundle.trained is None:
        raise HomeError("The bundle has no generator yet; run `kitsune generator train` first.")
    with Record.open(shop.home.record_path, read_only=True) as record:
        ids, _ = record.vectors(bundle.space_id)
        outfits = read_outfits(outfits_source(shop), data, ids).outfits
        reporter = shop.reporter
        measured = measure(shop.home, record, bundle, outfits, data, part=part.value, reporter=reporter, season=season)
        show(measured.as_dict(), as_json=json, people=lambda: Group(*_rendered(measured)))
        # Last, so that figures which cannot be kept are at least seen.
        figures = keep(shop.home, measured)
        pictures = Pictures(record, data, shown_products(measured))
    with shop.reporter.task("report"):
        keep_file(report_of := figures.with_suffix(".html"), report(measured, pictures.address).encode())
        keep_file(blind := figures.with_suffix(".blind.html"), blind_page(measured, pictures.address).encode())
    stderr.print(f"report: {report_of}", f"looks to rate: {blind}", sep="\n", soft_wrap=True)


def _rendered(measured: Measured) -> Iterator[RenderableType]:
    found = measured.evaluation
    yield Text(
        f"bundle {measured.bundle}: {found.pairs} pairs of {measured.part} products in {found.taxonomies} taxonomies, "
        f"median {found.candidates_median:.0f} candidates"
    )
    yield Text(headline(measured))
    yield _table(measured)
    heads = measured.heads
    yield Text(
        f"heads: cosine {heads.head_cosine:.3f} between heads, {heads.partner_cosine:.3f} between true partners, "
        f"overlap@10 {heads.overlap_at_10:.3f}"
    )
    if not measured.honest:
        yield Text("The generator was refitted on all products: it has seen these pairs.", style="bold red")


def _table(measured: Measured) -> Table:
    found = measured.evaluation
    over = {difference.against: difference.ratios["recall_at_10"] for difference in found.differences}
    table = Table(box=SIMPLE, pad_edge=False)
    for heading in ("", *SHOWN.values(), "coverage"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    table.add_column("over it, R@10", no_wrap=True)
    for row in found.rows:
        figures = [f"{row.measures[name].value:.3f}" for name in SHOWN]
        style = "bold" if row.name == found.judged else ""
        table.add_row(row.name, *figures, f"{row.shown.coverage:.2f}", _ratio(over.get(row.name)), style=style)
    return table


def _ratio(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{estimate.value:.2f} [{estimate.low:.2f} {estimate.high:.2f}]"
