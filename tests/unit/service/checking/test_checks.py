import pytest

from service.checking.checks import Case, Check, Limit, Result
from service.checking.subject import NotAsked, Subject

pytestmark = pytest.mark.anyio

OVERLAP = Limit("overlap", "at least", 0.8)
FAILURES = Limit("failures", "at most", 0.25)


async def result_of(limit: Limit, *values: float) -> Result:
    async def ask(_: Subject) -> list[Case]:
        return [Case(f"case {number}", value) for number, value in enumerate(values)]

    return await Check("made", "INV", "Q0", "Is it so?", limit, ask).result(None)  # type: ignore[arg-type]


async def test_the_mean_is_held_against_the_limit_and_the_cases_that_miss_it_are_counted() -> None:
    result = await result_of(OVERLAP, 1, 0.7, 1, 0.9)
    assert (result.asked, result.failed, result.failure_rate, result.measured) == (4, 1, 0.25, 0.9)
    assert result.passed
    assert result.examples == ("case 1",)


async def test_of_failures_the_mean_is_the_failure_rate() -> None:
    assert (await result_of(FAILURES, 0, 0, 0, 1)).passed
    result = await result_of(FAILURES, 0, 1, 0, 1)
    assert result.passed is False
    assert result.measured == result.failure_rate == 0.5


async def test_few_of_many_misses_are_named() -> None:
    assert len((await result_of(FAILURES, *[1] * 50)).examples) == 3


async def test_nothing_to_ask_about_is_neither_passed_nor_missed() -> None:
    result = await result_of(FAILURES)
    assert (result.asked, result.measured, result.passed) == (0, None, None)
    assert result.reason


async def test_a_check_that_lacks_something_says_what() -> None:
    async def ask(_: Subject) -> list[Case]:
        raise NotAsked("no product states a season")

    result = await Check("made", "MFT", "Q0", "Is it so?", FAILURES, ask).result(None)  # type: ignore[arg-type]
    assert result.passed is None
    assert result.reason == "no product states a season"
