import asyncio

import pytest

from service.errors import DeadlineExceeded, IndexUnavailable, InvalidRequest
from service.index.breaker import FAILURES, HANGS_S, REST_S, Breaker, BreakerState

CLOSED, HALF_OPEN, OPEN = BreakerState


class Clock:
    """A clock that a test moves."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[BreakerState]:
    return []


@pytest.fixture
def breaker(clock: Clock, told: list[BreakerState]) -> Breaker:
    return Breaker(told.append, clock)


def fail(breaker: Breaker, error: BaseException | None = None) -> None:
    error = error or IndexUnavailable("It is away.")
    with pytest.raises(type(error)), breaker.call():
        raise error


def opened(breaker: Breaker) -> Breaker:
    for _ in range(FAILURES):
        fail(breaker)
    return breaker


def succeed(breaker: Breaker) -> None:
    with breaker.call():
        pass


def assert_refuses(breaker: Breaker) -> None:
    with pytest.raises(IndexUnavailable, match=r"It is away\."), breaker.call():
        pytest.fail("the call was made")


def test_failures_in_a_row_open_it_and_calls_are_refused_for_the_last_one_s_reason(breaker: Breaker) -> None:
    for _ in range(FAILURES - 1):
        fail(breaker)
        assert breaker.state is CLOSED
    fail(breaker)
    assert breaker.state is OPEN
    assert_refuses(breaker)


def test_an_answer_in_between_begins_the_count_anew(breaker: Breaker) -> None:
    for _ in range(3):
        fail(breaker)
        fail(breaker)
        succeed(breaker)
    assert breaker.state is CLOSED


def test_after_a_rest_one_call_decides(breaker: Breaker, clock: Clock, told: list[BreakerState]) -> None:
    opened(breaker)
    clock.now_s += REST_S
    with breaker.call():
        assert breaker.state is HALF_OPEN
        assert_refuses(breaker)
    succeed(breaker)
    assert told == [OPEN, HALF_OPEN, CLOSED]


def test_a_trial_that_fails_begins_another_rest(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now_s += REST_S
    fail(breaker)
    assert breaker.state is OPEN
    clock.now_s += REST_S / 2
    assert_refuses(breaker)
    clock.now_s += REST_S / 2
    succeed(breaker)
    assert breaker.state is CLOSED


@pytest.mark.parametrize("cut_off", [DeadlineExceeded("Late."), asyncio.CancelledError()])
def test_an_engine_that_hangs_has_failed(breaker: Breaker, clock: Clock, cut_off: BaseException) -> None:
    def hang() -> None:
        with breaker.call():
            clock.now_s += HANGS_S
            raise cut_off

    for _ in range(FAILURES):
        with pytest.raises(type(cut_off)):
            hang()
    assert breaker.state is OPEN


@pytest.mark.parametrize("error", [DeadlineExceeded("Late."), asyncio.CancelledError(), InvalidRequest("k is 0.")])
def test_a_caller_in_a_hurry_or_in_error_proves_nothing(breaker: Breaker, clock: Clock, error: BaseException) -> None:
    for _ in range(FAILURES):
        fail(breaker, error)
    assert breaker.state is CLOSED
    opened(breaker)
    clock.now_s += REST_S
    fail(breaker, error)
    succeed(breaker)
    assert breaker.state is CLOSED
