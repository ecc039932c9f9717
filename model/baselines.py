"""Rows that a generator must beat: what chance, fashion, likeness and colour words get on the same pairs.

Each of them is the product of two tables: a query for every seed and a key for every candidate. Nothing here is
trained but by counting or in closed form.

Notation used for array shapes: n products, d vector, s heads, w words, p pairs, b seeds, c candidates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.evaluation import Rows, Vectors, ordered_pairs, unit

_PMI_PRIOR = 30.0
_RIDGE_PENALTY = 1.0
_CHUNK_PAIRS = 100_000


@dataclass(frozen=True, slots=True)
class DotProduct:
    """Scores a candidate by the dot product of the seed's query and the candidate's key.

    Shapes:
        queries: [n, d], of each product as a seed. keys: [n, d], of each product as a candidate.
    """

    queries: NDArray[np.floating]
    keys: NDArray[np.floating]

    def scores(self, seeds: Rows, candidates: Rows) -> Vectors:
        """Return the scores [b, c] of candidates [c] for seeds [b]."""
        return np.asarray(self.queries[seeds] @ self.keys[candidates].T, dtype=np.float32)


def cosine(queries: Vectors, keys: Vectors) -> DotProduct:
    """Score by cosine; a zero vector is equally far from everything.

    Shapes:
        queries: [n, d]. keys: [n, d].
    """
    return DotProduct(unit(queries), unit(keys))


def generator_rows(targets: Vectors, vectors: Vectors) -> dict[str, tuple[DotProduct, ...]]:
    """Return the row of the generator, any of whose heads may serve a slot, and one row for each head.

    Shapes:
        targets: [n, s, d], what each head generates for each product. vectors: [n, d].
    """
    heads = tuple(cosine(targets[:, h], vectors) for h in range(targets.shape[1]))
    return {"generator": heads} | {f"head {h}": (head,) for h, head in enumerate(heads, start=1)}


def naive_rows(
    vectors: Vectors,
    outfits: Sequence[Rows],
    histograms: Vectors | None = None,
    colours: Sequence[tuple[str, ...]] | None = None,
) -> dict[str, tuple[DotProduct, ...]]:
    """Return the rows to show beside a generator; those whose data are not given are left out.

    Shapes:
        vectors: [n, d]. outfits: row numbers of the training outfits. histograms: [n, bins], of the garments' colours.
        colours: [n], each product's colour words.
    """
    rows = {
        "random": chance(len(vectors)),
        "popularity": popularity(len(vectors), outfits),
        "catalogue mean": catalogue_mean(vectors),
        "copy the seed": cosine(vectors, vectors),
        "ridge": ridge(vectors, outfits),
    }
    if histograms is not None:
        rows["colour histogram"] = cosine(histograms, histograms)
    if colours is not None:
        rows["colour PMI"] = word_pmi(colours, outfits)
    return {name: (scorer,) for name, scorer in rows.items()}


def chance(products: int) -> DotProduct:
    """Score every candidate alike: with ties in random order, exactly what a random ranking gets."""
    return DotProduct(np.ones((products, 1)), np.zeros((products, 1)))


def popularity(products: int, outfits: Sequence[Rows]) -> DotProduct:
    """Score a candidate by the number of training outfits that hold it, whatever the seed."""
    counts = np.bincount(np.concatenate([np.empty(0, dtype=np.int64), *outfits]), minlength=products)
    return DotProduct(np.ones((products, 1)), counts[:, None].astype(np.float64))


def catalogue_mean(vectors: Vectors) -> DotProduct:
    """Score a candidate by its cosine with the mean of all products, whatever the seed.

    Shapes:
        vectors: [n, d].
    """
    return cosine(np.broadcast_to(vectors.mean(axis=0), vectors.shape), vectors)


def ridge(vectors: Vectors, outfits: Sequence[Rows]) -> DotProduct:
    """Score by cosine with the seed's vector sent through one linear map, fitted to all ordered training pairs.

    The map has an intercept: it is fitted around the mean of the pairs' products.

    Shapes:
        vectors: [n, d].
    """
    pairs = ordered_pairs(outfits)
    weights = np.bincount(pairs[:, 0], minlength=len(vectors))[:, None]
    mean = (weights * vectors).sum(axis=0) / max(weights.sum(), 1)
    centred = vectors - mean
    gram = centred.T @ (weights * centred) + _RIDGE_PENALTY * np.eye(vectors.shape[1])
    linear_map = np.linalg.solve(gram, _together(centred, pairs))
    return cosine(mean + centred @ linear_map, vectors)


def word_pmi(words: Sequence[tuple[str, ...]], outfits: Sequence[Rows]) -> DotProduct:
    """Score by the pointwise mutual information of the two products' words over all ordered training pairs.

    A product of several words is an even mix of them; one without words is as good as any other. Counts are smoothed
    towards independence by thirty pairs, so that a rare pair of words says little.

    Shapes:
        words: [n].

    Source:
        Church and Hanks, "Word association norms, mutual information, and lexicography" (1990), for the measure;
        the strength of the smoothing was chosen on Mango's validation pairs.
    """
    mixes = _mixes(words)  # [n, w]
    together = _together(mixes, ordered_pairs(outfits))  # [w, w]
    expected = np.outer(together.sum(axis=1), together.sum(axis=0)) / max(together.sum(), 1)
    information = np.log((together + _PMI_PRIOR) / (expected + _PMI_PRIOR))
    return DotProduct(mixes @ information, mixes)


def _together(table: NDArray[np.floating], pairs: Rows) -> NDArray[np.float64]:
    """Sum the outer products of both sides' rows over the pairs, in pieces that fit in memory."""
    pieces = (pairs[start : start + _CHUNK_PAIRS] for start in range(0, len(pairs), _CHUNK_PAIRS))
    total = np.zeros((table.shape[1], table.shape[1]))
    for piece in pieces:
        total += table[piece[:, 0]].T @ table[piece[:, 1]]
    return total


def _mixes(words: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
    """Return each product's words as shares of one [n, w]; a row of zeros where there are none."""
    columns = {word: column for column, word in enumerate(sorted({word for own in words for word in own}))}
    mixes = np.zeros((len(words), len(columns)))
    for row, own in enumerate(words):
        for word in own:
            mixes[row, columns[word]] += 1 / len(own)
    return mixes
