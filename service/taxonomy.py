"""The taxonomies of a catalogue and their ancestors. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self


@dataclass(frozen=True, slots=True)
class TaxonomyCount:
    """How many products are filed under `taxonomy` with these ancestors."""

    taxonomy: str
    path: tuple[str, ...]
    count: int


class TaxonomyTree:
    """Taxonomies with product counts, and the ancestors that stand for them.

    A taxonomy may be reached by several paths (swimwear under both "Women" and "Sport"): its count is their sum, and
    every ancestor on any path stands for it.
    """

    def __init__(self, counts: Iterable[TaxonomyCount]) -> None:
        self._counts: Counter[str] = Counter()
        self._paths: dict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
        children: dict[str, set[str]] = defaultdict(set)
        for row in counts:
            if row.count <= 0:
                continue
            self._counts[row.taxonomy] += row.count
            self._paths[row.taxonomy][row.path] = row.count
            for ancestor in row.path:
                children[ancestor].add(row.taxonomy)
        self._leaves = {ancestor: tuple(sorted(names)) for ancestor, names in children.items()}
        # A name that is both a taxonomy and an ancestor means the taxonomy: the more exact of the two.
        self._leaves |= {name: (name,) for name in self._counts}
        self._by_casefold = {name.casefold(): name for name in sorted(self._leaves)}

    @property
    def counts(self) -> Mapping[str, int]:
        """Products in each taxonomy that has any."""
        return self._counts

    def path(self, taxonomy: str) -> tuple[str, ...]:
        """Return the ancestors of `taxonomy`, root first, by the path that most of its products have."""
        paths = self._paths.get(taxonomy, {(): 0})
        return min(paths, key=lambda path: (-paths[path], path))

    def name(self, asked: str) -> str | None:
        """Return the catalogue's spelling of a taxonomy or an ancestor, matched without case; None if unknown."""
        return asked if asked in self._leaves else self._by_casefold.get(asked.casefold())

    def leaves(self, name: str) -> tuple[str, ...]:
        """Return the taxonomies that `name` stands for: itself, or its descendants; empty when it is unknown."""
        return self._leaves.get(name, ())

    def closest(self, asked: str, n: int = 3) -> tuple[str, ...]:
        """Return up to `n` known names that look most like `asked`."""
        found = get_close_matches(asked.casefold(), self._by_casefold, n=n, cutoff=0.5)
        return tuple(self._by_casefold[name] for name in found)

    @classmethod
    def of(cls, products: Iterable[tuple[str, tuple[str, ...]]]) -> Self:
        """Count (taxonomy, taxonomy_path) pairs, one a product."""
        counted = Counter(products)
        return cls(TaxonomyCount(taxonomy, path, count) for (taxonomy, path), count in counted.items())
