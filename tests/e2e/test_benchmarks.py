"""Benchmarks, run small: that of seven million products on a real Elasticsearch, and those of rates on both engines."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import pytest

from benchmarks import cluster, elastic_rate, elastic_scale, elastic_shop, rate, reports, serving
from service.home import Home
from service.index.elastic import planning
from tests.conftest import MadeHome
from tests.elasticsearch.java import Missing
from tests.elasticsearch.running import no_server

pytestmark = pytest.mark.slow

PRODUCTS = 20_000
RATED = 2000


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Not below pytest's own folder, which nobody but its user may enter.
    folder = Path(tempfile.mkdtemp(prefix="kitsune-benchmarks-"))
    folder.chmod(0o755)
    for module in (cluster, elastic_shop, serving):
        monkeypatch.setattr(module, "FOLDER", folder)
    monkeypatch.setattr(cluster, "WARMING", 10)
    monkeypatch.setattr(cluster, "MOST_ROUNDS", cluster.LEAST_ROUNDS)
    monkeypatch.setattr(reports, "REPORTS", folder)
    # Few enough that the largest taxonomy has a graph.
    monkeypatch.setattr(planning, "GRAPH_FROM", PRODUCTS // 10)
    for name, value in {"ROUNDS": 2, "REQUESTS": 10, "CHECKED": 10, "RANKS": (0, 9), "ALONE": 5}.items():
        monkeypatch.setattr(elastic_scale, name, value)
    yield folder
    shutil.rmtree(folder)


def read_report(folder: Path, name: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return report


def values(report: dict[str, Any]) -> dict[str, float]:
    return {figure["name"]: figure["value"] for figure in report["figures"]}


def test_a_catalogue_is_filled_searched_and_reported_on(folder: Path) -> None:
    try:
        elastic_scale.main(PRODUCTS)
    except Missing as error:
        no_server(str(error))
    report = read_report(folder, f"elastic_scale_{PRODUCTS}")
    found = values(report)
    assert report["command"] == f"python -m benchmarks.elastic_scale --products {PRODUCTS}"
    assert found["exact, 1 look: recall@10"] == found["exact, 3 looks: recall@10"] == 1
    assert found["partitioned, 1 look: recall@10"] >= elastic_scale.GOAL_RECALL
    for layout in ("exact", "partitioned"):
        assert 0 < found[f"{layout}, 1 look: p50"] <= found[f"{layout}, 1 look: p99"]
        assert 0 < found[f"{layout}: build without making products"] <= found[f"{layout}: build"]
        assert found[f"{layout}: disk a product"] > 4 * report["setting"]["dimensions"]
        assert found[f"{layout}: memory: its own"] > found[f"{layout}: memory: heap in use"] > 0
    # Whoever comes back finds both filled, and nothing running.
    assert len(list(folder.glob("bench-*.json"))) == len(("exact", "partitioned"))
    assert not (folder / "elasticsearch" / "es.pid").exists()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try the first rate alone: what a busy machine keeps up with is not to be tested."""
    monkeypatch.setattr(rate, "highest", lambda tried: tried(rate.START))
    monkeypatch.setattr(rate, "ROUND_S", 0.5)
    for module in (rate, elastic_rate):
        monkeypatch.setattr(module, "LOOKS", (1,))
        monkeypatch.setattr(module, "SEEDS", 50)
    monkeypatch.setattr(elastic_rate, "WARMING_S", 0.2)


@pytest.mark.usefixtures("short")
def test_the_rate_of_a_processor_is_measured_and_reported(
    folder: Path, made_home: MadeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate, "made_home", lambda _: Home(made_home.path))
    rate.main(RATED)
    report = read_report(folder, f"rate_{RATED}")
    assert_rated(values(report), ["service"])
    assert report["command"] == f"python -m benchmarks.rate --products {RATED}"


@pytest.mark.usefixtures("short")
def test_the_rate_on_elasticsearch_is_measured_and_reported(folder: Path) -> None:
    try:
        elastic_rate.main(RATED)
    except Missing as error:
        no_server(str(error))
    assert_rated(values(read_report(folder, f"elastic_rate_{RATED}")), ["service", "Elasticsearch"])


def assert_rated(found: dict[str, float], processes: list[str]) -> None:
    assert found["1 look: requests a second and processor, p99 within 100 ms"] == rate.START
    assert 0 < found["1 look: at that rate, p50"] <= found["1 look: at that rate, p99"] < inf
    for process in processes:
        assert found[f"1 look: at that rate, processor time a request, {process}"] > 0
