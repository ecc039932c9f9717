"""What is checked: a release, the catalogue that it serves, and what it answered to questions that many checks share.

Nothing here writes to the release's own index: a changed catalogue is a small index of its own, in a temporary folder.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.domain import (
    Filters,
    Outfit,
    OutfitRequest,
    Override,
    PriceRange,
    Product,
    ProductSeed,
    SeedReference,
    VectorSeed,
)
from service.errors import NoTemplate
from service.index.base import Item, ProductIndex, Vector
from service.index.embedded import build_embedded, open_embedded
from service.outfitting import make_outfit
from service.release import Release
from service.taxonomy import TaxonomyTree

SEED = 0
"""Of everything random: the same home gives the same figures."""

SURVEYED = 10_000
"""Seeds of the survey at most: as many as Q19 asks for."""

LOOKS, K = 3, 10
TIMEOUT_S = 30.0
"""The first search reads the catalogue from the disk."""

SHARE = 10
"""Overlaps are of the first ten, and in a slot of fewer than a hundred products of the first tenth of them: ten of a
dozen products have most in common by chance."""

Digits = NDArray[np.float32] | NDArray[np.float64]


class NotAsked(Exception):
    """There is nothing to ask a check about in this home; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the survey asked about a seed and what came back; None where the mapping has no template for it."""

    seed: Item
    request: OutfitRequest
    outfit: Outfit | None


class Subject:
    """A release with its catalogue. Used from one event loop."""

    def __init__(
        self, release: Release, items: Sequence[Item], tree: TaxonomyTree, photos: Mapping[str, bytes]
    ) -> None:
        self.release = release
        self.items = items
        self.tree = tree
        self.photos = photos
        """Photos of a few products that have just one, by id."""
        self.by_id = {item.product.product_id: item for item in items}
        self._survey: Sequence[Answer] = ()
        self._crowded: Sequence[Answer] = ()
        self._encoded: dict[tuple[bytes, str], Vector] = {}

    @classmethod
    async def of(cls, release: Release, items: Iterable[Item], photos: Mapping[str, bytes] | None = None) -> "Subject":
        """Make a subject of a release and the products that it was built of."""
        return cls(release, list(items), await release.index.taxonomies(), photos or {})

    async def survey(self) -> Sequence[Answer]:
        """Ask about every product, three looks each, with other filters from one to the next; asked only once."""
        if not self._survey:
            self._survey = [
                await self._answer(seed, OutfitRequest(looks=LOOKS, k=K, filters=_filters(seed.product, number)))
                for number, seed in enumerate(_drawn(self.items, SURVEYED))
            ]
        return self._survey

    async def crowded(self) -> Sequence[Answer]:
        """Ask about every product with its own taxonomy in all three slots, where it and its like are; only once."""
        if not self._crowded:
            self._crowded = [
                await self._answer(seed, OutfitRequest(slots=(wish, wish, wish)))
                for seed in _drawn(self.items, SURVEYED)
                for wish in [Override(seed.product.taxonomy)]
            ]
        return self._crowded

    async def served(self, count: int) -> list[Item]:
        """Return up to `count` products, drawn from those that have a template."""
        return _drawn([answer.seed for answer in await self.survey() if answer.outfit], count)

    async def photographed(self) -> list[tuple[Item, bytes]]:
        """Return the products whose photos are at hand, with them.

        Raises:
            NotAsked: there are none.
        """
        served = {answer.seed.product.product_id for answer in await self.survey() if answer.outfit}
        shot = [(self.by_id[product_id], photo) for product_id, photo in self.photos.items() if product_id in served]
        if not shot:
            raise NotAsked("no product with just one photo has it in the home's folder of photos")
        return shot

    async def encode(self, photo: bytes, seed: Item) -> Vector:
        """Return the vector [d] of a photo of something that is filed where `seed` is; encoded only once."""
        taxonomy = seed.product.taxonomy
        if (photo, taxonomy) not in self._encoded:
            self._encoded[photo, taxonomy] = await self.release.model.encode_photo(photo, taxonomy)
        return self._encoded[photo, taxonomy]

    async def ask(self, seed: SeedReference | Item, release: Release | None = None, **wishes: Any) -> Outfit:
        """Ask as a request does, of the release or of another one."""
        reference = ProductSeed(seed.product.product_id) if isinstance(seed, Item) else seed
        return await make_outfit(release or self.release, reference, OutfitRequest(**wishes), timeout_s=TIMEOUT_S)

    async def ask_vector(self, seed: Item, vector: Digits, **wishes: Any) -> Outfit:
        """Ask about a vector [d] as if it were the product's: filed where that is, its variants left out."""
        filters = without_seed(wishes.pop("filters", Filters()), seed.product)
        return await self.ask(vector_seed(seed, vector), filters=filters, **wishes)

    def overlap(self, one: Outfit, other: Outfit) -> float:
        """Return the share of the first candidates that two answers have in common, over the slots of their first look.

        A slot that is empty in both has all in common.
        """
        pairs = zip(one.looks[0].slots, other.looks[0].slots, strict=True)
        shares = []
        for slot, other_slot in pairs:
            depth = self.depth(slot.taxonomy)
            first = {candidate.product.product_id for candidate in slot.candidates[:depth]}
            second = {candidate.product.product_id for candidate in other_slot.candidates[:depth]}
            shares.append(len(first & second) / max(1, len(first), len(second)) if first or second else 1.0)
        return sum(shares) / len(shares)

    def depth(self, taxonomy: str) -> int:
        """Return how many candidates of a slot count as its first: ten, or a tenth of the taxonomy's products."""
        products = sum(self.tree.counts[leaf] for leaf in self.tree.leaves(taxonomy))
        return max(1, min(K, products // SHARE))

    @asynccontextmanager
    async def dressing(self, items: Iterable[Item]) -> AsyncIterator[Release]:
        """Give the release over another catalogue, in an index that is searched exactly and lasts as long as this."""
        with TemporaryDirectory(prefix="kitsune-check-") as folder:
            index = temporary_index(Path(folder), items, self.release.model.space_id, self.release.model.dimensions)
            try:
                yield replace(self.release, index=index)
            finally:
                await index.close()

    async def _answer(self, seed: Item, request: OutfitRequest) -> Answer:
        reference = ProductSeed(seed.product.product_id)
        try:
            return Answer(seed, request, await make_outfit(self.release, reference, request, timeout_s=TIMEOUT_S))
        except NoTemplate:
            return Answer(seed, request, None)


def temporary_index(folder: Path, items: Iterable[Item], space_id: str, dimensions: int) -> ProductIndex:
    """Build an embedded index of `items` in `folder`, and open it."""
    ordered = sorted(items, key=lambda item: (item.product.taxonomy, item.product.product_id))
    build_embedded(
        folder / "index", ordered, generation_id="temporary", space_id=space_id, dimensions=dimensions, sequence=0
    )
    return open_embedded(folder / "index")


def ids(outfit: Outfit, look: int = 0) -> list[list[str]]:
    """Return the products of a look's slots, best first."""
    return [[candidate.product.product_id for candidate in slot.candidates] for slot in outfit.looks[look].slots]


def vector_seed(seed: Item, vector: Digits) -> VectorSeed:
    """Ask about a vector [d] of something that is filed where `seed` is."""
    return VectorSeed(tuple(vector.tolist()), seed.product.taxonomy)


def without_seed(filters: Filters, seed: Product) -> Filters:
    """Leave out the seed and its variants, as an answer about the product itself does."""
    groups = frozenset(filter(None, [seed.group_id]))
    return replace(
        filters, exclude_ids=filters.exclude_ids | {seed.product_id}, exclude_groups=filters.exclude_groups | groups
    )


def generator(purpose: str) -> np.random.Generator:
    """Return a source of chance that is always the same for the same purpose."""
    return np.random.default_rng([SEED, *purpose.encode()])


def _drawn(items: Sequence[Item], count: int) -> list[Item]:
    rows = generator("seeds").permutation(len(items))[:count]
    return [items[row] for row in rows.tolist()]


def _filters(seed: Product, number: int) -> Filters:
    """Choose, by turns: what is in stock; the seed's gender; prices like the seed's; other brands than the seed's."""
    price = seed.asking_price
    match number % 4:
        case 1 if seed.gender:
            return Filters(gender=seed.gender)
        case 2 if price:
            return Filters(price=PriceRange(price.currency, price.amount / 2, price.amount * 2))
        case 3 if seed.brand:
            return Filters(exclude_brands=frozenset({seed.brand}))
    return Filters()
