"""What is tried beside what is served: found in the home, checked, and left alone by pruning."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from model.bundle import Bundle
from service import experiment
from service.catalog import releasing
from service.catalog.trying import plan_experiment
from service.cli import app
from service.errors import BundleError, HomeError, MappingError
from service.experiment import Experiment
from service.home import Home, ReleasePointer
from tests.unit.service.test_releasing import SETTINGS, built, bundle, home

__all__ = ["bundle", "home"]

MAPPING = "version: 1\nname: other\ntaxonomies:\n  Dresses:\n    - {id: day, slots: [Shoes, Bags, Jackets]}\n"


def planned(home: Home, bundle: str | None = None, mapping: Path | None = None) -> Experiment:
    return plan_experiment(home, SETTINGS, name="warm", share=0.2, shadow=False, bundle=bundle, mapping=mapping)


@pytest.fixture
def served(home: Home, bundle: Bundle) -> ReleasePointer:
    pointer = ReleasePointer(bundle.bundle_id, built(home, bundle), "mapping")
    home.release(pointer)
    return pointer


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    (tmp_path / "other.yaml").write_text(MAPPING)
    return tmp_path / "other.yaml"


def test_a_mapping_is_kept_by_its_content(home: Home, served: ReleasePointer, mapping: Path) -> None:
    found = planned(home, mapping=mapping)
    assert found.mapping is not None
    assert (home.mappings / f"{found.mapping}.yaml").read_text() == MAPPING
    assert found.pointer(served) == replace(served, mapping=found.mapping)


def test_a_bundle_of_the_served_space_searches_what_is_served(
    home: Home, bundle: Bundle, served: ReleasePointer
) -> None:
    found = planned(home, bundle=bundle.bundle_id)
    assert (found.bundle, found.generation, found.pointer(served)) == (bundle.bundle_id, None, served)


def test_a_bundle_of_another_space_searches_one_of_its_own_which_pruning_leaves(
    home: Home, bundle: Bundle, served: ReleasePointer
) -> None:
    fitting = {served.generation, built(home, bundle)}
    foreign = [built(home, bundle, "foreign-space") for _ in range(2)]
    for generation in foreign:
        home.release(replace(served, generation=generation))
    found = planned(home, bundle=bundle.bundle_id)
    assert found.generation in fitting
    assert found.engine == "embedded"
    experiment.start(home, found)
    assert set(releasing.prune(home, SETTINGS)) == fitting - {found.generation}


def test_a_bundle_without_a_generation_of_its_space_is_refused_with_what_to_do(home: Home, bundle: Bundle) -> None:
    home.release(ReleasePointer(bundle.bundle_id, built(home, bundle, "foreign-space"), "mapping"))
    with pytest.raises(HomeError, match="no generation is kept"):
        planned(home, bundle=bundle.bundle_id)


def test_what_is_missing_or_no_difference_is_refused(home: Home, served: ReleasePointer, tmp_path: Path) -> None:
    del served
    with pytest.raises(HomeError, match="Nothing would differ"):
        planned(home)
    with pytest.raises(BundleError):
        planned(home, bundle="no-such-bundle")
    with pytest.raises(MappingError):
        planned(home, mapping=tmp_path / "none.yaml")


def test_a_home_without_a_release_has_nothing_to_try_beside(home: Home, bundle: Bundle) -> None:
    with pytest.raises(HomeError, match="no release"):
        planned(home, bundle=bundle.bundle_id)


def test_a_build_does_not_keep_an_experiment_from_being_stopped(
    home: Home, served: ReleasePointer, mapping: Path
) -> None:
    del served
    arguments = ["start", "--name", "warm", "--share", "0.2", "--mapping", str(mapping)]
    with home.writer():
        for command in (arguments, ["status"], ["stop"]):
            run = CliRunner().invoke(app, ["experiment", *command, "--home", str(home.path), "--json"])
            assert run.exit_code == 0, run.output
            shown = json.loads(run.stdout)["experiment"]
            assert (None if shown is None else shown["name"]) == (None if command == ["stop"] else "warm")
    assert experiment.running(home) is None


@pytest.mark.parametrize("name", ["", "Warm", "two words", "-x", "x" * 41])
def test_a_name_that_would_not_fit_a_report_is_refused(home: Home, name: str) -> None:
    run = CliRunner().invoke(app, ["experiment", "start", "--name", name, "--share", "0.2", "--home", str(home.path)])
    assert run.exit_code == 2
