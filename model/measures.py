"""What the place of a true partner among its rivals is worth: recall, reciprocal rank, and questions with few answers.

Equal scores count as if they were taken in random order: every measure is its expectation. A question that shows the
partner beside three rivals (fill in the blank) is not drawn either: the figure is the mean over all ways to draw them.

Notation used for array shapes: p pairs, m measures.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.estimates import Values

CUTS = (10, 30, 50)
MEASURES = (*(f"recall_at_{cut}" for cut in CUTS), "mrr", "fitb", "fitb_season", "auc")
"""`fitb`: the share of four-way questions that are answered right, the three others of the partner's taxonomy;
`fitb_season`: and of its season. `auc`: how often the partner scores above another product of its taxonomy."""

_OTHERS = 3

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where partners stand: rivals that score better, and as well (the partner itself included), of how many.

    Shapes:
        better, equal, rivals: [p]
    """

    better: Counts
    equal: Counts
    rivals: Counts

    @property
    def ranks(self) -> Values:
        """The expected rank of each partner [p], the first is 1."""
        ranks: Values = self.better + (self.equal + 1) / 2
        return ranks


def outcomes(places: Places, of_season: Places) -> Values:
    """Return `MEASURES` of each pair [p, m]; `of_season` counts the rivals of the partner's own season alone."""
    better, equal = places.better, places.equal
    recalls = [np.clip(cut - better, 0, equal) / equal for cut in CUTS]
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, (better + equal).max() + 1))])
    reciprocal = (harmonic[better + equal] - harmonic[better]) / equal
    return np.stack([*recalls, reciprocal, _chosen(places), _chosen(of_season), _above(places)], axis=1)


def _chosen(places: Places) -> Values:
    """Return how likely the partner scores best beside three of its rivals, or beside all where there are fewer."""
    others = np.minimum(_OTHERS, places.rivals)
    worse = places.rivals - places.better - (places.equal - 1)
    # Among e equal ones the partner may beat 0 to e - 1 of them: a sum of binomials, which is one of the next order.
    ways = _choose(worse + places.equal, others + 1) - _choose(worse, others + 1)
    return ways / (places.equal * _choose(places.rivals, others))


def _choose(n: Counts, k: Counts) -> Values:
    """Return the binomial coefficients [p] for k of 0 to 4."""
    terms = [np.where(i < k, np.maximum(n - i, 0) / (i + 1), 1.0) for i in range(_OTHERS + 1)]
    ways: Values = np.prod(terms, axis=0)
    return ways


def _above(places: Places) -> Values:
    """Return the share of rivals below the partner, ties half; 1 where it has none."""
    above: Values = 1 - (places.ranks - 1) / np.maximum(places.rivals, 1)
    return above
