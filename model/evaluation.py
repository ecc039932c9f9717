"""How well true partners are found: each is ranked among the products of its own taxonomy.

The task: stylists put the seed and the target of a pair into one outfit; given the seed, where in the ranking of the
target's taxonomy does the target stand? The seed itself is no candidate; nothing else is left out, other true partners
and products of the training part included. Each distinct ordered pair counts once, so that copies of an outfit do not
weigh. Equal scores are taken in random order and the measures are their expectation: a scorer that says the same of
everything gets exactly what chance gets.

Notation used for array shapes: n products, o outfits, p pairs, b seeds of one batch, c candidates, d vector, s heads,
r rows of the table, m measures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from model.errors import ModelError
from model.estimates import Estimate, Values, bootstrap, estimates, ratios
from model.measures import CUTS, MEASURES, Places, outcomes

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]
T = TypeVar("T")

TAXONOMY = "taxonomy"
"""The facet that every evaluation is sliced by."""

BATCH_SCORES = 2_000_000
"""At most so many scores are in memory at a time."""


class Scorer(Protocol):
    """Anything that says how well candidates go with a seed."""

    def scores(self, seeds: Rows, candidates: Rows) -> Vectors:
        """Return finite scores, the higher the better.

        Shapes:
            seeds: [b], row numbers. candidates: [c], row numbers. Returns [b, c].
        """
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """Who gets into first tens, over all seeds and taxonomies that were asked.

    `coverage` is the share of candidates that any first ten shows, `gini` how unevenly places are given (0 all alike),
    `top_share` the share of the places that the most shown hundredth of the candidates takes, `hubness` the skewness of
    how often a candidate is shown.
    """

    coverage: float
    gini: float
    top_share: float
    hubness: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    measures: Mapping[str, Estimate]
    shown: Shown


@dataclass(frozen=True, slots=True)
class Difference:
    """The judged row minus another, and over it (None where the other finds nothing).

    It is better only where the interval of the difference lies above 0, and that of the ratio above 1.
    """

    against: str
    measures: Mapping[str, Estimate]
    ratios: Mapping[str, Estimate | None]


@dataclass(frozen=True, slots=True)
class Slice:
    """Recall@10 of every row for the targets that have one value of a facet; `products` are its candidates."""

    facet: str
    value: str
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
    pairs: Pairs,
    taxonomies: Sequence[str],
    rows: Mapping[str, Sequence[Scorer]],
    *,
    judged: str,
    seasons: Sequence[str] | None = None,
    facets: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
) -> Evaluation:
    """Rank the target of every pair by every row; `judged` is the row that the others are compared with.

    A row of several scorers (the heads, any of which may serve the slot) has the mean of what each of them gets.

    Args:
        pairs: the questions.
        taxonomies: of each product [n].
        rows: the scorers by name.
        judged: a name of `rows`.
        seasons: of each product [n], for `fitb_season`; without them all products are of one.
        facets: further values of each product [n] to slice by, beside its taxonomy; an empty one is in no slice.
        seed: of the draws.

    Raises:
        ModelError: there is no pair, or a scorer gives scores that are not finite.
    """
    if not len(pairs):
        raise ModelError("No outfit has two products of the part that is evaluated. Give more outfits.")
    codes = np.unique(np.asarray(taxonomies), return_inverse=True)[1]
    seasonal = np.zeros_like(codes) if seasons is None else np.unique(np.asarray(seasons), return_inverse=True)[1]
    tallies = {name: _mean([_tally(pairs, codes, seasonal, one) for one in scorers]) for name, scorers in rows.items()}
    found = np.stack([tally.outcomes for tally in tallies.values()])  # [r, p, m]
    means, drawn = found.mean(axis=1), bootstrap(found, pairs.outfits, seed)  # [r, m], [resamples, r, m]
    main = list(rows).index(judged)
    asked = np.unique(codes[pairs.targets])
    eligible = np.isin(codes, asked)
    return Evaluation(
        pairs=len(pairs),
        seeds=len(np.unique(pairs.seeds)),
        taxonomies=len(asked),
        candidates_median=float(np.median(_candidate_counts(pairs, codes))),
        judged=judged,
        rows=tuple(
            Row(name, _named(estimates(means[r], drawn[:, r])), _shown(tally, eligible))
            for r, (name, tally) in enumerate(tallies.items())
        ),
        differences=tuple(
            Difference(
                name,
                _named(estimates(means[main] - means[r], drawn[:, main] - drawn[:, r])),
                _named(ratios(means[main], drawn[:, main], means[r], drawn[:, r])),
            )
            for r, name in enumerate(rows)
            if r != main
        ),
        slices=tuple(
            one
            for facet, values in ({TAXONOMY: taxonomies} | dict(facets or {})).items()
            for one in _slices(facet, np.asarray(values), pairs, dict(zip(rows, found[:, :, 0], strict=True)))
        ),
    )


def first_tens(pairs: Pairs, taxonomies: Sequence[str], scorer: Scorer) -> tuple[Values, Rows]:
    """Return the expected rank of each pair's target [p], and the ten products before all others [p, 10].

    Where a taxonomy has fewer candidates, the rest of the ten is -1.
    """
    codes = np.unique(np.asarray(taxonomies), return_inverse=True)[1]
    ranks, tens = np.empty(len(pairs)), np.full((len(pairs), CUTS[0]), -1)
    for members, candidates in _batches(pairs, codes):
        seeds, row = np.unique(pairs.seeds[members], return_inverse=True)
        scores = _scores(scorer, seeds, candidates)
        ranks[members] = _places(scores[row], candidates, pairs.targets[members]).ranks
        best = np.argsort(-scores, axis=1, kind="stable")[:, : CUTS[0]]  # [b, 10]
        there = np.isfinite(np.take_along_axis(scores, best, axis=1))
        tens[members, : best.shape[1]] = np.where(there, candidates[best], -1)[row]
    return ranks, tens


def unit(vectors: Vectors) -> Vectors:
    """Scale vectors [..., d] to length 1; a zero vector stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Tally:
    """What a scorer got for every pair [p, m], how likely no first ten shows a product [n], and how many do [n]."""

    outcomes: Values
    missed: Values
    times: Values


