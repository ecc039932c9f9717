"""Which slot of an answer an event is about."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.feedback.events import Event
from service.feedback.predictions import LoggedSlot, Prediction

NO_HEAD = "none"
"""A lock's."""


@dataclass(frozen=True, slots=True)
class Place:
    """A slot of a look, both from 0, and what was shown in it."""

    look: int
    slot: int
    shown: LoggedSlot

    @property
    def head(self) -> str:
        """The slot's head as people count, from 1; none for a lock."""
        return NO_HEAD if self.shown.head is None else str(self.shown.head + 1)


def places(prediction: Prediction) -> Iterator[Place]:
    """Yield every slot of an answer that showed something."""
    for look, slots in enumerate(prediction.looks):
        for slot, shown in enumerate(slots):
            if shown.products:
                yield Place(look, slot, shown)


def place_of(event: Event, prediction: Prediction) -> Place | None:
    """Return the first slot that an event fits: by its look, its slot and its product, as far as it names them.

    None for an event of a whole outfit or look, and for a product that was not shown there.
    """
    if event.slot is None and event.product_id is None:
        return None
    for place in places(prediction):
        fits = event.look in (None, place.look) and event.slot in (None, place.slot)
        if fits and (event.product_id is None or event.product_id in place.shown.products):
            return place
    return None
