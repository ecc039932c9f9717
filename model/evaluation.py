"""How well true partners are found: each is ranked among the products of its own taxonomy.

The task: stylists put the seed and the target of a pair into one outfit; given the seed, where in the ranking of the
target's taxonomy does the target stand? The seed itself is no candidate; nothing else is left out, other true partners
and products of the training part included. Each distinct ordered pair counts once, so that copies of an outfit do not
weigh. Equal scores are taken in random order and the measures are their expectation: a scorer that says the same of
everything gets exactly what chance gets.

Intervals are 95 % percentile bootstraps over outfits: an outfit is drawn with all its pairs, because they stand or fall
together (on Mango this is a quarter wider than drawing seeds). All rows share the drawn outfits, so that differences
between rows are paired.

Notation used for array shapes: n products, o outfits, p pairs, b seeds of one batch, c candidates, d vector, s heads,
r rows of the table, m measures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from model.errors import ModelError

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]
Values = NDArray[np.float64]

CUTS = (10, 30, 50)
MEASURES = (*(f"recall_at_{cut}" for cut in CUTS), "mrr")

_RESAMPLES = 1000
_LARGEST_TAXONOMIES = 12
_BATCH_SCORES = 2_000_000
_COLLAPSE_SEEDS = 1000


class Scorer(Protocol):
    """Anything that says how well candidates go with a seed."""

    def scores(self, seeds: Rows, candidates: Rows) -> Vectors:
        """Return finite scores, the higher the better.

        Shapes:
            seeds: [b], row numbers. candidates: [c], row numbers. Returns [b, c].
        """
        ...


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `coverage_at_10` is the share of candidates that any seed's first ten show."""

    name: str
    measures: Mapping[str, Estimate]
    coverage_at_10: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The judged row minus another: the row is better only where the interval lies above 0."""

    against: str
    measures: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Slice:
    """Recall@10 of every row for the targets of one taxonomy."""

    taxonomy: str
    pairs: int
    products: int
    recall_at_10: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The whole table, over the same pairs throughout."""

    pairs: int
    seeds: int
    taxonomies: int
    candidates_median: float
    judged: str
    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]
    slices: tuple[Slice, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain containers, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class HeadCollapse:
    """Whether the heads say the same thing.

    `head_cosine` is the mean cosine between two heads' targets for one seed, `partner_cosine` that between two products
    of an outfit: heads far above it have collapsed. `overlap_at_10` is the Jaccard overlap of two heads' first ten
    among all products, whatever their taxonomy.
    """

    head_cosine: float
    partner_cosine: float
    overlap_at_10: float

    def as_dict(self) -> dict[str, float]:
        """Return plain containers, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """True partners, each ordered pair once.

    Shapes:
        seeds: [p], row numbers. targets: [p], row numbers. outfits: [p], the first outfit that holds the pair.
    """

    seeds: Rows
    targets: Rows
    outfits: Rows

    def __len__(self) -> int:
        return len(self.seeds)


def ordered_pairs(outfits: Sequence[Rows]) -> Rows:
    """Return every ordered pair of different products of an outfit, once for each outfit that has it.

    Shapes:
        Returns [p, 2]: seed, target.
    """
    pairs = [
        np.stack([np.repeat(outfit, len(outfit)), np.tile(outfit, len(outfit))], axis=1)[
            ~np.eye(len(outfit), dtype=np.bool_).ravel()
        ]
        for outfit in outfits
    ]
    return np.concatenate([np.empty((0, 2), dtype=np.int64), *pairs])


def cold_pairs(outfits: Sequence[Rows], part: NDArray[np.bool_]) -> Pairs:
    """Return the distinct ordered pairs of products that share an outfit and both lie in `part`.

    Shapes:
        part: [n].
    """
    inside = [outfit[part[outfit]] for outfit in outfits]
    found, first = np.unique(ordered_pairs(inside), axis=0, return_index=True)
    sizes = np.array([len(outfit) * (len(outfit) - 1) for outfit in inside], dtype=np.int64)
    return Pairs(found[:, 0], found[:, 1], np.repeat(np.arange(len(inside)), sizes)[first])


def training_outfits(outfits: Sequence[Rows], train: NDArray[np.bool_]) -> list[Rows]:
    """Return the outfits without the products outside the training part; what is left needs at least two.

    Shapes:
        train: [n].
    """
    inside = (outfit[train[outfit]] for outfit in outfits)
    return [outfit for outfit in inside if len(outfit) > 1]


def evaluate(
    pairs: Pairs, taxonomies: Sequence[str], rows: Mapping[str, Sequence[Scorer]], *, judged: str, seed: int = 0
) -> Evaluation:
    """Rank the target of every pair by every row; `judged` is the row that the others are compared with.

    A row of several scorers (the heads, any of which may serve the slot) has the mean of what each of them gets.

    Shapes:
        taxonomies: [n].

    Raises:
        ModelError: there is no pair, or a scorer gives scores that are not finite.
    """
    if not len(pairs):
        raise ModelError("No outfit has two products of the part that is evaluated. Give more outfits.")
    names, codes = np.unique(np.asarray(taxonomies), return_inverse=True)
    tallies = {name: _mean([_tally(pairs, codes, scorer) for scorer in scorers]) for name, scorers in rows.items()}
    outcomes = np.stack([tally.outcomes for tally in tallies.values()])  # [r, p, m]
    means, drawn = outcomes.mean(axis=1), _bootstrap(outcomes, pairs.outfits, seed)  # [r, m], [resamples, r, m]
    main = list(rows).index(judged)
    asked = np.unique(codes[pairs.targets])
    return Evaluation(
        pairs=len(pairs),
        seeds=len(np.unique(pairs.seeds)),
        taxonomies=len(asked),
        candidates_median=float(np.median(_candidate_counts(pairs, codes))),
        judged=judged,
        rows=tuple(
            Row(name, _estimates(means[r], drawn[:, r]), 1 - float(tally.missed[np.isin(codes, asked)].mean()))
            for r, (name, tally) in enumerate(tallies.items())
        ),
        differences=tuple(
            Difference(name, _estimates(means[main] - means[r], drawn[:, main] - drawn[:, r]))
            for r, name in enumerate(rows)
            if r != main
        ),
        slices=_slices(pairs, codes, names, dict(zip(rows, outcomes[:, :, 0], strict=True))),
    )


def head_collapse(targets: Vectors, vectors: Vectors, pairs: Pairs, seed: int = 0) -> HeadCollapse:
    """Compare the heads' targets with each other, over a seeded sample of at most 1,000 of the pairs' seeds.

    Shapes:
        targets: [n, s, d], what each head generates for each product. vectors: [n, d].
    """
    seeds = np.unique(pairs.seeds)
    seeds = np.random.default_rng(seed).permutation(seeds)[:_COLLAPSE_SEEDS]
    heads, products = unit(targets[seeds]), unit(vectors)  # [b, s, d], [n, d]
    first, second = np.triu_indices(heads.shape[1], k=1)
    tens = [_first_ten(heads[:, h], products) for h in range(heads.shape[1])]
    overlaps = [
        _jaccard(ten_a, ten_b)
        for a, b in zip(first, second, strict=True)
        for ten_a, ten_b in zip(tens[a], tens[b], strict=True)
    ]
    return HeadCollapse(
        head_cosine=float(np.einsum("bhd,bhd->bh", heads[:, first], heads[:, second]).mean()),
        partner_cosine=float(np.einsum("pd,pd->p", products[pairs.seeds], products[pairs.targets]).mean()),
        overlap_at_10=float(np.mean(overlaps)),
    )


def unit(vectors: Vectors) -> Vectors:
    """Scale vectors [..., d] to length 1; a zero vector stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Tally:
    """What a scorer got for every pair [p, m], and how likely no seed's first ten show a product [n]."""

    outcomes: Values
    missed: Values


def _mean(tallies: Sequence[_Tally]) -> _Tally:
    return _Tally(
        np.mean([tally.outcomes for tally in tallies], axis=0), np.mean([tally.missed for tally in tallies], axis=0)
    )


def _tally(pairs: Pairs, codes: Rows, scorer: Scorer) -> _Tally:
    outcomes, missed = np.empty((len(pairs), len(MEASURES))), np.ones(len(codes))
    for members, candidates in _batches(pairs, codes):
        seeds, row = np.unique(pairs.seeds[members], return_inverse=True)
        scores = scorer.scores(seeds, candidates)  # [b, c]
        if not np.isfinite(scores).all():
            raise ModelError("A scorer gave a score that is not finite; a ranking by it would mean nothing.")
        scores = np.where(seeds[:, None] == candidates, -np.inf, scores)
        truth = scores[row, np.searchsorted(candidates, pairs.targets[members])][:, None]
        outcomes[members] = _expected((scores[row] > truth).sum(axis=1), (scores[row] == truth).sum(axis=1))
        missed[candidates] *= (1 - _shown(scores)).prod(axis=0)
    return _Tally(outcomes, missed)


def _batches(pairs: Pairs, codes: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Yield positions of pairs whose targets share a taxonomy, a seed's together, with the taxonomy's products."""
    wanted = codes[pairs.targets]
    for code in np.unique(wanted):
        candidates = np.flatnonzero(codes == code)
        members = np.flatnonzero(wanted == code)
        seeds = np.unique(pairs.seeds[members])
        for some in np.array_split(seeds, -(-len(seeds) * len(candidates) // _BATCH_SCORES)):
            yield members[np.isin(pairs.seeds[members], some)], candidates


def _expected(better: Rows, equal: Rows) -> Values:
    """Return the measures [p, m] of targets that stand anywhere among `equal` products after `better` ones."""
    recalls = [np.clip(cut - better, 0, equal) / equal for cut in CUTS]
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, (better + equal).max() + 1))])
    return np.stack([*recalls, (harmonic[better + equal] - harmonic[better]) / equal], axis=1)


def _shown(scores: Vectors) -> Values:
    """Return how likely each candidate [b, c] is among the first ten of its seed, equal scores in random order."""
    if scores.shape[1] <= CUTS[0]:
        return np.isfinite(scores).astype(np.float64)
    tenth = -np.partition(-scores, CUTS[0] - 1, axis=1)[:, CUTS[0] - 1 : CUTS[0]]
    above, level = scores > tenth, (scores == tenth) & np.isfinite(scores)
    left = (CUTS[0] - above.sum(axis=1, keepdims=True)) / np.maximum(level.sum(axis=1, keepdims=True), 1)
    shown: Values = above + level * left
    return shown


def _bootstrap(outcomes: Values, clusters: Rows, seed: int) -> Values:
    """Return the means [resamples, r, m] of outcomes [r, p, m] over clusters drawn with replacement."""
    names, codes = np.unique(clusters, return_inverse=True)
    sums, sizes = np.zeros((len(names), *outcomes[:, 0].shape)), np.bincount(codes)
    np.add.at(sums, codes, outcomes.swapaxes(0, 1))
    random = np.random.default_rng(seed)
    draws = (random.integers(len(names), size=len(names)) for _ in range(_RESAMPLES))
    weights = (np.bincount(draw, minlength=len(names)) for draw in draws)
    return np.stack([np.tensordot(weight, sums, axes=1) / (weight @ sizes) for weight in weights])


def _estimates(values: Values, drawn: Values) -> dict[str, Estimate]:
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return {measure: Estimate(float(values[m]), float(low[m]), float(high[m])) for m, measure in enumerate(MEASURES)}


def _candidate_counts(pairs: Pairs, codes: Rows) -> Rows:
    seed_codes, target_codes = codes[pairs.seeds], codes[pairs.targets]
    counts: Rows = np.bincount(codes)[target_codes] - (seed_codes == target_codes)
    return counts


def _slices(pairs: Pairs, codes: Rows, names: NDArray[np.str_], recalls: Mapping[str, Values]) -> tuple[Slice, ...]:
    wanted, products = codes[pairs.targets], np.bincount(codes)
    sizes = np.bincount(wanted, minlength=len(names))
    largest = [code for code in np.argsort(-sizes, kind="stable")[:_LARGEST_TAXONOMIES] if sizes[code]]
    return tuple(
        Slice(
            taxonomy=str(names[code]),
            pairs=int(sizes[code]),
            products=int(products[code]),
            recall_at_10={name: float(values[wanted == code].mean()) for name, values in recalls.items()},
        )
        for code in largest
    )


def _first_ten(targets: Vectors, products: Vectors) -> list[set[int]]:
    """Return the rows of the ten products nearest to each target [b, d]."""
    step = max(1, _BATCH_SCORES // len(products))
    batches = (targets[start : start + step] @ products.T for start in range(0, len(targets), step))
    last = min(CUTS[0], len(products)) - 1
    return [set(ten) for scores in batches for ten in np.argpartition(-scores, last)[:, : CUTS[0]].tolist()]


def _jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b)
