"""What came of the answers: how often each event, by what the answer was and where in it the shopper pointed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from service.domain import Variant
from service.feedback.counters import ONLY
from service.feedback.events import Event, EventName
from service.feedback.joining import Place, place_of, places
from service.feedback.predictions import Prediction
from service.feedback.rates import Difference, Rate, difference, rate

Group = tuple[str, str]
"""By what answers or slots are told apart, and the value: ("head", "2")."""


@dataclass(frozen=True, slots=True)
class Line:
    """How often an event came of the outfits, or of the slots, of a group."""

    by: str
    value: str
    event: EventName
    rate: Rate


@dataclass(frozen=True, slots=True)
class Comparison:
    """How often an event came of each arm's outfits, and how much more often of the trial's."""

    experiment: str
    event: EventName
    control: Rate
    trial: Rate
    difference: Difference


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the answers since a time; `unjoined` are events of outfits that the log does not have since then."""

    since: datetime
    outfits: int
    events: int
    unjoined: int
    lines: tuple[Line, ...]
    experiments: tuple[Comparison, ...]


class Tally:
    """Counts chances and what came of them: an outfit, or a slot of it, counts once for each kind of event."""

    def __init__(self) -> None:
        self.outfits = 0
        self.joined = 0
        self._chances: Counter[Group] = Counter()
        self._hits: Counter[tuple[Group, EventName]] = Counter()
        self.experiments: dict[str, None] = {}

    def add(self, prediction: Prediction, events: Sequence[Event]) -> None:
        """Count an answer and what came of it."""
        self.outfits += 1
        self.joined += len(events)
        if prediction.variant is not None:
            self.experiments[prediction.variant.experiment] = None
        self._count(_outfit_groups(prediction), {event.event for event in events})
        named: dict[tuple[int, int], set[EventName]] = {}
        for event in events:
            if place := place_of(event, prediction):
                named.setdefault((place.look, place.slot), set()).add(event.event)
        for place in places(prediction):
            self._count(_slot_groups(place), named.get((place.look, place.slot), ()))

    def rate(self, group: Group, event: EventName) -> Rate:
        """Return how often an event came of a group."""
        return rate(self._hits[group, event], self._chances[group])

    def lines(self) -> Iterator[Line]:
        """Yield a line for each group and event that occurred at all, in the order of their first outfits."""
        occurred = {event for _, event in self._hits}
        for by in dict.fromkeys(by for by, _ in self._chances):
            for group in sorted(group for group in self._chances if group[0] == by):
                yield from (
                    Line(*group, event, self.rate(group, event)) for event in get_args(EventName) if event in occurred
                )

    def comparisons(self) -> Iterator[Comparison]:
        """Yield both arms of each experiment side by side."""
        occurred = {event for _, event in self._hits}
        for name in self.experiments:
            for event in get_args(EventName):
                if event in occurred:
                    control = self.rate(("variant", variant_name(Variant(name, "control"))), event)
                    trial = self.rate(("variant", variant_name(Variant(name, "trial"))), event)
                    yield Comparison(name, event, control, trial, difference(trial, control))

    def _count(self, groups: Iterable[Group], events: Iterable[EventName]) -> None:
        for group in groups:
            self._chances[group] += 1
            for event in events:
                self._hits[group, event] += 1


def report(predictions: Iterable[Prediction], events: Mapping[str, Sequence[Event]], since: datetime) -> Report:
    """Join predictions with the events of their outfits, and count."""
    tally = Tally()
    for prediction in predictions:
        tally.add(prediction, events.get(prediction.outfit_id, ()))
    total = sum(map(len, events.values()))
    return Report(since, tally.outfits, total, total - tally.joined, tuple(tally.lines()), tuple(tally.comparisons()))


def variant_name(variant: Variant | None) -> str:
    """Name a variant for people."""
    return ONLY if variant is None else f"{variant.experiment} {variant.arm}"


def _outfit_groups(prediction: Prediction) -> Iterator[Group]:
    yield "outfit", "all"
    yield "bundle", prediction.versions.bundle
    yield "mapping", prediction.versions.mapping
    yield "variant", variant_name(prediction.variant)


def _slot_groups(place: Place) -> Iterator[Group]:
    yield "slot", str(place.slot + 1)
    yield "head", place.head
    yield "source", place.shown.source
