"""The experiment's release beside the one that is served, and the control that serves all where there is none."""

from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from service.domain import Variant
from service.errors import BundleError, IndexUnavailable, KitsuneError
from service.experiment import Experiment
from service.feedback.counters import Counters
from service.feedback.trial import Trial
from service.holding import Held
from service.home import ReleasePointer
from service.index.base import GenerationInfo
from service.release import Release
from tests.fakes import fake_release
from tests.unit.service.test_runtime import ClosingIndex

pytestmark = pytest.mark.anyio

CURRENT = ReleasePointer("b", "g", "m")
WARM = Experiment(name="warm", share=0.5, mapping="warm")


class Home:
    """Names an experiment and loads what it names, unless it fails."""

    def __init__(self) -> None:
        self.experiment: Experiment | None = WARM
        self.error: KitsuneError | None = None
        self.loaded: list[tuple[ReleasePointer, ClosingIndex]] = []
        self.registry = CollectorRegistry()
        self.trial = Trial(lambda: self.experiment, self.load, Counters(self.registry).experiment_degraded)
        self.current = Held(fake_release())

    def load(self, pointer: ReleasePointer) -> Release:
        if self.error is not None:
            raise self.error
        index = ClosingIndex([], GenerationInfo("g", "space", 8, 12, 1))
        self.loaded.append((pointer, index))
        return replace(fake_release(), index=index)

    def arms(self, keys: int = 100) -> set[str | None]:
        found = (self.trial.assign(str(key), self.current) for key in range(keys))
        return {None if variant is None else variant.arm for variant, _ in found}

    @property
    def degraded(self) -> float | None:
        return self.registry.get_sample_value("kitsune_experiment_degraded")


@pytest.fixture
def home() -> Home:
    return Home()


async def test_callers_with_a_key_take_part_and_always_the_same(home: Home) -> None:
    await home.trial.follow(CURRENT)
    assert home.loaded[0][0] == ReleasePointer("b", "g", "warm")
    for key in map(str, range(100)):
        variant, held = home.trial.assign(key, home.current)
        assert variant == Variant("warm", "trial" if WARM.takes(key) else "control")
        assert (held is home.current) == (not WARM.takes(key))
        assert home.trial.assign(key, home.current) == (variant, held)
    assert home.arms() == {"control", "trial"}
    assert home.trial.assign(None, home.current) == (None, home.current)


async def test_in_the_shadow_nobody_takes_part(home: Home) -> None:
    home.experiment = replace(WARM, shadow=True)
    await home.trial.follow(CURRENT)
    assert home.arms() == {None}


async def test_a_release_is_loaded_once_and_again_when_something_changes(home: Home) -> None:
    await home.trial.follow(CURRENT)
    await home.trial.follow(CURRENT)
    assert len(home.loaded) == 1
    await home.trial.follow(replace(CURRENT, generation="next"))
    assert home.loaded[1][0].generation == "next"
    assert home.loaded[0][1].closed
    home.experiment = None
    await home.trial.follow(CURRENT)
    assert home.loaded[1][1].closed
    assert home.arms() == {None}


async def test_a_request_keeps_the_trial_s_release_to_its_end(home: Home) -> None:
    await home.trial.follow(CURRENT)
    held = next(
        held for key in range(100) if (held := home.trial.assign(str(key), home.current)[1]) is not home.current
    )
    async with held.lease(Variant("warm", "trial")) as release:
        await home.trial.close()
        assert release.variant == Variant("warm", "trial")
        assert not home.loaded[0][1].closed
    assert home.loaded[0][1].closed


async def test_where_the_trial_cannot_be_loaded_the_control_serves_all(home: Home) -> None:
    home.error = BundleError("generator.safetensors is damaged")
    await home.trial.follow(CURRENT)
    assert (home.arms(), home.degraded) == ({None}, 1)
    home.error = None
    await home.trial.follow(CURRENT)
    assert home.arms() == {None}, "nothing has changed, so it is not tried again"
    home.experiment = replace(WARM, mapping="mended")
    await home.trial.follow(CURRENT)
    assert (home.arms(), home.degraded) == ({"control", "trial"}, 0)


async def test_an_engine_that_is_away_is_waited_for(home: Home) -> None:
    home.error = IndexUnavailable("Elasticsearch cannot be reached.")
    await home.trial.follow(CURRENT)
    home.error = None
    await home.trial.follow(CURRENT)
    assert (home.arms(), home.degraded) == ({"control", "trial"}, 0)
