"""Ways to break a release, each of which one check or another has to notice."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
import pytest

from mappings import SlotMapping
from service import assembly, outfitting
from service.checking.slots import NOBODY
from service.domain import SLOTS, Candidate, Filters, Product
from service.index.base import Item, Query, Vector
from service.index.embedded import EmbeddedIndex
from service.release import Release
from service.taxonomy import TaxonomyTree
from tests.fakes import direction_of
from tests.unit.service.checking.shop import DIMENSIONS, MAPPING, TAXONOMIES, DressingModel, make_items

Break = Callable[[Release, pytest.MonkeyPatch], Release]
Found = list[tuple[Candidate, ...]]

_search = EmbeddedIndex.search


def answers(change: Callable[[Candidate], Candidate]) -> Break:
    """Change every candidate."""

    async def search(self: EmbeddedIndex, queries: Sequence[Query], filters: Filters, *, timeout_s: float) -> Found:
        found = await _search(self, queries, filters, timeout_s=timeout_s)
        return [tuple(map(change, candidates)) for candidates in found]

    return _searching(search)


def products(**changes: Any) -> Break:
    return answers(lambda candidate: replace(candidate, product=replace(candidate.product, **changes)))


def filtered(change: Callable[[Filters], Filters]) -> Break:
    """Search with other filters than those that are asked for."""

    async def search(self: EmbeddedIndex, queries: Sequence[Query], filters: Filters, *, timeout_s: float) -> Found:
        return await _search(self, queries, change(filters), timeout_s=timeout_s)

    return _searching(search)


def reordered(when: Callable[[Sequence[Query], Filters], bool], key: Callable[[Product], Any] | None = None) -> Break:
    """Turn the order of candidates round, or sort them by something."""

    async def search(self: EmbeddedIndex, queries: Sequence[Query], filters: Filters, *, timeout_s: float) -> Found:
        found = await _search(self, queries, filters, timeout_s=timeout_s)
        if not when(queries, filters):
            return found
        if key is None:
            return [candidates[::-1] for candidates in found]
        return [tuple(sorted(candidates, key=lambda one: key(one.product))) for candidates in found]

    return _searching(search)


def everywhere(release: Release, patch: pytest.MonkeyPatch) -> Release:
    """Search all taxonomies, whichever are asked for."""

    async def search(self: EmbeddedIndex, queries: Sequence[Query], filters: Filters, *, timeout_s: float) -> Found:
        names = tuple((await self.taxonomies()).counts)
        return await _search(
            self, [replace(query, taxonomies=names) for query in queries], filters, timeout_s=timeout_s
        )

    return _searching(search)(release, patch)


def only_served(broken: Break) -> Break:
    """Break the index that is served, and no other."""

    def break_(release: Release, patch: pytest.MonkeyPatch) -> Release:
        with pytest.MonkeyPatch.context() as inner:
            broken(release, inner)
            search = EmbeddedIndex.search
        patch.setattr(release.index, "search", search.__get__(release.index))
        return release

    return break_


def muddled_by_company(release: Release, patch: pytest.MonkeyPatch) -> Release:
    """Give requests that overlap each other's order."""
    under_way = 0

    async def search(self: EmbeddedIndex, queries: Sequence[Query], filters: Filters, *, timeout_s: float) -> Found:
        nonlocal under_way
        under_way += 1
        await asyncio.sleep(0)
        alone = under_way == 1
        found = await _search(self, queries, filters, timeout_s=timeout_s)
        under_way -= 1
        return found if alone else [candidates[::-1] for candidates in found]

    return _searching(search)(release, patch)


def knows_any_name(release: Release, patch: pytest.MonkeyPatch) -> Release:
    tree = TaxonomyTree.of([(name, ("Women",)) for name in TAXONOMIES] + [(NOBODY, ())])

    async def taxonomies() -> TaxonomyTree:
        return tree

    patch.setattr(release.index, "taxonomies", taxonomies)
    return release


def shares_nothing_out(release: Release, patch: pytest.MonkeyPatch) -> Release:
    patch.setattr(assembly, "draft", lambda ranked, k: [tuple(candidates[:k]) for candidates in ranked])
    return release


def worse_after_the_first_look(release: Release, patch: pytest.MonkeyPatch) -> Release:
    async def search(self: EmbeddedIndex, queries: Sequence[Query], filters: Filters, *, timeout_s: float) -> Found:
        found = await _search(self, queries, filters, timeout_s=timeout_s)
        worse = [tuple(replace(one, score=one.score - 0.1) for one in candidates) for candidates in found[SLOTS:]]
        return [*found[:SLOTS], *worse]

    return _searching(search)(release, patch)


def forgets_to_delete(release: Release, patch: pytest.MonkeyPatch) -> Release:
    async def delete(*_: object) -> None:
        pass

    patch.setattr(EmbeddedIndex, "delete", delete)
    return release


def takes_any_vector(release: Release, patch: pytest.MonkeyPatch) -> Release:
    patch.setattr(outfitting, "_checked_vector", lambda *_: np.eye(DIMENSIONS, dtype=np.float32)[0])
    return release


def minds_the_length(release: Release, patch: pytest.MonkeyPatch) -> Release:
    patch.setattr(outfitting, "_checked_vector", lambda seed, *_: np.array(seed.vector, np.float32))
    return model(Weighing)(release, patch)


def lacks_a_template(release: Release, _: pytest.MonkeyPatch) -> Release:
    templates = {name: of for name, of in MAPPING.taxonomies.items() if name != TAXONOMIES[0]}
    return replace(release, mapping=SlotMapping("lacking", templates))


def model(kind: type[DressingModel]) -> Break:
    def break_(release: Release, _: pytest.MonkeyPatch) -> Release:
        return replace(release, model=kind({item.product.product_id: item for item in make_items()}))

    return break_


class Ignoring(DressingModel):
    """Generates the same whatever the seed."""

    def generate(self, vector: Vector) -> Vector:
        return super().generate(np.ones_like(vector))


class Narrowing(DressingModel):
    """Generates the same for whatever is not in the catalogue."""

    def generate(self, vector: Vector) -> Vector:
        known = any(np.array_equal(vector, item.vector) for item in self._items.values())
        return super().generate(vector if known else np.eye(DIMENSIONS, dtype=np.float32)[0])


class Weighing(DressingModel):
    """Takes a longer vector for a stronger one."""

    def generate(self, vector: Vector) -> Vector:
        return super().generate(vector + np.eye(DIMENSIONS, dtype=np.float32)[0])


class Collapsed(DressingModel):
    """Has three heads that say the same."""

    def generate(self, vector: Vector) -> Vector:
        return np.stack([super().generate(vector)[0]] * 3)


class Literal(DressingModel):
    """Depends on the last bit of a vector and of a photo."""

    def generate(self, vector: Vector) -> Vector:
        return super().generate(direction_of(sha256(vector.tobytes()).hexdigest()))

    async def encode_photo(self, photo: bytes, taxonomy: str) -> Vector:
        return direction_of(sha256(photo).hexdigest() + taxonomy)


def _searching(search: Callable[..., Any]) -> Break:
    def break_(release: Release, patch: pytest.MonkeyPatch) -> Release:
        patch.setattr(EmbeddedIndex, "search", search)
        return release

    return break_


def gives_another_vector(release: Release, patch: pytest.MonkeyPatch) -> Release:
    get = release.index.get

    async def another(product_ids: Sequence[str]) -> dict[str, Item]:
        return {key: Item(item.product, -item.vector) for key, item in (await get(product_ids)).items()}

    patch.setattr(release.index, "get", another)
    return release
