"""The one protocol that every index engine keeps; `tests/contract` says what it means.

Notation used for array shapes: d vector, n products.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.domain import Availability, Candidate, Filters, Money, Product
from service.taxonomy import TaxonomyTree

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Item:
    """A product with its unit-length vector [d]: what an index holds."""

    product: Product
    vector: Vector


@dataclass(frozen=True, slots=True)
class Query:
    """One search: the `k` products of `taxonomies` whose vectors are nearest to `vector` [d] by cosine."""

    vector: Vector
    taxonomies: tuple[str, ...]
    k: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """New values of the fields that change without encoding again; None leaves a field as it is."""

    availability: Availability | None = None
    price: Money | None = None
    sale_price: Money | None = None

    def applied_to(self, product: Product) -> Product:
        """Return `product` with the values that this patch gives."""
        return replace(
            product,
            availability=self.availability or product.availability,
            price=self.price or product.price,
            sale_price=self.sale_price or product.sale_price,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Products in a stable order, and the cursor of the next page (None on the last)."""

    products: tuple[Product, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class GenerationInfo:
    """What a built generation is: `sequence` is the record's change number that it was built at."""

    generation_id: str
    space_id: str
    dimensions: int
    products: int
    sequence: int
    bundle_id: str | None = None
    """Which bundle it was built for; others of its space serve it as well. None where that was not kept."""


class ProductIndex(Protocol):
    """One generation of a catalogue: looked up by id, searched by vector within taxonomies.

    Every method but `close` may raise `IndexUnavailable`.
    """

    @property
    def info(self) -> GenerationInfo:
        """What this generation was built from."""
        ...

    @property
    def retries(self) -> int:
        """How often, since it was opened, a question or a write was sent to the engine once more within one call."""
        ...

    async def check(self) -> None:
        """Find out whether questions would be answered now. Cheap: asked every second.

        Raises:
            IndexUnavailable: they would not; the sentence says why.
        """
        ...

    async def taxonomies(self) -> TaxonomyTree:
        """Return the taxonomies that hold products, with counts and ancestors. Cheap: engines keep it at hand."""
        ...

    async def get(self, product_ids: Collection[str]) -> Mapping[str, Item]:
        """Return the items that exist among `product_ids`; unknown ids are simply absent."""
        ...

    async def search(
        self, queries: Sequence[Query], filters: Filters, *, timeout_s: float
    ) -> list[tuple[Candidate, ...]]:
        """Answer all queries in one go, each with its candidates: highest cosine first, equal cosines by product id.

        Only products that `filters.admit` are returned; fewer than k only where no more exist. An unknown taxonomy
        holds nothing.

        Raises:
            DeadlineExceeded: the answer is not there within `timeout_s`.
            InvalidRequest: a vector is not of this space's length, or has no direction.
        """
        ...

    async def browse(
        self, *, text: str | None, taxonomies: Sequence[str] | None, cursor: str | None, limit: int
    ) -> Page:
        """List products by taxonomy and id, with all words of `text` in id, title, brand, taxonomy or attributes.

        The last word counts as a prefix.

        Raises:
            InvalidRequest: the cursor is not one that this method gave.
        """
        ...

    async def upsert(self, items: Sequence[Item]) -> None:
        """Add or replace items; visible to the next search.

        Raises:
            InvalidRequest: a vector is not of unit length.
        """
        ...

    async def delete(self, product_ids: Collection[str]) -> None:
        """Remove products; unknown ids are ignored."""
        ...

    async def patch(self, patches: Mapping[str, Patch]) -> None:
        """Change volatile fields; unknown ids are ignored."""
        ...

    async def close(self) -> None:
        """Release files and connections. The index is not used afterwards."""
        ...
