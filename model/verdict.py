"""What is found of a window of requests when it is compared with its reference; `model.drift` compares."""

from collections.abc import Iterable
from dataclasses import dataclass

PSI_WARNING = 0.1
PSI_ALARM = 0.2
"""Of the population stability index. Source: the rule of thumb of credit scoring, where it comes from."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which share of the rows a category has, before and now, and what it adds to the index."""

    name: str
    before: float
    now: float
    index: float


@dataclass(frozen=True, slots=True)
class Column:
    """How far a dimension of the seeds or of a head's targets moved, as a multiple of what is let pass."""

    profile: str
    head: int | None
    """0, 1 or 2; None of the seeds'."""
    dimension: int
    ratio: float

    @property
    def label(self) -> str:
        """What to call it."""
        return f"seed {self.dimension}" if self.head is None else f"head {self.head + 1}: {self.dimension}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one window.

    `ratios` has, for each profile, its largest statistic over what is let pass: above 1 it has drifted. `columns` are
    those that drifted, the furthest first. `taxonomies` and `overrides` are all that were compared, `words` the values
    of attributes that moved most.
    """

    ratios: dict[str, float]
    columns: list[Column]
    taxonomies: list[Share]
    overrides: list[Share]
    words: list[Share]

    @property
    def drifted(self) -> list[str]:
        """The profiles that have drifted."""
        return [name for name, ratio in self.ratios.items() if ratio > 1]


def stability_index(shares: Iterable[Share]) -> float:
    """Return the population stability index; 0 where nothing moved."""
    return sum(share.index for share in shares)
