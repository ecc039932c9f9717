"""What an index takes as a vector.

Notation used for array shapes: d vector, n products.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.errors import InvalidRequest
from service.index.base import Item, Query, Vector

UNIT_WITHIN = 1e-3
"""How far a product's vector may be from unit length: rounding passes, a vector that was never normalised does not."""

ROUNDING = 1e-6
"""How far float32 leaves a normalised vector from unit length, with room to spare."""


def item_vectors(items: Sequence[Item], dimensions: int) -> Vector:
    """Return the items' vectors, their length made exactly 1.

    Shapes:
        [n, d]

    Raises:
        InvalidRequest: a vector, named by its product, is of another length, not finite or not of unit length.
    """
    for item in items:
        if item.vector.shape != (dimensions,):
            raise _refused(item, f"has shape {item.vector.shape} instead of ({dimensions},)")
    vectors = np.array([item.vector for item in items], np.float64).reshape(len(items), dimensions)
    lengths = np.linalg.norm(vectors, axis=1)
    # Written so that NaN is among the refused.
    for refused in np.flatnonzero(~(np.abs(lengths - 1) <= UNIT_WITHIN)).tolist():
        raise _refused(items[refused], f"has length {lengths[refused]:.4g} instead of 1")
    # Rounding alone is left as it is: what comes back is what was put in, also when it is put in again.
    lengths[np.abs(lengths - 1) <= ROUNDING] = 1
    unit: Vector = (vectors / lengths[:, None]).astype(np.float32)
    return unit


def query_vectors(queries: Sequence[Query], dimensions: int) -> NDArray[np.float64]:
    """Return the queries' vectors at unit length.

    Shapes:
        [q, d], q queries

    Raises:
        InvalidRequest: a vector is of another length, not finite, or zero.
    """
    if any(query.vector.shape != (dimensions,) for query in queries):
        raise InvalidRequest(f"A vector of this catalogue has {dimensions} numbers.", "invalid_vector")
    vectors = np.array([query.vector for query in queries], np.float64).reshape(len(queries), dimensions)
    lengths = np.sqrt((vectors * vectors).sum(axis=1))
    # NaN fails both comparisons.
    if not all(0 < length < math.inf for length in lengths.tolist()):
        raise InvalidRequest("A vector must have finite numbers and may not be zero.", "invalid_vector")
    unit: NDArray[np.float64] = vectors / lengths[:, None]
    return unit


def _refused(item: Item, why: str) -> InvalidRequest:
    return InvalidRequest(f"The vector of product {item.product.product_id} {why}.", "invalid_vector")
