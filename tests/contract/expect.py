"""What "the same answer" means between engines, and random questions to compare answers on."""

from collections.abc import Sequence

import numpy as np
import pytest

from service.domain import Candidate, Filters, PriceRange
from service.index.base import GenerationInfo, Item, Query, Vector
from tests.catalogues import BRANDS, GENDERS, made_items, taxonomy_name, unit_vectors
from tests.contract.conftest import DIMENSIONS
from tests.contract.reference import ReferenceIndex

TAXONOMIES = 9
SAME = 1e-5
EVERYTHING = Filters(in_stock=False)


def catalogue(n: int = 400, seed: int = 1) -> list[Item]:
    return list(made_items(n, TAXONOMIES, DIMENSIONS, seed))


def reference(items: Sequence[Item]) -> ReferenceIndex:
    return ReferenceIndex(items, GenerationInfo("generation", "space", DIMENSIONS, len(items), 7))


def direction(seed: int) -> Vector:
    vector: Vector = unit_vectors(np.random.default_rng(seed), 1, DIMENSIONS)[0]
    return vector


def ids(candidates: Sequence[Candidate]) -> list[str]:
    return [candidate.product.product_id for candidate in candidates]


def assert_same(found: Sequence[Candidate], expected: Sequence[Candidate]) -> None:
    """Cosines agree place by place; so do products, but where cosines are too near for rounding to tell."""
    assert [c.score for c in found] == pytest.approx([c.score for c in expected], abs=SAME)
    assert len(set(ids(found))) == len(found)
    expected_scores = {c.product.product_id: c.score for c in expected}
    for theirs, ours in zip(found, expected, strict=True):
        if theirs.product != ours.product:
            tied_with = expected_scores.get(theirs.product.product_id, expected[-1].score)
            assert theirs.score == pytest.approx(tied_with, abs=SAME)
            assert theirs.score == pytest.approx(ours.score, abs=SAME)


def random_query(rng: np.random.Generator, items: Sequence[Item]) -> Query:
    """Half the time near a product, as targets are; of one taxonomy or several, some of them unknown."""
    vector = unit_vectors(rng, 1, DIMENSIONS)[0]
    if rng.random() < 0.5:
        vector = items[int(rng.integers(len(items)))].vector + np.float32(0.1) * vector
    names = [taxonomy_name(rank) for rank in rng.integers(0, TAXONOMIES + 1, rng.integers(1, 4))]
    return Query(vector * np.float32(rng.uniform(0.1, 10)), tuple(names), int(rng.integers(1, 60)))


def random_filters(rng: np.random.Generator, items: Sequence[Item]) -> Filters:
    """Each filter is on half the time."""
    picked = [items[row].product for row in rng.integers(0, len(items), 12)]
    low, high = sorted(rng.uniform(0, 200, 2).tolist())
    bounds = [(low, high), (low, None), (None, high), (None, None)][rng.integers(4)]

    def on() -> bool:
        return bool(rng.random() < 0.5)

    return Filters(
        in_stock=on(),
        price=PriceRange(("EUR", "USD", "XXX")[rng.choice(3, p=(0.7, 0.2, 0.1))], *bounds) if on() else None,
        brands=frozenset(BRANDS[i].upper() for i in rng.integers(0, 5, 3)) | {"unheard of"} if on() else frozenset(),
        exclude_brands=frozenset({BRANDS[rng.integers(5)], "unheard of"}) if on() else frozenset(),
        gender=GENDERS[rng.integers(4)],
        exclude_ids=frozenset(p.product_id for p in picked[:6]) | {"unknown"} if on() else frozenset(),
        exclude_groups=frozenset(p.group_id for p in picked[6:] if p.group_id) | {"unknown"} if on() else frozenset(),
    )
