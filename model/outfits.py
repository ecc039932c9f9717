"""Outfits as training data: any number of items becomes a seed and three others, and each head gets its own pairs.

Notation used for array shapes: m pairs of a head, o outfits.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations as orders
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from model.evaluation import ordered_pairs
from model.inference import HEADS

Rows = NDArray[np.int64]
Permutations = Literal["all", "none", "dedupe"]


@dataclass(frozen=True, slots=True, eq=False)
class HeadDataset:
    """The pairs that one head learns from, as row numbers of the vectors.

    Shapes:
        seeds, targets: [m]
    """

    seeds: Rows
    targets: Rows


HeadDatasets = tuple[HeadDataset, ...]
"""One for each head, in the heads' order."""


def reduce_outfits(outfits: Sequence[Rows], seed: int) -> Rows:
    """Reduce each outfit to a seed and three others.

    The rule: of an outfit's distinct items, shuffled, the first is the seed and the next three are its others; further
    ones are left out. With two or three items the others are repeated in turn (a, b, c gives a | b, c, b). Outfits of
    fewer than two distinct items are dropped. The shuffle depends on `seed` and on the outfit's set of items alone, so
    that no other outfit, nor any order, changes what becomes of it.

    Shapes:
        outfits: o times [items]
        returns: [at most o, 4], in the order of `outfits`
    """
    reduced = [_reduce(sorted(set(outfit.tolist())), seed) for outfit in outfits]
    return np.array([quad for quad in reduced if quad], np.int64).reshape(-1, 1 + HEADS)


def _reduce(items: list[int], seed: int) -> list[int]:
    if len(items) < 2:  # noqa: PLR2004 - a seed and one other
        return []

    def key(item: int) -> bytes:
        return hashlib.blake2b(f"{seed} {items} {item}".encode()).digest()

    # Sorted by hash: a fifth of the time that a random generator for each outfit takes.
    shuffled = sorted(items, key=key)[: 1 + HEADS]
    return [shuffled[place] for place in _places(tuple(range(len(shuffled))))]


def _places(order: tuple[int, ...]) -> list[int]:
    """Return a seed and three others, `order` naming the places of the distinct items that are shared out."""
    others = order[1:]
    return [order[0], *(others[i % len(others)] for i in range(HEADS))]


def head_datasets(quads: Rows, permutations: Permutations, seed: int) -> HeadDatasets:
    """Return the pairs of (seed, target) that each head learns from.

    none: the outfits as they are: head h learns the h-th other of each outfit's seed.
    all: each item of an outfit as its seed, with its others in every order. All heads see the same pairs.
    dedupe: all, and of these one (a seeded choice) for each item that is a seed anywhere. Every head has a data set of
    its own: of one seed the three see different others, unless its outfit has too few.

    Shapes:
        quads: [o, 4], as `reduce_outfits` gives them
    """
    if permutations != "none":
        quads = _permuted(quads)
    if permutations == "dedupe":
        shuffled = np.random.default_rng(seed).permutation(quads)
        quads = shuffled[np.unique(shuffled[:, 0], return_index=True)[1]]
    return tuple(HeadDataset(quads[:, 0], quads[:, 1 + h]) for h in range(HEADS))


def shared_pairs(outfits: Sequence[Rows], seed: int) -> HeadDatasets:
    """Return all ordered pairs of products that share an outfit, each once, shared out to the heads by lot.

    Every head learns from as many pairs as from all kinds of them, but no two heads from the same.

    Shapes:
        outfits: o times [items]
    """
    pairs = np.random.default_rng(seed).permutation(np.unique(ordered_pairs(outfits), axis=0))
    return tuple(HeadDataset(own[:, 0], own[:, 1]) for own in (pairs[h::HEADS] for h in range(HEADS)))


def _permuted(quads: Rows) -> Rows:
    """Return every outfit once for each of its items as the seed, and for every order of the others."""
    # An outfit's distinct items come first, and the first other again where there are no more of them.
    distinct = np.where(quads[:, 2] == quads[:, 1], 2, np.where(quads[:, 3] == quads[:, 1], 3, 4))
    parts = [
        quads[distinct == count][:, [_places(order) for order in orders(range(count))]]  # [outfits, orders, 4]
        for count in (2, 3, 4)
    ]
    return np.concatenate([part.reshape(-1, 1 + HEADS) for part in parts])
