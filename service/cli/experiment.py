"""`kitsune experiment`: a second release beside the one that is served, for a share of the callers or in the shadow."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service import experiment
from service.catalog.trying import plan_experiment
from service.cli.console import HOME, HomeOption, JsonOption, facts, show
from service.home import Home
from service.settings import Settings


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", text):
        raise typer.BadParameter("Give 1 to 40 small letters, digits and dashes.")
    return text


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="What is tried beside what is served.")
    group.command()(start)
    group.command()(status)
    group.command()(stop)
    app.add_typer(group, name="experiment")


def start(
    name: Annotated[str, typer.Option(callback=_name, help="What answers and reports call it; another each time.")],
    share: Annotated[float, typer.Option(min=0, max=1, help="Part of the callers, or of the answers in the shadow.")],
    bundle: Annotated[str | None, typer.Option(help="The id of another bundle of the home.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="A file with another mapping.")] = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="Show the trial's answers to nobody.")] = False,
    home: HomeOption = HOME,
    json: JsonOption = False,
) -> None:
    """Try another bundle or mapping beside what is served; a running service takes it up within a second.

    An experiment that runs is replaced.
    """
    at = Home(home)
    planned = plan_experiment(
        at, Settings.load(), name=name, share=share, shadow=shadow, bundle=bundle, mapping=mapping
    )
    experiment.start(at, planned)
    _show("started", planned, as_json=json)


def status(home: HomeOption = HOME, json: JsonOption = False) -> None:
    """Show the experiment that runs."""
    _show("runs", experiment.running(Home(home)), as_json=json)


def stop(home: HomeOption = HOME, json: JsonOption = False) -> None:
    """End the experiment; what was served before serves all callers within a second."""
    experiment.stop(Home(home))
    _show("runs", None, as_json=json)


def _show(title: str, shown: experiment.Experiment | None, *, as_json: bool) -> None:
    result = {"experiment": None if shown is None else asdict(shown)}
    show(result, as_json=as_json, people=lambda: "no experiment" if shown is None else facts(title, asdict(shown)))
