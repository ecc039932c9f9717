from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from model.profile import Profile
from service.drift import keeping
from service.drift.keeping import DriftFolder, JudgedWindow
from service.errors import HomeError
from service.home import Home
from tests.unit.service.drift.answers import VERSIONS

PROFILE = Profile(rows=1000, quantiles={"targets": [[0.5]]}, counts={"seed_taxonomies": {"Bags": 1000}}, words={})


def window(requests: int) -> JudgedWindow:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return JudgedWindow(at=at, versions=VERSIONS, requests=requests, against=None, verdict=None)


def test_windows_are_kept_in_order_and_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEPT_WINDOWS", 3)
    folder = DriftFolder(Home(tmp_path))
    for requests in range(5):
        folder.add(window(requests), PROFILE)
    assert [one.requests for one in folder.windows()] == [2, 3, 4]


def test_windows_of_several_writers_are_all_kept(tmp_path: Path) -> None:
    folder = DriftFolder(Home(tmp_path))
    with ThreadPoolExecutor(4) as writers:
        list(writers.map(lambda requests: folder.add(window(requests), PROFILE), range(40)))
    assert sorted(one.requests for one in folder.windows()) == [*range(40)]


def test_the_last_window_becomes_the_baseline_of_its_bundle_alone(tmp_path: Path) -> None:
    folder = DriftFolder(Home(tmp_path))
    folder.add(window(1000), PROFILE)
    assert folder.baseline("bundle") is None
    assert folder.take_baseline("bundle") == PROFILE
    assert folder.baseline("bundle") == PROFILE
    with pytest.raises(HomeError, match="No window of the served bundle"):
        folder.take_baseline("other")


def test_before_the_first_window_nothing_is_kept(tmp_path: Path) -> None:
    assert DriftFolder(Home(tmp_path)).windows() == []
    assert not (tmp_path / "drift").exists()


def test_what_is_damaged_is_named(tmp_path: Path) -> None:
    folder = DriftFolder(Home(tmp_path))
    folder.add(window(1000), PROFILE)
    folder.take_baseline("bundle")
    (tmp_path / "drift" / "windows.jsonl").write_bytes(b"{\n")
    with pytest.raises(HomeError, match=r"windows\.jsonl cannot be read"):
        folder.windows()
    (tmp_path / "drift" / "baseline" / "bundle.json").write_bytes(b"{}")
    with pytest.raises(HomeError, match=r"bundle\.json cannot be read"):
        folder.baseline("bundle")
