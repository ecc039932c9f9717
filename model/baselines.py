"""Rows that a generator must beat: what chance, fashion, likeness and colour words get on the same pairs.

Nothing here is trained but by counting or in closed form. Most of them are the product of two tables: a query for
every seed and a key for every candidate.

Notation used for array shapes: n products, d vector, e embedding, f features, s heads, w words, p pairs, b seeds,
c candidates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from model.evaluation import Rows, Scorer, Vectors, ordered_pairs, unit

HEAD = "head "
"""How the names of single heads' rows begin."""

VECTOR_ROWS = (
    "catalogue mean",
    "copy the seed",
    "copy the embedding",
    "neighbour's outfit",
    "ridge",
    "ridge by taxonomy",
)
"""Rows that read the bundle's own vectors: what was learned from outfits may lie in these as well."""

_PMI_PRIOR = 30.0
_RIDGE_PENALTY = 1.0
_CORRECTION_PENALTY = 100.0
_NEIGHBOURS = 10
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
    return {"generator": heads} | {f"{HEAD}{h}": (head,) for h, head in enumerate(heads, start=1)}


def naive_rows(
    vectors: Vectors,
    outfits: Sequence[Rows],
    taxonomies: Sequence[str],
    *,
    embeddings: Vectors | None = None,
    features: Vectors | None = None,
    histograms: Vectors | None = None,
    colours: Sequence[tuple[str, ...]] | None = None,
) -> dict[str, tuple[Scorer, ...]]:
    """Return the rows to show beside a generator; those whose data are not given are left out.

    Args:
        vectors: of all products [n, d].
        outfits: row numbers of the training outfits.
        taxonomies: of each product [n].
        embeddings: what was compressed to `vectors` [n, e].
        features: what the backbone sees in the photos [n, f].
        histograms: of the garments' colours [n, bins].
        colours: each product's colour words [n].
    """
    codes = np.unique(np.asarray(taxonomies), return_inverse=True)[1]
    rows: dict[str, Scorer] = {"random": chance(len(vectors)), "popularity": popularity(len(vectors), outfits)}
    if colours is not None:
        rows["colour PMI"] = word_pmi(colours, outfits)
    if histograms is not None:
        rows["colour histogram"] = cosine(histograms, histograms)
    if features is not None:
        centred = features - features.mean(axis=0)
        rows["photo features"] = cosine(centred, centred)
    if features is not None and histograms is not None:
        both = np.hstack([unit(histograms), unit(centred)])
        rows["histogram and features"] = cosine(both, both)
    rows["catalogue mean"] = catalogue_mean(vectors)
    rows["copy the seed"] = cosine(vectors, vectors)
    if embeddings is not None:
        whole = embeddings - embeddings.mean(axis=0)
        rows["copy the embedding"] = cosine(whole, whole)
    rows["neighbour's outfit"] = NeighbourOutfits.of(vectors, outfits, codes)
    rows["ridge"] = ridge(vectors, outfits)
    rows["ridge by taxonomy"] = RidgeByTaxonomy.of(vectors, outfits, codes)
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
    return cosine(_mapped(vectors, ordered_pairs(outfits)), vectors)


