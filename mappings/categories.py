"""The tree of a published taxonomy: names, the ids that product feeds carry, and what is below what. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

SEPARATOR = " > "
"""What stands between the names of a path, as Google's product taxonomy writes it."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category with its ancestors, the root first."""

    name: str
    path: tuple[str, ...] = ()
    id: str | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        """What a feed may call it: by name, by id, by its whole path in one text."""
        return (self.name, *filter(None, [self.id]), SEPARATOR.join((*self.path, self.name)))


@dataclass(frozen=True)
class Categories:
    """A tree of categories. No two share a name, since a name alone must say which is meant."""

    listed: tuple[Category, ...] = ()

    def name(self, spelling: str) -> str | None:
        """Return the name of a category that is given by name, id or whole path; None if it is unknown."""
        return self._names.get(spelling)

    def path(self, name: str) -> tuple[str, ...]:
        """Return the ancestors of a category, the root first; none if it is unknown."""
        return self._paths.get(name, ())

    def below(self, name: str) -> tuple[str, ...]:
        """Return every spelling of a category and of all below it; none if it is unknown."""
        return self._below.get(name, ())

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {spelling: one.name for one in self.listed for spelling in one.spellings}

    @cached_property
    def _paths(self) -> Mapping[str, tuple[str, ...]]:
        return {one.name: one.path for one in self.listed}

    @cached_property
    def _below(self) -> Mapping[str, tuple[str, ...]]:
        below: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for one in self.listed:
            for name in (*one.path, one.name):
                below[name] += one.spellings
        return below
