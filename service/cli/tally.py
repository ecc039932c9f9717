"""`kitsune tally`."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.catalog.figures import kept
from service.cli.console import HOME, HomeOption, JsonOption, show
from service.cli.evaluate import JudgedPart
from service.errors import HomeError
from service.home import Home
from service.report.ratings import Tally, read_answers, tally


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tally")(count)


def count(
    bundle: Annotated[str, typer.Argument(help="The id of the bundle whose looks were rated.")],
    answers: Annotated[list[Path], typer.Argument(help="Files that the blind page saved, one a person.")],
    home: HomeOption = HOME,
    part: Annotated[JudgedPart, typer.Option(help="The part that the page was made of.")] = JudgedPart.TEST,
    json: JsonOption = False,
) -> None:
    """Count how people rated looks of the generator, of stylists and of chance, not knowing which were whose."""
    measured = kept(Home(home), bundle, part.value)
    if measured is None:
        raise HomeError(f"Bundle {bundle} was not measured on the {part} part: run `kitsune evaluate` first.")
    found = tally(measured, [read_answers(path, measured) for path in answers])
    show({maker: asdict(one) for maker, one in found.items()}, as_json=json, people=lambda: _table(found))


def _table(found: Mapping[str, Tally]) -> Table:
    table = Table("looks by", "ratings", "seeds", "mean of 1 to 5", "at least the stylists'", box=None, pad_edge=False)
    for maker, one in found.items():
        mean = f"{one.mean.value:.2f} [{one.mean.low:.2f} {one.mean.high:.2f}]"
        equalled = "" if one.at_least_stylists is None else f"{one.at_least_stylists:.0%}"
        table.add_row(maker, str(one.ratings), str(one.seeds), mean, equalled)
    return table