def _mapped(vectors: Vectors, pairs: Rows) -> Vectors:
    weights = np.bincount(pairs[:, 0], minlength=len(vectors))[:, None]
    mean = (weights * vectors).sum(axis=0) / max(weights.sum(), 1)
    centred = vectors - mean
    gram = centred.T @ (weights * centred) + _RIDGE_PENALTY * np.eye(vectors.shape[1])
    return np.asarray(mean + centred @ np.linalg.solve(gram, _together(centred, pairs)), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class RidgeByTaxonomy:
    """Scores as `ridge` does, with a map of its own for each taxonomy of the target.

    A taxonomy's map is the common one and a correction, which is fitted to what the common one leaves and is the
    smaller the fewer pairs there are. A taxonomy that no training pair leads to has the common map.

    Shapes:
        vectors: [n, d]. common: [n, d], the common map's targets. codes: [n], taxonomies as numbers.
        corrections: by code [d + 1, d], the last row for the intercept.
    """

    vectors: Vectors
    common: Vectors
    codes: Rows
    corrections: Mapping[int, NDArray[np.float64]]

    @classmethod
    def of(cls, vectors: Vectors, outfits: Sequence[Rows], codes: Rows) -> Self:
        """Fit the maps to all ordered training pairs."""
        pairs = ordered_pairs(outfits)
        common = _mapped(vectors, pairs)
        wanted = codes[pairs[:, 1]]
        corrections = {}
        for code in np.unique(wanted):
            seeds, targets = pairs[wanted == code].T
            known = _with_one(vectors[seeds])
            gram = known.T @ known + _CORRECTION_PENALTY * np.eye(known.shape[1])
            corrections[int(code)] = np.linalg.solve(gram, known.T @ (vectors[targets] - common[seeds]))
        return cls(vectors, common, codes, corrections)

    def scores(self, seeds: Rows, candidates: Rows) -> Vectors:
        """Return the scores [b, c] of candidates [c] for seeds [b]."""
        scores = np.empty((len(seeds), len(candidates)), np.float32)
        for code in np.unique(self.codes[candidates]):
            inside = self.codes[candidates] == code
            targets = self.common[seeds]
            if code in self.corrections:
                correction = _with_one(self.vectors[seeds]) @ self.corrections[code]
                targets = np.asarray(targets + correction, np.float32)
            scores[:, inside] = unit(targets) @ unit(self.vectors[candidates[inside]]).T
        return scores


@dataclass(frozen=True, slots=True, eq=False)
class NeighbourOutfits:
    """Scores by cosine with what the seed's ten nearest products of training outfits were worn with.

    Of their partners those of the candidate's taxonomy count; where there is none, all of them.

    Shapes:
        vectors: [n, d], of length 1. worn: [w], the products of training outfits. codes: [n], taxonomies as numbers.
        pairs: [p, 2], seed and target, of all training outfits.
    """

    vectors: Vectors
    worn: Rows
    codes: Rows
    pairs: Rows

    @classmethod
    def of(cls, vectors: Vectors, outfits: Sequence[Rows], codes: Rows) -> Self:
        """Remember the training outfits."""
        pairs = ordered_pairs(outfits)
        return cls(unit(vectors), np.unique(pairs[:, 0]), codes, pairs)

    def scores(self, seeds: Rows, candidates: Rows) -> Vectors:
        """Return the scores [b, c] of candidates [c] for seeds [b]."""
        if not len(self.worn):
            return np.zeros((len(seeds), len(candidates)), np.float32)
        near = self._nearest(seeds)  # [b, 10]
        whole = self._partners(self.pairs)[near].sum(axis=1)
        scores = np.empty((len(seeds), len(candidates)), np.float32)
        for code in np.unique(self.codes[candidates]):
            inside = self.codes[candidates] == code
            own = self._partners(self.pairs[self.codes[self.pairs[:, 1]] == code])[near].sum(axis=1)
            wanted = np.where(own.any(axis=1, keepdims=True), own, whole)
            scores[:, inside] = unit(wanted) @ self.vectors[candidates[inside]].T
        return scores

    def _nearest(self, seeds: Rows) -> Rows:
        """Return the worn products nearest to each seed as places in `worn` [b, at most 10]; -1 for itself."""
        cosines = self.vectors[seeds] @ self.vectors[self.worn].T
        cosines[seeds[:, None] == self.worn] = -np.inf
        near = np.argsort(-cosines, axis=1, kind="stable")[:, :_NEIGHBOURS]
        return np.where(self.worn[near] == seeds[:, None], -1, near)

    def _partners(self, pairs: Rows) -> Vectors:
        """Return the summed vectors of the partners of each worn product, and zeros in the end [w + 1, d]."""
        sums = np.zeros((len(self.worn) + 1, self.vectors.shape[1]), np.float32)
        np.add.at(sums, np.searchsorted(self.worn, pairs[:, 0]), self.vectors[pairs[:, 1]])
        return sums


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


def _with_one(vectors: Vectors) -> NDArray[np.float64]:
    return np.hstack([vectors, np.ones((len(vectors), 1))]).astype(np.float64)


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
