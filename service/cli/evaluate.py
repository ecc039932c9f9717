"""`kitsune evaluate`."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from model.evaluation import MEASURES, Estimate
from service.catalog.building import Shop, current_model, outfits_source
from service.catalog.measuring import Measured, keep, measure
from service.catalog.outfits import read_outfits
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.cli.console import HOME, BarReporter, DataOption, HomeOption, JsonOption, ProfileOption, show
from service.errors import HomeError
from service.home import Home


class JudgedPart(StrEnum):
    """Products to judge on: `validation` while something is being tuned, `test` once."""

    VALIDATION = "validation"
    TEST = "test"


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
        outfits = read_outfits(outfits_source(shop), data, ids)
        measured = measure(record, bundle, outfits.outfits, data, part=part.value, reporter=shop.reporter)
    show(measured.as_dict(), as_json=json, people=lambda: Group(*_rendered(measured)))
    # Last, so that figures which cannot be kept are at least seen.
    keep(shop.home, measured)


def _rendered(measured: Measured) -> Iterator[RenderableType]:
    found = measured.evaluation
    yield Text(
        f"bundle {measured.bundle}: {found.pairs} pairs of {measured.part} products in {found.taxonomies} taxonomies, "
        f"median {found.candidates_median:.0f} candidates"
    )
    yield _table(measured)
    heads = measured.heads
    yield Text(
        f"heads: cosine {heads.head_cosine:.3f} between heads, {heads.partner_cosine:.3f} between true partners, "
        f"overlap@10 {heads.overlap_at_10:.3f}"
    )
    if not measured.honest:
        yield Text("The generator was refitted on all products: it has seen these pairs.", style="bold red")


def _table(measured: Measured) -> Table:
    found, margins = measured.evaluation, measured.margins
    table = Table(box=SIMPLE, pad_edge=False)
    for heading in ("", *(name.replace("recall_at_", "R@") for name in MEASURES), "coverage"):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_column(f"{found.judged} minus it, R@10")
    for row in found.rows:
        figures = [f"{row.measures[name].value:.3f}" for name in MEASURES]
        margin = _margin(margins[row.name]) if row.name in margins else ""
        style = "bold" if row.name == found.judged else ""
        table.add_row(row.name, *figures, f"{row.coverage_at_10:.2f}", margin, style=style)
    return table


def _margin(estimate: Estimate) -> str:
    return f"{estimate.value:+.3f} [{estimate.low:+.2f} {estimate.high:+.2f}]"
