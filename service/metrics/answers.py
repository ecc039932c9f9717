"""What the model answers: an observer that turns each answer into figures."""

import math
from collections.abc import Mapping
from heapq import nsmallest
from itertools import combinations
from typing import get_args

from prometheus_client import CollectorRegistry, Counter

from service.domain import SLOTS, PhotoSeed, Product, ProductSeed, Slot, Source, TextSeed, VectorSeed
from service.index.base import Vector
from service.metrics.series import counters, histograms
from service.observation import Observation, Stage

TAXONOMIES = 8
"""Seeds are counted by so many taxonomies; the others are one."""

OTHER = "other"

KINDS = {ProductSeed: "product", VectorSeed: "vector", PhotoSeed: "photo", TextSeed: "text"}
HEADS = [str(number) for number in range(1, SLOTS + 1)]
"""Heads and slots count from 1 here, as people do."""

REASONS = ("looks_reduced", "empty_slot")
TONES = ("neutral", "coloured", "unknown")

NEUTRAL = frozenset({"black", "white", "grey", "beige", "brown", "gold", "silver"})
"""Colours that go with every other, of the canonical ones in `mappings/words.yaml`."""

COSINES = (-0.2, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""From below 0 on, where the library leaves out the sum: one that falls would look like a restart."""

HEADS_COSINES = (-0.5, 0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
NORMS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 4.0)
STAGES_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


class AnswerMetrics:
    """An `Observer` that counts answers, and keeps the distributions that show a model that goes wrong."""

    def __init__(self, registry: CollectorRegistry) -> None:
        pairs = [f"{one}-{other}" for one, other in combinations(HEADS, 2)]
        self._outfits = counters(
            registry, "kitsune_outfits", "Answers to what goes with a product.", result=("whole", "degraded")
        )
        self._degraded = counters(
            registry, "kitsune_outfits_degraded", "Answers that are less than what was asked.", reason=REASONS
        )
        self._slots = counters(
            registry, "kitsune_slots", "Slots of all looks, by what chose their taxonomy.", source=get_args(Source)
        )
        self._empty = counters(registry, "kitsune_slots_empty", "Slots without a candidate.", slot=HEADS)
        self._scores = histograms(
            registry, "kitsune_top_score", "Cosine of a slot's first candidate.", COSINES, head=HEADS
        )
        self._norms = histograms(registry, "kitsune_target_norm", "Length of a head's target.", NORMS, head=HEADS)
        self._cosines = histograms(
            registry, "kitsune_heads_cosine", "Cosine between two heads' targets.", HEADS_COSINES, heads=pairs
        )
        self._tones = counters(
            registry, "kitsune_first_candidates", "First candidates that were searched for, by colour.", tone=TONES
        )
        self._kinds = counters(registry, "kitsune_seeds_by_kind", "Seeds, by how they were given.", kind=KINDS.values())
        self._stages = histograms(
            registry, "kitsune_stage_duration_seconds", "Seconds of a stage.", STAGES_S, stage=get_args(Stage)
        )
        self._by_taxonomy = Counter("kitsune_seeds", "Seeds, by taxonomy.", ("taxonomy",), registry=registry)
        self._seeds = {OTHER: self._by_taxonomy.labels(OTHER)}

    def follow(self, sizes: Mapping[str, int]) -> None:
        """Count seeds of the largest taxonomies by name; the first call decides, since a counter's series must last."""
        if self._seeds.keys() == {OTHER}:
            largest = nsmallest(TAXONOMIES, sizes, key=lambda name: (-sizes[name], name))
            self._seeds |= {name: self._by_taxonomy.labels(name) for name in largest}

    def observe(self, seen: Observation) -> None:
        """Take note of one answer."""
        outfit = seen.outfit
        self._outfits["degraded" if outfit.degraded else "whole"].inc()
        for reason in outfit.degraded:
            self._degraded[reason].inc()
        self._seeds.get(outfit.seed.taxonomy, self._seeds[OTHER]).inc()
        self._kinds[KINDS[type(seen.reference)]].inc()
        for stage, duration_s in seen.stages_s.items():
            self._stages[stage].observe(duration_s)
        self._observe_slots([slot for look in outfit.looks for slot in look.slots])
        self._observe_targets(seen.targets)

    def _observe_slots(self, slots: list[Slot]) -> None:
        for number, slot in enumerate(slots):
            self._slots[slot.source].inc()
            if not slot.candidates:
                self._empty[HEADS[number % SLOTS]].inc()
            elif slot.head is not None:
                first = slot.candidates[0]
                self._scores[HEADS[slot.head]].observe(first.score)
                self._tones[tone_of(first.product)].inc()

    def _observe_targets(self, targets: Vector) -> None:
        """Take note of what the heads generated.

        Shapes:
            targets: [s, d].
        """
        products = (targets @ targets.T).tolist()
        norms = [math.sqrt(max(0.0, products[head][head])) for head in range(SLOTS)]
        for head, norm in enumerate(norms):
            self._norms[HEADS[head]].observe(norm)
        for one, other in combinations(range(SLOTS), 2):
            if lengths := norms[one] * norms[other]:
                self._cosines[f"{HEADS[one]}-{HEADS[other]}"].observe(products[one][other] / lengths)


def tone_of(product: Product) -> str:
    """Say whether a product's colour goes with every other: `neutral`, `coloured`, or `unknown` where it has none."""
    colours = product.attributes.get("colour")
    if not colours:
        return "unknown"
    return "neutral" if NEUTRAL.issuperset(colours) else "coloured"
