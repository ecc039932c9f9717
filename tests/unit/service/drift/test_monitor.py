import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from prometheus_client import CollectorRegistry

from service.drift.hook import Hooks
from service.drift.judging import Judge
from service.drift.keeping import DriftFolder, JudgedWindow
from service.drift.metrics import DriftMetrics
from service.drift.monitor import BUNDLES, DriftMonitor, open_monitor
from service.drift.window import Window
from service.errors import BundleError, MissingExtra
from service.home import Home
from service.settings import Settings
from tests.unit.service.drift.answers import answer, home_with_bundle

REQUESTS = 500
AT = datetime(2026, 11, 22, tzinfo=UTC)


class Judged:
    """A judge that finds nothing, and remembers what it was shown."""

    def __init__(self) -> None:
        self.windows: list[Window] = []
        self.threads: set[str] = set()
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.fault: Exception | None = None

    def __call__(self, window: Window) -> JudgedWindow:
        self.goes_on.wait(10)
        self.windows.append(window)
        self.threads.add(threading.current_thread().name)
        if self.fault is not None:
            raise self.fault
        return JudgedWindow(at=AT, versions=window.versions, requests=window.requests, against=None, verdict=None)


def finish(monitor: DriftMonitor) -> None:
    assert monitor._under_way is not None
    monitor._under_way.result(60)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def judged() -> Judged:
    return Judged()


@pytest.fixture
def monitor(judged: Judged, registry: CollectorRegistry) -> Iterator[DriftMonitor]:
    monitor = DriftMonitor(10, judged, Hooks(Settings()), DriftMetrics(registry))
    yield monitor
    judged.goes_on.set()
    monitor.close()


def test_a_full_window_is_judged_in_a_thread_of_its_own(monitor: DriftMonitor, judged: Judged) -> None:
    for row in range(9):
        monitor.observe(answer(row))
    assert monitor._under_way is None
    monitor.observe(answer(9))
    finish(monitor)
    assert [window.filled for window in judged.windows] == [10]
    assert judged.threads == {"drift_0"}


def test_how_full_the_window_is_can_be_read(monitor: DriftMonitor, registry: CollectorRegistry) -> None:
    for row in range(4):
        monitor.observe(answer(row))
    assert registry.get_sample_value("kitsune_drift_window_share") == 0.4


def test_each_bundle_has_a_window_of_its_own(monitor: DriftMonitor, judged: Judged) -> None:
    for row in range(19):
        monitor.observe(answer(row, bundle="one" if row % 2 else "other"))
    finish(monitor)
    assert [window.versions.bundle for window in judged.windows] == ["other"]


def test_windows_of_bundles_that_are_gone_make_room(monitor: DriftMonitor) -> None:
    for number in range(BUNDLES + 3):
        monitor.observe(answer(0, bundle=f"bundle {number}"))
    assert [*monitor._windows] == [f"bundle {number}" for number in range(3, BUNDLES + 3)]


def test_a_window_that_comes_while_another_is_judged_is_dropped(monitor: DriftMonitor, judged: Judged) -> None:
    judged.goes_on.clear()
    with structlog.testing.capture_logs() as logs:
        for row in range(20):
            monitor.observe(answer(row))
    judged.goes_on.set()
    finish(monitor)
    assert len(judged.windows) == 1
    assert [line["event"] for line in logs] == ["drift_window_dropped"]


@pytest.mark.parametrize("fault", [BundleError("gone"), OSError("The disk is full."), RuntimeError("a bug")])
def test_what_goes_wrong_in_judging_is_logged_and_the_next_window_is_judged(
    monitor: DriftMonitor, judged: Judged, fault: Exception
) -> None:
    judged.fault = fault
    with structlog.testing.capture_logs() as logs:
        for row in range(10):
            monitor.observe(answer(row))
        finish(monitor)
        for row in range(10):
            monitor.observe(answer(row))
        finish(monitor)
    assert len(judged.windows) == 2
    assert [line["log_level"] for line in logs] == ["error", "error"]


def watch(home: Home, registry: CollectorRegistry, hook: str | None = None) -> DriftMonitor:
    settings = Settings(home=home.path, drift=True, drift_window=REQUESTS, drift_hook_command=hook)
    return open_monitor(home, settings, DriftMetrics(registry))


def fill(monitor: DriftMonitor, bundle: str, *, moved: float = 0, taxonomy: str = "Bags", first: int = 0) -> None:
    for row in range(first, first + REQUESTS):
        monitor.observe(answer(row, bundle=bundle, moved=moved, taxonomy=taxonomy))
    finish(monitor)


