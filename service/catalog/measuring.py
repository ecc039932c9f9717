"""Measuring a bundle on a shop's own outfits, beside naive baselines, on products that no training outfit contains.

Notation used for array shapes: n products, d vector, s heads.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from model.baselines import generator_rows, naive_rows
from model.bundle import Bundle
from model.errors import ModelError, PhotoRefused
from model.evaluation import (
    MEASURES,
    Estimate,
    Evaluation,
    HeadCollapse,
    cold_pairs,
    evaluate,
    head_collapse,
    training_outfits,
)
from model.histogram import SIZE_PX, garment_histogram
from model.photos import rgb
from service.catalog.outfits import Part, split_of
from service.catalog.record import Record, RecordedProduct
from service.catalog.stages import Progress, Reporter
from service.errors import FeedError, HomeError
from service.home import Home, replace_file

COLOUR = "colour"
"""The attribute whose words the colour-PMI row uses; a catalogue without it has no such row."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Measured:
    """A bundle's figures. They are honest only if the generator has not seen the part that is judged."""

    bundle: str
    part: Part
    honest: bool
    outfits: int
    evaluation: Evaluation
    heads: HeadCollapse

    @property
    def margins(self) -> Mapping[str, Estimate]:
        """Recall@10 of the judged row less that of each other row."""
        return {difference.against: difference.measures["recall_at_10"] for difference in self.evaluation.differences}

    def as_dict(self) -> dict[str, Any]:
        """Return plain containers, ready for JSON."""
        plain = {"bundle": self.bundle, "part": self.part, "honest": self.honest, "outfits": self.outfits}
        return plain | {"evaluation": self.evaluation.as_dict(), "heads": self.heads.as_dict()}


def measure(
    record: Record, bundle: Bundle, outfits: Sequence[Sequence[str]], data: Path, *, part: Part, reporter: Reporter
) -> Measured:
    """Rank true partners among the products of their taxonomy, by the bundle's heads and by naive baselines.

    Raises:
        FeedError: no outfit has two products of the part.
    """
    ids, vectors = record.vectors(bundle.space_id)
    found = record.get(ids)
    rows = [found[product_id] for product_id in ids]
    row_of = {product_id: row for row, product_id in enumerate(ids)}
    members = [np.array([row_of[id_] for id_ in outfit if id_ in row_of], np.int64) for outfit in outfits]
    parts = np.array([split_of(product_id) for product_id in ids])
    train = training_outfits(members, parts == "train")
    pairs = cold_pairs(members, parts == part)
    targets = bundle.generator.generate(vectors)
    with reporter.task("colours") as progress:
        histograms = _histograms(rows, data, progress)
    colours = [row.product.attributes.get(COLOUR, ()) for row in rows]
    table = generator_rows(targets, vectors) | naive_rows(vectors, train, histograms, colours if any(colours) else None)
    try:
        evaluation = evaluate(pairs, [row.product.taxonomy for row in rows], table, judged="generator")
    except ModelError as error:
        raise FeedError(str(error)) from error
    refitted = bundle.manifest.training.get("generator", {}).get("refit_all", False)
    return Measured(
        bundle.bundle_id, part, not refitted, len(members), evaluation, head_collapse(targets, vectors, pairs)
    )


def keep(home: Home, measured: Measured) -> Path:
    """Write the figures into the home, in the place of earlier ones for the same bundle and part; return where.

    It needs no lock: it is one file, written in one step, that nothing else in the home depends on.

    Raises:
        HomeError: the home cannot be written.
    """
    path = _kept_at(home, measured.bundle, measured.part)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, msgspec.json.encode(measured.as_dict()))
    except OSError as error:
        raise HomeError(f"The figures cannot be kept as {path} ({error.strerror}): check its rights.") from error
    return path


def kept(home: Home, bundle: str, part: Part) -> Measured | None:
    """Return what `keep` wrote for a bundle and a part; None when that was never measured.

    Raises:
        HomeError: the file is damaged, or was written by another Kitsune.
    """
    path = _kept_at(home, bundle, part)
    try:
        measured = msgspec.json.decode(path.read_bytes(), type=Measured)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise HomeError(f"{path} cannot be read ({error}). Run `kitsune evaluate` again.") from error
    if (measured.bundle, measured.part) != (bundle, part) or not _is_whole(measured.evaluation):
        raise HomeError(f"{path} does not hold what its name says. Run `kitsune evaluate` again.")
    return measured


def _kept_at(home: Home, bundle: str, part: Part) -> Path:
    return home.evaluations / f"{bundle}.{part}.json"


def _is_whole(found: Evaluation) -> bool:
    """Say whether every row has today's measures, and every row but the judged one its difference from that."""
    rows = {row.name: row.measures.keys() for row in found.rows}
    compared = {difference.against: difference.measures.keys() for difference in found.differences}
    measured = all(measures >= set(MEASURES) for measures in (*rows.values(), *compared.values()))
    return measured and rows.keys() == compared.keys() | {found.judged}


def _histograms(rows: Sequence[RecordedProduct], data: Path, progress: Progress) -> Array | None:
    """Return the garment colours [n, bins] of each product's first photo, zeros where none can be read; None if all."""
    found: dict[int, Array] = {}
    for i, row in enumerate(rows):
        with suppress(IndexError, OSError, PhotoRefused):
            found[i] = garment_histogram(rgb((data / row.photos[0]).read_bytes(), SIZE_PX))
        progress(i + 1, len(rows))
    if not found:
        return None
    histograms = np.zeros((len(rows), len(next(iter(found.values())))), np.float32)
    histograms[list(found)] = list(found.values())
    return histograms
