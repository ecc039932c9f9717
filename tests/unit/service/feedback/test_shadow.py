"""The trial in the shadow: compared, counted, and of no consequence."""

import asyncio
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from service.domain import OutfitRequest, Product, ProductSeed, SeedReference, VectorSeed
from service.errors import IndexUnavailable
from service.experiment import Experiment
from service.feedback.counters import Counters
from service.feedback.shadow import BUSY, Shadow, overlap
from service.feedback.trial import Trial
from service.holding import Held
from service.home import ReleasePointer
from service.index.base import Vector
from service.observation import Observation
from service.outfitting import observed_outfit
from service.release import Release
from tests.fakes import FakeModel, direction_of, fake_release

pytestmark = pytest.mark.anyio

SHADOW = Experiment(name="dark", share=1, shadow=True, bundle="other")


class Rolled(FakeModel):
    """Heads that look the other way."""

    def generate(self, vector: Vector) -> Vector:
        return -super().generate(vector)


class Broken(FakeModel):
    """Heads that fail in a way that nobody thought of, or in one that has a name."""

    error: Exception = ZeroDivisionError("CANARY")

    def generate(self, vector: Vector) -> Vector:
        del vector
        raise self.error


class Dark:
    """A shadow over one release, with its figures."""

    def __init__(self, release: Release, experiment: Experiment = SHADOW) -> None:
        self.registry = CollectorRegistry()
        counters = Counters(self.registry)
        self.trial = Trial(lambda: experiment, lambda _: release, counters.experiment_degraded)
        self.shadow = Shadow(self.trial, counters, timeout_s=10)

    async def counts(self, *seen: Observation) -> dict[str, float]:
        await self.trial.follow(ReleasePointer("b", "g", "m"))
        for one in seen:
            self.shadow.observe(one)
        await asyncio.gather(*self.shadow._asking)
        results = ("same", "different", "failed", "dropped")
        found = {name: self.registry.get_sample_value("kitsune_shadow_total", {"result": name}) for name in results}
        return {name: value for name, value in found.items() if value}


async def answered(reference: SeedReference | None = None, looks: int = 1, k: int = 10) -> Observation:
    seed = reference or ProductSeed("red-dress")
    return await observed_outfit(fake_release(), seed, OutfitRequest(looks=looks, k=k), timeout_s=10)


def modelled(model: FakeModel) -> Release:
    return replace(fake_release(), model=model)


async def test_the_same_answer_is_the_same() -> None:
    dark = Dark(fake_release())
    assert await dark.counts(await answered(looks=3)) == {"same": 1}
    assert dark.registry.get_sample_value("kitsune_shadow_overlap_sum") == 1


async def test_another_answer_is_different_and_says_how_much_is_shared() -> None:
    dark = Dark(modelled(Rolled()))
    assert await dark.counts(await answered(k=1)) == {"different": 1}
    shared = dark.registry.get_sample_value("kitsune_shadow_overlap_sum")
    assert shared is not None
    assert 0 <= shared < 1


@pytest.mark.parametrize("error", [ZeroDivisionError("CANARY"), IndexUnavailable("away")])
async def test_a_trial_that_fails_is_counted_and_no_more(error: Exception) -> None:
    broken = Broken()
    broken.error = error
    assert await Dark(modelled(broken)).counts(await answered()) == {"failed": 1}


async def test_what_is_too_much_is_dropped() -> None:
    assert await Dark(fake_release()).counts(*[await answered()] * (BUSY + 3)) == {"same": BUSY, "dropped": 3}


async def test_only_the_share_is_asked() -> None:
    assert await Dark(fake_release(), replace(SHADOW, share=0)).counts(await answered()) == {}
    assert await Dark(fake_release(), replace(SHADOW, shadow=False)).counts(await answered()) == {}


async def test_a_vector_of_another_space_is_not_asked_about() -> None:
    plain = fake_release()
    other = replace(plain, versions=replace(plain.versions, space="other"))
    seed = VectorSeed(tuple(map(float, direction_of("x"))), "Dresses")
    assert await Dark(other).counts(await answered(seed)) == {}
    assert await Dark(plain).counts(await answered(seed)) == {"same": 1}


async def test_closing_ends_what_is_asked_and_lets_the_release_go() -> None:
    dark = Dark(fake_release())
    await dark.trial.follow(ReleasePointer("b", "g", "m"))
    dark.shadow.observe(await answered())
    assert dark.trial.running is not None
    held: Held = dark.trial.running.held
    await dark.shadow.close()
    assert held.leases == 0


async def test_the_overlap_is_of_the_first_looks_candidates() -> None:
    outfit = (await answered(looks=3, k=1)).outfit
    (first, *rest), *_ = (look.slots for look in outfit.looks)
    swapped = replace(first, candidates=(replace(first.candidates[0], product=Product(product_id="x", taxonomy="y")),))
    other = replace(outfit, looks=(replace(outfit.looks[0], slots=(swapped, *rest)),))
    assert overlap(outfit, outfit) == 1
    assert overlap(outfit, other) == pytest.approx(2 / 4)
    empty = replace(
        outfit, looks=(replace(outfit.looks[0], slots=tuple(replace(one, candidates=()) for one in (first, *rest))),)
    )
    assert (overlap(empty, empty), overlap(empty, outfit)) == (1, 0)
