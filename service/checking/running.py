"""All checks, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.catalog.stages import Progress
from service.checking.checks import Check, Result
from service.checking.registry import CHECKS
from service.checking.subject import Subject
from service.domain import Versions


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of all checks, and what they were asked of."""

    versions: Versions
    products: int
    results: tuple[Result, ...]

    @property
    def missed(self) -> tuple[Result, ...]:
        """The checks whose limits are missed."""
        return tuple(result for result in self.results if result.passed is False)


async def run_checks(subject: Subject, progress: Progress, checks: Sequence[Check] = CHECKS) -> Checked:
    """Ask every check's question; the same subject gives the same results."""
    results = []
    for number, check in enumerate(checks, start=1):
        results.append(await check.result(subject))
        progress(number, len(checks))
    return Checked(subject.release.versions, len(subject.items), tuple(results))
