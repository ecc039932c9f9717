"""`kitsune bundle check`."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from service.checking.checks import Result
from service.checking.opening import open_subject
from service.checking.running import Checked, run_checks
from service.cli.console import HOME, BarReporter, HomeOption, JsonOption, show
from service.home import Home
from service.settings import Settings

MISSED = 1
"""The exit code when a limit is missed."""


def check_bundle(
    directory: Annotated[
        Path | None,
        typer.Argument(help="A bundle's folder; without it, the bundle that the home serves.", show_default=False),
    ] = None,
    home: HomeOption = HOME,
    json: JsonOption = False,
) -> None:
    """Ask a bundle over the home's catalogue what requests ask, and hold the answers against limits.

    Writes nothing. Exits with 1 when a limit is missed.
    """
    checked = asyncio.run(_checked(Home(home), directory))
    show(msgspec.to_builtins(checked), as_json=json, people=lambda: Group(*_rendered(checked)))
    if checked.missed:
        raise typer.Exit(MISSED)


async def _checked(home: Home, directory: Path | None) -> Checked:
    async with open_subject(home, Settings.load(), directory) as subject:
        with BarReporter().task("checks") as progress:
            return await run_checks(subject, progress)


def _rendered(checked: Checked) -> Iterator[RenderableType]:
    versions = checked.versions
    yield Text(f"bundle {versions.bundle}, mapping {versions.mapping}, {checked.products} products")
    yield _table(checked)
    for result in checked.missed:
        yield Text(f"{result.name}: missed for example by {'; '.join(result.examples)}", style="red")
    yield _verdict(checked)


def _table(checked: Checked) -> Table:
    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("check")
    for heading in ("asked", "failed", "measured", "limit", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in checked.results:
        asks = Text.assemble((result.name, "bold"), f" ({result.row}, {result.skill})\n", (_explained(result), "dim"))
        table.add_row(asks, *_figures(result))
    return table


def _explained(result: Result) -> str:
    return f"{result.question} Not asked: {result.reason}." if result.reason else result.question


def _figures(result: Result) -> tuple[str | Text, ...]:
    limit = f"{result.figure} {'≤' if result.sense == 'at most' else '≥'} {result.bound:g}"
    if result.measured is None or result.failure_rate is None:
        return "0", "", "", limit, Text("-", "yellow")
    verdict = Text("pass", "green") if result.passed else Text("FAIL", "bold red")
    return str(result.asked), f"{result.failure_rate:.1%}", f"{result.measured:.3f}", limit, verdict


def _verdict(checked: Checked) -> Text:
    asked = [result for result in checked.results if result.asked]
    if checked.missed:
        return Text(f"{len(checked.missed)} of {len(asked)} checks miss their limits.", style="bold red")
    return Text(f"All {len(asked)} checks keep to their limits.", style="green")
