"""A taxonomy's rows in memory, and the exact search over them.

Blocks never change: a write makes a new one, so that a search running in a thread sees one state to its end.

Notation used for array shapes: d vector, k candidates, n products, q vectors searched at once.
"""

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.domain import Product
from service.errors import DeadlineExceeded
from service.index.base import Item, Vector
from service.index.sieve import Columns, Mask

STRETCH_ROWS = 16_384
"""Rows scored at a time: 3.3 MB at d = 50, so that a second vector finds them in the processor's cache."""

_EPSILON = float(np.finfo(np.float32).eps)


class Products(Protocol):
    """Products by row."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def __getitem__(self, row: int, /) -> Product:
        """Return the product of a row."""
        ...

    def __iter__(self) -> Iterator[Product]:
        """Yield all products in order."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Rows of one taxonomy, ordered by product id.

    Shapes:
        vectors: [n, d], unit rows
        alive: [n], False where a row was deleted or replaced; None when no row was
    """

    vectors: Vector
    columns: Columns
    products: Products
    alive: Mask | None = None

    def __len__(self) -> int:
        return len(self.vectors)

    def item(self, row: int) -> Item:
        """Return a row with a vector of its own."""
        return Item(self.products[row], self.vectors[row].copy())

    def position(self, product_id: str) -> int:
        """Return the first row whose product id is not less than `product_id`."""
        return bisect_left(self.products, product_id, key=lambda product: product.product_id)

    def without(self, rows: Sequence[int]) -> "Block":
        """Return this block with some rows marked as gone."""
        alive = np.ones(len(self), np.bool_) if self.alive is None else self.alive.copy()
        alive[rows] = False
        return Block(self.vectors, self.columns, self.products, alive)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best rows of a block for one vector: highest cosine first, equal cosines by row, which is by product id.

    Shapes:
        rows, cosines: [k or fewer]
    """

    block: Block
    rows: NDArray[np.int64]
    cosines: NDArray[np.float64]


def nearest(
    block: Block,
    vectors: NDArray[np.float64],
    ks: Sequence[int],
    *,
    passed: Mask | None,
    out: Sequence[int],
    deadline: float,
) -> list[Found]:
    """Return for each vector the `k` nearest rows, exactly, of those that `passed` holds and `out` does not name.

    float32 scores find the k-th best and all that may be as near as it; these few are scored again in float64, so
    that equal vectors have equal cosines wherever they stand.

    Shapes:
        vectors: [q, d], unit rows
        passed: [n]

    Raises:
        DeadlineExceeded: `time.monotonic()` passed `deadline` on the way.
    """
    scores = _scores(block, vectors.astype(np.float32), deadline)
    for mask in (passed, block.alive):
        if mask is not None:
            scores *= mask
    if out:
        scores[:, out] = 0
    return [_best(block, vector, k, row_scores) for vector, k, row_scores in zip(vectors, ks, scores, strict=True)]


def _scores(block: Block, vectors: Vector, deadline: float) -> Vector:
    """Return cosine + 2 for every row: between 1 and 3, so that a product with a mask leaves 0 for what is out.

    Shapes:
        vectors: [q, d] -> [q, n]
    """
    scores = np.empty((len(vectors), len(block)), np.float32)
    for start in range(0, len(block), STRETCH_ROWS):
        if time.monotonic() >= deadline:
            raise DeadlineExceeded("The search did not end in time. Try again, or ask for fewer looks.")
        stretch = block.vectors[start : start + STRETCH_ROWS]
        for vector, row_scores in zip(vectors, scores, strict=True):
            np.dot(stretch, vector, out=row_scores[start : start + STRETCH_ROWS])
    scores += 2
    return scores


def _best(block: Block, vector: NDArray[np.float64], k: int, scores: Vector) -> Found:
    n, d = block.vectors.shape
    at_least = 0.5
    if k < n:
        # Twice what float32 sums over d products of unit vectors' parts can be wrong by, in both scores compared.
        margin = 2 * (d + 4) * _EPSILON
        at_least = max(at_least, float(np.partition(scores, n - k)[n - k]) - margin)
    (rows,) = (scores >= at_least).nonzero()
    # A sum along each row: unlike a matrix product, it does not depend on where the row stands.
    cosines = (block.vectors[rows] * vector).sum(axis=1)
    order = np.argsort(-cosines, kind="stable")[:k]
    return Found(block, rows[order], cosines[order])
