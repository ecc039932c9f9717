"""An answer with what was seen while it was made: what metrics, the prediction log and drift are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, Protocol

from service.domain import Outfit, OutfitRequest, SeedReference
from service.index.base import Vector

Stage = Literal["lookup", "plan", "encode", "generate", "search", "assemble"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was asked, what was answered, and what lies between."""

    reference: SeedReference
    request: OutfitRequest
    outfit: Outfit
    vector: Vector
    """Of the seed [d], unit length."""
    targets: Vector
    """That the heads generated for the seed [s, d]; locks have not had their say yet."""
    stages_s: Mapping[Stage, float]
    """How long each stage took, in the order in which they were gone through."""


class Observer(Protocol):
    """Someone who watches answers."""

    def observe(self, seen: Observation) -> None:
        """Take note of an answer, soon enough for the event loop: what takes long is put off."""
        ...


class Stopwatch:
    """Notes how long each stage takes, one after the other."""

    def __init__(self) -> None:
        self.stages_s: dict[Stage, float] = {}
        self._lap_s = perf_counter()

    def ended(self, stage: Stage) -> None:
        """Note that `stage` took all the time since the one before."""
        now_s = perf_counter()
        self.stages_s[stage] = now_s - self._lap_s
        self._lap_s = now_s
