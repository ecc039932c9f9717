"""`kitsune runs list` and `kitsune runs compare`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from service.catalog.runs import Contrast, Run, compare, run_of, runs
from service.cli.console import HOME, HomeOption, JsonOption, show
from service.home import Home

SHOWN = {
    "validation_loss": "loss",
    "validation.recall_at_10": "R@10 val.",
    "test.recall_at_10": "R@10 test",
    "test.recall_at_50": "R@50 test",
}
"""The figures that a terminal has room for; --json has all."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Trainings: what each bundle was made of, and what was measured.")
    group.command("list")(list_runs)
    group.command("compare")(compare_runs)
    app.add_typer(group, name="runs")


def list_runs(home: HomeOption = HOME, json: JsonOption = False) -> None:
    """List the bundles of a home, the newest first, with what was measured of each."""
    found = runs(Home(home))
    show({"runs": [asdict(run) for run in found]}, as_json=json, people=lambda: _listed(found))


def compare_runs(
    one: Annotated[str, typer.Argument(help="A bundle's id.")],
    other: Annotated[str, typer.Argument(help="Another's.")],
    home: HomeOption = HOME,
    json: JsonOption = False,
) -> None:
    """Say where two bundles differ: options, data and code they were trained with, and every figure."""
    found = compare(run_of(Home(home), one), run_of(Home(home), other))
    rows = {"differences": [asdict(contrast) for contrast in found]}
    show(rows, as_json=json, people=lambda: _contrasted(found, one, other))


def _listed(found: Sequence[Run]) -> Table:
    table = Table("bundle", "here since (UTC)", *SHOWN.values(), "", box=None, pad_edge=False)
    for run in found:
        state = "served" if run.served else "promoted" if run.promoted else ""
        figures = (_figure(run.figures.get(name)) for name in SHOWN)
        table.add_row(run.bundle, f"{run.at:%Y-%m-%d %H:%M}", *figures, state)
    return table


def _contrasted(found: Sequence[Contrast], one: str, other: str) -> RenderableType:
    if not found:
        return Text("Nothing that was noted of them differs.")
    table = Table("", one, other, box=None, pad_edge=False)
    for contrast in found:
        table.add_row(contrast.name, _figure(contrast.one), _figure(contrast.other))
    return table


def _figure(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
