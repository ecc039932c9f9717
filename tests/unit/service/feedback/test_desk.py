"""The desk where answers are handed in: whatever comes of them there, they go out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from service.domain import OutfitRequest, ProductSeed, Seed, Variant
from service.feedback.counters import Counters
from service.feedback.desk import FeedbackDesk
from service.feedback.events import EventStore
from service.feedback.log import PredictionLog, Row
from service.observation import Observation
from service.outfitting import observed_outfit
from tests.fakes import fake_release, idle_desk

pytestmark = pytest.mark.anyio


class Kept:
    """A store in memory."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        self.rows += rows

    def close(self) -> None:
        pass


@contextmanager
def logging_desk(kept: Kept, registry: CollectorRegistry) -> Iterator[FeedbackDesk]:
    counters = Counters(registry)
    log = PredictionLog(kept, counters.predictions)
    desk = FeedbackDesk(EventStore(Path("no-home"), days=1), lambda _: {}, counters, log)
    yield desk
    desk.close()


async def answered() -> Observation:
    return await observed_outfit(fake_release(), ProductSeed("red-dress"), OutfitRequest(), timeout_s=10)


async def test_an_answer_is_on_its_way_where_there_is_a_log() -> None:
    seen, kept = await answered(), Kept()
    assert idle_desk().note(seen) is None
    with logging_desk(kept, CollectorRegistry()) as desk:
        assert desk.note(seen) is True
    assert [outfit_id for outfit_id, *_ in kept.rows] == [seen.outfit.outfit_id]


async def test_an_answer_that_cannot_be_written_down_is_counted_and_goes_out() -> None:
    seen, kept, registry = await answered(), Kept(), CollectorRegistry()
    odd = replace(seen, outfit=replace(seen.outfit, seed=Seed("\ud800")))
    with logging_desk(kept, registry) as desk:
        assert desk.note(odd) is False
        assert desk.note(seen) is True
    assert registry.get_sample_value("kitsune_predictions_total", {"result": "failed"}) == 1
    assert len(kept.rows) == 1


async def test_outfits_are_counted_by_variant() -> None:
    seen, registry = await answered(), CollectorRegistry()
    trial = replace(seen.outfit, variant=Variant("warm", "trial"), degraded=("empty_slot",))
    with logging_desk(Kept(), registry) as desk:
        desk.note(seen)
        desk.note(replace(seen, outfit=trial))
    for name, variant in (("outfits", "only"), ("outfits", "trial"), ("outfits_degraded", "trial")):
        assert registry.get_sample_value(f"kitsune_variant_{name}_total", {"variant": variant}) == 1
    assert registry.get_sample_value("kitsune_variant_outfits_degraded_total", {"variant": "only"}) == 0
