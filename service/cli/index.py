"""`kitsune index`: generations are built, listed, served again and removed; keys are made; and `kitsune rollback`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from service.catalog import building, releasing
from service.catalog.releasing import Kept
from service.cli.build import opened_shop, show_runs
from service.cli.console import (
    HOME,
    DataOption,
    EngineName,
    EngineOption,
    HomeOption,
    JsonOption,
    ProfileOption,
    facts,
    show,
)
from service.cli.golden import note_answers
from service.cli.keys import keys
from service.errors import HomeError, IndexUnavailable
from service.home import Home
from service.index.elastic.planning import Plan
from service.settings import Settings

LookedAtOption = Annotated[
    EngineName | None, typer.Option("--engine", help="An engine to look at although no release names it.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="What is searched.")
    group.command("list")(list_)
    group.command()(plan)
    group.command()(build)
    group.command()(swap)
    group.command()(rollback)
    group.command()(prune)
    group.command()(keys)
    app.add_typer(group, name="index")
    app.command()(rollback)


def list_(home: HomeOption = HOME, engine: LookedAtOption = None, json: JsonOption = False) -> None:
    """Show the generations, and which of them are served now and were before.

    Where an engine does not answer, the others' are shown, and the exit code is 4.
    """
    listing = releasing.kept_generations(_existing(home), Settings.load(engine=engine))
    rows = [_described(kept) for kept in listing.kept]
    silent = [{"engine": engine, "reason": error.detail} for engine, error in listing.silent.items()]
    show({"generations": rows, "unanswered": silent}, as_json=json, people=lambda: _table(rows))
    for error in listing.silent.values():
        raise IndexUnavailable(f"{error.detail} What it holds is not listed.") from error


def plan(
    home: HomeOption = HOME,
    layout: Annotated[
        str | None, typer.Option(help="auto, exact or partitioned; KITSUNE_ELASTICSEARCH_LAYOUT says which by default.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show how a build would lay the catalogue out on Elasticsearch, and what searches would cost; builds nothing."""
    planned = building.plan_index(_existing(home), Settings.load(elasticsearch_layout=layout))
    show(asdict(planned), as_json=json, people=lambda: _planned(planned))


def build(
    profile: ProfileOption,
    data: DataOption,
    home: HomeOption = HOME,
    engine: EngineOption = None,
    json: JsonOption = False,
) -> None:
    """Build a generation out of the record's vectors and release it."""
    settings = Settings.load(engine=engine)
    with opened_shop(profile, data, home) as shop:
        runs = [building.build_index(shop, settings)]
        note_answers(shop.home, settings)
    show_runs(runs, as_json=json)


def swap(
    generation: Annotated[str, typer.Argument(help="Its id, as `kitsune index list` shows it.")],
    home: HomeOption = HOME,
    engine: LookedAtOption = None,
    json: JsonOption = False,
) -> None:
    """Serve a kept generation with the bundle and the mapping that are served now."""
    at, settings = _existing(home), Settings.load(engine=engine)
    with at.writer():
        released = asdict(releasing.swap(at, generation, settings))
        note_answers(at, settings)
    show(released, as_json=json, people=lambda: facts("swapped to", released))


def rollback(home: HomeOption = HOME, json: JsonOption = False) -> None:
    """Serve the release before the current one again; a second rollback undoes the first."""
    at = _existing(home)
    with at.writer():
        released = asdict(releasing.roll_back(at, Settings.load()))
    show(released, as_json=json, people=lambda: facts("rolled back to", released))


def prune(home: HomeOption = HOME, engine: LookedAtOption = None, json: JsonOption = False) -> None:
    """Remove the generations that neither the current nor the previous release names."""
    at = _existing(home)
    with at.writer():
        removed = releasing.prune(at, Settings.load(engine=engine))
    show({"removed": removed}, as_json=json, people=lambda: f"removed: {', '.join(removed) or 'nothing'}")


def _existing(home: Path) -> Home:
    if not home.is_dir():
        raise HomeError(f"{home} does not exist; --home names the folder of the shop.")
    return Home(home)


def _described(kept: Kept) -> Mapping[str, Any]:
    info, made_at = kept.state.info, kept.state.made_at
    return {
        "generation": kept.state.generation_id,
        "engine": kept.engine,
        "layout": kept.state.layout,
        "made_at": made_at.isoformat() if made_at else None,
        "complete": kept.state.complete,
        "products": info.products if info else None,
        "bundle": info.bundle_id if info else None,
        "space": info.space_id if info else None,
        "sequence": info.sequence if info else None,
        "releases": kept.releases,
    }


def _planned(planned: Plan) -> Group:
    outline = {
        "layout": planned.layout,
        "why": planned.why,
        "shards": planned.shards,
        "products": f"{planned.products:,} in {planned.taxonomies:,} taxonomies",
        "size": f"{planned.size_bytes / 1e6:,.1f} MB for each copy",
    }
    costs = Table(box=None, pad_edge=False)
    costs.add_column("taxonomy")
    for name in ("products", "searched", "expected ms", "exact ms"):
        costs.add_column(name, justify="left" if name == "searched" else "right")
    for slot in planned.slots:
        searched = "by graph" if slot.graph else "exactly"
        costs.add_row(
            Text(slot.taxonomy), f"{slot.products:,}", searched, f"{slot.expected_ms:.1f}", f"{slot.exact_ms:.1f}"
        )
    return Group(facts("plan for Elasticsearch", outline), costs)


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("generation", no_wrap=True)
    for name in ("engine", "products", "space", "sequence", "release"):
        table.add_column(
            name, justify="right" if name in ("products", "sequence") else "left", no_wrap=name == "engine"
        )
    for row in rows:
        built = ["" if row[name] is None else str(row[name]) for name in ("products", "space", "sequence")]
        marks = (*row["releases"], *([] if row["complete"] else ["not complete"]))
        # Below the engine: a line has no room for one more column.
        engine = row["engine"] if row["layout"] == "exact" else f"{row['engine']}\n{row['layout']}"
        table.add_row(row["generation"], engine, *built, ", ".join(marks))
    return table
