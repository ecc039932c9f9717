"""Looks to look at: for some seeds what the generator, a naive row, the stylists and chance put beside them.

The slots are the taxonomies of three pieces that a stylist put beside the seed, so that all rows answer one question.

Notation used for array shapes: c candidates, s slots.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.evaluation import Rows, Scorer
from service.catalog.subject import Subject
from service.domain import SLOTS

SHEETS = 50
STYLISTS = "stylists"
CHANCE = "random"

ROTATIONS = 3

Look = tuple[str, ...]
"""Product ids, one for each slot."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A seed and its looks by row, at most three of each."""

    seed: str
    slots: tuple[str, ...]
    looks: Mapping[str, tuple[Look, ...]]


def draw_sheets(subject: Subject, rows: Mapping[str, Sequence[Scorer]], seed: int = 0) -> tuple[Sheet, ...]:
    """Draw at most fifty seeds of the judged part, and dress them by every row.

    A row of three scorers is rotated over the slots as the service does; one of a single scorer gives its first, second
    and third products.
    """
    random = np.random.default_rng(seed)
    sheets = []
    for own, partners in _asked(subject, random):
        shelves = [_shelf(subject, own, partner) for partner in partners]
        looks = {name: _looks(scorers, own, shelves) for name, scorers in rows.items()}
        looks[CHANCE] = tuple(_first(random.permutation(shelf) for shelf in shelves) for _ in range(ROTATIONS))
        looks[STYLISTS] = (partners,)
        ids = {name: tuple(tuple(subject.ids[row] for row in look) for look in found) for name, found in looks.items()}
        sheets.append(Sheet(subject.ids[own], tuple(subject.taxonomies[row] for row in partners), ids))
    return tuple(sheets)


def _asked(subject: Subject, random: np.random.Generator) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield different seeds, each with three pieces of other groups that a stylist put beside it."""
    known: set[int] = set()
    for place in random.permutation(len(subject.outfits)):
        outfit = random.permutation(subject.outfits[place])
        own = next((int(row) for row in outfit if subject.judged[row] and int(row) not in known), None)
        if own is not None and len(partners := _of_other_taxonomies(subject, own, outfit)) == SLOTS:
            known.add(own)
            yield own, partners
        if len(known) == SHEETS:
            return


def _of_other_taxonomies(subject: Subject, own: int, outfit: Rows) -> tuple[int, ...]:
    """Return three pieces of taxonomies that differ from the seed's and from each other's, if there are."""
    others = [int(row) for row in outfit if not _variants(subject, own, int(row))]
    by_taxonomy = {subject.taxonomies[row]: row for row in others}
    by_taxonomy.pop(subject.taxonomies[own], None)
    return tuple(by_taxonomy.values())[:SLOTS]


def _shelf(subject: Subject, own: int, partner: int) -> Rows:
    """Return the products of the partner's taxonomy without the seed's own variants."""
    shelf = np.flatnonzero(subject.codes == subject.codes[partner])
    return shelf[[not _variants(subject, own, int(row)) for row in shelf]]


def _variants(subject: Subject, one: int, other: int) -> bool:
    group = subject.products[one].product.group_id
    return one == other or (group is not None and group == subject.products[other].product.group_id)


def _looks(scorers: Sequence[Scorer], own: int, shelves: Sequence[Rows]) -> tuple[tuple[int, ...], ...]:
    ranked = [[_ranked(scorer, own, shelf) for scorer in scorers] for shelf in shelves]
    if len(scorers) > 1:
        return tuple(
            _first(of_slot[(slot + look) % len(scorers)] for slot, of_slot in enumerate(ranked))
            for look in range(ROTATIONS)
        )
    depth = min(ROTATIONS, *(len(shelf) for shelf in shelves))
    return tuple(_first(of_slot[0][look:] for of_slot in ranked) for look in range(depth))


def _ranked(scorer: Scorer, own: int, shelf: Rows) -> Rows:
    return shelf[np.argsort(-scorer.scores(np.array([own]), shelf)[0], kind="stable")]


def _first(shelves: Iterator[Rows]) -> tuple[int, ...]:
    return tuple(int(shelf[0]) for shelf in shelves)
