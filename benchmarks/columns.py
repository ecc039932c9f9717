"""A made catalogue of millions, kept as columns: its products are made one at a time, exact answers come by numpy.

Taxonomies are Zipf-sized. The variance of a vector's i-th component falls as 1 / i: much as in a taxonomy of Mango's,
where the first fifty of 256 hold three quarters of it, too. Vectors that spread alike in all directions would be harder
to find through a graph than a shop's are.

Notation used for array shapes: d vector, n products, t taxonomies.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.made import SEED, TAXONOMIES, shares
from model.compression import unit_rows
from service.domain import SLOTS, Availability, Filters, Gender, Money, PriceRange, Product
from service.index.base import Item, Query, Vector
from service.index.lifecycle import Change
from tests.catalogues import BRANDS, COLOURS, DEPARTMENTS, GARMENTS, GENDERS, taxonomy_name, zipf_sizes

K = 10
CURRENCY = "EUR"
IN_STOCK = 0.9
DEAREST = 100.0
"""Prices are spread evenly up to here, so that a range keeps as many of 100 products as it is wide."""

CENTRE = 0.33
"""How far a taxonomy's centre is from the middle of all, vectors being about 1 long; Mango's: 0.25 to 0.48."""

_ROWS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Products by row, ordered by (taxonomy, product id): what a build reads in place of a record.

    Shapes:
        vectors: [n, d], of unit length
        in_stock, price: [n]
        stops: [t], the row after each taxonomy's last
        centres: [t, d]
    """

    vectors: Vector
    in_stock: NDArray[np.bool_]
    price: NDArray[np.float64]
    stops: NDArray[np.int64]
    centres: Vector

    @classmethod
    def made(cls, products: int, dimensions: int) -> Self:
        """Draw a catalogue; the same numbers each time."""
        rng = np.random.default_rng(SEED)
        spread = _spread(dimensions)
        centres = rng.standard_normal((TAXONOMIES, dimensions)) * spread
        centres *= CENTRE / np.linalg.norm(centres, axis=1, keepdims=True)
        stops = np.cumsum(zipf_sizes(products, TAXONOMIES))
        vectors = np.empty((products, dimensions), np.float32)
        columns = cls(
            vectors,
            rng.random(products) < IN_STOCK,
            np.round(rng.random(products) * DEAREST, 2),
            stops,
            centres.astype(np.float32),
        )
        for rank in range(TAXONOMIES):
            rows = columns.rows(rank)
            for start in range(rows.start, rows.stop, _ROWS_AT_ONCE):
                stop = min(start + _ROWS_AT_ONCE, rows.stop)
                vectors[start:stop] = columns.near(rng, rank, stop - start)
        return columns

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def dimensions(self) -> int:
        """How long the vectors are."""
        width: int = self.centres.shape[1]
        return width

    def cut(self, dimensions: int) -> Self:
        """Return the same catalogue with the first components of the vectors, of unit length again."""
        return replace(self, vectors=unit_rows(self.vectors[:, :dimensions]), centres=self.centres[:, :dimensions])

    def rows(self, rank: int) -> slice:
        """Return the rows of the `rank`-th largest taxonomy."""
        return slice(int(self.stops[rank - 1]) if rank else 0, int(self.stops[rank]))

    def near(self, rng: np.random.Generator, rank: int, count: int) -> Vector:
        """Draw vectors that lie as a taxonomy's do [count, d]."""
        drawn = rng.standard_normal((count, self.dimensions), np.float32)
        drawn *= _spread(self.dimensions)
        drawn += self.centres[rank]
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        return drawn

    def product(self, row: int) -> Product:
        """Make the product of a row."""
        rank = int(np.searchsorted(self.stops, row, side="right"))
        return self._product(row, rank, stocked=bool(self.in_stock[row]), price=float(self.price[row]))

    def some(self, rank: int, start: int, stop: int) -> Iterator[Item]:
        """Make the items of some rows of a taxonomy."""
        columns = (self.in_stock[start:stop].tolist(), self.price[start:stop].tolist(), self.vectors[start:stop])
        for row, (stocked, price, vector) in enumerate(zip(*columns, strict=True), start):
            yield Item(self._product(row, rank, stocked=stocked, price=price), vector)

    @property
    def sequence(self) -> int:
        """Nothing of it ever changes."""
        return 0

    def taxonomy_sizes(self, space_id: str) -> dict[str, int]:
        """Count the products of each taxonomy."""
        del space_id
        sizes = np.diff(self.stops, prepend=0).tolist()
        return {taxonomy_name(rank): size for rank, size in enumerate(sizes)}

    def items(self, space_id: str) -> Iterator[Item]:
        """Make all items, whatever the space is called."""
        del space_id
        for rank in range(TAXONOMIES):
            rows = self.rows(rank)
            for start in range(rows.start, rows.stop, _ROWS_AT_ONCE):
                yield from self.some(rank, start, min(start + _ROWS_AT_ONCE, rows.stop))

    def changes_since(self, sequence: int, space_id: str) -> Iterator[Change]:
        """Yield nothing."""
        del sequence, space_id
        return iter(())

    def best(self, query: Query, filters: Filters) -> set[str]:
        """Return the ids of the nearest products of one taxonomy that pass: the truth that recall is taken of.

        Of the filters, the stock, the dearest price and the excluded ids are looked at.
        """
        rows = self.rows(rank_of(query.taxonomies[0]))
        cosines = self.vectors[rows] @ query.vector
        cosines[~self.admitted(rows, filters)] = -np.inf
        count = min(query.k, int(np.isfinite(cosines).sum()))
        best = np.argpartition(-cosines, count - 1)[:count] if count else ()
        return {product_id(rows.start + int(row)) for row in best}

    def admitted(self, rows: slice, filters: Filters) -> NDArray[np.bool_]:
        """Say of each row whether it passes; `Filters.admit` is the definition."""
        admitted = self.in_stock[rows] if filters.in_stock else np.ones(rows.stop - rows.start, np.bool_)
        if filters.price is not None and filters.price.maximum is not None:
            admitted = admitted & (self.price[rows] <= filters.price.maximum)
        out = [row for excluded in filters.exclude_ids if rows.start <= (row := row_of(excluded)) < rows.stop]
        admitted = admitted.copy()
        admitted[np.array(out, np.int64) - rows.start] = False
        return admitted

    @staticmethod
    def _product(row: int, rank: int, *, stocked: bool, price: float) -> Product:
        colour, garment = COLOURS[row % 5], GARMENTS[row // 5 % 5]
        availability: Availability = "in_stock" if stocked else "out_of_stock"
        return Product(
            product_id=product_id(row),
            taxonomy=taxonomy_name(rank),
            group_id=f"G{row // 3:08d}",
            title=f"{colour} {garment} no. {row}",
            taxonomy_path=(DEPARTMENTS[rank % 4],),
            brand=BRANDS[row // 25 % 5],
            gender=gender_of(row),
            age_group="adult",
            price=Money(price, CURRENCY),
            availability=availability,
            sizes=("S", "M", "L"),
            attributes={"colour": (colour,), "garment": (garment,)},
            link=f"https://shop.example/p/{row}",
            image_url=f"https://shop.example/p/{row}.jpg",
        )


def gender_of(row: int) -> Gender | None:
    """Return whom a product is made for."""
    return GENDERS[row // 125 % 4]


def cheapest(share: float) -> PriceRange:
    """Return the range that lets so large a share of the products through, the cheapest."""
    return PriceRange(CURRENCY, maximum=share * DEAREST)


def drawn_ranks(shared: NDArray[np.float64], count: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Draw the taxonomies of so many requests, three each, by their share of the products.

    Shapes:
        shared: [t]
    """
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield rng.choice(len(shared), SLOTS, replace=False, p=shared)


def drawn_requests(columns: Columns, looks: int, count: int) -> list[list[Query]]:
    """Draw the searches of `count` requests, over three taxonomies each, drawn by their share of the products.

    Three vectors lie each as the products of one of the taxonomies do. As in an outfit, the next look asks with the
    same three, each one slot further.
    """
    rng = np.random.default_rng(looks)
    requests = []
    for drawn in drawn_ranks(shares(len(columns)), count, seed=looks):
        ranks = drawn.tolist()
        heads = [columns.near(rng, rank, 1)[0] for rank in ranks]
        requests.append(
            [
                Query(heads[(slot + look) % SLOTS], (taxonomy_name(rank),), K)
                for look in range(looks)
                for slot, rank in enumerate(ranks)
            ]
        )
    return requests


def recall(found: Collection[str], best: Collection[str]) -> float:
    """Return the share of the best that was found; 1 where there is nothing to find."""
    return len(set(found) & set(best)) / len(best) if best else 1.0


def product_id(row: int) -> str:
    """Return the id of a row's product: in order of the rows."""
    return f"P{row:08d}"


def row_of(product_id: str) -> int:
    """Return the row of an id."""
    return int(product_id[1:])


def rank_of(taxonomy: str) -> int:
    """Return a taxonomy's place by size, from 0."""
    return int(taxonomy.split()[1])


def _spread(dimensions: int) -> Vector:
    """Return the standard deviations of the components [d]: their squares add up to what the centre leaves of 1."""
    variances = 1 / np.arange(1, dimensions + 1)
    spread: Vector = np.sqrt(variances / variances.sum() * (1 - CENTRE**2)).astype(np.float32)
    return spread
