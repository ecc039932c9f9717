"""What an alert is. `page` wakes somebody, because a shopper suffers now; `ticket` waits for the morning."""

from dataclasses import dataclass
from typing import Final, Literal

from dashboards import thresholds as t

OURS: Final = f'job="{t.JOB}"'
"""Metrics that other services have too are asked of ours alone."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; `lasting` is how long its expression has to hold before it fires."""

    name: str
    severity: Literal["page", "ticket"]
    expression: str
    lasting: str
    summary: str
    description: str

    @property
    def runbook(self) -> str:
        """The section of the runbooks that says what to do."""
        return f"{t.RUNBOOKS}#{self.name.lower()}"
