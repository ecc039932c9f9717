"""Exact answers to a few questions, found while the items of a build stream past: what the index is checked against.

Notation used for array shapes: d vector, n products.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from service.index.base import Item, Query, Vector

QUESTIONS = 64
K = 10


@dataclass(slots=True)
class Question:
    """What is nearest to a taxonomy's first product, and the cosines of the exact answer, best first."""

    item: Item
    cosines: list[float] = field(default_factory=list)

    @property
    def query(self) -> Query:
        """The search that must find as much."""
        return Query(self.item.vector, (self.item.product.taxonomy,), K)

    def see(self, vectors: Vector) -> None:
        """Take note of more products of the taxonomy.

        Shapes:
            vectors: [n, d]
        """
        seen = [*self.cosines, *(vectors @ self.item.vector).tolist()]
        self.cosines = sorted(seen, reverse=True)[:K]


class Sample:
    """Questions about the first taxonomies that come past."""

    def __init__(self) -> None:
        self._questions: dict[str, Question] = {}
        self.seen = 0

    @property
    def questions(self) -> Sequence[Question]:
        """The questions, each with its answer."""
        return list(self._questions.values())

    def see(self, items: Sequence[Item], vectors: Vector) -> None:
        """Take note of the next items, which come ordered by taxonomy.

        Shapes:
            vectors: [n, d]
        """
        self.seen += len(items)
        rows = range(len(items))
        for taxonomy, group in groupby(rows, key=lambda row: items[row].product.taxonomy):
            of_taxonomy = list(group)
            if taxonomy not in self._questions and len(self._questions) < QUESTIONS:
                self._questions[taxonomy] = Question(items[of_taxonomy[0]])
            if question := self._questions.get(taxonomy):
                question.see(vectors[of_taxonomy])
