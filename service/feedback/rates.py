"""How often something came of something, with the 95 % interval."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""Standard deviations of a normal distribution that 95 % lie within."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` out of `of`, and the interval of the share."""

    hits: int
    of: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher one share is than another, and the interval of that."""

    value: float
    low: float
    high: float

    @property
    def is_certain(self) -> bool:
        """Whether the interval has no zero in it."""
        return self.low > 0 or self.high < 0


def rate(hits: int, of: int) -> Rate:
    """Return a share with its score interval, which holds for few and for rare hits too; 0 to 1 where nothing was seen.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    if of == 0:
        return Rate(hits, of, 0.0, 0.0, 1.0)
    share = hits / of
    middle = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
    reach = Z * sqrt(share * (1 - share) / of + Z**2 / (4 * of**2)) / (1 + Z**2 / of)
    return Rate(hits, of, share, max(0.0, middle - reach), min(1.0, middle + reach))


def difference(one: Rate, other: Rate) -> Difference:
    """Return how much higher `one` is than `other`, with the interval that their score intervals make.

    Source: Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.
    """
    value = one.value - other.value
    below = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Difference(value, value - below, value + above)
