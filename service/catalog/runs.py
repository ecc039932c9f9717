"""The trainings whose bundles a home holds: what each was made of, and what was measured of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

from model.bundle import Bundle, open_bundle
from model.errors import BundleCorrupt
from model.manifest import GENERATOR
from service.catalog.figures import JUDGED, kept
from service.catalog.outfits import Part
from service.errors import BundleError
from service.home import Home

MEASURED: tuple[Part, ...] = tuple(part for part in get_args(Part) if part != "train")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A bundle of a home. `config` and `figures` are flat, `encoder.epochs` say, so that two runs can be compared."""

    bundle: str
    at: datetime
    """When it came into this home."""
    space: str
    git_revision: str | None
    served: bool
    promoted: bool
    config: Mapping[str, Any]
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Where two runs differ: a name, and what either has there; None where it has nothing."""

    name: str
    one: Any
    other: Any


def runs(home: Home) -> list[Run]:
    """Return the runs of a home, the newest first; what cannot be opened is none.

    Raises:
        HomeError: figures that the home keeps are damaged.
    """
    return sorted(_runs(home), key=lambda run: run.at, reverse=True)


def run_of(home: Home, bundle_id: str) -> Run:
    """Return one run.

    Raises:
        BundleError: the home has no such bundle.
    """
    for run in _runs(home):
        if run.bundle == bundle_id:
            return run
    raise BundleError("There is no such bundle in this home; `kitsune runs` lists those that are.")


def compare(one: Run, other: Run) -> list[Contrast]:
    """Return where two runs differ: what they were made of first, then what was measured."""
    return [
        Contrast(name, mine.get(name), theirs.get(name))
        for mine, theirs in ((_made_of(one), _made_of(other)), (one.figures, other.figures))
        for name in sorted({*mine, *theirs})
        if mine.get(name) != theirs.get(name)
    ]


def _made_of(run: Run) -> dict[str, Any]:
    return {"git_revision": run.git_revision, "space": run.space, **run.config}


def _runs(home: Home) -> Iterator[Run]:
    pointer = home.current()
    for directory in home.bundles.glob("[!.]*"):
        try:
            bundle = open_bundle(directory)
        except BundleCorrupt:
            continue
        yield Run(
            bundle=bundle.bundle_id,
            at=datetime.fromtimestamp((directory / GENERATOR).stat().st_mtime, UTC),
            space=bundle.space_id,
            git_revision=bundle.manifest.git_revision,
            served=pointer is not None and pointer.bundle == bundle.bundle_id,
            promoted="promotion" in bundle.manifest.metrics,
            config=dict(_flat(bundle.manifest.training)),
            figures=dict(_figures(home, bundle)),
        )


def _figures(home: Home, bundle: Bundle) -> Iterator[tuple[str, float]]:
    """Yield what was measured while the bundle was made, and by `kitsune evaluate` since."""
    metrics = bundle.manifest.metrics
    for name, task in metrics.get("encoder", {}).get("attributes", {}).items():
        yield f"{name}.accuracy", task["accuracy"]
        yield f"{name}.majority_accuracy", task["majority_accuracy"]
    if "validation_loss" in metrics.get("generator", {}):
        yield "validation_loss", min(metrics["generator"]["validation_loss"])
    for part in MEASURED:
        measured = kept(home, bundle.bundle_id, part)
        if measured is not None:
            for name, estimate in measured.row(JUDGED).measures.items():
                yield f"{part}.{name}", estimate.value


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
