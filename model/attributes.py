"""Attributes of a catalogue as label sets, and products' values as training targets.

Notation used for array shapes: n products.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["single", "multi"]

APPLIES_SHARE = 0.05
"""Vendors leave much out: a twentieth of the dresses with a sleeve says that dresses have sleeves."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property that cuts across taxonomies: a product has one of the labels (single) or several (multi)."""

    name: str
    kind: Kind
    labels: tuple[str, ...]


def learn_attribute(name: str, kind: Kind, values: Sequence[tuple[str, ...]], min_count: int = 5) -> Attribute:
    """Take as labels, sorted, the values that at least `min_count` products have."""
    counts = Counter(label for row in values for label in set(row))
    return Attribute(name, kind, tuple(sorted(label for label, count in counts.items() if count >= min_count)))


def learn_applicability(
    attributes: Sequence[Attribute], values: Sequence[Sequence[tuple[str, ...]]], paths: Sequence[tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return the attributes that apply to each taxonomy, and to each ancestor what applies to all below it.

    An attribute applies where at least `APPLIES_SHARE` of a taxonomy's products, and two of them, state a label of it:
    one T-shirt with a heel is a slip.

    Args:
        attributes: what may apply.
        values: for each attribute, each product's values; an empty tuple where they are missing.
        paths: each product's taxonomy, after its ancestors, the root first.
    """
    rows_of: dict[tuple[str, ...], list[int]] = {}
    for row, path in enumerate(paths):
        rows_of.setdefault(path, []).append(row)
    stated = [label_matrix(attribute, column)[1] for attribute, column in zip(attributes, values, strict=True)]
    below: dict[str, list[set[str]]] = {}
    for path, rows in rows_of.items():
        least = max(2, APPLIES_SHARE * len(rows))
        found = {one.name for one, known in zip(attributes, stated, strict=True) if known[rows].sum() >= least}
        for name in path:
            below.setdefault(name, []).append(found)
    return {name: tuple(sorted(set.intersection(*sets))) for name, sets in sorted(below.items())}


def label_matrix(
    attribute: Attribute, values: Sequence[tuple[str, ...]]
) -> tuple[NDArray[np.int64] | NDArray[np.float32], NDArray[np.bool_]]:
    """Return the targets of an attribute's head, and which products have any.

    A value outside the labels counts as missing; of a single attribute's values the first known one counts.

    Shapes:
        returns: single: index of the label [n] with -1 where missing; multi: 0 or 1 [n, labels]. Known: [n].
    """
    position = {label: i for i, label in enumerate(attribute.labels)}
    rows = [[position[label] for label in row if label in position] for row in values]
    known = np.array([bool(row) for row in rows], bool)
    if attribute.kind == "single":
        return np.array([row[0] if row else -1 for row in rows], np.int64), known
    targets = np.zeros((len(rows), len(attribute.labels)), np.float32)
    for i, row in enumerate(rows):
        targets[i, row] = 1
    return targets, known
