"""Taxonomies as people look through them: grouped by what they are filed under."""

from collections import defaultdict
from dataclasses import dataclass

from service.taxonomy import TaxonomyTree


@dataclass(frozen=True, slots=True)
class Family:
    """The taxonomies below one ancestor path, with how many products each holds."""

    name: str
    parent: str | None
    """The nearest ancestor: it stands for all of them where a taxonomy is asked for."""
    taxonomies: tuple[tuple[str, int], ...]

    @property
    def products(self) -> int:
        """How many products the family holds."""
        return sum(count for _, count in self.taxonomies)


def families(tree: TaxonomyTree) -> tuple[Family, ...]:
    """Group the taxonomies that hold products by their ancestors, both by name."""
    grouped: dict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    for taxonomy, count in sorted(tree.counts.items()):
        grouped[tree.path(taxonomy)].append((taxonomy, count))
    return tuple(
        Family(" / ".join(path) or "Products", path[-1] if path else None, tuple(members))
        for path, members in sorted(grouped.items())
    )
