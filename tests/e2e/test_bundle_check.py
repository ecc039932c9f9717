"""Behavioural checks of real bundles over real homes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from service.errors import HomeError
from tests.conftest import MadeHome, kitsune
from tests.docs.pages import ROOT

pytestmark = pytest.mark.slow

CERTAIN = {"Q18", "Q19", "Q22", "Q23", "Q24", "Q27", "Q28", "Q30", "Q32"}
"""Rows that depend on no bundle's taste."""


def results(run_output: str) -> Mapping[str, Mapping[str, Any]]:
    return {result["name"]: result for result in json.loads(run_output)["results"]}


@pytest.fixture(scope="module")
def checked(made_home: MadeHome) -> Mapping[str, Mapping[str, Any]]:
    return results(kitsune(["bundle", "check", "--home", str(made_home.path), "--json"], check=False).stdout)


def test_a_trained_bundle_keeps_every_limit_that_is_no_matter_of_taste(
    checked: Mapping[str, Mapping[str, Any]],
) -> None:
    certain = {name: result for name, result in checked.items() if result["row"] in CERTAIN}
    assert certain
    assert {name: result for name, result in certain.items() if not result["passed"]} == {}


def test_a_bundle_by_its_folder_gets_the_same_figures(
    made_home: MadeHome, checked: Mapping[str, Mapping[str, Any]]
) -> None:
    (bundle,) = (made_home.path / "bundles").iterdir()
    run = kitsune(["bundle", "check", str(bundle), "--home", str(made_home.path), "--json"], check=False)
    assert results(run.stdout) == checked


def test_a_bundle_that_the_home_was_never_encoded_with_is_refused(made_home: MadeHome) -> None:
    bundle: Path = ROOT / "service" / "demo" / "bundle"
    run = kitsune(["bundle", "check", str(bundle), "--home", str(made_home.path)], check=False)
    assert run.returncode == HomeError.exit_code
    assert "kitsune build --bundle" in run.stderr
