"""What was liked, as outfits that the build reads."""

from pathlib import Path

from service.catalog.outfits import OutfitsSource, read_outfits
from service.feedback.events import Event, EventName
from service.feedback.exporting import HEADER, LikedLook, liked_looks, write_looks
from service.feedback.predictions import Prediction
from tests.unit.service.feedback.answers import LOOK, prediction, slot

TWO = prediction("a", (LOOK, (slot("heels", "wedges"), slot("clutch, red"), slot())))


def event(name: EventName, product: str | None = None, *, look: int | None = None, slot: int | None = None) -> Event:
    return Event(event_id="e", outfit_id="a", event=name, look=look, slot=slot, product_id=product)


def liked(answer: Prediction, *events: Event) -> list[LikedLook]:
    return list(liked_looks([answer], {"a": events}))


def test_what_was_saved_put_into_the_cart_or_bought_goes_with_the_seed_by_look() -> None:
    events = [
        event("cart", "heels"),
        event("purchase", "tote"),
        event("save", "clutch, red"),
        event("click", "parka"),
        event("swap", "wedges", look=1),
        event("view"),
    ]
    assert liked(TWO, *events) == [
        LikedLook("a-1", ("red-dress", "heels", "tote")),
        LikedLook("a-2", ("red-dress", "clutch, red")),
    ]


def test_a_look_that_was_saved_as_a_whole_is_what_it_showed_first() -> None:
    assert liked(TWO, event("save", look=1)) == [LikedLook("a-2", ("red-dress", "heels", "clutch, red"))]
    assert liked(TWO, event("save")) == [LikedLook("a-1", ("red-dress", "wedges", "tote", "parka"))]
    assert liked(TWO, event("cart", slot=1)) == [LikedLook("a-1", ("red-dress", "tote"))]


def test_what_was_dismissed_or_never_shown_is_left_out() -> None:
    assert liked(TWO, event("save"), event("dismissed", "tote")) == [LikedLook("a-1", ("red-dress", "wedges", "parka"))]
    assert liked(TWO, event("cart", "tote"), event("dismissed", "tote")) == []
    assert liked(TWO, event("purchase", "sandals"), event("save", look=2)) == []
    assert liked(TWO) == []


def test_a_seed_that_is_no_product_makes_no_outfit() -> None:
    assert liked(prediction("a", seed=None), event("save")) == []


def test_the_build_reads_what_is_written(tmp_path: Path) -> None:
    looks = liked(TWO, event("cart", "heels"), event("save", "clutch, red"))
    assert write_looks(looks, tmp_path / "outfits.csv") == (2, 4)
    outfit, product = HEADER
    source = OutfitsSource(path=Path("outfits.csv"), outfit=outfit, product=product)
    read = read_outfits(source, tmp_path, ["red-dress", "heels", "clutch, red"])
    assert read.outfits == (("red-dress", "heels"), ("red-dress", "clutch, red"))
    assert (read.skipped, read.unknown) == ({}, {})
