"""Contrastive learning: of the products of a taxonomy, which one did a stylist put beside the seed?

A batch holds pairs whose targets share a taxonomy, so that telling taxonomies apart earns nothing: what is learned is
what an index ranks by, inside one taxonomy. The targets of the other pairs are the ones to be told from the true one.
They are drawn as often as outfits use them, so that being popular earns nothing either.

Notation used for array shapes: n products, m pairs, b pairs of one batch, c candidates of it, d vector.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import train_extra
from model.evaluation import ordered_pairs

with train_extra():
    import torch
    from torch import Tensor
    from torch.nn.functional import cross_entropy, normalize

Rows = NDArray[np.int64]

TEMPERATURE = 0.07
"""Source: Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination" (2018)."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Pairs whose targets share a taxonomy.

    Shapes:
        seeds: [b], rows. candidates: [c], rows, each once. truth: [b], places in `candidates`.
        excluded: [b, c], what is no negative of a seed: the seed itself and its other partners.
    """

    seeds: Tensor
    candidates: Tensor
    truth: Tensor
    excluded: Tensor

    def loss(self, queries: Tensor, candidates: Tensor) -> Tensor:
        """Return the mean cross entropy of finding the true candidates by cosine.

        Shapes:
            queries: [b, d], of the seeds. candidates: [c, d]. Neither needs unit length.

        Source: van den Oord et al., "Representation Learning with Contrastive Predictive Coding" (2018), InfoNCE.
        """
        cosines = normalize(queries) @ normalize(candidates).T
        return cross_entropy((cosines / TEMPERATURE).masked_fill(self.excluded, -torch.inf), self.truth)


class TaxonomyPairs:
    """Ordered pairs of products that share an outfit, cut into batches whose targets share a taxonomy.

    Shapes:
        pairs: [m, 2], seed and target, to learn from. known: [m, 2], all partners, none of which is a negative.
        taxonomies: [n], a number for each product's.
    """

    def __init__(self, pairs: Rows, known: Rows, taxonomies: Rows) -> None:
        self._pairs = pairs
        self._products = len(taxonomies)
        self._known = np.unique(self._keys(known[:, 0], known[:, 1]))
        wanted = taxonomies[pairs[:, 1]]
        self._groups = [np.flatnonzero(wanted == taxonomy) for taxonomy in np.unique(wanted)]

    def __len__(self) -> int:
        return len(self._pairs)

    def batches(self, size: int, at_most: int | None = None) -> Iterator[Batch]:
        """Walk through the pairs once in shuffled batches, by torch's random numbers; `at_most` takes a sample.

        A batch with one candidate, which nothing has to be told from, is left out.
        """
        share = 1.0 if at_most is None else min(1.0, at_most / len(self))
        cut: list[Rows] = []
        for group in self._groups:
            shuffled = group[torch.randperm(len(group)).numpy()][: max(1, round(share * len(group)))]
            cut += np.array_split(shuffled, -(-len(shuffled) // size))
        for number in torch.randperm(len(cut)).tolist():
            batch = self._batch(self._pairs[cut[number]])
            if len(batch.candidates) > 1:
                yield batch

    def _batch(self, pairs: Rows) -> Batch:
        seeds = pairs[:, 0]
        candidates, truth = np.unique(pairs[:, 1], return_inverse=True)
        excluded = _contains(self._known, self._keys(seeds[:, None], candidates)) | (seeds[:, None] == candidates)
        excluded[np.arange(len(seeds)), truth] = False
        return Batch(*(torch.from_numpy(part) for part in (seeds, candidates, truth, excluded)))

    def _keys(self, seeds: Rows, targets: Rows) -> Rows:
        return seeds * self._products + targets


def distinct_pairs(outfits: Sequence[Rows]) -> Rows:
    """Return every ordered pair of products that share an outfit [m, 2], once, sorted."""
    return np.unique(ordered_pairs(outfits), axis=0)


def _contains(ordered: Rows, keys: Rows) -> NDArray[np.bool_]:
    """Say which keys are among the sorted ones: a third of the time that `numpy.isin` takes."""
    places = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    found: NDArray[np.bool_] = ordered[places] == keys
    return found
