"""The search for the highest rate, on a server of known capacity."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.openloop import Asked
from benchmarks.rate import NEAR, ROUNDS, SLO_MS, START, Trial, highest


def trial(rate: float, *p99_ms: float, status: int = 200) -> Trial:
    rounds = [Asked(np.full(9, status), np.full(9, milliseconds / 1000), np.zeros(9)) for milliseconds in p99_ms]
    return Trial(rate, rounds, {})


def serving(capacity: float) -> Callable[[float], Trial]:
    return lambda rate: trial(rate, *[SLO_MS * rate / capacity] * ROUNDS)


@pytest.mark.parametrize("capacity", [START, 97, 450, 3000])
def test_the_rate_found_is_just_below_what_is_too_much(capacity: float) -> None:
    assert (1 - NEAR) * capacity <= highest(serving(capacity)).rate <= capacity


def test_a_server_that_keeps_up_with_nothing_has_no_rate() -> None:
    with pytest.raises(SystemExit, match="nothing to report"):
        highest(serving(START / 2))


def test_one_slow_round_in_three_is_a_neighbours_fault_and_two_are_not() -> None:
    assert trial(50, 5, 10 * SLO_MS, 5).within()
    assert not trial(50, 5, 10 * SLO_MS, 10 * SLO_MS).within()


def test_one_failed_request_is_one_too_many() -> None:
    assert not trial(50, 5, 5, 5, status=503).within()
