"""Predictions to log and to join, as small as they can be."""

from datetime import UTC, datetime

from service.domain import Source, Variant, Versions
from service.feedback.predictions import LoggedSeed, LoggedSlot, Prediction

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
VERSIONS = Versions("bundle", "space", "generation", "mapping")


def slot(*products: str, source: Source = "mapping", head: int | None = 0) -> LoggedSlot:
    return LoggedSlot("Wedges", source, head, products, tuple(0.5 for _ in products))


LOOK = (slot("wedges", "heels"), slot("tote", head=1), slot("parka", source="lock", head=None))


def prediction(
    outfit_id: str = "a" * 32,
    looks: tuple[tuple[LoggedSlot, ...], ...] = (LOOK,),
    *,
    at: datetime = AT,
    seed: str | None = "red-dress",
    variant: Variant | None = None,
) -> Prediction:
    kind = LoggedSeed("product" if seed else "vector", "Dresses", seed, b"\0" * 32)
    return Prediction(outfit_id, at, kind, "day", looks, VERSIONS, variant, ())
