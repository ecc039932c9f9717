"""The benchmark of seven million products, run small: it fills, searches and reports on a real Elasticsearch."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import cluster, elastic_scale, elastic_shop, reports
from service.index.elastic import planning
from tests.elasticsearch.java import Missing
from tests.elasticsearch.running import no_server

pytestmark = pytest.mark.slow

PRODUCTS = 20_000


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Not below pytest's own folder, which nobody but its user may enter.
    folder = Path(tempfile.mkdtemp(prefix="kitsune-benchmarks-"))
    folder.chmod(0o755)
    for module in (cluster, elastic_shop):
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


def test_a_catalogue_is_filled_searched_and_reported_on(folder: Path) -> None:
    try:
        elastic_scale.main(PRODUCTS)
    except Missing as error:
        no_server(str(error))
    report: dict[str, Any] = json.loads((folder / f"elastic_scale_{PRODUCTS}.json").read_text())
    found = {figure["name"]: figure["value"] for figure in report["figures"]}
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
