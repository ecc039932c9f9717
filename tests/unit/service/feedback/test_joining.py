"""Which slot an event is about, by what it names."""

import pytest

from service.feedback.events import Event
from service.feedback.joining import place_of, places
from tests.unit.service.feedback.answers import LOOK, prediction, slot

ANSWER = prediction(looks=(LOOK, (slot("heels", "wedges", head=1), slot("tote", head=0), slot())))


@pytest.mark.parametrize(
    ("look", "number", "product", "place"),
    [
        (None, None, "heels", (0, 0)),
        (1, None, "heels", (1, 0)),
        (None, 1, "tote", (0, 1)),
        (1, 1, None, (1, 1)),
        (None, 2, None, (0, 2)),
        (None, 1, "heels", None),
        (2, None, "heels", None),
        (1, 2, None, None),
        (None, None, "sandals", None),
        (0, None, None, None),
        (None, None, None, None),
    ],
)
def test_an_event_is_about_the_first_slot_that_it_fits(
    look: int | None, number: int | None, product: str | None, place: tuple[int, int] | None
) -> None:
    event = Event(event_id="e", outfit_id="o", event="click", look=look, slot=number, product_id=product)
    found = place_of(event, ANSWER)
    assert (found and (found.look, found.slot)) == place


def test_heads_are_counted_from_one_and_a_lock_has_none() -> None:
    assert [place.head for place in places(ANSWER)] == ["1", "2", "none", "2", "1"]
