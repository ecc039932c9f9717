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
