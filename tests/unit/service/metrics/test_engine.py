import asyncio
from collections.abc import Collection, Mapping
from contextlib import nullcontext

import pytest
from prometheus_client import CollectorRegistry

from service.domain import Filters
from service.errors import DeadlineExceeded, IndexUnavailable, InvalidRequest
from service.index.base import GenerationInfo, Item, Patch
from service.index.breaker import BreakerState
from service.metrics.engine import EngineMetrics
from tests.contract.reference import ReferenceIndex
from tests.fakes import DIMENSIONS, SPACE, shop_items
from tests.unit.service.metrics.scraped import moved, value

pytestmark = pytest.mark.anyio


class FickleIndex(ReferenceIndex):
    """Fails as it is told to, and says how often something was sent once more."""

    fault: BaseException | None = None
    again = 0

    def __init__(self) -> None:
        super().__init__(shop_items(), GenerationInfo("g", SPACE, DIMENSIONS, 12, 1))

    @property
    def retries(self) -> int:
        return self.again

    async def check(self) -> None:
        await self.get([])

    async def get(self, product_ids: Collection[str]) -> Mapping[str, Item]:
        if self.fault is not None:
            raise self.fault
        return await super().get(product_ids)


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (None, "ok"),
        (InvalidRequest("k is too large."), "ok"),
        (IndexUnavailable("It is away."), "unavailable"),
        (DeadlineExceeded("It is late."), "too_late"),
        (asyncio.CancelledError(), "too_late"),
        (RuntimeError(), "error"),
    ],
)
async def test_a_call_is_counted_by_what_came_of_it(fault: BaseException | None, result: str) -> None:
    registry, index = CollectorRegistry(), FickleIndex()
    index.fault = fault
    with nullcontext() if fault is None else pytest.raises(type(fault)):
        await EngineMetrics(registry).measured(index).get(["wedges"])
    assert moved(registry, "kitsune_engine_calls_total") == {(result,): 1}
    assert value(registry, "kitsune_engine_call_duration_seconds") == 1


async def test_every_question_and_write_is_passed_on_and_counted() -> None:
    registry, index = CollectorRegistry(), FickleIndex()
    measured = EngineMetrics(registry).measured(index)
    await measured.delete(["wedges"])
    await measured.patch({"tote": Patch(availability="out_of_stock")})
    await measured.upsert(shop_items()[:1])
    assert await measured.search([], Filters(), timeout_s=1) == []
    page = await measured.browse(text=None, taxonomies=None, cursor=None, limit=50)
    assert {product.product_id for product in page.products} == {item.product.product_id for item in shop_items()} - {
        "wedges"
    }
    assert moved(registry, "kitsune_engine_calls_total") == {("ok",): 5}


async def test_what_is_at_hand_and_the_watch_s_own_question_are_not_counted() -> None:
    registry, index = CollectorRegistry(), FickleIndex()
    measured = EngineMetrics(registry).measured(index)
    await measured.check()
    assert (await measured.taxonomies()).counts["Totes"] == 1
    assert measured.info == index.info
    assert moved(registry, "kitsune_engine_calls_total") == {}


async def test_what_was_sent_once_more_is_counted_once() -> None:
    registry, index = CollectorRegistry(), FickleIndex()
    measured = EngineMetrics(registry).measured(index)
    index.again = 3
    await asyncio.gather(measured.get(["tote"]), measured.get(["tote"]))
    assert value(registry, "kitsune_engine_retries_total") == 3


def test_the_breaker_s_state_is_shown() -> None:
    registry = CollectorRegistry()
    metrics = EngineMetrics(registry)
    assert value(registry, "kitsune_engine_breaker_state") == 0
    metrics.show_breaker(BreakerState.OPEN)
    assert value(registry, "kitsune_engine_breaker_state") == 2
