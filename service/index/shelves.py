"""The state of an open generation: what was built, and what was written since.

Used by the event loop's thread alone. What it hands to other threads (`Shelf`, `Block`) never changes.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from service.domain import Product
from service.index.base import Item, Vector
from service.index.blocks import Block
from service.index.documents import Lookup
from service.index.layout import Meta
from service.index.sieve import Codes
from service.index.vectors import item_vectors
from service.taxonomy import TaxonomyCount, TaxonomyTree

_product_id = attrgetter("product_id")


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """The products of one taxonomy; the built rows stand at `start` in the generation's files.

    A product that is replaced is marked as gone from the built rows and joins the written ones, which are few.
    """

    built: Block | None = None
    written: Block | None = None
    start: int = 0

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What there is to search."""
        return tuple(block for block in (self.built, self.written) if block)

    def built_product(self, row: int) -> Product | None:
        """Return the product of a row of the generation's files; None where it is gone."""
        block, row = self.built, row - self.start
        return None if block is None or (block.alive is not None and not block.alive[row]) else block.products[row]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a product stands: the row counts from the start of its block."""

    taxonomy: str
    block: Block
    row: int


class Shelves:
    """Every taxonomy's shelf, and where each product stands."""

    def __init__(self, meta: Meta, built: Mapping[str, Block], lookup: Lookup) -> None:
        starts = {rows.taxonomy: rows.start for rows in meta.taxonomies}
        self.by_taxonomy: Mapping[str, Shelf] = {
            taxonomy: Shelf(block, start=starts[taxonomy]) for taxonomy, block in built.items()
        }
        self.codes = Codes(meta.currencies, meta.brands, lookup.group, meta.groups)
        self.dimensions = meta.info.dimensions
        self._products = meta.info.products
        self._lookup = lookup
        self._built_order = [(rows.start, rows.taxonomy) for rows in meta.taxonomies]
        # Ids written or deleted since the build, with their taxonomy now; None when they are gone.
        self._written: dict[str, str | None] = {}
        self._counts = Counter({(rows.taxonomy, path): count for rows in meta.taxonomies for path, count in rows.paths})
        self._tree: TaxonomyTree | None = None

    def tree(self) -> TaxonomyTree:
        """Return the taxonomies; made again only after a write that moved a count."""
        if self._tree is None:
            self._tree = TaxonomyTree(TaxonomyCount(*place, count) for place, count in self._counts.items())
        return self._tree

    def locate(self, product_ids: Collection[str]) -> dict[str, Place]:
        """Return where each known product stands."""
        rows = self._lookup.rows([product_id for product_id in product_ids if product_id not in self._written])
        places = {product_id: self._built_place(row) for product_id, row in rows.items()}
        for product_id in product_ids:
            taxonomy = self._written.get(product_id)
            if taxonomy is not None and (block := self.by_taxonomy[taxonomy].written):
                places[product_id] = Place(taxonomy, block, block.position(product_id))
        return places

    def sample(self, count: int) -> list[Item]:
        """Return up to `count` built products, evenly spread over the rows."""
        rows = sorted({*np.linspace(0, self._products - 1, count).astype(int).tolist()})
        return [place.block.item(place.row) for place in map(self._built_place, rows)]

    def write(self, items: Sequence[Item], deleted: Collection[str] = ()) -> None:
        """Put in `items`, the last of each id, and take out `deleted`; either all of it happens or nothing.

        Raises:
            InvalidRequest: a vector is not one of unit length.
        """
        newest = {item.product.product_id: item for item in items}
        arriving = sorted(newest.values(), key=lambda item: item.product.product_id)
        vectors = item_vectors(arriving, self.dimensions)
        leaving = self.locate({*newest, *deleted})
        self._put({**self.by_taxonomy}, arriving, vectors, leaving)
        self._written |= dict.fromkeys(leaving)
        self._written |= {product_id: item.product.taxonomy for product_id, item in newest.items()}

    def _put(
        self, shelves: dict[str, Shelf], arriving: Sequence[Item], vectors: Vector, leaving: Mapping[str, Place]
    ) -> None:
        moved: Counter[tuple[str, tuple[str, ...]]] = Counter()
        gone: defaultdict[str, list[Place]] = defaultdict(list)
        for place in leaving.values():
            gone[place.taxonomy].append(place)
            moved[place.taxonomy, place.block.products[place.row].taxonomy_path] -= 1
        new: defaultdict[str, list[int]] = defaultdict(list)
        for index, item in enumerate(arriving):
            new[item.product.taxonomy].append(index)
            moved[item.product.taxonomy, item.product.taxonomy_path] += 1
        for taxonomy in gone.keys() | new.keys():
            products = [arriving[index].product for index in new[taxonomy]]
            block = Block(vectors[new[taxonomy]], self.codes.columns(products), products)
            shelves[taxonomy] = _changed(shelves.get(taxonomy, Shelf()), gone[taxonomy], block)
        self.by_taxonomy = shelves
        if any(moved.values()):
            self._counts.update(moved)
            self._tree = None

    def _built_place(self, row: int) -> Place:
        start, taxonomy = self._built_order[bisect_right(self._built_order, row, key=lambda shelf: shelf[0]) - 1]
        block = self.by_taxonomy[taxonomy].built
        assert block is not None  # noqa: S101  what was built stays
        return Place(taxonomy, block, row - start)


def _changed(shelf: Shelf, gone: Sequence[Place], new: Block) -> Shelf:
    built = [place.row for place in gone if place.block is shelf.built]
    if built and shelf.built:
        shelf = replace(shelf, built=shelf.built.without(built))
    written = sorted(place.row for place in gone if place.block is shelf.written)
    return replace(shelf, written=_spliced(shelf.written, written, new)) if new or written else shelf


def _spliced(old: Block | None, gone: Sequence[int], new: Block) -> Block:
    """Return `old` less the rows of `gone`, with the rows of `new` in their places by product id."""
    if old is None:
        return new
    products: list[Product] = list(old.products)
    for row in reversed(gone):
        del products[row]
    positions = [bisect_left(products, product.product_id, key=_product_id) for product in new.products]
    for shift, (position, product) in enumerate(zip(positions, new.products, strict=True)):
        products.insert(position + shift, product)
    keep = np.ones(len(old), np.bool_)
    keep[gone] = False
    vectors = np.insert(old.vectors[keep], positions, new.vectors, axis=0)
    return Block(vectors, old.columns.spliced(keep, positions, new.columns), products)
