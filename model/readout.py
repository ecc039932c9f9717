"""The readout: a vector in words. One linear layer for each attribute says what the vector holds: "black, leather".

It reads vectors, not embeddings, so that what an index stores and what a head generates can be named alike. A value is
named where it is more likely than not, and only if the attribute applies: a T-shirt has no heel.

Notation used for array shapes: b batch, d vector, l labels of all attributes together.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from model.attributes import Attribute

Array = NDArray[np.float32]

NAMED_FROM = 0.5
"""The least probability of a value that is named."""

Path = tuple[str, ...]
"""A taxonomy and what is above it, the root first."""


class ReadoutConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which attributes apply where: by taxonomy, and by ancestor for taxonomies that training did not see."""

    applies: dict[Annotated[str, Meta(min_length=1)], tuple[str, ...]]


Named = dict[str, dict[str, float]]
"""What a vector holds: for each attribute its values, and how likely each is, 0.5 to 1."""


class Readout:
    """Vectors to values of attributes. Safe to use from several threads.

    Shapes:
        tensors: for each attribute NAME.weight [labels, d] and NAME.bias [labels]
    """

    def __init__(self, tensors: Mapping[str, Array], attributes: Sequence[Attribute], config: ReadoutConfig) -> None:
        self.tensors = tensors
        self.config = config
        self._weight = np.concatenate([tensors[f"{one.name}.weight"] for one in attributes])  # [l, d]
        self._bias = np.concatenate([tensors[f"{one.name}.bias"] for one in attributes])  # [l]
        self.names = [one.name for one in attributes]
        self._labels = [(one.name, label) for one in attributes for label in one.labels]
        sizes = [len(one.labels) for one in attributes]
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._place = np.repeat(np.arange(len(sizes)), sizes)  # [l]: which attribute a label belongs to
        self._multi = np.repeat([one.kind == "multi" for one in attributes], sizes)  # [l]
        self._applies = {name.casefold(): frozenset(found) for name, found in config.applies.items()}
        everywhere = [found for found in self._applies.values() if found]
        self._everywhere = frozenset.intersection(*everywhere) if everywhere else frozenset()

    def read(self, vectors: Array, taxonomies: Sequence[Collection[Path]]) -> list[Named]:
        """Name what each vector holds.

        Args:
            vectors: unit length [b, d].
            taxonomies: of each vector; an attribute has to apply to all that are given.
        """
        probabilities = self.probabilities(vectors)
        applicable = [frozenset.intersection(*map(self.applicable, paths)) for paths in taxonomies]
        named: list[Named] = [{} for _ in applicable]
        rows, labels = np.nonzero(probabilities >= NAMED_FROM)
        # As Python's numbers, all at once: one by one they cost more than the layer does.
        likely = zip(rows.tolist(), labels.tolist(), probabilities[rows, labels].tolist(), strict=True)
        for row, label, probability in likely:
            attribute, value = self._labels[label]
            if attribute in applicable[row]:
                named[row].setdefault(attribute, {})[value] = round(probability, 3)
        return named

    def probabilities(self, vectors: Array) -> Array:
        """Return how likely each label is: those of a single attribute sum to 1.

        Shapes:
            vectors: [b, d]
            returns: [b, l]
        """
        scores = vectors @ self._weight.T + self._bias  # [b, l]
        highest = np.maximum.reduceat(scores, self._starts, axis=1)[:, self._place]
        # A multi label stands against "not so", whose score is 0.
        highest = np.where(self._multi, np.maximum(scores, 0), highest)
        powers = np.exp(scores - highest)
        sums = np.add.reduceat(powers, self._starts, axis=1)[:, self._place]
        return np.asarray(powers / np.where(self._multi, powers + np.exp(-highest), sums), np.float32)

    def applicable(self, path: Path) -> frozenset[str]:
        """Return the attributes that apply to a taxonomy, or to its nearest known ancestor.

        Where none is known, these are the attributes that every taxonomy of the training had.
        """
        known = (self._applies.get(name.casefold()) for name in reversed(path))
        return next((found for found in known if found is not None), self._everywhere)
