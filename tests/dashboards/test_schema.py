"""The boards are dashboards by Grafana's own types: a wrong key or a wrong type does not compile."""

import shutil
import subprocess
from pathlib import Path

import pytest

from dashboards.reading import BOARDS, boards
from tests.dashboards.programs import program

pytestmark = pytest.mark.slow

TYPED = """\
import type {{ Dashboard }} from "@grafana/schema";
// Enumerations stand in JSON as what they are written as.
type Plain<T> = unknown extends T ? T : T extends string ? `${{T}}` : {{ [K in keyof T]: Plain<T[K]> }};
export const board: Plain<Dashboard> = {board};
"""
COMPILE = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Grafana's types and TypeScript, by the lock file."""
    folder = tmp_path_factory.mktemp("schema")
    for file in (Path(__file__).parent / "schema").iterdir():
        shutil.copy(file, folder)
    install = [program("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True)
    return folder


def compiled(folder: Path, name: str, board: str) -> subprocess.CompletedProcess[str]:
    (folder / f"{name}.ts").write_text(TYPED.format(board=board))
    command = [str(folder / "node_modules" / ".bin" / "tsc"), *COMPILE, f"{name}.ts"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("name", boards())
def test_a_board_is_of_grafana_s_type(name: str, folder: Path) -> None:
    run = compiled(folder, name, (BOARDS / f"{name}.json").read_text())
    assert run.returncode == 0, run.stdout


def test_a_board_that_is_not_is_found(folder: Path) -> None:
    board = (BOARDS / "service.json").read_text()
    run = compiled(folder, "wrong", board.replace('"editable"', '"editible"'))
    assert run.returncode != 0
    assert "editible" in run.stdout
