import asyncio
from dataclasses import replace

import pytest

from service.domain import OutfitRequest, ProductSeed
from service.errors import BundleError, HomeError, IndexUnavailable, NotReady
from service.home import ReleasePointer
from service.index.base import GenerationInfo
from service.observation import Observation, Observer
from service.outfitting import observed_outfit
from service.release import Release
from service.runtime import Readiness, Runtime
from service.settings import Settings
from tests.contract.reference import ReferenceIndex
from tests.fakes import fake_release, plain_runtime
from tests.unit.service.metrics.scraped import moved, value

pytestmark = pytest.mark.anyio

FIRST = ReleasePointer("b", "first", "m")
SECOND = ReleasePointer("b", "second", "m")


class ClosingIndex(ReferenceIndex):
    """Remembers that it was closed."""

    closed = False
    fault: Exception | None = None

    async def check(self) -> None:
        if self.fault is not None:
            raise self.fault

    async def close(self) -> None:
        self.closed = True


class Shelf:
    """A home's pointer and the releases it may name."""

    def __init__(self) -> None:
        self.pointer = FIRST
        self.broken: set[str] = set()
        self.loads = 0
        self.away = 0
        self.indexes: dict[str, ClosingIndex] = {}

    def load(self, pointer: ReleasePointer) -> Release:
        self.loads += 1
        if pointer.generation in self.broken:
            raise BundleError("encoder.safetensors is damaged")
        if self.loads <= self.away:
            raise IndexUnavailable("Elasticsearch cannot be reached.")
        plain = fake_release()
        index = ClosingIndex([], GenerationInfo(pointer.generation, "space", 8, 12, 1))
        self.indexes[pointer.generation] = index
        return replace(plain, index=index, versions=replace(plain.versions, generation=pointer.generation))

    def runtime(self, *observers: Observer) -> Runtime:
        return plain_runtime(Settings(), lambda: self.pointer, self.load, observers)


async def served(runtime: Runtime) -> str:
    async with runtime.lease() as release:
        return release.versions.generation


async def test_before_the_first_release_nothing_is_ready() -> None:
    runtime = Shelf().runtime()
    assert not runtime.readiness().ready
    with pytest.raises(NotReady):
        await served(runtime)


async def test_a_loaded_release_is_served() -> None:
    runtime = Shelf().runtime()
    await runtime.reload()
    assert runtime.readiness().ready
    assert await served(runtime) == "first"


async def test_a_generation_without_products_is_not_ready() -> None:
    shelf = Shelf()
    runtime = shelf.runtime()
    await runtime.reload()
    shelf.indexes["first"]._info = GenerationInfo("first", "space", 8, 0, 1)
    assert runtime.readiness().reason == "The generation holds no products."


async def test_a_request_keeps_its_release_while_another_is_loaded() -> None:
    shelf = Shelf()
    runtime = shelf.runtime()
    await runtime.reload()
    async with runtime.lease() as held:
        shelf.pointer = SECOND
        await runtime.reload()
        assert held.versions.generation == "first"
        assert not shelf.indexes["first"].closed
        assert await served(runtime) == "second"
    assert shelf.indexes["first"].closed
    assert not shelf.indexes["second"].closed


async def test_a_release_that_nobody_uses_is_closed_at_once() -> None:
    shelf = Shelf()
    runtime = shelf.runtime()
    await runtime.reload()
    shelf.pointer = SECOND
    await runtime.reload()
    assert shelf.indexes["first"].closed


async def test_a_release_that_is_refused_leaves_the_last_good_one_serving() -> None:
    shelf = Shelf()
    runtime = shelf.runtime()
    await runtime.reload()
    shelf.pointer, shelf.broken = SECOND, {"second"}
    with pytest.raises(BundleError):
        await runtime.reload()
    assert runtime.readiness().ready
    assert await served(runtime) == "first"


async def test_a_first_release_that_is_refused_is_why_it_is_not_ready() -> None:
    shelf = Shelf()
    shelf.broken = {"first"}
    runtime = shelf.runtime()
    await runtime.reload_or_keep()
    assert runtime.readiness().reason == "encoder.safetensors is damaged"


async def test_a_moved_pointer_is_followed() -> None:
    shelf = Shelf()
    runtime = shelf.runtime()
    await runtime.reload()
    watching = asyncio.create_task(runtime.watch(interval_s=0.01))
    shelf.pointer = SECOND
    async with asyncio.timeout(5):
        while await served(runtime) != "second":  # noqa: ASYNC110 - the runtime's own watch is waited for
            await asyncio.sleep(0.01)
    watching.cancel()


async def test_a_refused_release_is_not_tried_again_until_the_pointer_moves() -> None:
    shelf = Shelf()
    runtime = shelf.runtime()
    await runtime.reload()
    shelf.pointer, shelf.broken = SECOND, {"second"}
    watching = asyncio.create_task(runtime.watch(interval_s=0.01))
    await asyncio.sleep(0.2)
    watching.cancel()
    assert shelf.loads == 2


