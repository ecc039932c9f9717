import json
import os
import shutil
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from model.bundle import complete_bundle, note_metric, open_bundle
from model.inference import Generator
from model.manifest import GENERATOR
from service.catalog.figures import keep
from service.catalog.runs import compare, run_of, runs
from service.cli import app
from service.errors import BundleError
from service.home import Home, ReleasePointer
from tests.figures import measured


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that serves the demo's bundle, and holds a damaged one."""
    home = Home(tmp_path)
    with home.writer(), as_file(files("service.demo") / "bundle") as source:
        bundle_id = open_bundle(source).bundle_id
        shutil.copytree(source, home.bundles / bundle_id)
        shutil.copytree(source, home.bundles / "damaged")
        (home.bundles / "damaged" / GENERATOR).write_bytes(b"")
        home.release(ReleasePointer(bundle_id, "generation", "mapping"))
    return home


@pytest.fixture
def served(home: Home) -> str:
    pointer = home.current()
    assert pointer is not None
    return pointer.bundle


def listed(home: Home) -> str:
    result = CliRunner().invoke(app, ["runs", "list", "--home", str(home.path)], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def test_a_run_says_what_a_bundle_was_made_of_and_what_was_measured_of_it_later(home: Home, served: str) -> None:
    (run,) = runs(home)
    manifest = open_bundle(home.bundles / served).manifest
    assert (run.bundle, run.space, run.git_revision) == (served, manifest.space_id, manifest.git_revision)
    assert (run.served, run.promoted) == (True, False)
    assert run.config["generator.epochs"] == manifest.training["generator"]["epochs"]
    assert run.figures["colour.accuracy"] == manifest.metrics["encoder"]["attributes"]["colour"]["accuracy"]
    assert run.figures["validation_loss"] == min(manifest.metrics["generator"]["validation_loss"])
    assert "test.recall_at_10" not in run.figures
    keep(home, replace(measured(), bundle=served))
    assert run_of(home, served).figures["test.recall_at_10"] == 0.5


def test_the_newest_run_is_listed_first_and_the_served_one_is_marked(home: Home, served: str) -> None:
    newer = other_training(home, served)
    first, second = (line for line in listed(home).splitlines() if served in line or newer in line)
    assert first.startswith(newer)
    assert "served" not in first
    assert second.startswith(served)
    assert second.endswith("served")


def test_a_bundle_that_was_promoted_says_so(home: Home, served: str) -> None:
    newer = other_training(home, served)
    note_metric(open_bundle(home.bundles / newer), "promotion", {"forced": False})
    assert next(line for line in listed(home).splitlines() if line.startswith(newer)).endswith("promoted")


def test_two_runs_are_compared_where_they_differ(home: Home, served: str) -> None:
    newer = other_training(home, served)
    keep(home, replace(measured(), bundle=newer))
    found = {
        contrast.name: (contrast.one, contrast.other) for contrast in compare(run_of(home, served), run_of(home, newer))
    }
    assert found.pop("generator.epochs") == (8, 9)
    assert found.pop("test.recall_at_10") == (None, 0.5)
    assert all(name.startswith("test.") for name in found)
    command = ["runs", "compare", served, newer, "--home", str(home.path), "--json"]
    printed = json.loads(CliRunner().invoke(app, command).output)
    assert printed["differences"][0] == {"name": "generator.epochs", "one": 8, "other": 9}
    same = CliRunner().invoke(app, ["runs", "compare", served, served, "--home", str(home.path)]).output
    assert same == "Nothing that was noted of them differs.\n"


def test_a_run_that_is_not_there_is_refused(home: Home) -> None:
    with pytest.raises(BundleError, match="kitsune runs"):
        run_of(home, "damaged")


def other_training(home: Home, bundle_id: str) -> str:
    """Put a bundle into the home, later, whose generator is another one; return its id."""
    draft = open_bundle(home.bundles / bundle_id)
    tensors = {name: 2 * tensor for name, tensor in draft.generator.tensors.items()}
    options = draft.manifest.training["generator"] | {"epochs": 9}
    manifest = complete_bundle(
        draft,
        home.path / "made",
        generator=Generator(tensors, draft.generator.config),
        training={"generator": options},
        metrics={},
        git_revision=draft.manifest.git_revision,
    )
    directory = home.bundles / manifest.bundle_id
    (home.path / "made").rename(directory)
    later_s = (home.bundles / bundle_id / GENERATOR).stat().st_mtime + 60
    os.utime(directory / GENERATOR, (later_s, later_s))
    return manifest.bundle_id
