"""What a behavioural check is, and what came of one.

The three skills are those of CheckList: a minimum functionality (MFT), an invariance (INV: a change that must not
matter) and a directional expectation (DIR: a change that must show, and how).

Source: Ribeiro and others, "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList", ACL 2020.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from service.checking.subject import NotAsked, Subject

EXAMPLES = 3
"""Cases that a result names, of those that missed the bound."""

Skill = Literal["MFT", "INV", "DIR"]
Sense = Literal["at most", "at least"]


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was asked: what it was about, and the value that is held against the bound."""

    about: str
    value: float


@dataclass(frozen=True, slots=True)
class Limit:
    """The bound that the mean of a check's cases keeps to.

    `figure` says what a case's value is; of a failure it is 1, so that the mean is the failure rate.
    """

    figure: str
    sense: Sense
    bound: float

    def admits(self, value: float) -> bool:
        """Say whether a value keeps to the bound."""
        return value <= self.bound if self.sense == "at most" else value >= self.bound


@dataclass(frozen=True, slots=True)
class Check:
    """A question that is asked of a release many times over."""

    name: str
    skill: Skill
    row: str
    """Of the acceptance list of outfit quality, from which the limit comes."""
    question: str
    limit: Limit
    ask: Callable[[Subject], Awaitable[Sequence[Case]]]

    async def result(self, subject: Subject) -> "Result":
        """Ask, and hold what came of it against the limit."""
        try:
            cases, reason = await self.ask(subject), "the catalogue has nothing to ask about"
        except NotAsked as lack:
            cases, reason = (), str(lack)
        return Result.of(self, cases, None if cases else reason)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a check. `failed` counts the cases that miss the bound by themselves."""

    name: str
    skill: Skill
    row: str
    question: str
    figure: str
    sense: Sense
    bound: float
    asked: int
    failed: int
    failure_rate: float | None
    measured: float | None
    passed: bool | None
    """None where nothing could be asked; `reason` says why."""
    reason: str | None
    examples: tuple[str, ...]

    @classmethod
    def of(cls, check: Check, cases: Sequence[Case], reason: str | None) -> "Result":
        """Hold cases against the check's limit."""
        limit = check.limit
        missed = [case.about for case in cases if not limit.admits(case.value)]
        measured = fmean(case.value for case in cases) if cases else None
        return cls(
            name=check.name,
            skill=check.skill,
            row=check.row,
            question=check.question,
            figure=limit.figure,
            sense=limit.sense,
            bound=limit.bound,
            asked=len(cases),
            failed=len(missed),
            failure_rate=len(missed) / len(cases) if cases else None,
            measured=measured,
            passed=None if measured is None else limit.admits(measured),
            reason=reason,
            examples=tuple(missed[:EXAMPLES]),
        )


def failures(found: Iterator[tuple[str, bool]]) -> list[Case]:
    """Make cases of what was asked and whether it failed."""
    return [Case(about, float(failed)) for about, failed in found]