def _mean(tallies: Sequence[_Tally]) -> _Tally:
    return _Tally(
        np.mean([tally.outcomes for tally in tallies], axis=0),
        np.mean([tally.missed for tally in tallies], axis=0),
        np.mean([tally.times for tally in tallies], axis=0),
    )


def _tally(pairs: Pairs, codes: Rows, seasons: Rows, scorer: Scorer) -> _Tally:
    found = _Tally(np.empty((len(pairs), len(MEASURES))), np.ones(len(codes)), np.zeros(len(codes)))
    for members, candidates in _batches(pairs, codes):
        seeds, row = np.unique(pairs.seeds[members], return_inverse=True)
        targets, scores = pairs.targets[members], _scores(scorer, seeds, candidates)
        of_season = np.where(seasons[targets][:, None] == seasons[candidates], scores[row], -np.inf)
        found.outcomes[members] = outcomes(
            _places(scores[row], candidates, targets), _places(of_season, candidates, targets)
        )
        shown = _shares(scores)
        found.missed[candidates] *= (1 - shown).prod(axis=0)
        found.times[candidates] += shown.sum(axis=0)
    return found


def _scores(scorer: Scorer, seeds: Rows, candidates: Rows) -> Vectors:
    """Return scores [b, c]; a seed is no candidate of its own, which a score of minus infinity says."""
    scores = scorer.scores(seeds, candidates)
    if not np.isfinite(scores).all():
        raise ModelError("A scorer gave a score that is not finite; a ranking by it would mean nothing.")
    return np.where(seeds[:, None] == candidates, -np.inf, scores)


def _places(scores: Vectors, candidates: Rows, targets: Rows) -> Places:
    """Return where targets [p] stand by scores [p, c]; minus infinity is no rival."""
    truth = np.take_along_axis(scores, np.searchsorted(candidates, targets)[:, None], axis=1)
    return Places((scores > truth).sum(axis=1), (scores == truth).sum(axis=1), np.isfinite(scores).sum(axis=1) - 1)


def _batches(pairs: Pairs, codes: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Yield positions of pairs whose targets share a taxonomy, a seed's together, with the taxonomy's products."""
    wanted = codes[pairs.targets]
    for code in np.unique(wanted):
        candidates = np.flatnonzero(codes == code)
        members = np.flatnonzero(wanted == code)
        seeds = np.unique(pairs.seeds[members])
        for some in np.array_split(seeds, -(-len(seeds) * len(candidates) // BATCH_SCORES)):
            yield members[np.isin(pairs.seeds[members], some)], candidates


def _shares(scores: Vectors) -> Values:
    """Return how likely each candidate [b, c] is among the first ten of its seed, equal scores in random order."""
    if scores.shape[1] <= CUTS[0]:
        return np.isfinite(scores).astype(np.float64)
    tenth = -np.partition(-scores, CUTS[0] - 1, axis=1)[:, CUTS[0] - 1 : CUTS[0]]
    above, level = scores > tenth, (scores == tenth) & np.isfinite(scores)
    left = (CUTS[0] - above.sum(axis=1, keepdims=True)) / np.maximum(level.sum(axis=1, keepdims=True), 1)
    shown: Values = above + level * left
    return shown


def _shown(tally: _Tally, eligible: NDArray[np.bool_]) -> Shown:
    times = np.sort(tally.times[eligible])
    places, spread = times.sum(), times.std()
    standing = 2 * np.arange(1, len(times) + 1) - len(times) - 1
    return Shown(
        coverage=1 - float(tally.missed[eligible].mean()),
        gini=float(standing @ times / (len(times) * places)),
        top_share=float(times[-max(1, len(times) // 100) :].sum() / places),
        hubness=float(((times - times.mean()) ** 3).mean() / spread**3) if spread else 0.0,
    )


def _named(values: Sequence[T]) -> dict[str, T]:
    return dict(zip(MEASURES, values, strict=True))


def _candidate_counts(pairs: Pairs, codes: Rows) -> Rows:
    seed_codes, target_codes = codes[pairs.seeds], codes[pairs.targets]
    counts: Rows = np.bincount(codes)[target_codes] - (seed_codes == target_codes)
    return counts


def _slices(facet: str, values: NDArray[np.str_], pairs: Pairs, recalls: Mapping[str, Values]) -> Iterator[Slice]:
    """Yield the slices of a facet, the one with the most pairs first."""
    names, products = np.unique(values, return_counts=True)
    wanted = np.searchsorted(names, values[pairs.targets])
    sizes = np.bincount(wanted, minlength=len(names))
    for code in np.argsort(-sizes, kind="stable"):
        if sizes[code] and names[code]:
            found = {name: float(outcome[wanted == code].mean()) for name, outcome in recalls.items()}
            yield Slice(facet, str(names[code]), int(sizes[code]), int(products[code]), found)
