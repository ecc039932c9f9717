"""`kitsune feedback`: what came of the answers, as a report and as outfits to train on."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from service.cli.console import HOME, HomeOption, JsonOption, show
from service.feedback import reading
from service.feedback.exporting import liked_looks, write_looks
from service.feedback.forgetting import forget as forget_outfits
from service.feedback.rates import Difference, Rate
from service.feedback.report import Comparison, Line, Report
from service.feedback.report import report as reported
from service.home import Home

DaysOption = Annotated[int, typer.Option(min=1, max=3650, help="How many days back to look.")]
DAYS = 30


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="What shoppers made of the answers.")
    group.command()(report)
    group.command()(export)
    group.command()(forget)
    app.add_typer(group, name="feedback")


def report(home: HomeOption = HOME, days: DaysOption = DAYS, json: JsonOption = False) -> None:
    """Show how often each event came of the answers: by slot, head, source, bundle, mapping and variant.

    An outfit, or a slot of it, counts once for each kind of event. Brackets hold 95 % intervals.
    """
    at, since = Home(home), _since(days)
    found = reported(reading.read_predictions(at, since), reading.events_by_outfit(at, since), since)
    show(asdict(found), as_json=json, people=lambda: Group(*_rendered(found)))


def export(
    out: Annotated[Path, typer.Option(help="The CSV file to write.")],
    home: HomeOption = HOME,
    days: DaysOption = DAYS,
    json: JsonOption = False,
) -> None:
    """Write what was saved, put into the cart or bought as outfits, with the columns outfit and product."""
    at, since = Home(home), _since(days)
    looks = liked_looks(reading.read_predictions(at, since), reading.events_by_outfit(at, since))
    outfits, rows = write_looks(looks, out)
    result = {"file": str(out), "outfits": outfits, "rows": rows}
    show(result, as_json=json, people=lambda: Text(f"{out}: {outfits} outfits in {rows} rows"))


def forget(
    outfit_ids: Annotated[list[str], typer.Argument(help="The answers' ids.")],
    home: HomeOption = HOME,
    json: JsonOption = False,
) -> None:
    """Remove answers and their events from the home's tables; JSON lines are for their owner to edit."""
    gone = forget_outfits(Home(home), outfit_ids)
    show(asdict(gone), as_json=json, people=lambda: Text(f"removed: {gone.predictions} answers, {gone.events} events"))


def _since(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def _rendered(found: Report) -> Iterator[RenderableType]:
    yield Text(
        f"{found.outfits} outfits since {found.since:%Y-%m-%d}, {found.events} events, "
        f"{found.unjoined} of outfits that are not in the log"
    )
    yield _lines(found.lines)
    if found.experiments:
        yield _comparisons(found.experiments)


def _lines(lines: tuple[Line, ...]) -> Table:
    table = Table("by", "", "event", "rate", "of", box=SIMPLE, pad_edge=False)
    for line in lines:
        table.add_row(line.by, line.value, line.event, _rate(line.rate), str(line.rate.of))
    return table


def _comparisons(comparisons: tuple[Comparison, ...]) -> Table:
    table = Table("experiment", "event", "control", "trial", "trial over control", box=SIMPLE, pad_edge=False)
    for one in comparisons:
        style = "bold" if one.difference.is_certain else ""
        difference = _difference(one.difference)
        table.add_row(one.experiment, one.event, _rate(one.control), _rate(one.trial), difference, style=style)
    return table


def _rate(rate: Rate) -> str:
    return f"{rate.value:.2%} [{rate.low:.2%} {rate.high:.2%}]"


def _difference(difference: Difference) -> str:
    return f"{difference.value:+.2%} [{difference.low:+.2%} {difference.high:+.2%}]"
