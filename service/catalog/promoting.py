"""The gate before serving: a bundle is promoted for its figures, and for nothing else.

What is decided stands in `metrics.promotion` of the bundle's manifest and in `runs.jsonl`. The bundle's id is the hash
of its other files, so that it is the same bundle before and after.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from model.bundle import Bundle, note_metric, open_bundle
from model.errors import BundleCorrupt
from model.measures import MEASURES
from service.catalog.figures import JUDGED, PRODUCTION, Measured, kept, kept_at
from service.catalog.measuring import production_of
from service.catalog.outfits import Part
from service.errors import BundleError, HomeError, InvalidRequest, PromotionRefused
from service.home import Home

PART: Part = "test"
"""Bundles are promoted on what nothing was tuned on."""

CHOSEN = ("recall_at_10", "recall_at_50")
"""What a bundle has to beat every naive row at, unless it is said otherwise."""

LEAST_PAIRS = 200
"""What fewer pairs say of a slice is chance: three points are about one standard error there."""

MOST_LOST = 0.03


@dataclass(frozen=True, slots=True)
class Promotion:
    """What was decided, when, and on which figures.

    `refused` are the reasons against it: a promotion that has any was forced.
    """

    at: str
    measures: tuple[str, ...]
    production: str | None
    figures_sha256: str
    forced: bool
    refused: tuple[str, ...]


def promote(home: Home, bundle_id: str, measures: Sequence[str], *, force: bool = False) -> Promotion:
    """Let a bundle through if its figures allow it, or if it is forced; note that in its manifest.

    The caller holds the home's right to write.

    Raises:
        InvalidRequest: a measure is not known.
        HomeError: the bundle was never measured on the test part, or its figures are damaged.
        BundleError: it is not in the home, or damaged.
        PromotionRefused: its figures do not allow it, and it is not forced.
    """
    if unknown := set(measures) - set(MEASURES):
        raise InvalidRequest(f"There is no measure {min(unknown)!r}; there are {', '.join(MEASURES)}.")
    bundle = _opened(home, bundle_id)
    measured = kept(home, bundle_id, PART)
    if measured is None:
        raise HomeError(f"Bundle {bundle_id} was not measured on the {PART} part: run `kitsune evaluate` first.")
    refused = tuple(refusals(measured, measures, production_of(home, bundle_id)))
    if refused and not force:
        raise PromotionRefused(f"Bundle {bundle_id} is not promoted. {' '.join(refused)} --force promotes it anyway.")
    promotion = Promotion(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        measures=tuple(measures),
        production=measured.production,
        figures_sha256=sha256(kept_at(home, bundle_id, PART).read_bytes()).hexdigest(),
        forced=bool(refused),
        refused=refused,
    )
    note_metric(bundle, "promotion", asdict(promotion))
    home.log_run({"stage": "promote", "bundle": bundle_id} | asdict(promotion))
    _serve(home, bundle)
    return promotion


def refusals(measured: Measured, measures: Sequence[str], production: str | None) -> Iterator[str]:
    """Yield each reason, a sentence, why figures do not allow a bundle to replace `production`."""
    if not measured.honest:
        yield "It was refitted on all products, so that its figures say nothing."
    if production != measured.production:
        yield f"Its figures do not compare it with bundle {production}, which is served: run `kitsune evaluate` again."
    for one in measured.naive:
        for measure in measures:
            if one.measures[measure].low <= 0:
                margin = one.measures[measure]
                yield f"It does not clearly beat {one.against} at {measure} ({margin.low:+.3f} to {margin.high:+.3f})."
    for part in measured.evaluation.slices:
        if PRODUCTION in part.recall_at_10 and part.pairs >= LEAST_PAIRS:
            lost = part.recall_at_10[PRODUCTION] - part.recall_at_10[JUDGED]
            if lost > MOST_LOST:
                yield f"It loses {100 * lost:.1f} points of recall@10 where {part.facet} is {part.value}."


def _opened(home: Home, bundle_id: str) -> Bundle:
    if bundle_id not in {path.name for path in home.bundles.iterdir()}:
        raise BundleError("There is no such bundle in this home; its folder `bundles` has one folder for each.")
    try:
        return open_bundle(home.bundles / bundle_id)
    except BundleCorrupt as error:
        raise BundleError(str(error)) from error


def _serve(home: Home, bundle: Bundle) -> None:
    """Serve the bundle on the index that is served, where that is of its space; else a build has to make one."""
    served = home.current()
    if served is None or served.bundle == bundle.bundle_id:
        return
    try:
        in_use = open_bundle(home.bundles / served.bundle)
    except BundleCorrupt:
        return
    if in_use.space_id == bundle.space_id:
        home.release(replace(served, bundle=bundle.bundle_id))
