"""`kitsune mapping check`."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Group
from rich.text import Text

from mappings import MappingInvalid, MappingReport, check_mapping, load_mapping
from service.catalog.record import Record
from service.cli.console import HOME, HomeOption, JsonOption, show
from service.errors import MappingError
from service.home import Home
from service.taxonomy import TaxonomyTree


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="What may go with what.")
    group.command("check")(check)
    group.callback()(lambda: None)
    app.add_typer(group, name="mapping")


def check(
    mapping: Annotated[Path, typer.Argument(help="The YAML file with the templates.")],
    home: HomeOption = HOME,
    json: JsonOption = False,
) -> None:
    """Compare a mapping with the taxonomies of the catalogue in the home's record.

    Names taxonomies without a template, templates that name what the catalogue lacks, and near misses. Exits with 8
    when there is something to mend.
    """
    try:
        loaded = load_mapping(mapping)
    except (OSError, MappingInvalid) as error:
        raise MappingError(str(error)) from error
    with Record.open(Home(home).record_path, read_only=True) as record:
        tree = TaxonomyTree.of((row.product.taxonomy, row.product.taxonomy_path) for row in record.products())
    ancestors = {ancestor for taxonomy in tree.counts for ancestor in tree.path(taxonomy)}
    paths = {taxonomy: tree.path(taxonomy) for taxonomy in tree.counts}
    report = check_mapping(loaded, tree.counts, ancestors, paths)
    show(msgspec.to_builtins(report), as_json=json, people=lambda: _rendered(report))
    if report.faults:
        raise typer.Exit(MappingError.exit_code)


def _rendered(report: MappingReport) -> Group:
    if report.is_clean:
        return Group(Text("The mapping fits the catalogue.", style="green"))
    return Group(
        *(Text(str(fault), style="red") for fault in report.faults),
        *(Text(str(warning), style="yellow") for warning in report.warnings),
    )
