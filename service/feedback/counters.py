"""What Prometheus is told of predictions, feedback and variants."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from service.domain import Variant

ONLY = "only"
"""Stands where a variant's name does, for answers outside of an experiment."""


OVERLAPS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


class Counters:
    """Counters of one application; each label has a handful of values, whatever callers send."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
            return Counter(f"kitsune_{name}", meaning, labels, registry=registry)

        self.predictions = counter("predictions", "Answers by what the prediction log did with them.", ["result"])
        self.feedback = counter("feedback", "Events that were taken, without repeated ones.", ["event"])
        self.unjoined = counter("feedback_unjoined", "Events of an outfit that the prediction log does not have.")
        self.slots = counter("feedback_slots", "Events that name a candidate, by its slot from 1.", ["event", "slot"])
        self.sources = counter("feedback_sources", "The same by where the taxonomy came from.", ["event", "source"])
        self.heads = counter("feedback_heads", "The same by head from 1; none for a lock.", ["event", "head"])
        self.versions = counter("feedback_versions", "Events by the variant that answered.", ["event", "variant"])
        self.outfits = counter("variant_outfits", "Outfits by variant.", ["variant"])
        self.degraded = counter("variant_outfits_degraded", "Outfits that are less than asked for.", ["variant"])
        self.shadow = counter("shadow", "Answers that the trial was asked for in the shadow.", ["result"])
        self.shadow_overlap = Histogram(
            "kitsune_shadow_overlap",
            "Share of the first look's candidates that both releases have.",
            buckets=OVERLAPS,
            registry=registry,
        )
        self.experiment_degraded = Gauge(
            "kitsune_experiment_degraded",
            "1 where an experiment's release cannot be loaded, so that the control serves all.",
            registry=registry,
            multiprocess_mode="livemax",
        )


def label_of(variant: Variant | None) -> str:
    """Name a variant by its arm: experiments come and go, and their names would add up."""
    return ONLY if variant is None else variant.arm
