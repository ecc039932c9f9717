"""`kitsune index keys` up to the cluster; `tests/e2e/keys` goes on from there."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.errors import IndexUnavailable, SetupError


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITSUNE_ELASTICSEARCH_URL", "http://127.0.0.1:9")


def make(folder: Path, *options: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["index", "keys", "--to", str(folder), "--user", "operator", *options], input=typed)


def test_a_password_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    done = make(tmp_path / "keys", typed="CANARY\n")
    assert "Password of operator:" in done.stderr
    assert "CANARY" not in done.output


def test_a_password_comes_from_a_file_and_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(b"CANARY\xff\n")
    assert (
        make(tmp_path / "keys", "--password-file", str(tmp_path / "password")).exit_code == IndexUnavailable.exit_code
    )
    done = make(tmp_path / "keys", "--password-file", str(tmp_path / "nothing"))
    assert done.exit_code == SetupError.exit_code
    assert "nothing cannot be used (No such file or directory)" in done.stderr


def test_no_file_stays_when_no_key_was_made(tmp_path: Path) -> None:
    assert make(tmp_path / "keys", typed="x\n").exit_code == IndexUnavailable.exit_code
    assert list((tmp_path / "keys").iterdir()) == []
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["kitsune-serve.key", "kitsune-ingest.key"])
def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a key in use")
    done = make(tmp_path, typed="x\n")
    assert done.exit_code == SetupError.exit_code
    assert f"{name} exists already" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "a key in use"


@pytest.mark.parametrize("expires", ["", "0d", "-1", "-1d", "90", "1y", "1d\n", "99999d"])
def test_keys_always_expire(tmp_path: Path, expires: str) -> None:
    done = make(tmp_path / "keys", "--expires", expires)
    assert done.exit_code == 2
    assert "--expires" in done.stderr
