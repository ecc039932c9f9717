"""Does an answer follow when the seed moves along an attribute that the catalogue states?

A direction is the mean difference between products with one label and with another of the same taxonomy, so that what
kind of thing a product is stays as it is.

Notation used for array shapes: d vector.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from service.checking.checks import Case
from service.checking.subject import NotAsked, Subject
from service.domain import Outfit
from service.index.base import Item, Vector

COLOUR = "colour"
COLOURS = 5
"""The most frequent ones; each is moved to each other."""

SEEDS = 10
"""Of one label and one taxonomy that are moved to another label."""

FEWEST = 3
"""Products of either label that a taxonomy needs to say how they differ in it."""

Labels = tuple[str, ...]
Mix = Mapping[str, float]
"""The share of each label."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The products of one taxonomy with a label, and those with another."""

    without: Sequence[Item]
    having: Sequence[Item]

    @property
    def direction(self) -> Vector:
        """The way from the ones to the others [d]."""
        ends = [np.mean([item.vector for item in side], axis=0) for side in (self.without, self.having)]
        way: Vector = ends[1] - ends[0]
        return way


@dataclass(frozen=True, slots=True)
class Move:
    """What is recommended to seeds of one colour, to the same once they are moved, and to real ones of the other."""

    name: str
    before: Mix
    after: Mix
    real: Mix


async def colours_follow(subject: Subject) -> list[Case]:
    """Return by how much a move brings the recommended colours nearer to those that real products of the colour get."""
    return [Case(one.name, _apart(one.before, one.real) - _apart(one.after, one.real)) for one in await _moves(subject)]


async def colours_stay_varied(subject: Subject) -> list[Case]:
    """Return how many colours are recommended after a move, as a share of those before."""
    return [Case(one.name, _variety(one.after) / _variety(one.before)) for one in await _moves(subject)]


async def shares_rise(subject: Subject, attribute: str, label: str) -> list[Case]:
    """Move seeds without a label to it, and return by how much its share of the first candidates rises."""
    cases = []
    shelves = await _shelves(subject, attribute, lambda labels: label not in labels, lambda labels: label in labels)
    for shelf in shelves:
        for seed in shelf.without[:SEEDS]:
            before = _mix(subject, [await subject.ask_vector(seed, seed.vector)], attribute)
            after = _mix(subject, [await subject.ask_vector(seed, seed.vector + shelf.direction)], attribute)
            cases.append(Case(seed.product.product_id, after.get(label, 0) - before.get(label, 0)))
    return cases


async def _moves(subject: Subject) -> list[Move]:
    counts = Counter(item.product.attributes[COLOUR][:1] for item in subject.items if _stated(item, COLOUR))
    frequent = [colour for colour, _ in counts.most_common(COLOURS)]
    moves = [await _move(subject, one, other) for one, other in permutations(frequent, 2)]
    found = [move for move in moves if move]
    if not found:
        raise NotAsked(f"no taxonomy has {FEWEST} products each of two {COLOUR}s")
    return found


async def _move(subject: Subject, one: Labels, other: Labels) -> Move | None:
    shelves = await _shelves(subject, COLOUR, lambda labels: labels[:1] == one, lambda labels: labels[:1] == other)
    before, after, real = [], [], []
    for shelf in shelves:
        for seed, partner in zip(shelf.without[:SEEDS], shelf.having, strict=False):
            before.append(await subject.ask_vector(seed, seed.vector))
            after.append(await subject.ask_vector(seed, seed.vector + shelf.direction))
            real.append(await subject.ask_vector(partner, partner.vector))
    if not before:
        return None
    mixes = [_mix(subject, outfits, COLOUR) for outfits in (before, after, real)]
    return Move(f"{one[0]} to {other[0]}", *mixes) if all(mixes) else None


async def _shelves(
    subject: Subject, attribute: str, is_without: Callable[[Labels], bool], is_having: Callable[[Labels], bool]
) -> list[Shelf]:
    """Return the taxonomies that have enough products on either side.

    Raises:
        NotAsked: no product states the attribute.
    """
    by_taxonomy: defaultdict[str, list[Item]] = defaultdict(list)
    for item in await subject.served(len(subject.items)):
        if _stated(item, attribute):
            by_taxonomy[item.product.taxonomy].append(item)
    if not by_taxonomy:
        raise NotAsked(f"no product states a {attribute}")
    shelves = [
        Shelf(
            [item for item in items if is_without(item.product.attributes[attribute])],
            [item for item in items if is_having(item.product.attributes[attribute])],
        )
        for _, items in sorted(by_taxonomy.items())
    ]
    return [shelf for shelf in shelves if min(len(shelf.without), len(shelf.having)) >= FEWEST]


def _stated(item: Item, attribute: str) -> bool:
    return bool(item.product.attributes.get(attribute))


def _mix(subject: Subject, outfits: Iterable[Outfit], attribute: str) -> Mix:
    """Return the share of the first candidates that have each label."""
    stated = [
        labels
        for outfit in outfits
        for slot in outfit.looks[0].slots
        for candidate in slot.candidates[: subject.depth(slot.taxonomy)]
        if (labels := candidate.product.attributes.get(attribute))
    ]
    counts = Counter(label for labels in stated for label in labels)
    return {label: count / len(stated) for label, count in counts.items()}


def _apart(one: Mix, other: Mix) -> float:
    """Return the total variation between two mixes: 0 where they are the same, 1 where they share nothing."""
    return sum(abs(one.get(label, 0) - other.get(label, 0)) for label in {*one, *other}) / 2


def _variety(mix: Mix) -> float:
    """Return the effective number of labels: the exponential of the entropy, so that rare ones count for less."""
    return math.exp(-sum(share * math.log(share) for share in mix.values()))
