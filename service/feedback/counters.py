"""What Prometheus is told of predictions, feedback and variants."""

from collections.abc import Sequence
from itertools import product
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from service.domain import Arm, Source, Variant
from service.feedback.events import EventName
from service.feedback.joining import NO_HEAD

ONLY = "only"
"""Stands where a variant's name does, for answers outside of an experiment."""

LOGGED = ("logged", "dropped", "failed")
COMPARED = ("same", "different", "failed", "dropped")
EVENTS = get_args(EventName)
SLOTS = ("1", "2", "3")
VARIANTS = (ONLY, *get_args(Arm))


OVERLAPS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


class Counters:
    """Counters of one application; each label has a handful of values, whatever callers send."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, meaning: str, **labels: Sequence[str]) -> Counter:
            family = Counter(f"kitsune_{name}", meaning, [*labels], registry=registry)
            if labels:
                # A rate needs a zero to begin at: all series are there from the start.
                for values in product(*labels.values()):
                    family.labels(*values)
            return family

        self.predictions = counter("predictions", "Answers by what the prediction log did with them.", result=LOGGED)
        self.feedback = counter("feedback", "Events that were taken, without repeated ones.", event=EVENTS)
        self.unjoined = counter("feedback_unjoined", "Events of an outfit that the prediction log does not have.")
        self.slots = counter(
            "feedback_slots", "Events that name a slot or a candidate, by the slot from 1.", event=EVENTS, slot=SLOTS
        )
        self.sources = counter(
            "feedback_sources", "The same by where the taxonomy came from.", event=EVENTS, source=get_args(Source)
        )
        self.heads = counter(
            "feedback_heads", "The same by head from 1; none for a lock.", event=EVENTS, head=(*SLOTS, NO_HEAD)
        )
        self.versions = counter(
            "feedback_versions", "Events by the variant that answered.", event=EVENTS, variant=VARIANTS
        )
        self.outfits = counter("variant_outfits", "Outfits by variant.", variant=VARIANTS)
        self.degraded = counter(
            "variant_outfits_degraded", "Outfits that are less than was asked for.", variant=VARIANTS
        )
        self.shadow = counter("shadow", "Answers that the trial was asked for in the shadow.", result=COMPARED)
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
