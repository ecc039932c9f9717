"""Recording rules: the budgets over every window, which boards and alerts would compute again and again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dashboards import thresholds as t

BY: Final = "namespace, job"
"""What is one service. Outside Kubernetes the namespace is empty."""

WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")

SHOPPERS: Final = 'endpoint!~"health|admin|other"'
"""Probes, admin calls and scans of random paths are nobody's shopping."""
OUTFITS: Final = 'endpoint="outfits"'


@dataclass(frozen=True, slots=True)
class Budget:
    """A share of requests that may miss an objective."""

    name: str
    missed: str
    """The share that missed it, over `{w}`."""
    requests: str
    """How many requests there were, over `{w}`."""
    allowed: float

    def share(self, window: str) -> str:
        """Name the recorded share of a window."""
        return f"namespace_job:kitsune_requests_{self.name}:ratio_rate{window}"

    def count(self, window: str) -> str:
        """Name the recorded number of requests of a window."""
        return f"namespace_job:kitsune_requests_{self.name}_of:increase{window}"

    def burn(self, window: str, matchers: str) -> str:
        """Divide the worst chosen share by what is allowed."""
        return f"max({self.share(window)}{{{matchers}}}) / {self.allowed:.3g}"


# Series of failures are made by the first one, so that a service without any must not read as unknown.
FAILED: Final = Budget(
    "failed",
    f'sum by ({BY}) (rate(kitsune_http_requests_total{{{SHOPPERS}, status="5xx"}}[{{w}}]) '
    f"or 0 * rate(kitsune_http_requests_total{{{SHOPPERS}}}[{{w}}])) "
    f"/ sum by ({BY}) (rate(kitsune_http_requests_total{{{SHOPPERS}}}[{{w}}]))",
    f"sum by ({BY}) (increase(kitsune_http_requests_total{{{SHOPPERS}}}[{{w}}]))",
    1 - t.ANSWERED,
)

LATE: Final = Budget(
    "late",
    f'1 - sum by ({BY}) (rate(kitsune_http_request_duration_seconds_bucket{{{OUTFITS}, le="{t.QUICK_S}"}}[{{w}}])) '
    f"/ sum by ({BY}) (rate(kitsune_http_request_duration_seconds_count{{{OUTFITS}}}[{{w}}]))",
    f"sum by ({BY}) (increase(kitsune_http_request_duration_seconds_count{{{OUTFITS}}}[{{w}}]))",
    1 - t.QUICK,
)

CLICKS: Final = "namespace_job:kitsune_feedback_clicks_per_outfit:ratio6h"
SERVED: Final = "namespace_job:kitsune_outfits:increase6h"


@dataclass(frozen=True, slots=True)
class Recording:
    """A series that Prometheus computes at every evaluation."""

    name: str
    expression: str


def recordings() -> Iterator[Recording]:
    """Return every recording rule."""
    for budget in (FAILED, LATE):
        for window in WINDOWS:
            yield Recording(budget.share(window), budget.missed.replace("{w}", window))
            yield Recording(budget.count(window), budget.requests.replace("{w}", window))
    yield Recording(
        CLICKS,
        f'sum by ({BY}) (increase(kitsune_feedback_total{{event="click"}}[6h]))'
        f" / sum by ({BY}) (increase(kitsune_outfits_total[6h]))",
    )
    yield Recording(SERVED, f"sum by ({BY}) (increase(kitsune_outfits_total[6h]))")