def test_requests_that_are_as_expected_raise_no_alarm(tmp_path: Path, registry: CollectorRegistry) -> None:
    home, manifest = home_with_bundle(tmp_path)
    monitor = watch(home, registry)
    fill(monitor, manifest.bundle_id)
    assert registry.get_sample_value("kitsune_drift_windows_total") == 1
    assert registry.get_sample_value("kitsune_drift_alarms_total", {"profile": "seed_vectors"}) == 0
    (kept,) = DriftFolder(home).windows()
    assert (kept.against, kept.drifted, kept.requests) == ("bundle", [], REQUESTS)


def test_a_drift_raises_the_counter_and_the_log_names_dimensions_and_words(
    tmp_path: Path, registry: CollectorRegistry
) -> None:
    home, manifest = home_with_bundle(tmp_path)
    monitor = watch(home, registry)
    with structlog.testing.capture_logs() as logs:
        fill(monitor, manifest.bundle_id, moved=0.7, taxonomy="Dresses")
    for profile in ("seed_vectors", "targets", "seed_taxonomies"):
        assert registry.get_sample_value("kitsune_drift_alarms_total", {"profile": profile}) == 1
        assert (registry.get_sample_value("kitsune_drift_statistic", {"profile": profile}) or 0) > 1
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("drift_judged", "warning")
    assert "seed 0" in line["dimensions"]
    assert any(word.startswith("colour ") for word in line["words"])
    (kept,) = DriftFolder(home).windows()
    assert kept.drifted == ["seed_vectors", "targets", "seed_taxonomies"]


def test_a_baseline_that_was_taken_is_what_the_next_windows_are_compared_with(
    tmp_path: Path, registry: CollectorRegistry
) -> None:
    home, manifest = home_with_bundle(tmp_path)
    monitor = watch(home, registry)
    fill(monitor, manifest.bundle_id, moved=0.7)
    DriftFolder(home).take_baseline(manifest.bundle_id)
    fill(monitor, manifest.bundle_id, moved=0.7, first=REQUESTS)
    fill(monitor, manifest.bundle_id, first=2 * REQUESTS)
    before, after, back = DriftFolder(home).windows()
    assert before.drifted
    assert (after.against, after.drifted) == ("baseline", [])
    assert "seed_vectors" in back.drifted
    assert after.verdict is not None
    assert "overrides" in after.verdict.ratios


def test_a_bundle_without_a_profile_is_not_judged_until_a_baseline_is_taken(
    tmp_path: Path, registry: CollectorRegistry
) -> None:
    home, manifest = home_with_bundle(tmp_path, profiled=False)
    monitor = watch(home, registry)
    with structlog.testing.capture_logs() as logs:
        fill(monitor, manifest.bundle_id)
    assert [line["event"] for line in logs] == ["drift_without_reference"]
    assert registry.get_sample_value("kitsune_drift_windows_total") == 0
    DriftFolder(home).take_baseline(manifest.bundle_id)
    fill(monitor, manifest.bundle_id, first=REQUESTS)
    assert registry.get_sample_value("kitsune_drift_windows_total") == 1


def test_a_bundle_that_is_gone_cannot_be_judged(tmp_path: Path) -> None:
    home, manifest = home_with_bundle(tmp_path)
    window = Window(1, answer(0))
    window.add(answer(0))
    with pytest.raises(BundleError, match="manifest"):
        Judge(home)(window)
    assert manifest.bundle_id


def test_the_hook_is_called_when_drift_begins_and_not_again_while_it_lasts(
    tmp_path: Path, registry: CollectorRegistry
) -> None:
    home, manifest = home_with_bundle(tmp_path)
    told = tmp_path / "told"
    monitor = watch(home, registry, hook=f"{sys.executable} -c \"open('{told}', 'a').write('x')\"")
    for moved in (0.7, 0.7, 0, 0.7):
        fill(monitor, manifest.bundle_id, moved=moved)
    assert told.read_text() == "xx"
    assert registry.get_sample_value("kitsune_drift_hooks_total", {"result": "called"}) == 2


def test_without_scipy_the_setting_names_the_line_that_installs_it(
    tmp_path: Path, registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(("service.drift.judging", "model.drift"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    with pytest.raises(MissingExtra, match=r"kitsune-outfits\[drift\]"):
        watch(Home(tmp_path), registry)
