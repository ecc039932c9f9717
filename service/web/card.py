"""What is served and how good it is: the bundle's own words, and its figures beside naive rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from model.evaluation import TAXONOMY, Slice
from service.catalog.figures import Measured, kept
from service.catalog.outfits import Part
from service.domain import Versions
from service.errors import HomeError
from service.home import Home
from service.index.base import GenerationInfo
from service.release import Release

PARTS: tuple[Part, ...] = ("test", "validation")
"""Figures of the test part are shown rather than those of the validation part, which chose the epoch."""

EXPLAINED: Mapping[str, str] = {
    "generator": "the three heads, on average",
    "production": "the bundle to replace",
    "random": "by chance",
    "popularity": "what most outfits have",
    "colour PMI": "colour words that go together",
    "colour histogram": "likest colours in the photo",
    "photo features": "likest to the backbone's eye",
    "histogram and features": "both of these together",
    "catalogue mean": "likest to the average product",
    "copy the seed": "likest to the seed",
    "copy the embedding": "likest before compression",
    "neighbour's outfit": "what similar products were worn with",
    "ridge": "one linear map of the seed",
    "ridge by taxonomy": "one such map a taxonomy",
}
"""What each row of the table ranks by, but for single heads."""

LARGEST_TAXONOMIES = 12

CURVE_WIDTH = 100.0
CURVE_HEIGHT = 40.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AttributeCard:
    """What the encoder tells apart, and how often it is right on photos that it has not learned.

    `majority` is how often the most frequent label is: what guessing gets. None where nothing was held out.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    held_out: int
    accuracy: float | None
    majority: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """The losses of each epoch; `points` draws them into a box of `CURVE_WIDTH` by `CURVE_HEIGHT`."""

    name: str
    losses: tuple[float, ...]
    points: str


@dataclass(frozen=True, slots=True)
class EvaluationCard:
    """The figures, and the naive rows that the generator finds clearly more than, clearly less than, or neither."""

    measured: Measured
    better: tuple[str, ...]
    even: tuple[str, ...]
    worse: tuple[str, ...]

    @property
    def recall(self) -> Mapping[str, float]:
        """Recall@10 by row."""
        return {row.name: row.measures["recall_at_10"].value for row in self.measured.evaluation.rows}

    @property
    def span(self) -> tuple[float, float]:
        """Where the intervals of recall@10 begin and end, all rows together."""
        estimates = [row.measures["recall_at_10"] for row in self.measured.evaluation.rows]
        return min(estimate.low for estimate in estimates), max(estimate.high for estimate in estimates)

    @property
    def slices(self) -> tuple[Slice, ...]:
        """The taxonomies with the most pairs."""
        by_taxonomy = [one for one in self.measured.evaluation.slices if one.facet == TAXONOMY]
        return tuple(by_taxonomy[:LARGEST_TAXONOMIES])

    @property
    def strongest(self) -> str | None:
        """The naive row that finds most."""
        naive = (*self.better, *self.even, *self.worse)
        return max(naive, key=self.recall.__getitem__, default=None)


@dataclass(frozen=True, slots=True)
class Card:
    """What the release page shows; `manifest` is the bundle's, as plain containers.

    Where figures were kept and cannot be read, `damaged` names their file.
    """

    versions: Versions
    generation: GenerationInfo
    mapping: str
    manifest: Mapping[str, Any]
    attributes: tuple[AttributeCard, ...]
    curves: tuple[Curve, ...]
    evaluation: EvaluationCard | None
    damaged: str | None


def card_of(release: Release, home: Home) -> Card:
    """Describe a release; what was measured of its bundle is read from the home."""
    manifest = release.model.card
    measured, damaged = _measured(home, release.versions.bundle)
    return Card(
        versions=release.versions,
        generation=release.index.info,
        mapping=release.mapping.name,
        manifest=manifest,
        attributes=tuple(_attributes(manifest)),
        curves=_curves(manifest["metrics"].get("generator", {})),
        evaluation=_evaluation(measured) if measured else None,
        damaged=damaged,
    )


def _measured(home: Home, bundle: str) -> tuple[Measured | None, str | None]:
    """Return the first figures that can be read, and the last file that cannot."""
    damaged = None
    for part in PARTS:
        try:
            if measured := kept(home, bundle, part):
                return measured, damaged
        except HomeError as error:
            log.warning("evaluation_unreadable", detail=error.detail)
            damaged = f"{bundle}.{part}.json"
    return None, damaged


def _attributes(manifest: Mapping[str, Any]) -> Iterator[AttributeCard]:
    found = manifest["metrics"].get("encoder", {}).get("attributes", {})
    for name, label_set in manifest["label_sets"].items():
        figures = found.get(name, {})
        yield AttributeCard(
            name=name,
            kind=label_set["kind"],
            labels=tuple(label_set["labels"]),
            held_out=figures.get("held_out_rows", 0),
            accuracy=figures.get("accuracy"),
            majority=figures.get("majority_accuracy"),
        )


def _curves(metrics: Mapping[str, Any]) -> tuple[Curve, ...]:
    named = {"training": metrics.get("train_loss", ()), "validation": metrics.get("validation_loss", ())}
    losses = [loss for of_name in named.values() for loss in of_name]
    if not losses:
        return ()
    low, high = min(losses), max(losses)
    return tuple(Curve(name, tuple(of_name), _points(of_name, low, high)) for name, of_name in named.items())


def _points(losses: list[float], low: float, high: float) -> str:
    """Lay losses out from left to right, the highest on top."""
    step, scale = CURVE_WIDTH / max(len(losses) - 1, 1), CURVE_HEIGHT / ((high - low) or 1.0)
    return " ".join(f"{epoch * step:.1f},{(high - loss) * scale:.1f}" for epoch, loss in enumerate(losses))


def _evaluation(measured: Measured) -> EvaluationCard:
    naive = {one.against: one.measures["recall_at_10"] for one in measured.naive}
    better = tuple(name for name, margin in naive.items() if margin.low > 0)
    worse = tuple(name for name, margin in naive.items() if margin.high < 0)
    return EvaluationCard(measured, better, tuple(name for name in naive if name not in better + worse), worse)