async def test_a_closed_runtime_serves_nothing() -> None:
    shelf = Shelf()
    runtime = shelf.runtime()
    await runtime.reload()
    await runtime.close()
    assert shelf.indexes["first"].closed
    with pytest.raises(NotReady):
        await served(runtime)


async def test_a_pointer_that_cannot_be_read_does_not_end_the_watch() -> None:
    shelf = Shelf()
    faults: list[Exception] = [HomeError("current.json cannot be read"), RuntimeError("a bug")]

    def named() -> ReleasePointer:
        if shelf.loads and faults:
            raise faults.pop()
        return shelf.pointer

    runtime = plain_runtime(Settings(), named, shelf.load)
    await runtime.reload()
    watching = asyncio.create_task(runtime.watch(interval_s=0.01))
    shelf.pointer = SECOND
    async with asyncio.timeout(5):
        while await served(runtime) != "second":  # noqa: ASYNC110 - the runtime's own watch is waited for
            await asyncio.sleep(0.01)
    watching.cancel()
    assert not faults


async def test_an_engine_that_is_away_at_the_start_is_waited_for() -> None:
    shelf = Shelf()
    shelf.away = 3
    runtime = shelf.runtime()
    await runtime.reload_or_keep()
    assert runtime.readiness().reason == "Elasticsearch cannot be reached."
    watching = asyncio.create_task(runtime.watch(interval_s=0.01))
    async with asyncio.timeout(5):
        while not runtime.readiness().ready:  # noqa: ASYNC110 - the runtime's own watch is waited for
            await asyncio.sleep(0.01)
    watching.cancel()
    assert shelf.loads == 4


async def test_an_index_that_stops_answering_is_why_it_is_not_ready_until_it_answers_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.runtime.CHECK_S", 0.02)
    shelf = Shelf()
    runtime = shelf.runtime()
    await runtime.reload()
    index = shelf.indexes["first"]
    faults = {
        IndexUnavailable("Elasticsearch cannot be reached."): "Elasticsearch cannot be reached.",
        TimeoutError(): "The index does not answer in time.",
        None: None,
    }
    for fault, reason in faults.items():
        index.fault = fault
        await runtime._check()
        assert runtime.readiness() == Readiness(reason is None, reason)
        assert await served(runtime) == "first"


async def test_a_process_that_is_about_to_end_is_not_ready_and_goes_on_answering() -> None:
    runtime = Shelf().runtime()
    await runtime.reload()
    assert value(runtime.metrics.registry, "kitsune_ready") == 1
    runtime.drain()
    assert runtime.readiness().reason == "The process is about to end."
    assert value(runtime.metrics.registry, "kitsune_ready") == 0
    assert await served(runtime) == "first"


async def test_an_index_that_does_not_answer_leaves_it_ready_where_that_is_wanted() -> None:
    shelf = Shelf()
    runtime = plain_runtime(Settings(stay_ready=True), lambda: shelf.pointer, shelf.load)
    await runtime.reload()
    shelf.indexes["first"].fault = IndexUnavailable("Elasticsearch cannot be reached.")
    await runtime._check()
    assert runtime.readiness().ready
    runtime.drain()
    assert not runtime.readiness().ready


async def test_releases_that_were_loaded_or_refused_are_counted_and_an_engine_that_is_away_is_neither() -> None:
    shelf = Shelf()
    shelf.away = 2
    runtime = shelf.runtime()
    for _ in range(3):
        await runtime.reload_or_keep()
    shelf.broken.add("second")
    shelf.pointer = SECOND
    await runtime.reload_or_keep()
    assert moved(runtime.metrics.registry, "kitsune_release_reloads_total") == {("loaded",): 1, ("refused",): 1}
    assert value(runtime.metrics.registry, "kitsune_index_products") == 12


async def test_every_release_that_is_loaded_is_verified_while_it_is_watched() -> None:
    shelf = Shelf()
    verified: list[str] = []

    async def verify(release: Release) -> None:
        verified.append(release.versions.generation)

    runtime = plain_runtime(Settings(), lambda: shelf.pointer, shelf.load, verify=verify)
    await runtime.reload()
    watching = asyncio.create_task(runtime.watch(interval_s=0.01))
    for generation in ("first", "second"):
        async with asyncio.timeout(5):
            while generation not in verified:  # noqa: ASYNC110 - the runtime's own watch is waited for
                await asyncio.sleep(0.01)
        shelf.pointer = SECOND
    watching.cancel()


class Noting:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []

    def observe(self, seen: Observation) -> None:
        self.seen.append(seen)


class Failing:
    """Cannot take note of anything."""

    def observe(self, seen: Observation) -> None:
        del seen
        raise OSError("The disk is full.")


async def test_an_observer_that_fails_keeps_nobody_else_from_seeing_an_answer() -> None:
    noting = Noting()
    runtime = Shelf().runtime(Failing(), noting)
    seen = await observed_outfit(fake_release(), ProductSeed("red-dress"), OutfitRequest(), timeout_s=1)
    runtime.observe(seen)
    assert noting.seen == [seen]
