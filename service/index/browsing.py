"""Pages of products ordered by (taxonomy, product id): the order of the rows, so that a page costs what it shows."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import chain, islice

import msgspec

from service.domain import Product
from service.errors import InvalidRequest
from service.index.base import Page
from service.index.blocks import Block
from service.index.documents import Lookup, has_words
from service.index.shelves import Shelf

Key = tuple[str, str]
"""Taxonomy and product id: where a page ended. It stays good when products come and go."""

START: Key = ("", "")


def read_cursor(cursor: str | None) -> Key:
    """Return the key that a cursor stands for.

    Raises:
        InvalidRequest: it is not one that `write_cursor` made.
    """
    if cursor is None:
        return START
    try:
        key: Key = msgspec.json.decode(base64.b64decode(cursor, altchars=b"-_", validate=True), type=Key)
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise InvalidRequest("The cursor is not one that a page gave; begin without one.", "invalid_cursor") from error
    return key


def write_cursor(product: Product) -> str:
    """Return the cursor of what comes after `product`."""
    return base64.urlsafe_b64encode(msgspec.json.encode(_key(product))).decode()


@dataclass(frozen=True, slots=True, eq=False)
class Browsing:
    """One question: the shelves to look at, in order of taxonomy, what to find, and where the last page ended."""

    shelves: Mapping[str, Shelf]
    lookup: Lookup
    words: Sequence[str]
    after: Key

    def page(self, limit: int) -> Page:
        """Return the next `limit` products."""
        found = list(islice(merge(self._built(), self._written(), key=_key), limit + 1))
        shown = tuple(found[:limit])
        return Page(shown, write_cursor(shown[-1]) if len(found) > limit else None)

    def _written(self) -> Iterator[Product]:
        for taxonomy, shelf in self.shelves.items():
            if shelf.written:
                for product in islice(shelf.written.products, self._first(taxonomy, shelf.written), None):
                    if _key(product) > self.after and (not self.words or has_words(product, self.words)):
                        yield product

    def _built(self) -> Iterator[Product]:
        shelves = [(taxonomy, shelf, shelf.built) for taxonomy, shelf in self.shelves.items() if shelf.built]
        starts = [shelf.start for _, shelf, _ in shelves]
        stretches = [
            range(shelf.start + self._first(taxonomy, block), shelf.start + len(block))
            for taxonomy, shelf, block in shelves
        ]
        found = self.lookup.matching(self.words, stretches) if self.words else chain.from_iterable(stretches)
        for row in found:
            product = shelves[bisect_right(starts, row) - 1][1].built_product(row)
            if product is not None and _key(product) > self.after:
                yield product

    def _first(self, taxonomy: str, block: Block) -> int:
        """Return the first row that may come after the last page."""
        if taxonomy == self.after[0]:
            return block.position(self.after[1])
        return len(block) if taxonomy < self.after[0] else 0


def _key(product: Product) -> Key:
    return product.taxonomy, product.product_id
