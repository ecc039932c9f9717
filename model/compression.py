"""Compression: embeddings to the unit-length vectors that an index stores, by PCA.

Notation used for array shapes: d vector, e embedding, n products.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.errors import ModelError, train_extra

Array = NDArray[np.float32]

Centring = Callable[[Sequence[str | None]], Array]
"""The seam for taxonomy-aware centring: rows' taxonomies to the centroids [n, e] to subtract in the mean's place."""

NEIGHBOURS = 10


def unit_rows(rows: Array) -> Array:
    """Scale the last axis to length 1; a zero vector stays zero.

    Shapes:
        rows: any number of axes, the last one the vectors'; returned alike.
    """
    # Doubles: the squares of large float32 values overflow, those of tiny ones vanish.
    wide = rows.astype(np.float64)
    lengths = np.sqrt((wide * wide).sum(axis=-1, keepdims=True))
    lengths[lengths == 0] = 1
    unit: Array = (wide / lengths).astype(np.float32)
    return unit


@dataclass(frozen=True, slots=True, eq=False)
class Compression:
    """A centred linear projection, then unit length.

    Shapes:
        mean: [e]
        components: [d, e]
    """

    mean: Array
    components: Array
    centring: Centring | None = None

    @property
    def dimensions(self) -> int:
        """The d of the vectors."""
        return len(self.components)

    def compress(self, embeddings: Array, taxonomies: Sequence[str | None] | None = None) -> Array:
        """Return the unit-length vectors of `embeddings`; `taxonomies` matter where there is a centring.

        Shapes:
            embeddings: [n, e]
            returns: [n, d]
        """
        return unit_rows(self.project(embeddings, taxonomies))

    def project(self, embeddings: Array, taxonomies: Sequence[str | None] | None = None) -> Array:
        """Return the vectors before they are brought to unit length: what scikit-learn's `transform` gives.

        Shapes:
            embeddings: [n, e]
            returns: [n, d]
        """
        centre = self.mean if self.centring is None else self.centring(taxonomies or [None] * len(embeddings))
        return np.asarray((embeddings - centre) @ self.components.T, np.float32)

    def tensors(self) -> dict[str, Array]:
        """Return what a bundle keeps; a centring is no part of it."""
        return {"mean": self.mean, "components": self.components}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Array]) -> Self:
        """Make a compression of what `tensors()` gave."""
        return cls(tensors["mean"], tensors["components"])


def fit_compression(embeddings: Array, dimensions: int = 50) -> Compression:
    """Fit a PCA: full SVD, with scikit-learn's rule for the signs, so that the same embeddings give the same vectors.

    Shapes:
        embeddings: [n, e]

    Raises:
        ModelError: there are fewer products, or fewer embedding dimensions, than `dimensions`.
        ModelExtraMissing: scikit-learn is not installed.
    """
    if dimensions > min(embeddings.shape):
        products, width = embeddings.shape
        raise ModelError(
            f"{dimensions} dimensions cannot be fitted to {products} embeddings of {width}. "
            f"Ask for at most {min(embeddings.shape)}, or give more products."
        )
    with train_extra():
        from sklearn.decomposition import PCA  # noqa: PLC0415 - the train extra's; serving imports this module
    # Doubles: in float32 the last components would differ with the number of BLAS threads.
    pca = PCA(dimensions, svd_solver="full").fit(embeddings.astype(np.float64))
    return Compression(pca.mean_.astype(np.float32), pca.components_.astype(np.float32))


def compression_report(
    embeddings: Array, compression: Compression, *, sample: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """Say what the compression costs and saves, the neighbours judged on a seeded sample of the products.

    Shapes:
        embeddings: [n, e]

    Returns:
        explained_variance: share of the embeddings' variance that the vectors keep, 0 to 1.
        neighbour_overlap_at_10: share of an embedding's ten nearest products (cosine) that are its vector's as well.
        sampled_products: how many products' neighbours were looked at.
        embedding, vector: of each its `dimensions`, `bytes` a product, `search_ms` of one search among all products.
    """
    vectors = compression.compress(embeddings)
    # Cosines between embeddings are taken as between vectors: from the centre.
    centred = unit_rows(embeddings - compression.mean)
    count = min(sample, len(embeddings))
    queries = np.random.default_rng(seed).choice(len(embeddings), count, replace=False)
    before, after = _nearest(centred, queries), _nearest(vectors, queries)
    shared = [len(set(a) & set(b)) for a, b in zip(before.tolist(), after.tolist(), strict=True)]
    return {
        "explained_variance": _explained_variance(embeddings, compression),
        "neighbour_overlap_at_10": float(np.mean(shared)) / max(1, before.shape[1]),
        "sampled_products": count,
        "embedding": _cost(centred),
        "vector": _cost(vectors),
    }


def _explained_variance(embeddings: Array, compression: Compression) -> float:
    kept = compression.project(embeddings).var(axis=0, dtype=np.float64).sum()
    return float(kept / embeddings.var(axis=0, dtype=np.float64).sum())


def _nearest(rows: Array, queries: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the nearest other rows of each query, in any order [queries, NEIGHBOURS]."""
    neighbours = min(NEIGHBOURS, len(rows) - 1)
    nearest = np.empty((len(queries), neighbours), np.int64)
    for i, query in enumerate(queries):  # one at a time: a million products times a thousand queries fit nowhere
        cosines = rows @ rows[query]
        cosines[query] = -np.inf
        nearest[i] = np.argpartition(-cosines, neighbours)[:neighbours]
    return nearest


def _cost(rows: Array, searches: int = 50) -> dict[str, float]:
    """Time exact searches, as the embedded engine makes them, with rows of `rows` as the queries."""
    queries = rows[np.linspace(0, len(rows) - 1, searches, dtype=int)]
    start = perf_counter()
    for query in queries:
        np.argpartition(-(rows @ query), min(NEIGHBOURS, len(rows) - 1))
    search_ms = (perf_counter() - start) * 1000 / searches
    return {"dimensions": rows.shape[1], "bytes": rows.shape[1] * rows.itemsize, "search_ms": round(search_ms, 4)}
