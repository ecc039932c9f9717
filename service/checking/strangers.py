"""Does a vector that no product could have get an answer or a refusal, and never an error?"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from service.checking.checks import Case
from service.checking.subject import Subject, generator
from service.domain import VectorSeed
from service.errors import RequestError

SEEDS = 100


async def vectors_without_direction_are_refused(subject: Subject) -> list[Case]:
    """Ask about zeros, about what is no number, about endless ones, and about vectors of another length."""
    dimensions = subject.release.model.dimensions
    wrong = {
        "zero": [0.0] * dimensions,
        "not a number": [math.nan] * dimensions,
        "infinite": [math.inf, *[0.0] * (dimensions - 1)],
        "too short": [1.0] * (dimensions - 1),
        "too long": [1.0] * (dimensions + 1),
        "empty": [],
    }
    return [
        Case(f"{name}, {taxonomy}", float(not await _refused(subject, vector, taxonomy)))
        for taxonomy in await _taxonomies(subject)
        for name, vector in wrong.items()
    ]


async def strange_vectors_are_answered_or_refused(subject: Subject) -> list[Case]:
    """Ask about vectors of any direction, of one dimension alone, and about extremely long and short ones."""
    cases = []
    for taxonomy in await _taxonomies(subject):
        for name, vector in _strange(subject.release.model.dimensions):
            cases.append(Case(f"{name}, {taxonomy}", float(not await _whole_or_refused(subject, vector, taxonomy))))
    return cases


async def _taxonomies(subject: Subject) -> list[str]:
    return sorted({seed.product.taxonomy for seed in await subject.served(SEEDS)})


def _strange(dimensions: int) -> Iterator[tuple[str, Sequence[float]]]:
    rng = generator("strange vectors")
    direction = rng.standard_normal(dimensions)
    yield "any direction", direction.tolist()
    yield "one dimension", np.eye(dimensions)[int(rng.integers(dimensions))].tolist()
    for power in (-320, -150, 150, 300):
        yield f"length of 1e{power}", (direction * 10.0**power).tolist()


async def _refused(subject: Subject, vector: Sequence[float], taxonomy: str) -> bool:
    try:
        await subject.ask(VectorSeed(tuple(vector), taxonomy))
    except RequestError:
        return True
    return False


async def _whole_or_refused(subject: Subject, vector: Sequence[float], taxonomy: str) -> bool:
    try:
        outfit = await subject.ask(VectorSeed(tuple(vector), taxonomy))
    except RequestError:
        return True
    scores = [candidate.score for slot in outfit.looks[0].slots for candidate in slot.candidates]
    return bool(scores) and all(math.isfinite(score) for score in scores)
