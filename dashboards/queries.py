"""PromQL for boards: every query is of the chosen jobs and instances, every counter stands under rate()."""

from typing import Final

CHOSEN: Final = 'job=~"$job", instance=~"$instance"'
"""What the variables of a board choose."""

EXPORTER: Final = 'job=~"$exporter", cluster=~"$cluster"'
"""The same of the Elasticsearch exporter, which is a job of its own."""

CONTAINER: Final = 'namespace=~"$namespace", container="kitsune"'
"""The same of cAdvisor, which reports for the kubelet."""

POD: Final = 'namespace=~"$namespace", pod=~"kitsune.*"'
"""What cAdvisor knows of pods only: containers share their network."""


def series(metric: str, *matchers: str, of: str = CHOSEN) -> str:
    """Select a metric's series."""
    return f"{metric}{{{', '.join([of, *matchers])}}}"


def rate(metric: str, *matchers: str, of: str = CHOSEN) -> str:
    """Select a counter's increase a second."""
    return f"rate({series(metric, *matchers, of=of)}[$__rate_interval])"


def within(metric: str, *matchers: str) -> str:
    """Select a counter's increase over all of the chosen time."""
    return f"increase({series(metric, *matchers)}[$__range])"


def total(of: str, *by: str) -> str:
    """Add up an expression, one result for each value of the labels."""
    return f"sum by ({', '.join(by)}) ({of})" if by else f"sum({of})"


def quantile(q: float, histogram: str, *matchers: str, by: str = "") -> str:
    """Estimate a quantile of a histogram, one result for each value of the label."""
    labels = ("le", by) if by else ("le",)
    return f"histogram_quantile({q}, {total(rate(f'{histogram}_bucket', *matchers), *labels)})"


def mean(histogram: str, *matchers: str, by: str) -> str:
    """Average what a histogram saw, one result for each value of the label."""
    sums, counts = (total(rate(f"{histogram}_{part}", *matchers), by) for part in ("sum", "count"))
    return f"{sums} / {counts}"


def share(part: str, whole: str) -> str:
    """Divide one sum of rates by another; a part that nothing was counted for is nought, not unknown."""
    return f"({total(part)} or vector(0)) / {total(whole)}"


def shares(part: str, whole: str, by: str) -> str:
    """Divide the sums of a label's values by the whole."""
    return f"{total(part, by)} / scalar({total(whole)})"
