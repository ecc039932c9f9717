"""The home: one writer, one pointer that moves in one step."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from service.errors import HomeError, HomeLocked
from service.home import Home, ReleasePointer

OLD = ReleasePointer("bundle-1", "generation-1", "mapping-1")
NEW = ReleasePointer("bundle-2", "generation-2", "mapping-1")

HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from service.home import Home
with Home(Path(sys.argv[1])).writer():
    print("locked", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "shop")
    with home.writer():
        return home


def test_a_home_is_made_by_its_first_writer_and_not_before(tmp_path: Path) -> None:
    home = Home(tmp_path / "shop")
    assert not home.path.exists()
    with home.writer():
        assert all(folder.is_dir() for folder in (home.bundles, home.generations, home.mappings, home.work))


def test_nothing_is_served_before_the_first_release(home: Home) -> None:
    assert home.current() is None
    assert home.previous() is None


def test_a_release_replaces_the_current_one_and_keeps_it_as_previous(home: Home) -> None:
    home.release(OLD)
    home.release(NEW)
    assert home.current() == NEW
    assert home.previous() == OLD


def test_releasing_the_same_again_keeps_the_way_back(home: Home) -> None:
    home.release(OLD)
    home.release(NEW)
    home.release(NEW)
    assert home.previous() == OLD


def test_a_rollback_serves_the_previous_release_and_a_second_one_undoes_it(home: Home) -> None:
    home.release(OLD)
    home.release(NEW)
    assert home.rollback() == OLD
    assert home.current() == OLD
    assert home.rollback() == NEW


def test_a_rollback_without_a_previous_release_is_refused(home: Home) -> None:
    home.release(OLD)
    with pytest.raises(HomeError, match="no previous release"):
        home.rollback()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"[]", b"{}", b'{"format_version": 1}', b'{"format_version": 1, "current": {"bundle": 3}}'],
)
def test_a_damaged_pointer_is_refused_by_name(home: Home, content: bytes) -> None:
    (home.path / "current.json").write_bytes(content)
    with pytest.raises(HomeError, match=r"current\.json is damaged"):
        home.current()


def test_a_pointer_of_a_newer_format_is_refused_with_what_to_do(home: Home) -> None:
    (home.path / "current.json").write_bytes(b'{"format_version": 2}')
    with pytest.raises(HomeError, match="upgrade Kitsune"):
        home.current()


def test_a_write_that_was_cut_off_leaves_the_release_as_it_was(home: Home) -> None:
    home.release(OLD)
    (home.path / ".current.json.new").write_bytes(b'{"format_ver')
    assert home.current() == OLD
    home.release(NEW)
    assert home.current() == NEW


def test_a_second_writer_is_refused_and_told_who_writes(home: Home) -> None:
    with home.writer(), pytest.raises(HomeLocked, match=f"Process {os.getpid()} is writing"), home.writer():
        pass


def test_the_lock_is_free_after_an_error(home: Home) -> None:
    with pytest.raises(ZeroDivisionError), home.writer():
        raise ZeroDivisionError
    with home.writer():
        pass


def test_the_lock_of_a_killed_process_is_free(home: Home) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD_THE_LOCK, str(home.path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    with pytest.raises(HomeLocked, match=f"Process {holder.pid} "), home.writer():
        pass
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            with home.writer():
                return
        except HomeLocked:
            time.sleep(0.01)
    pytest.fail("the lock outlived its process")


def test_photos_lead_to_the_data_folder_of_the_last_import(home: Home, tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        home.link_photos(tmp_path / name)
        assert home.photos.resolve() == tmp_path / name
    assert sorted(path.name for path in home.path.iterdir() if "photos" in path.name) == ["photos"]


def test_photos_are_found_when_they_were_named_from_another_folder(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    Home(Path("shop")).link_photos(Path("data"))
    assert home.photos.resolve() == tmp_path / "data"


def test_a_link_that_was_cut_off_does_not_stand_in_the_way(home: Home, tmp_path: Path) -> None:
    (home.path / ".photos.new").symlink_to("nowhere")
    home.link_photos(tmp_path)
    assert home.photos.resolve() == tmp_path


def test_a_home_that_holds_its_data_can_be_moved(home: Home, tmp_path: Path) -> None:
    (home.path / "catalogue").mkdir()
    home.link_photos(home.path / "catalogue")
    moved = Home(home.path.rename(tmp_path / "moved"))
    assert moved.photos.resolve() == moved.path / "catalogue"


def test_a_folder_of_photos_that_an_operator_made_is_left_alone(home: Home, tmp_path: Path) -> None:
    home.photos.mkdir()
    home.link_photos(tmp_path)
    assert not home.photos.is_symlink()


def test_runs_are_kept_one_a_line_with_their_time(home: Home) -> None:
    home.log_run({"stage": "encode", "seconds": 2.5})
    home.log_run({"stage": "index"})
    runs = [msgspec.json.decode(line) for line in home.runs_path.read_bytes().splitlines()]
    assert [run["stage"] for run in runs] == ["encode", "index"]
    assert runs[0]["seconds"] == 2.5
    assert runs[0]["at"].endswith("+00:00")
