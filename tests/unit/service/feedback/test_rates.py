"""Intervals, against figures that were published or can be had from elsewhere."""

import pytest

from service.feedback.rates import difference, rate


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_a_rate_has_the_score_interval_that_newcombe_tabulates(hits: int, of: int, low: float, high: float) -> None:
    """Source: Newcombe (1998), Two-sided confidence intervals for the single proportion, table 1, method 3."""
    found = rate(hits, of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.value == hits / of


def test_nothing_seen_says_nothing() -> None:
    found = rate(0, 0)
    assert (found.value, found.low, found.high) == (0, 0, 1)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 10), 0.6075, 1.0)],
)
def test_a_difference_has_the_interval_that_newcombe_tabulates(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    """Source: Newcombe (1998), Interval estimation for the difference, table 2, method 10."""
    found = difference(rate(*one), rate(*other))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_a_difference_is_certain_when_zero_is_outside() -> None:
    assert difference(rate(56, 70), rate(48, 80)).is_certain
    assert not difference(rate(5, 70), rate(5, 80)).is_certain
