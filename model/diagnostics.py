"""What recall does not say of a generator: heads that are one, targets that shrink to a mean, lists that are all alike.

Notation used for array shapes: n products, b seeds, p pairs, d vector, s heads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.estimates import Estimate, Values, bootstrap, estimates
from model.evaluation import BATCH_SCORES, Pairs, Rows, Vectors, unit
from model.measures import CUTS

_SEEDS = 1000


@dataclass(frozen=True, slots=True)
class HeadCollapse:
    """Whether the heads say the same thing.

    `head_cosine` is the mean cosine between two heads' targets for one seed, `partner_cosine` that between two products
    of an outfit: heads far above it have collapsed. `overlap_at_10` is the Jaccard overlap of two heads' first ten
    among all products, whatever their taxonomy.
    """

    head_cosine: float
    partner_cosine: float
    overlap_at_10: float


@dataclass(frozen=True, slots=True)
class Spread:
    """How much of the catalogue's variety the targets of one head have, on average over the heads.

    The effective ranks say in how many directions vectors spread. `deviation` is the standard deviation of targets over
    that of the catalogue, the mean over the dimensions. The cosines are with the catalogue's mean: near 1 means that
    all are alike.
    """

    effective_rank: float
    effective_rank_of_catalogue: float
    deviation: float
    cosine_with_mean: float
    cosine_with_mean_of_catalogue: float


@dataclass(frozen=True, slots=True)
class Lists:
    """What first tens are like.

    `diversity` is the mean cosine distance between two products of a ten, `novelty` the mean of -log2 of the share of
    training outfits that a product is in, where one outfit more is added to all.
    """

    diversity: float
    novelty: float


@dataclass(frozen=True, slots=True)
class Neutrals:
    """Whether neutral colours are shown more often than stylists choose them, for seeds of one kind.

    Shares of neutral products: of what is shown, of the true partners, of all candidates. `bias` is the first less the
    second, by outfits.
    """

    seeds: str
    pairs: int
    shown: float
    partners: float
    candidates: float
    bias: Estimate


def head_collapse(targets: Vectors, vectors: Vectors, pairs: Pairs, seed: int = 0) -> HeadCollapse:
    """Compare the heads' targets with each other, over a seeded sample of at most 1,000 of the pairs' seeds.

    Shapes:
        targets: [n, s, d], what each head generates for each product. vectors: [n, d].
    """
    seeds = np.unique(pairs.seeds)
    seeds = np.random.default_rng(seed).permutation(seeds)[:_SEEDS]
    heads, products = unit(targets[seeds]), unit(vectors)  # [b, s, d], [n, d]
    first, second = np.triu_indices(heads.shape[1], k=1)
    tens = [_nearest_ten(heads[:, h], products) for h in range(heads.shape[1])]
    overlaps = [
        _jaccard(ten_a, ten_b)
        for a, b in zip(first, second, strict=True)
        for ten_a, ten_b in zip(tens[a], tens[b], strict=True)
    ]
    return HeadCollapse(
        head_cosine=float(np.einsum("bhd,bhd->bh", heads[:, first], heads[:, second]).mean()),
        partner_cosine=float(np.einsum("pd,pd->p", products[pairs.seeds], products[pairs.targets]).mean()),
        overlap_at_10=float(np.mean(overlaps)),
    )


def spread(targets: Vectors, vectors: Vectors, pairs: Pairs) -> Spread:
    """Compare the targets of the pairs' seeds with the catalogue.

    Shapes:
        targets: [n, s, d], what each head generates for each product. vectors: [n, d].
    """
    heads = unit(targets[np.unique(pairs.seeds)]).swapaxes(0, 1)  # [s, b, d]
    products = unit(vectors)
    mean = unit(products.mean(axis=0))
    return Spread(
        effective_rank=float(np.mean([effective_rank(head) for head in heads])),
        effective_rank_of_catalogue=effective_rank(products),
        deviation=float((heads.std(axis=1) / np.maximum(products.std(axis=0), 1e-9)).mean()),
        cosine_with_mean=float((heads @ mean).mean()),
        cosine_with_mean_of_catalogue=float((products @ mean).mean()),
    )


def effective_rank(vectors: Vectors) -> float:
    """Return e to the entropy of the centred vectors' singular values [n, d]: between 1 and d.

    Source:
        Roy and Vetterli, "The effective rank: a measure of effective dimensionality" (2007).
    """
    values = np.linalg.svd(vectors - vectors.mean(axis=0), compute_uv=False).astype(np.float64)
    shares = values[values > 0] / max(values.sum(), 1e-12)
    return float(np.exp(-(shares * np.log(shares)).sum()))


def lists(tens: Sequence[Rows], vectors: Vectors, outfits: Sequence[Rows]) -> Lists:
    """Describe first tens.

    Shapes:
        tens: of each head [p, 10], -1 where there is no more. vectors: [n, d]. outfits: the training outfits.
    """
    products = np.vstack([unit(vectors), np.zeros_like(vectors[:1])])  # the last row stands for -1
    worn = np.bincount(np.concatenate([np.empty(0, np.int64), *outfits]), minlength=len(vectors))
    rarity = -np.log2((worn + 1) / (len(outfits) + 1))
    distances = [_distances(products, ten) for ten in tens]
    return Lists(
        diversity=float(np.mean([distance[np.isfinite(distance)].mean() for distance in distances])),
        novelty=float(np.mean([rarity[ten[ten >= 0]].mean() for ten in tens])),
    )


def neutrals(
    tens: Sequence[Rows], pairs: Pairs, taxonomies: Sequence[str], neutral: NDArray[np.bool_]
) -> tuple[Neutrals, ...]:
    """Count neutral products among what is shown and among true partners, for neutral and for colourful seeds.

    Shapes:
        tens: of each head [p, 10], -1 where there is no more. taxonomies: [n]. neutral: [n].
    """
    shown = np.mean([_share(neutral, ten) for ten in tens], axis=0)  # [p]
    partners = neutral[pairs.targets].astype(np.float64)
    codes = np.unique(np.asarray(taxonomies), return_inverse=True)[1]
    candidates = (np.bincount(codes, neutral) / np.bincount(codes))[codes[pairs.targets]]
    kinds = {"neutral": neutral[pairs.seeds], "colourful": ~neutral[pairs.seeds]}
    return tuple(
        Neutrals(
            seeds=kind,
            pairs=int(members.sum()),
            shown=float(shown[members].mean()),
            partners=float(partners[members].mean()),
            candidates=float(candidates[members].mean()),
            bias=_mean_of((shown - partners)[members], pairs.outfits[members]),
        )
        for kind, members in kinds.items()
        if members.any()
    )


def _mean_of(values: Values, clusters: Rows) -> Estimate:
    drawn = bootstrap(values[None, :, None], clusters, seed=0)[:, 0]
    return estimates(values.mean(keepdims=True), drawn)[0]


def _share(of: NDArray[np.bool_], tens: Rows) -> Values:
    there = tens >= 0
    share: Values = (of[tens] & there).sum(axis=1) / there.sum(axis=1)
    return share


def _distances(products: Vectors, tens: Rows) -> Values:
    """Return the mean cosine distance between two of each ten [p], not finite where it has one product only."""
    sums = np.stack([products[rows].sum(axis=0) for rows in tens])
    count = (tens >= 0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        distances: Values = 1 - ((sums.astype(np.float64) ** 2).sum(axis=1) - count) / (count * (count - 1))
    return distances


def _nearest_ten(targets: Vectors, products: Vectors) -> list[set[int]]:
    """Return the rows of the ten products nearest to each target [b, d]."""
    step = max(1, BATCH_SCORES // len(products))
    batches = (targets[start : start + step] @ products.T for start in range(0, len(targets), step))
    last = min(CUTS[0], len(products)) - 1
    return [set(ten) for scores in batches for ten in np.argpartition(-scores, last)[:, : CUTS[0]].tolist()]


def _jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b)
