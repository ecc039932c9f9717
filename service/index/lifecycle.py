"""Generations of the embedded engine: built beside the one that serves, checked, and never half there.

A build writes to `.<id>.new`; one rename makes it a generation. The same record gives the same answers, under
another id.
"""

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np

from service.domain import Filters
from service.errors import HomeError, InvalidRequest
from service.home import Home, sync_folder
from service.index.base import GenerationInfo, Item, ProductIndex, Query
from service.index.building import ITEMS_AT_ONCE
from service.index.embedded import EmbeddedIndex, build_embedded, open_embedded
from service.index.kept import GenerationState, new_generation_id
from service.index.layout import read_meta, verify_files

CHECKED_PRODUCTS = 32
CHANGES_AT_ONCE = 1000
ROUNDING = 1e-5

Advance = Callable[[int], None]
"""Told how many products a build has taken in."""


class Change(Protocol):
    """The latest state of a product that changed; `item` is None when an index has nothing to show of it."""

    @property
    def product_id(self) -> str:
        """Which product changed."""
        ...

    @property
    def item(self) -> Item | None:
        """What it is now."""
        ...


class Record(Protocol):
    """What a generation is made from: as much of `service.catalog.record.Record` as is used here."""

    @property
    def sequence(self) -> int:
        """The number of the latest change."""
        ...

    def items(self, space_id: str) -> Iterator[Item]:
        """Yield the products that have a vector in the space, by (taxonomy, product id)."""
        ...

    def taxonomy_sizes(self, space_id: str) -> Mapping[str, int]:
        """Return how many products of each taxonomy have a vector in the space."""
        ...

    def changes_since(self, sequence: int, space_id: str) -> Iterator[Change]:
        """Yield what changed after `sequence`."""
        ...


def build_generation(
    home: Home, record: Record, space_id: str, dimensions: int, advance: Advance = lambda _: None, *, bundle_id: str
) -> GenerationInfo:
    """Make a generation of all products that have a vector in the space, and check it; call it as the home's writer.

    Writes to the record may go on meanwhile: `open_generation` starts from the change number that was current before
    the first product was read, and what is checked here has caught up in the same way.

    Raises:
        HomeError: no product has a vector, or the check failed; there is no new generation then.
    """
    for leftover in home.generations.glob(".*.new"):
        shutil.rmtree(leftover)
    generation_id = new_generation_id()
    unfinished = home.generations / f".{generation_id}.new"
    try:
        info = build_embedded(
            unfinished,
            _told(record.items(space_id), advance),
            generation_id=generation_id,
            space_id=space_id,
            dimensions=dimensions,
            sequence=record.sequence,
            bundle_id=bundle_id,
        )
        _check(unfinished, record)
        unfinished.rename(home.generations / generation_id)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    sync_folder(home.generations)
    return info


def _told(items: Iterator[Item], advance: Advance) -> Iterator[Item]:
    """Yield the items, and tell `advance` every so often how many came."""
    for number, item in enumerate(items, 1):
        yield item
        if number % ITEMS_AT_ONCE == 0:
            advance(number)


def open_generation(home: Home, generation_id: str, record: Record, space_id: str) -> ProductIndex:
    """Compare a generation with what was built, open it and bring it to the record's latest state.

    Raises:
        HomeError: it does not exist, a file of it is damaged (the sentence names it), or it is of another space.
    """
    verify_generation(home, generation_id)
    index = open_embedded(_folder(home, generation_id))
    try:
        _check_space(index.info, space_id)
        _catch_up(index, record)
    except BaseException:
        index.close_now()
        raise
    return index


def _check_space(info: GenerationInfo, space_id: str) -> None:
    if info.space_id != space_id:
        raise HomeError(
            f"Generation {info.generation_id} is of space {info.space_id}, the bundle of {space_id}: their vectors "
            "never meet. Run `kitsune index build`."
        )


def verify_generation(home: Home, generation_id: str) -> None:
    """Read a generation whole and compare it with what was built: a damaged one would give wrong answers, or none.

    Raises:
        HomeError: a file is not what was built; the sentence names it.
    """
    verify_files(_folder(home, generation_id))


def list_generations(home: Home) -> Iterator[GenerationState]:
    """Yield all generations, and what a build that was cut off left, by age.

    Sizes are compared with what was built; only `verify_generation` reads whole files.
    """
    unfinished = {path.name[1:].removesuffix(".new") for path in home.generations.glob(".*.new")}
    built = {path.name for path in home.generations.glob("[!.]*")}
    for generation_id in sorted(unfinished | built):
        yield GenerationState(generation_id, _info(home, generation_id) if generation_id in built else None)


def _info(home: Home, generation_id: str) -> GenerationInfo | None:
    try:
        return read_meta(home.generations / generation_id).info
    except HomeError:
        return None


def prune_generations(home: Home, keep: Collection[str]) -> tuple[str, ...]:
    """Remove and return all generations but those of `keep`: name at least the current and the previous release's.

    A process that still has a removed one open goes on reading it.
    """
    removed = sorted(path.name for path in home.generations.glob("[!.]*") if path.name not in keep)
    for generation_id in removed:
        # Hidden first: a removal that is cut off must not leave something that looks like a generation.
        hidden = home.generations / f".{generation_id}.new"
        (home.generations / generation_id).rename(hidden)
        shutil.rmtree(hidden)
    return tuple(removed)


def _folder(home: Home, generation_id: str) -> Path:
    folder = home.generations / generation_id
    if not folder.is_dir():
        raise HomeError(f"{folder} does not exist: run `kitsune index build`.")
    return folder


def _check(directory: Path, record: Record) -> None:
    """Look a sample up, search it, and catch up with the record, as the service will.

    Raises:
        HomeError: an answer is wrong.
    """
    index = open_embedded(directory)
    try:
        for item in index.sample(CHECKED_PRODUCTS):
            product = item.product
            ((best,),) = index.search_now([Query(item.vector, (product.taxonomy,), 1)], Filters(in_stock=False))
            found = index.get_now([product.product_id])[product.product_id]
            if best.score < 1 - ROUNDING or found.product != product or not np.array_equal(found.vector, item.vector):
                raise HomeError(f"The index just built does not find product {product.product_id}: report this.")
        _catch_up(index, record)
    finally:
        index.close_now()


def _catch_up(index: EmbeddedIndex, record: Record) -> None:
    changes = record.changes_since(index.info.sequence, index.info.space_id)
    try:
        while batch := list(islice(changes, CHANGES_AT_ONCE)):
            items = [change.item for change in batch if change.item]
            index.write_now(items, [change.product_id for change in batch if not change.item])
    except InvalidRequest as error:
        raise HomeError(f"{error.detail} Run `kitsune encode` again.") from error
