import math
import os
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from service.domain import Versions
from service.home import Home, ReleasePointer
from service.metrics.release import ImportMetrics, ReleaseMetrics
from tests.unit.service.metrics.scraped import moved, value

MADE = 1_767_225_600.0  # 2026-01-01


def loaded(metrics: ReleaseMetrics, home: Home, generation: str = "20260101T000000-abc") -> None:
    versions = Versions("bundle", "space", generation, "mapping")
    metrics.loaded(versions, ReleasePointer("bundle", generation, "mapping"), home)


def test_the_release_that_is_served_is_told_and_the_one_before_is_not(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    metrics = ReleaseMetrics(registry)
    loaded(metrics, Home(tmp_path))
    loaded(metrics, Home(tmp_path), "20260102T000000-abc")
    assert moved(registry, "kitsune_release_info") == {
        ("bundle", "embedded", "20260102T000000-abc", "mapping", "space"): 1
    }
    assert "20260101T000000" not in generate_latest(registry).decode()


def test_a_generation_s_age_and_size_are_told(tmp_path: Path) -> None:
    home, registry = Home(tmp_path), CollectorRegistry()
    folder = home.generations / "20260101T000000-abc"
    folder.mkdir(parents=True)
    (folder / "vectors").write_bytes(b"x" * 700)
    (folder / "meta.json").write_bytes(b"x" * 50)
    loaded(ReleaseMetrics(registry), home)
    assert value(registry, "kitsune_index_size_bytes") == 750
    assert value(registry, "kitsune_generation_timestamp_seconds") == MADE


def test_what_is_not_known_is_no_number(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    ImportMetrics(registry).look(Home(tmp_path))
    loaded(ReleaseMetrics(registry), Home(tmp_path), "somebody-else-s")
    for name in (
        "kitsune_index_size_bytes",
        "kitsune_generation_timestamp_seconds",
        "kitsune_import_timestamp_seconds",
    ):
        assert math.isnan(value(registry, name))


def test_this_version_is_told() -> None:
    registry = CollectorRegistry()
    ReleaseMetrics(registry)
    ((labels, one),) = moved(registry, "kitsune_build_info").items()
    assert (len(labels), one) == (2, 1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.runs_path.write_bytes(
        b'{"at":"2025-01-01T00:00:00+00:00","stage":"catalog import","outputs":{"rows":1,"refused":1,"removed":0}}\n'
        b'{"at":"2026-01-01T00:00:00+00:00","stage":"catalog import","outputs":{"rows":9,"refused":2,"removed":3}}\n'
        b'{"at":"2026-01-02T00:00:00+00:00","stage":"catalog import","outputs":{"rows":"of another version"}}\n'
        b'{"at":"2026-01-02T00:00:00+00:00","stage":"rollback","release":{"bundle":"catalog import"}}\n'
        b'{"at":"2026-01-03T00:00:00+00:00","stage":"catalog imp'
    )
    return home


def test_the_last_import_is_told_whatever_was_run_since(home: Home) -> None:
    registry = CollectorRegistry()
    ImportMetrics(registry).look(home)
    assert value(registry, "kitsune_import_timestamp_seconds") == MADE
    rows = {("accepted",): 7, ("refused",): 2, ("removed",): 3}
    assert moved(registry, "kitsune_import_rows") == rows


def test_an_import_is_seen_when_it_is_logged(home: Home) -> None:
    registry = CollectorRegistry()
    metrics = ImportMetrics(registry)
    metrics.look(home)
    with home.runs_path.open("ab") as runs:
        runs.write(b"\n")
    home.log_run({"stage": "catalog import", "outputs": {"rows": 5, "refused": 0, "removed": 0}})
    os.utime(home.runs_path, ns=(1, 1))
    metrics.look(home)
    assert value(registry, "kitsune_import_rows", result="accepted") == 5
    assert value(registry, "kitsune_import_timestamp_seconds") > MADE
