"""Metrics with one label whose values are known: every series is there from the start, at zero.

A rate needs a zero to begin at: a counter that appears with its first error hides that error. And a series that is at
hand costs a request less than one that is looked up.
"""

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram


def counters(
    registry: CollectorRegistry, name: str, documentation: str, **label: Iterable[str]
) -> Mapping[str, Counter]:
    """Make a counter with one label, `label=values`, and return its series by that label's value."""
    ((key, values),) = label.items()
    family = Counter(name, documentation, (key,), registry=registry)
    return {value: family.labels(value) for value in values}


def histograms(
    registry: CollectorRegistry, name: str, documentation: str, buckets: Sequence[float], **label: Iterable[str]
) -> Mapping[str, Histogram]:
    """Make a histogram with one label, `label=values`, and return its series by that label's value."""
    ((key, values),) = label.items()
    family = Histogram(name, documentation, (key,), registry=registry, buckets=buckets)
    return {value: family.labels(value) for value in values}
