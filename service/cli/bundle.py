"""`kitsune bundle show`, `kitsune bundle verify`, `kitsune bundle check` and `kitsune bundle promote`."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Group, RenderableType
from rich.table import Table

from model.bundle import Bundle, open_bundle
from model.errors import BundleCorrupt
from service.catalog.promoting import CHOSEN, promote
from service.cli.checking import check_bundle
from service.cli.console import HOME, HomeOption, JsonOption, facts, show
from service.cli.golden import note_answers
from service.errors import BundleError
from service.home import Home
from service.settings import Settings

DirectoryArgument = Annotated[Path, typer.Argument(help="The bundle's folder, for example HOME/bundles/ID.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Encoder, compression and generator that were made together.")
    group.command("show")(show_bundle)
    group.command("verify")(verify_bundle)
    group.command("check")(check_bundle)
    group.command("promote")(promote_bundle)
    app.add_typer(group, name="bundle")


def show_bundle(directory: DirectoryArgument, json: JsonOption = False) -> None:
    """Print what a bundle is made of and what was measured when it was made."""
    bundle = opened(directory)
    manifest = {"bundle_id": bundle.bundle_id} | msgspec.to_builtins(bundle.manifest)
    show(manifest, as_json=json, people=lambda: Group(*_rendered(bundle)))


def verify_bundle(directory: DirectoryArgument, json: JsonOption = False) -> None:
    """Check every file against the manifest, and that encoder, compression and generator fit each other."""
    bundle = opened(directory)
    try:
        bundle.encoder.backbone.open()
    except BundleCorrupt as error:
        raise BundleError(str(error)) from error
    checked = {"bundle_id": bundle.bundle_id, "space_id": bundle.space_id, "files": len(bundle.manifest.files)}
    show(checked, as_json=json, people=lambda: facts("intact", checked))


def promote_bundle(
    bundle: Annotated[str, typer.Argument(help="The bundle's id.")],
    home: HomeOption = HOME,
    measure: Annotated[
        list[str] | None,
        typer.Option(help="What it has to beat every naive row at: recall_at_10 and recall_at_50, if none is named."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Promote it anyway; its manifest says so.")] = False,
    json: JsonOption = False,
) -> None:
    """Serve a bundle if the figures of `kitsune evaluate` allow it.

    It has to beat every naive row with the whole interval, and may lose no more than three points of recall@10 on a
    slice of 200 pairs or more to the bundle that it replaces.
    """
    at = Home(home)
    with at.writer():
        promotion = promote(at, bundle, measure or CHOSEN, force=force)
        served = at.current()
        if served is not None and served.bundle == bundle:
            note_answers(at, Settings.load())
    result = asdict(promotion) | {"served": served is not None and served.bundle == bundle}
    show(result, as_json=json, people=lambda: facts("promoted", result | {"refused": "\n".join(promotion.refused)}))


def _rendered(bundle: Bundle) -> Iterator[RenderableType]:
    manifest = bundle.manifest
    dims = manifest.dims
    training = manifest.training.get("generator", {})
    made_of = {
        "space": bundle.space_id,
        "backbone": f"{manifest.encoder.backbone}, {manifest.encoder.size_px} pixels a side",
        "dimensions": f"{dims.features} features of a view, embedding {dims.embedding}, vector {dims.vector}",
        "reads texts": manifest.text is not None,
        "trained on": f"{training.get('outfits', 'no')} outfits of {training.get('products', 'no')} products",
        "saw all products": training.get("refit_all", False),
        "git revision": manifest.git_revision,
    }
    yield facts(f"bundle {bundle.bundle_id}" if bundle.trained else f"draft {bundle.bundle_id}", made_of)
    yield attribute_tasks(manifest.metrics.get("encoder", {}))
    compression, generator = manifest.metrics.get("compression", {}), manifest.metrics.get("generator", {})
    yield facts(
        "",
        {
            "explained variance": compression.get("explained_variance"),
            "neighbours kept of 10": compression.get("neighbour_overlap_at_10"),
            "cosine between heads": generator.get("head_to_head_cosine"),
            "best epoch": generator.get("best_epoch"),
        },
    )


def attribute_tasks(report: Mapping[str, Any]) -> Table:
    """Lay out what an encoder's training found to learn, and how often it and a vector's readout are right."""
    columns = ("attribute", "labels", "rows", "held out", "accuracy", "from vector", "majority class")
    table = Table(*columns, box=None, pad_edge=False)
    for name, found in report.get("attributes", {}).items():
        counts = (str(found[key]) for key in ("labels", "train_rows", "held_out_rows"))
        accuracies = (found["accuracy"], found.get("accuracy_from_vector"), found["majority_accuracy"])
        table.add_row(name, *counts, *map(_share, accuracies))
    for name, reason in report.get("not_learned", {}).items():
        table.add_row(name, f"not learned: {reason}", style="yellow")
    return table


def _share(accuracy: float | None) -> str:
    return "unknown" if accuracy is None else f"{accuracy:.3f}"


def opened(directory: Path) -> Bundle:
    """Open a bundle, or a draft of one.

    Raises:
        BundleError: it is damaged.
    """
    try:
        return open_bundle(directory, draft=True)
    except BundleCorrupt as error:
        raise BundleError(str(error)) from error
