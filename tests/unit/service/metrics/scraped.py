"""What a scrape says, as numbers."""

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


def samples(text: str) -> list[Sample]:
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def value(told: CollectorRegistry | str, name: str, **labels: str) -> float:
    """Return one series' value; a histogram's is how often something was observed."""
    text = told if isinstance(told, str) else generate_latest(told).decode()
    (found,) = (
        sample.value for sample in samples(text) if sample.name in (name, f"{name}_count") and sample.labels == labels
    )
    return found


def moved(told: CollectorRegistry | str, name: str) -> dict[tuple[str, ...], float]:
    """Return the series of a counter, or of how often a histogram observed, that are above zero, by their labels."""
    text = told if isinstance(told, str) else generate_latest(told).decode()
    return {
        tuple(sample.labels.values()): sample.value
        for sample in samples(text)
        if sample.name in (name, f"{name}_count") and sample.value
    }
