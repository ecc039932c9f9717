"""A home that the ordinary commands built, served and watched."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from shutil import copytree
from time import monotonic, sleep

import httpx
import pytest
from prometheus_client import CollectorRegistry

from model.bundle import open_bundle
from service.app import create_app
from service.catalog.outfits import split_of
from service.drift.keeping import DriftFolder
from service.golden import read_golden
from service.home import Home
from service.metrics import Metrics
from service.runtime import named_release, open_runtime
from service.settings import Settings
from tests.conftest import MadeHome
from tests.e2e.conftest import served

pytestmark = pytest.mark.slow

REQUESTS = 500
MATCHES = "kitsune_golden_query_matches"


@pytest.fixture
def home(made_home: MadeHome, tmp_path: Path) -> Home:
    copytree(made_home.path, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


@contextmanager
def watched(home: Home, metrics: Metrics) -> Iterator[httpx.Client]:
    settings = Settings.load(home=home.path, deadline_s=30, drift=True, drift_window=REQUESTS)
    with served(create_app(settings, lambda asked, _: open_runtime(asked, metrics))) as client:
        client.timeout = 30
        yield client


def wait_for(registry: CollectorRegistry, name: str, *values: float) -> float | None:
    """Return a metric's value as soon as it is one of `values`, and after a minute whatever it is."""
    deadline = monotonic() + 60
    while (value := registry.get_sample_value(name)) not in values and monotonic() < deadline:
        sleep(0.05)
    return value


def test_a_build_leaves_a_profile_of_what_it_learned_from(made_home: MadeHome) -> None:
    home = Home(made_home.path)
    profile = open_bundle(home.bundles / named_release(home).bundle).profile()
    assert profile is not None
    assert profile.rows == sum(split_of(product_id) == "train" for product_id in made_home.shop.product_ids)
    assert sum(profile.words["colour"].values()) == profile.rows


def test_a_built_release_answers_as_it_did_and_its_requests_are_watched(home: Home, made_home: MadeHome) -> None:
    metrics = Metrics()
    with watched(home, metrics) as client:
        assert wait_for(metrics.registry, MATCHES, 0, 1) == 1
        for product_id in islice(cycle(made_home.shop.product_ids), REQUESTS):
            assert client.get(f"/v1/outfits/{product_id}", params={"k": 1}).status_code == 200
        assert wait_for(metrics.registry, "kitsune_drift_windows_total", 1) == 1
    (window,) = DriftFolder(home).windows()
    assert (window.against, window.drifted) == ("bundle", [])


def test_a_mapping_of_another_shop_does_not_match(home: Home) -> None:
    pointer = named_release(home)
    assert read_golden(home, pointer) is not None
    mapping = home.mappings / f"{pointer.mapping}.yaml"
    mapping.write_text(mapping.read_text().replace("id: day", "id: night"))
    metrics = Metrics()
    with watched(home, metrics) as client:
        assert wait_for(metrics.registry, MATCHES, 0, 1) == 0
        assert client.get("/readyz").status_code == 200
