"""`kitsune bundle show` and `kitsune bundle verify`."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from model.bundle import Bundle, open_bundle
from model.errors import BundleCorrupt
from service.cli.console import JsonOption, facts, show
from service.errors import BundleError

DirectoryArgument = Annotated[Path, typer.Argument(help="The bundle's folder, for example HOME/bundles/ID.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Encoder, compression and generator that were made together.")
    group.command("show")(show_bundle)
    group.command("verify")(verify_bundle)
    app.add_typer(group, name="bundle")


def show_bundle(directory: DirectoryArgument, json: JsonOption = False) -> None:
    """Print what a bundle is made of and what was measured when it was made."""
    bundle = _open(directory)
    manifest = {"bundle_id": bundle.bundle_id} | msgspec.to_builtins(bundle.manifest)
    show(manifest, as_json=json, people=lambda: facts(f"bundle {bundle.bundle_id}", manifest))


def verify_bundle(directory: DirectoryArgument, json: JsonOption = False) -> None:
    """Check every file against the manifest, and that encoder, compression and generator fit each other."""
    bundle = _open(directory)
    try:
        bundle.encoder.backbone.open()
    except BundleCorrupt as error:
        raise BundleError(str(error)) from error
    checked = {"bundle_id": bundle.bundle_id, "space_id": bundle.space_id, "files": len(bundle.manifest.files)}
    show(checked, as_json=json, people=lambda: facts("intact", checked))


def _open(directory: Path) -> Bundle:
    try:
        return open_bundle(directory, draft=True)
    except BundleCorrupt as error:
        raise BundleError(str(error)) from error
