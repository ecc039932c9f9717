"""What every engine must equal: a dictionary, searched by brute force with `Filters.admit` itself."""

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from service.domain import Candidate, Filters, Product
from service.errors import DeadlineExceeded, InvalidRequest
from service.index.base import GenerationInfo, Item, Page, Patch, Query, Vector
from service.taxonomy import TaxonomyTree


class ReferenceIndex:
    """A `ProductIndex` that is slow and plain."""

    def __init__(self, items: Iterable[Item], info: GenerationInfo) -> None:
        self._items = {item.product.product_id: item for item in items}
        self._info = info

    @property
    def info(self) -> GenerationInfo:
        return self._info

    @property
    def retries(self) -> int:
        return 0

    async def check(self) -> None:
        pass

    async def taxonomies(self) -> TaxonomyTree:
        return TaxonomyTree.of((item.product.taxonomy, item.product.taxonomy_path) for item in self._items.values())

    async def get(self, product_ids: Collection[str]) -> Mapping[str, Item]:
        found = [self._items[product_id] for product_id in product_ids if product_id in self._items]
        return {item.product.product_id: Item(item.product, item.vector.copy()) for item in found}

    async def search(
        self, queries: Sequence[Query], filters: Filters, *, timeout_s: float
    ) -> list[tuple[Candidate, ...]]:
        if timeout_s <= 0:
            raise DeadlineExceeded("There was no time at all.")
        return [self._nearest(query, filters) for query in queries]

    async def browse(
        self, *, text: str | None, taxonomies: Sequence[str] | None, cursor: str | None, limit: int
    ) -> Page:
        after = tuple(cursor.split("\n")) if cursor is not None else ("", "")
        if len(after) != 2:
            raise InvalidRequest("No such cursor.", "invalid_cursor")
        wanted = words(text or "")
        found = sorted(
            (
                item.product
                for item in self._items.values()
                if taxonomies is None or item.product.taxonomy in taxonomies
            ),
            key=_place,
        )
        found = [product for product in found if _place(product) > after and _has(product, wanted)]
        shown = tuple(found[:limit])
        return Page(shown, "\n".join(_place(shown[-1])) if len(found) > limit else None)

    async def upsert(self, items: Sequence[Item]) -> None:
        for item in items:
            if item.vector.shape != (self._info.dimensions,) or not abs(_length(item.vector) - 1) < 1e-3:
                raise InvalidRequest(f"The vector of {item.product.product_id} is no unit vector.", "invalid_vector")
        self._items |= {item.product.product_id: item for item in items}

    async def delete(self, product_ids: Collection[str]) -> None:
        for product_id in product_ids:
            self._items.pop(product_id, None)

    async def patch(self, patches: Mapping[str, Patch]) -> None:
        for product_id, item in (await self.get(patches.keys())).items():
            patch = patches[product_id]
            product = item.product
            product = replace(product, availability=patch.availability or product.availability)
            product = replace(product, price=patch.price or product.price)
            product = replace(product, sale_price=patch.sale_price or product.sale_price)
            self._items[product_id] = Item(product, item.vector)

    async def close(self) -> None:
        self._items = {}

    def _nearest(self, query: Query, filters: Filters) -> tuple[Candidate, ...]:
        if query.vector.shape != (self._info.dimensions,) or not 0 < _length(query.vector) < np.inf:
            raise InvalidRequest("No direction.", "invalid_vector")
        candidates = [
            Candidate(item.product, cosine(item.vector, query.vector))
            for item in self._items.values()
            if item.product.taxonomy in query.taxonomies and filters.admit(item.product)
        ]
        return tuple(sorted(candidates, key=lambda found: (-found.score, found.product.product_id))[: query.k])


def cosine(a: Vector, b: Vector) -> float:
    return float(np.sum(a.astype(np.float64) * b) / _length(a) / _length(b))


def _length(vector: Vector) -> float:
    return math.sqrt(np.sum(vector.astype(np.float64) ** 2))


def words(text: str) -> list[str]:
    """Split at all that is neither letter nor digit; case and accents do not count."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn").casefold()
    return [word for word in re.split(r"[\W_]+", plain) if word]


def _has(product: Product, wanted: Sequence[str]) -> bool:
    labels = [label for labels in product.attributes.values() for label in labels]
    texts = (product.product_id, product.title or "", product.brand or "", product.taxonomy, *labels)
    known = [word for text in texts for word in words(text)]
    return all(word in known for word in wanted[:-1]) and all(
        any(word.startswith(last) for word in known) for last in wanted[-1:]
    )


def _place(product: Product) -> tuple[str, str]:
    return product.taxonomy, product.product_id
