"""A terminal in which the pages' commands are typed, one block after the other, in one folder."""

import os
import re
import shlex
import socket
import subprocess
import sys
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

import httpx

from tests.docs.pages import ROOT

START_S = 30
WIDTH = 80
SERVE = "kitsune serve"

_CHANGING = re.compile(r"\b\d{8}T\d{6}-[0-9a-f]{6}\b|\b[0-9a-f]{12}\b|\b\d+\.\d s\b")
"""Ids and durations, which are others every time."""

_CANDIDATES = re.compile(r"^[┏┡│└].*\n?", re.MULTILINE)
"""The candidates of a table of looks, and its frame: they depend on the drawings."""


class Terminal:
    """Types commands with bash; a service keeps running beside the next commands until another one starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._service: subprocess.Popen[bytes] | None = None
        self._environment = os.environ | {
            "PATH": os.pathsep.join([str(_programs(folder)), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT),
            "COLUMNS": str(WIDTH),
            "KITSUNE_PORT": str(self.port),
            "KITSUNE_DEADLINE_S": "30",
            "KITSUNE_LOG_LEVEL": "error",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def type(self, commands: str) -> str:
        """Return what the commands print; a service is started and left alone."""
        if commands.startswith(SERVE):
            self._serve(commands)
            return ""
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],  # noqa: S607 - the bash that a reader has
            cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"{commands}\n{run.stdout}\n{run.stderr}"
        return run.stdout

    def _serve(self, command: str) -> None:
        self._stop()
        self._service = subprocess.Popen(shlex.split(command), cwd=self.folder, env=self._environment)
        deadline = monotonic() + START_S
        while not self._ready():
            assert self._service.poll() is None, f"{command} ended"
            assert monotonic() < deadline, f"{command} is not ready"
            sleep(0.05)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz").is_success
        except httpx.TransportError:
            return False

    def _stop(self) -> None:
        if self._service is not None:
            self._service.terminate()
            self._service.wait(START_S)


def prints(printed: str, shown: str) -> bool:
    """Say whether a page shows what was printed: `...` stands for anything, and so does what changes every time."""
    return OutputChecker().check_output(_lasting(shown), _lasting(printed), ELLIPSIS | NORMALIZE_WHITESPACE)


def _lasting(text: str) -> str:
    return _CHANGING.sub("*", _CANDIDATES.sub("", text))


def _programs(folder: Path) -> Path:
    """Make a folder with the pages' curl, which not every machine has."""
    programs = folder / ".programs"
    programs.mkdir()
    curl = programs / "curl"
    curl.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.docs.curl "$@"\n')
    curl.chmod(0o755)
    return programs


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
