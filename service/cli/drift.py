"""`kitsune drift report` and `kitsune drift baseline`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from service.cli.console import HOME, HomeOption, JsonOption, facts, show
from service.drift.keeping import DriftFolder, JudgedWindow
from service.errors import HomeError
from service.home import Home, replace_file
from service.report.drift import drift_page, in_words
from service.runtime import named_release

SHOWN_WINDOWS = 10


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Whether requests are still like what the bundle was made for.")
    group.command("report")(report)
    group.command("baseline")(baseline)
    app.add_typer(group, name="drift")


def report(
    home: HomeOption = HOME,
    html: Annotated[Path | None, typer.Option(help="File to write the page to.")] = None,
    json: JsonOption = False,
) -> None:
    """Show what was found of the last windows of requests: which dimensions, taxonomies and words moved."""
    windows = DriftFolder(Home(home)).windows()
    if not windows:
        raise HomeError(
            "No window is full yet: serve with KITSUNE_DRIFT=true, and come back after KITSUNE_DRIFT_WINDOW requests."
        )
    if html is not None:
        replace_file(html, drift_page(windows).encode())
    show({"windows": msgspec.to_builtins(windows)}, as_json=json, people=lambda: Group(*_rendered(windows)))


def baseline(home: HomeOption = HOME, json: JsonOption = False) -> None:
    """Take the served bundle's last window as what the next ones are compared with.

    The service needs no restart. Do it when traffic is as it should be: what was drift before is none afterwards.
    """
    at = Home(home)
    bundle = named_release(at).bundle
    taken = {"bundle": bundle, "requests": DriftFolder(at).take_baseline(bundle).rows}
    show(taken, as_json=json, people=lambda: facts("the last window is the baseline", taken))


def _rendered(windows: Sequence[JudgedWindow]) -> Iterator[RenderableType]:
    table = Table("window", "bundle", "against", "drifted", box=None, pad_edge=False)
    for window in windows[-SHOWN_WINDOWS:]:
        drifted = ", ".join(window.drifted) or ("nothing" if window.verdict else "not judged")
        table.add_row(window.at.isoformat(), window.versions.bundle, window.against or "nothing", drifted)
    yield table
    yield from map(Text, in_words(windows[-1]))
