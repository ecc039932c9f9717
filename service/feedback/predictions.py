"""An answer as the prediction log keeps it: what was asked about and what was shown, and nothing of the shopper.

Filters, wishes as they were worded, texts and photos are left out. What is kept is what a report counts and what a
generator could learn from.
"""

from datetime import UTC, datetime
from typing import Literal

import msgspec
import numpy as np

from service.domain import (
    Outfit,
    PhotoSeed,
    ProductSeed,
    SeedReference,
    Slot,
    Source,
    TextSeed,
    Variant,
    VectorSeed,
    Versions,
)
from service.observation import Observation

SeedKind = Literal["product", "vector", "photo", "text"]

DECIMALS = 6
"""Of a score: as many as two engines agree on."""

KINDS: dict[type[SeedReference], SeedKind] = {
    ProductSeed: "product",
    VectorSeed: "vector",
    PhotoSeed: "photo",
    TextSeed: "text",
}


class LoggedSeed(msgspec.Struct, frozen=True):
    """What was asked about; `vector` is its float32 numbers [d], little-endian, in base64 where it is JSON."""

    kind: SeedKind
    taxonomy: str
    product_id: str | None
    vector: bytes


class LoggedSlot(msgspec.Struct, frozen=True):
    """A slot as it was answered: the candidates' ids, best first, with a score each."""

    taxonomy: str
    source: Source
    head: int | None
    products: tuple[str, ...]
    scores: tuple[float, ...]


class Prediction(msgspec.Struct, frozen=True):
    """One answer; `at` is in UTC."""

    outfit_id: str
    at: datetime
    seed: LoggedSeed
    template: str | None
    looks: tuple[tuple[LoggedSlot, ...], ...]
    versions: Versions
    variant: Variant | None
    degraded: tuple[str, ...]


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Prediction).decode


def prediction_of(seen: Observation, at: datetime) -> Prediction:
    """Take out of an observation what is kept; no photo and no text is referred to afterwards."""
    outfit = seen.outfit
    return Prediction(
        outfit_id=outfit.outfit_id,
        at=at,
        seed=_seed(seen.reference, outfit, seen.vector.astype(np.dtype("<f4")).tobytes()),
        template=outfit.template,
        looks=tuple(tuple(_slot(slot) for slot in look.slots) for look in outfit.looks),
        versions=outfit.versions,
        variant=outfit.variant,
        degraded=outfit.degraded,
    )


def stamp(at: datetime) -> str:
    """Write a time in UTC so that times sort as their texts do."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _seed(reference: SeedReference, outfit: Outfit, vector: bytes) -> LoggedSeed:
    product = outfit.seed.product
    product_id = None if product is None else product.product_id
    return LoggedSeed(KINDS[type(reference)], outfit.seed.taxonomy, product_id, vector)


def _slot(slot: Slot) -> LoggedSlot:
    return LoggedSlot(
        slot.taxonomy,
        slot.source,
        slot.head,
        tuple(candidate.product.product_id for candidate in slot.candidates),
        tuple(round(candidate.score, DECIMALS) for candidate in slot.candidates),
    )
