"""What shoppers liked, as outfits that `kitsune build` learns from: the long form of docs/formats.md."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.feedback.events import Event, EventName
from service.feedback.joining import place_of
from service.feedback.predictions import Prediction

HEADER = ("outfit", "product")
LIKED: frozenset[EventName] = frozenset({"save", "cart", "purchase"})
"""A click is curiosity, and a swap says what was missing rather than what goes together."""


@dataclass(frozen=True, slots=True)
class LikedLook:
    """A seed and the products of one look that a shopper liked with it."""

    outfit: str
    products: tuple[str, ...]


def liked_looks(predictions: Iterable[Prediction], events: Mapping[str, Sequence[Event]]) -> Iterator[LikedLook]:
    """Yield a look for each one of which something was liked; a seed that is no product of the catalogue has none."""
    for prediction in predictions:
        seed = prediction.seed.product_id
        if seed is None:
            continue
        for look, liked in _liked(prediction, events.get(prediction.outfit_id, ())).items():
            if liked:
                yield LikedLook(f"{prediction.outfit_id}-{look + 1}", (seed, *liked))


def write_looks(looks: Iterable[LikedLook], path: Path) -> tuple[int, int]:
    """Write a row for each product of each look, and return how many of both there are."""
    written = rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for look in looks:
            writer.writerows((look.outfit, product) for product in look.products)
            written += 1
            rows += len(look.products)
    return written, rows


def _liked(prediction: Prediction, events: Iterable[Event]) -> dict[int, dict[str, None]]:
    """Return the products that were liked and not dismissed, by look."""
    looks: dict[int, dict[str, None]] = {}
    for event in events:
        look, products = _products(event, prediction)
        if event.event in LIKED:
            looks.setdefault(look, {}).update(dict.fromkeys(products))
        elif event.event == "dismissed":
            for product in products:
                looks.get(look, {}).pop(product, None)
    return looks


def _products(event: Event, prediction: Prediction) -> tuple[int, tuple[str, ...]]:
    """Return what an event is about: one product, or the first of each slot of a look that it names as a whole."""
    if place := place_of(event, prediction):
        return place.look, (event.product_id or place.shown.products[0],)
    look = event.look or 0
    if event.product_id is not None or event.slot is not None or look >= len(prediction.looks):
        return look, ()
    return look, tuple(slot.products[0] for slot in prediction.looks[look] if slot.products)
