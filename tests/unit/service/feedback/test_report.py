"""Rates out of predictions and events."""

from service.domain import Variant
from service.feedback.events import Event, EventName
from service.feedback.report import Report, report
from tests.unit.service.feedback.answers import AT, LOOK, prediction, slot


def event(outfit_id: str, name: EventName, product: str | None = None, look: int | None = None) -> Event:
    return Event(event_id="e", outfit_id=outfit_id, event=name, look=look, product_id=product)


def hits(found: Report, by: str) -> dict[tuple[str, str], tuple[int, int]]:
    return {(line.value, line.event): (line.rate.hits, line.rate.of) for line in found.lines if line.by == by}


def test_an_outfit_and_a_slot_count_once_for_each_kind_of_event() -> None:
    events = [event("a", "click", "wedges"), event("a", "click", "heels"), event("a", "click", "tote")]
    found = report([prediction("a"), prediction("b")], {"a": events}, AT)
    assert (found.outfits, found.events, found.unjoined) == (2, 3, 0)
    assert hits(found, "outfit") == {("all", "click"): (1, 2)}
    assert hits(found, "slot") == {("1", "click"): (1, 2), ("2", "click"): (1, 2), ("3", "click"): (0, 2)}
    assert hits(found, "head") == {("1", "click"): (1, 2), ("2", "click"): (1, 2), ("none", "click"): (0, 2)}
    assert hits(found, "source") == {("lock", "click"): (0, 2), ("mapping", "click"): (2, 4)}
    assert hits(found, "bundle") == {("bundle", "click"): (1, 2)}
    assert hits(found, "variant") == {("only", "click"): (1, 2)}


def test_a_slot_that_showed_nothing_is_no_chance() -> None:
    found = report([prediction("a", ((slot(), *LOOK[1:]),))], {"a": [event("a", "view")]}, AT)
    assert ("1", "view") not in hits(found, "slot")
    assert hits(found, "slot")["2", "view"] == (0, 1)


def test_events_of_outfits_that_are_not_logged_are_told() -> None:
    found = report([prediction("a")], {"a": [event("a", "save")], "x": [event("x", "save")] * 2}, AT)
    assert (found.events, found.unjoined) == (3, 2)


def test_the_arms_of_an_experiment_are_compared() -> None:
    arms = [Variant("warm", "control")] * 80 + [Variant("warm", "trial")] * 70
    answers = [prediction(str(number), variant=arm) for number, arm in enumerate(arms)]
    bought = [*range(48), *range(80, 136)]
    found = report(answers, {str(number): [event(str(number), "cart", "tote")] for number in bought}, AT)
    (one,) = found.experiments
    assert (one.experiment, one.event) == ("warm", "cart")
    assert ((one.control.hits, one.control.of), (one.trial.hits, one.trial.of)) == ((48, 80), (56, 70))
    assert (round(one.difference.low, 4), round(one.difference.high, 4)) == (0.0524, 0.3339)
