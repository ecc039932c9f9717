import os
from pathlib import Path

import pytest

from service.metrics.several import VARIABLE, counted_together, shared_folder


def test_a_folder_is_made_and_goes_with_those_that_counted_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with shared_folder():
        folder = Path(os.environ[VARIABLE])
        assert counted_together()
        (folder / "counter_7.db").touch()
    assert not folder.exists()
    assert not counted_together()


def test_an_operator_s_folder_is_emptied_of_what_an_earlier_run_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new" / "folder"
    monkeypatch.setenv(VARIABLE, str(folder))
    for _ in range(2):
        with shared_folder():
            assert [*folder.glob("*.db")] == []
            (folder / "counter_7.db").touch()
            (folder / "somebody's.txt").touch()
    assert (folder / "somebody's.txt").exists()
