"""What canonical words bring to a colour's accuracy, and how well attributes are read off a vector.

It needs two homes of one shop in which `kitsune encoder train` was run, one whose profile reads colours through words:

    python -m benchmarks.attributes --plain HOME --words HOME --data ../shared/data/mango

All accuracies are those of the test part's products, which taught no attribute, with their 95 % intervals. So that 87
names and 15 colours can be compared, the plain encoder's guess is translated, and is right if its canonical value is.

Notation used for array shapes: n products, d vector, e embedding.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reports import Report
from model.attributes import Attribute
from model.bundle import Bundle, open_bundle
from model.readout import ReadoutConfig
from model.readout_training import train_readout
from service.catalog.encoding import open_cache, product_embeddings
from service.catalog.features import photo_features
from service.catalog.outfits import split_of
from service.catalog.record import Record, RecordedProduct
from service.catalog.stages import Stages
from service.home import Home

Array = NDArray[np.float32]

COLOUR = "colour"
PENALTIES = (1e-2, 1e-3, 1e-4, 1e-5)
RESAMPLES = 1000
NOWHERE = ReadoutConfig({})


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A home's encoder, and its products' arrays."""

    bundle: Bundle
    rows: Sequence[RecordedProduct]
    embeddings: Array
    """[n, e]"""
    vectors: Array
    """[n, d]"""
    held_out: NDArray[np.bool_]

    def values(self, attribute: str) -> list[tuple[str, ...]]:
        """Return each product's values of an attribute."""
        return [row.product.attributes.get(attribute, ()) for row in self.rows]

    def guesses(self, attribute: Attribute, embeddings: Array) -> list[str]:
        """Return what the encoder's own head says of embeddings [n, e]."""
        tensors = self.bundle.encoder_tensors()
        weight, bias = (tensors[f"head.{attribute.name}.{part}"] for part in ("weight", "bias"))
        scores = np.maximum(embeddings, 0) @ weight.T + bias
        return [attribute.labels[label] for label in scores.argmax(axis=1)]

    def right(self, guesses: Sequence[str], values: Sequence[tuple[str, ...]]) -> Array:
        """Return, for each held-out product that has a value, 100 if the guess is among its values, else 0."""
        judged = [row for row in np.flatnonzero(self.held_out).tolist() if values[row]]
        return np.array([100 * (guesses[row] in values[row]) for row in judged], np.float32)

    def decompressed(self) -> Array:
        """Return embeddings [n, e] made again from the vectors, by least squares on what is not held out."""
        inputs = np.hstack([self.vectors, np.ones((len(self.vectors), 1), np.float32)])
        map_, *_ = np.linalg.lstsq(inputs[~self.held_out], self.embeddings[~self.held_out], rcond=None)
        return np.asarray(inputs @ map_, np.float32)


def main() -> None:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plain", type=Path, required=True)
    parser.add_argument("--words", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    asked = parser.parse_args()
    plain, words = _trained(Home(asked.plain), asked.data), _trained(Home(asked.words), asked.data)
    counts = {"products": len(words.rows), "held_out": int(words.held_out.sum())}
    report = Report("attributes", counts | {"labels": {one.name: len(one.labels) for one in plain.bundle.attributes}})
    _add_words(report, plain, words)
    for attribute in words.bundle.attributes:
        _add_vector(report, words, attribute)
    [colour] = [one for one in plain.bundle.attributes if one.name == COLOUR]
    _add_vector(report, plain, colour, "colour as the shop names it")
    report.finish()


def _trained(home: Home, data: Path) -> Trained:
    model = (Stages(home.work / "stages.json").outputs("model") or {})["model"]
    bundle = open_bundle(home.path / model, draft=True)
    backbone = bundle.encoder.backbone
    with Record.open(home.record_path, read_only=True) as record, open_cache(home.work, backbone.path) as cache:
        found = list(record.products())
        photos = [photo for row in found for photo in row.photos]
        read = photo_features(photos, data, backbone, cache, lambda *_: None, colours=bundle.encoder.colours)
    rows = [row for row in found if any(photo in read.features for photo in row.photos)]
    embeddings = product_embeddings(rows, read.features, bundle.encoder.neck)
    held_out = np.array([split_of(row.product.product_id) == "test" for row in rows])
    return Trained(bundle, rows, embeddings, bundle.compression.compress(embeddings), held_out)


def _add_words(report: Report, plain: Trained, words: Trained) -> None:
    """Compare colours in canonical values."""
    canonical = words.values(COLOUR)
    meant: Mapping[str, str] = {
        name: values[0] for (name,), values in zip(plain.values(COLOUR), canonical, strict=True) if values
    }
    found = {}
    for name, trained in (("the shop's names, translated", plain), ("canonical words", words)):
        [colour] = [one for one in trained.bundle.attributes if one.name == COLOUR]
        guesses = [meant.get(guess, guess) for guess in trained.guesses(colour, trained.embeddings)]
        found[name] = trained.right(guesses, canonical)
        report.add(f"canonical colour, taught {name}", "%", _interval(found[name]))
    without, with_ = found.values()
    report.add("canonical words bring", "points", _interval(with_ - without))


def _add_vector(report: Report, trained: Trained, attribute: Attribute, name: str | None = None) -> None:
    """Compare ways to name an attribute, from the embedding and from the vector."""
    name, values = name or attribute.name, trained.values(attribute.name)
    taught = [value for row, held in zip(values, trained.held_out, strict=True) if not held for value in row]
    majority = max(set(taught), key=taught.count)
    ways = {
        "most frequent": [majority] * len(values),
        "encoder's head": trained.guesses(attribute, trained.embeddings),
        "encoder's head on a decompressed vector": trained.guesses(attribute, trained.decompressed()),
    }
    for way, guesses in ways.items():
        report.add(f"{name}, {way}", "%", _interval(trained.right(guesses, values)))
    for penalty in PENALTIES:
        readout = train_readout(trained.vectors, [attribute], [values], trained.held_out, NOWHERE, penalty=penalty)
        guesses = [attribute.labels[label] for label in readout.probabilities(trained.vectors).argmax(axis=1)]
        report.add(f"{name}, readout, penalty {penalty:g}", "%", _interval(trained.right(guesses, values)))


def _interval(values: Array) -> list[float]:
    """Return the mean between the ends of its 95 % bootstrap interval over products."""
    drawn = np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return [float(low), float(values.mean()), float(high)]


if __name__ == "__main__":
    main()
