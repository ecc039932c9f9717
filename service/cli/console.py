"""What commands print: results on stdout, for people or as JSON; progress and errors on stderr."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from service.catalog.stages import Progress as StepCounter
from service.errors import KitsuneError


class EngineName(StrEnum):
    """The engines by name."""

    EMBEDDED = "embedded"
    ELASTICSEARCH = "elasticsearch"


HomeOption = Annotated[
    Path, typer.Option("--home", envvar="KITSUNE_HOME", help="Folder that holds all of one shop.", show_default=True)
]
DataOption = Annotated[Path, typer.Option("--data", help="Folder with the feed, the outfits and the photos.")]
ProfileOption = Annotated[Path, typer.Option("--profile", help="TOML file that names the feed's columns.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
EngineOption = Annotated[
    EngineName | None, typer.Option(help="Where the index is built; KITSUNE_ENGINE says where by default.")
]
HOME = Path("kitsune-home")

# A shop's own words are shown as they are, brackets and colons included.
stdout = Console(markup=False, emoji=False)
stderr = Console(markup=False, emoji=False, stderr=True)


def show(result: Mapping[str, Any], *, as_json: bool, people: Callable[[], Any]) -> None:
    """Print a result as JSON, or what `people` makes of it."""
    if as_json:
        json.dump(result, sys.stdout, default=str)
        sys.stdout.write("\n")
    else:
        stdout.print(people())


def fail(error: KitsuneError) -> None:
    """Say what went wrong and what to do next."""
    stderr.print(error.code, style="bold red", end=": ")
    # Terminals break long lines by themselves; a break in the middle of a path could not be copied.
    stderr.print(error.detail, highlight=False, soft_wrap=True)


def facts(title: str, rows: Mapping[str, Any]) -> Table:
    """Lay out names and values in two columns."""
    table = Table(title=title, show_header=False, title_justify="left", box=None, pad_edge=False)
    for name, value in rows.items():
        table.add_row(Text(name, style="dim"), str(value))
    return table


class RateColumn(ProgressColumn):
    """Steps a second, over the last half minute."""

    def render(self, task: Task) -> Text:
        """Show nothing before a rate is known."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s", style="progress.data.speed")


class BarReporter:
    """Progress bars on stderr; no bars where it is no terminal."""

    @contextmanager
    def task(self, label: str) -> Iterator[StepCounter]:
        """Open a bar for one piece of work."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=stderr, transient=not stderr.is_terminal) as bars:
            bar = bars.add_task(label, total=None)

            def advance(done: int, total: int) -> None:
                bars.update(bar, completed=done, total=total)

            yield advance
