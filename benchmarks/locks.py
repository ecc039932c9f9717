"""Whether what is locked should have a say in the other slots: the third piece of outfits, given a seed and a lock.

It needs the home of a built shop and the folder of its data:

    python -m benchmarks.locks --home HOME --profile examples/mango.toml --data ../shared/data/mango

The third piece is ranked among the products of its taxonomy by each head's target: the seed's alone, and the lock's
with it, by several weights. Each of three pieces is the seed once, so that more than the seed's weight is one of those.
All three are of one part; `--part test` is for once. Every figure has its 95 % bootstrap interval over outfits.

Notation used for array shapes: t triples, c candidates, s heads, d vector, o outfits.
"""

import argparse
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.made import SEED
from benchmarks.reports import Report
from model.bundle import open_bundle
from model.compression import unit_rows
from service.catalog.outfits import read_outfits, split_of
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.generation import joint_targets
from service.home import Home
from service.runtime import named_release

CUTS = (10, 50)
WEIGHTS = (0.25, 0.5)
RESAMPLES = 1000

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]
Recalls = NDArray[np.float64]


def main() -> None:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.locks", description="Measure what locks tell.")
    for name in ("--home", "--profile", "--data"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    given = parser.parse_args()
    home = Home(given.home)
    bundle = open_bundle(home.bundles / named_release(home).bundle)
    with Record.open(home.record_path, read_only=True) as record:
        ids, vectors = record.vectors(bundle.space_id)
        found = record.get(ids)
    triples, outfits = _triples(given.profile, given.data, ids, given.part)
    ranked = _Ranked(unit_rows(vectors), np.array([found[id_].product.taxonomy for id_ in ids]), triples)
    targets = bundle.generator.generate(vectors)
    directions = targets / np.linalg.norm(targets, axis=2, keepdims=True)
    alone = ranked.recalls(lambda seed, _: targets[seed])
    rows = {"the seed alone": alone}
    for weight in WEIGHTS:
        rows[f"the lock by {weight:g}"] = ranked.recalls(_weighted(directions, weight))
    served = ranked.recalls(lambda seed, lock: joint_targets([targets[seed], targets[lock]]))
    rows["the lock by 1, as served"] = served
    report = Report("locks", {"part": given.part, "triples": len(triples), "outfits": len(np.unique(outfits))})
    report.command += " --home HOME --profile examples/mango.toml --data ../shared/data/mango"
    report.command += " --part test" if given.part == "test" else ""
    for name, recalls in rows.items():
        _add(report, name, recalls, outfits)
    _add(report, "the lock by 1, less the seed alone", served - alone, outfits)
    report.finish()


def _weighted(directions: Vectors, weight: float) -> Callable[[int, int], Vectors]:
    return lambda seed, lock: directions[seed] + np.float32(weight) * directions[lock]


def _triples(profile: Path, data: Path, ids: Sequence[str], part: str) -> tuple[Rows, Rows]:
    """Return rows of seed, lock and third piece [t, 3], each triple once, and the first outfit [t] that has it."""
    source = load_profile(profile).outfits
    if source is None:
        raise SystemExit("The profile names no outfits.")
    row_of = {id_: row for row, id_ in enumerate(ids) if split_of(id_) == part}
    first: dict[tuple[int, ...], int] = {}
    for number, outfit in enumerate(read_outfits(source, data, ids).outfits):
        for triple in permutations(dict.fromkeys(row_of[id_] for id_ in outfit if id_ in row_of), 3):
            first.setdefault(triple, number)
    if not first:
        raise SystemExit("No outfit has three products of this part.")
    return np.array(list(first)), np.array(list(first.values()))


class _Ranked:
    """Where third pieces stand among the products of their taxonomy, the seed and the lock left out."""

    def __init__(self, vectors: Vectors, taxonomies: NDArray[np.str_], triples: Rows) -> None:
        self._vectors = vectors
        self._triples = triples.tolist()
        self._of = {name: np.flatnonzero(taxonomies == name) for name in np.unique(taxonomies)}
        self._taxonomies = taxonomies

    def recalls(self, target: Callable[[int, int], Vectors]) -> Recalls:
        """Return the share of heads that have the third piece among the first few [t, cuts]; targets are [s, d]."""
        return np.array([self._recall(seed, lock, third, target) for seed, lock, third in self._triples])

    def _recall(self, seed: int, lock: int, third: int, target: Callable[[int, int], Vectors]) -> list[float]:
        candidates = self._of[self._taxonomies[third]]
        candidates = candidates[(candidates != seed) & (candidates != lock)]
        scores = target(seed, lock) @ self._vectors[candidates].T  # [s, c]
        better = (scores > scores[:, candidates == third]).sum(axis=1)
        return [float((better < cut).mean()) for cut in CUTS]


def _add(report: Report, name: str, recalls: Recalls, outfits: Rows) -> None:
    """Add the means, and their interval over outfits drawn with all their triples."""
    _, codes = np.unique(outfits, return_inverse=True)
    sizes = np.bincount(codes)
    draws = np.random.default_rng(SEED).integers(len(sizes), size=(RESAMPLES, len(sizes)))
    for number, cut in enumerate(CUTS):
        sums = np.bincount(codes, recalls[:, number])
        low, high = np.percentile(sums[draws].sum(axis=1) / sizes[draws].sum(axis=1), [2.5, 97.5])
        report.add(f"{name}: R@{cut}", "", [low, float(recalls[:, number].mean()), high])


if __name__ == "__main__":
    main()
