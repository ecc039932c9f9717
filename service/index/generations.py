"""What all engines' generations have in common: built beside the one that serves, checked, made current, pruned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.errors import HomeError
from service.home import Home
from service.index import lifecycle
from service.index.base import GenerationInfo, ProductIndex
from service.index.kept import GenerationState
from service.index.lifecycle import Advance, Record
from service.settings import Engine, Settings


@dataclass(frozen=True, slots=True)
class Rejected:
    """A product that an engine does not take."""

    product_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made, and what it had to leave out."""

    info: GenerationInfo
    rejected: tuple[Rejected, ...] = ()


class Generations(Protocol):
    """One shop's generations on one engine. All but `open` and `all` is for the home's writer.

    Any method may raise `HomeError`, and `IndexUnavailable` where the engine is another process.
    """

    def build(self, record: Record, space_id: str, dimensions: int, advance: Advance, *, bundle_id: str) -> Built:
        """Make a generation of all products that have a vector in the bundle's space, and check it."""
        ...

    def has(self, generation_id: str) -> bool:
        """Say whether a generation is there, and what was built."""
        ...

    def all(self) -> Sequence[GenerationState]:
        """List the generations, complete or not, by age."""
        ...

    def activate(self, generation_id: str, record: Record) -> None:
        """Check a generation, and make ready that a release names it next."""
        ...

    def open(self, generation_id: str, record: Record, space_id: str) -> ProductIndex:
        """Open a generation to be searched."""
        ...

    def prune(self, keep: Collection[str]) -> tuple[str, ...]:
        """Remove and return all complete generations but those of `keep`: the next build goes on with the others."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedGenerations:
    """Folders in the home."""

    home: Home

    def build(self, record: Record, space_id: str, dimensions: int, advance: Advance, *, bundle_id: str) -> Built:
        """Make a folder."""
        return Built(lifecycle.build_generation(self.home, record, space_id, dimensions, advance, bundle_id=bundle_id))

    def has(self, generation_id: str) -> bool:
        """Read a folder whole: a damaged one is as good as none."""
        try:
            lifecycle.verify_generation(self.home, generation_id)
        except HomeError:
            return False
        return True

    def all(self) -> Sequence[GenerationState]:
        """List the folders."""
        return list(lifecycle.list_generations(self.home))

    def activate(self, generation_id: str, record: Record) -> None:
        """Read a folder whole; it catches up with the record when it is opened."""
        del record
        lifecycle.verify_generation(self.home, generation_id)

    def open(self, generation_id: str, record: Record, space_id: str) -> ProductIndex:
        """Map a folder's files."""
        return lifecycle.open_generation(self.home, generation_id, record, space_id)

    def prune(self, keep: Collection[str]) -> tuple[str, ...]:
        """Remove folders."""
        return lifecycle.prune_generations(self.home, keep)


def generations_of(engine: Engine, home: Home, settings: Settings) -> Generations:
    """Return a home's generations on an engine."""
    if engine == "embedded":
        return EmbeddedGenerations(home)
    from service.index.elastic.connection import Connection  # noqa: PLC0415 - the client loads where it is used
    from service.index.elastic.generations import ElasticGenerations  # noqa: PLC0415

    return ElasticGenerations(
        Connection(
            settings.elasticsearch_url,
            settings.elasticsearch_alias,
            settings.elasticsearch_key(),
            settings.elasticsearch_ca_file,
        ),
        settings.elasticsearch_layout,
        settings.elasticsearch_shards,
    )
