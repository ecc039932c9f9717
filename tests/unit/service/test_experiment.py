"""What an experiment changes, and whom it takes."""

from math import sqrt
from pathlib import Path

import pytest

from service import experiment
from service.errors import HomeError
from service.experiment import Experiment, generations_in_use
from service.home import Home, ReleasePointer

CURRENT = ReleasePointer("bundle", "generation", "mapping", "elasticsearch")
KEYS = [f"shopper-{number}" for number in range(20_000)]


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2, 0.5, 1.0])
def test_the_trial_takes_its_share_of_the_keys(share: float) -> None:
    taken = sum(Experiment(name="warm", share=share).takes(key) for key in KEYS)
    # Four standard deviations: the keys are fixed, so that this holds always or never.
    assert abs(taken - share * len(KEYS)) <= 4 * sqrt(len(KEYS) * share * (1 - share))


def test_a_key_stays_where_it_is_when_the_share_grows() -> None:
    few, many = Experiment(name="warm", share=0.1), Experiment(name="warm", share=0.3)
    assert all(many.takes(key) for key in KEYS if few.takes(key))


def test_another_experiment_takes_others() -> None:
    one, other = (Experiment(name=name, share=0.5) for name in ("warm", "cold"))
    both = sum(one.takes(key) and other.takes(key) for key in KEYS)
    assert both / len(KEYS) == pytest.approx(0.25, abs=0.02)


def test_what_does_not_differ_is_what_is_served() -> None:
    assert Experiment(name="e", share=1, mapping="other").pointer(CURRENT) == ReleasePointer(
        "bundle", "generation", "other", "elasticsearch"
    )
    own = Experiment(name="e", share=1, bundle="b", generation="g", engine="embedded")
    assert own.pointer(CURRENT) == ReleasePointer("b", "g", "mapping", "embedded")


def test_a_home_has_one_experiment_or_none(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert experiment.running(home) is None
    first, second = Experiment(name="warm", share=0.2, mapping="m"), Experiment(name="cold", share=0.5, shadow=True)
    experiment.start(home, first)
    assert experiment.running(home) == first
    experiment.start(home, second)
    assert experiment.running(home) == second
    experiment.stop(home)
    experiment.stop(home)
    assert experiment.running(home) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff", b'{"format_version":1}', b'{"format_version":2,"experiment":{"name":"e","share":1}}'],
)
def test_a_file_that_is_damaged_or_newer_is_refused(tmp_path: Path, content: bytes) -> None:
    home = Home(tmp_path)
    home.experiment_path.write_bytes(content)
    with pytest.raises(HomeError, match=r"experiment\.json"):
        experiment.running(home)


def test_the_generation_of_an_experiment_is_in_use(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert generations_in_use(home, [CURRENT, None]) == ["generation"]
    experiment.start(home, Experiment(name="e", share=1, bundle="b", generation="own", engine="embedded"))
    assert generations_in_use(home, [CURRENT, None]) == ["generation", "own"]
