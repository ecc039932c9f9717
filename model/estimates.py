"""Values with their 95 % intervals: percentile bootstraps over outfits.

An outfit is drawn with all its pairs, because they stand or fall together (on Mango this is a quarter wider than
drawing seeds). All rows share the drawn outfits, so that differences and ratios of rows are paired.

Notation used for array shapes: p pairs, r rows of a table, m measures.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure with its 95 % interval."""

    value: float
    low: float
    high: float


def bootstrap(outcomes: Values, clusters: NDArray[np.int64], seed: int) -> Values:
    """Return the means [resamples, r, m] of outcomes [r, p, m] over clusters [p] drawn with replacement."""
    names, codes = np.unique(clusters, return_inverse=True)
    sums, sizes = np.zeros((len(names), *outcomes[:, 0].shape)), np.bincount(codes)
    np.add.at(sums, codes, outcomes.swapaxes(0, 1))
    random = np.random.default_rng(seed)
    draws = (random.integers(len(names), size=len(names)) for _ in range(RESAMPLES))
    weights = (np.bincount(draw, minlength=len(names)) for draw in draws)
    return np.stack([np.tensordot(weight, sums, axes=1) / (weight @ sizes) for weight in weights])


def estimates(values: Values, drawn: Values) -> list[Estimate]:
    """Put the interval of `drawn` [resamples, m] around each of `values` [m]."""
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return [Estimate(float(value), float(low[m]), float(high[m])) for m, value in enumerate(values)]


def ratios(values: Values, drawn: Values, others: Values, others_drawn: Values) -> list[Estimate | None]:
    """Return `values` [m] over `others` [m], paired; None where the other is 0 in any draw.

    Shapes:
        drawn, others_drawn: [resamples, m]
    """
    known = (others > 0) & (others_drawn > 0).all(axis=0)
    below, drawn_below = np.where(known, others, 1), np.where(known, others_drawn, 1)
    found = estimates(values / below, drawn / drawn_below)
    return [estimate if known[m] else None for m, estimate in enumerate(found)]
