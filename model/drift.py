"""Whether a window of requests is still spread like its reference, column by column and category by category.

Numbers, up to 1,000 of them on either side: Kolmogorov and Smirnov's test at 5 %, divided by the number of columns that
are looked at (Bonferroni). From there on every small difference is significant, so that a column must have moved far
enough to matter as well: by a Wasserstein distance of a tenth of the reference's deviation.

Categories and words: the population stability index, over the largest categories and the rest.

Importing this module needs the [drift] extra.

Notation used for array shapes: c columns, n rows, q quantiles.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import rel_entr
from scipy.stats import ks_2samp, kstwo, wasserstein_distance

from model.profile import NOTHING, OVERRIDES, SEED_TAXONOMIES, SEED_VECTORS, TARGETS, Profile, rounded
from model.verdict import PSI_ALARM, Column, Share, Verdict, stability_index

SIGNIFICANCE = 0.05
LARGE = 1000
MOST_MOVED = 0.1
"""Of the reference's standard deviation. Source: Evidently's default for more than 1,000 rows, as is `SIGNIFICANCE`."""

CATEGORIES = 19
"""The largest are compared one by one: chance alone gives an index of about categories x (1/n + 1/m), which for all of
a shop's taxonomies would be above the warning. See benchmarks/drift.py."""

LEAST_MOVED = 0.02
SHOWN_WORDS = 8
"""Of the words that moved, so many are told, if their share changed by two points."""

REST = "(others)"
UNSEEN = "(not in the reference)"

Table = NDArray[np.float32]

_PRIOR = 0.5
"""Added to each count, so that a category without any has a logarithm. Source: Jeffreys' prior."""


def judge(reference: Profile, window: Profile, tables: Mapping[str, Table]) -> Verdict:
    """Compare a window with its reference; what the reference did not count is not judged.

    Words are a reading of the seeds' vectors, and count as these: a colour that is gone moves no single column far.

    Args:
        reference: what seeds are expected to look like.
        window: the profile of what came.
        tables: the vectors that came, by name; [n, columns] each.

    Raises:
        ValueError: the reference is of vectors of other lengths.
    """
    columns = compare_columns(reference, tables)
    ratios = {name: max(one.ratio for one in columns if one.profile == name) for name in tables}
    counted = {name: compare_counts(known, window.counts[name]) for name, known in reference.counts.items()}
    ratios |= {name: stability_index(shares) / PSI_ALARM for name, shares in counted.items()}
    words = {name: compare_counts(known, window.words.get(name, {})) for name, known in reference.words.items()}
    ratios[SEED_VECTORS] = max(ratios[SEED_VECTORS], *(stability_index(one) / PSI_ALARM for one in words.values()), 0)
    return Verdict(
        ratios=ratios,
        columns=sorted((one for one in columns if one.ratio > 1), key=lambda one: -one.ratio),
        taxonomies=counted[SEED_TAXONOMIES],
        overrides=counted.get(OVERRIDES, []),
        words=_moved(words),
    )


def _moved(words: Mapping[str, list[Share]]) -> list[Share]:
    """Return the values whose shares changed most, named by their attributes."""
    named = [
        replace(share, name=f"{attribute} {share.name}")
        for attribute, shares in words.items()
        for share in shares
        if share.name not in (NOTHING, REST, UNSEEN) and abs(share.now - share.before) >= LEAST_MOVED
    ]
    return sorted(named, key=lambda share: -abs(share.now - share.before))[:SHOWN_WORDS]


def compare_columns(reference: Profile, tables: Mapping[str, Table]) -> list[Column]:
    """Compare each column of the tables with the reference's.

    Raises:
        ValueError: the reference's tables are of other widths.
    """
    columns = sum(table.shape[1] for table in tables.values())
    rows = len(next(iter(tables.values())))
    critical = kstwo.isf(SIGNIFICANCE / columns, round(rows * reference.rows / (rows + reference.rows)))
    large = min(rows, reference.rows) > LARGE
    found: list[Column] = []
    for name, table in tables.items():
        known = np.asarray(reference.quantiles[name]).T
        ratios = ks_2samp(rounded(table), known, axis=0, method="asymp").statistic / critical
        if large:
            ratios = np.minimum(ratios, _distances(table, known) / MOST_MOVED)
        found += _columns(name, ratios, tables[SEED_VECTORS].shape[1])
    return found


def _columns(profile: str, ratios: NDArray[np.float64], dimensions: int) -> Iterator[Column]:
    """Tell heads apart, which stand beside each other: [s * d]."""
    for place, ratio in enumerate(ratios.tolist()):
        head, dimension = divmod(place, dimensions)
        yield Column(profile, head if profile == TARGETS else None, dimension, ratio)


def _distances(table: Table, known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each column's Wasserstein distance, in standard deviations of what is known.

    Shapes:
        table: [n, c]. known: [q, c]. returns: [c]
    """
    spreads = np.maximum(known.std(axis=0), np.finfo(np.float32).tiny)
    distances = [wasserstein_distance(*pair) for pair in zip(table.T, known.T, strict=True)]
    in_deviations: NDArray[np.float64] = np.array(distances) / spreads
    return in_deviations


def compare_counts(reference: Mapping[str, int], window: Mapping[str, int]) -> list[Share]:
    """Compare categories: the reference's largest, the rest of them, and what it does not know."""
    largest = sorted(reference, key=lambda name: (-reference[name], name))[:CATEGORIES]
    before, now = (_pooled(counts, largest, reference) for counts in (reference, window))
    p, q = (_shares(counts, _PRIOR) for counts in (before, now))
    found = zip(before, _shares(before), _shares(now), rel_entr(p, q) + rel_entr(q, p), strict=True)
    return [Share(name, *map(float, values)) for name, *values in found]


def _shares(counts: Mapping[str, int], prior: float = 0) -> NDArray[np.float64]:
    """Return each category's share of the rows; 0 of none."""
    added = np.array([*counts.values()]) + prior
    shares: NDArray[np.float64] = added / max(added.sum(), 1)
    return shares


def _pooled(counts: Mapping[str, int], largest: list[str], known: Mapping[str, int]) -> dict[str, int]:
    """Count the largest one by one, and the others together, by whether the reference knows them."""
    rest = sum(count for name, count in counts.items() if name in known and name not in largest)
    unseen = sum(count for name, count in counts.items() if name not in known)
    return {name: counts.get(name, 0) for name in largest} | {REST: rest, UNSEEN: unseen}
