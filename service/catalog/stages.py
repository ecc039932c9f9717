"""Which stages of a build are done, and from what: an unchanged stage is not redone."""

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from service.errors import FeedError, HomeError

Outputs = dict[str, Any]


class Progress(Protocol):
    """Told how far a long piece of work has come."""

    def __call__(self, done: int, total: int) -> None:
        """Take note that `done` of `total` steps are behind."""
        ...


class Reporter(Protocol):
    """Shows people what is under way."""

    def task(self, label: str) -> AbstractContextManager[Progress]:
        """Open a line for one piece of work."""
        ...


@dataclass(frozen=True, slots=True)
class StageRun:
    """What a stage did: its outputs, and whether they were there already."""

    stage: str
    outputs: Outputs
    skipped: bool
    duration_s: float


class Stages:
    """A ledger of finished stages, kept in one file that is replaced as a whole.

    A stage is entered only after its outputs are safely stored, so one that was killed is simply done again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def run(
        self,
        stage: str,
        inputs: Any,
        work: Callable[[], Outputs],
        *,
        still_there: Callable[[Outputs], bool] = lambda _: True,
    ) -> StageRun:
        """Return the outputs of `stage`, doing `work` only if `inputs` changed or the outputs are gone.

        Args:
            stage: name in the ledger.
            inputs: everything that the outputs depend on, as JSON values.
            work: makes and stores the outputs; returns what names them.
            still_there: says whether what an earlier run stored exists.
        """
        fingerprint = digest(inputs)
        done = self._read().get(stage)
        if done is not None and done["inputs"] == fingerprint and still_there(done["outputs"]):
            return StageRun(stage, done["outputs"], skipped=True, duration_s=0.0)
        started = time.monotonic()
        outputs = work()
        self._write(self._read() | {stage: {"inputs": fingerprint, "outputs": outputs}})
        return StageRun(stage, outputs, skipped=False, duration_s=time.monotonic() - started)

    def outputs(self, stage: str) -> Outputs | None:
        """Return what `stage` left when it was last done; None if it never was."""
        done = self._read().get(stage)
        return None if done is None else done["outputs"]

    def _read(self) -> dict[str, Any]:
        try:
            ledger: dict[str, Any] = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise HomeError(f"{self._path} is damaged ({error}). Delete it: all stages are done again.") from error
        return ledger

    def _write(self, ledger: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp")
        with temporary.open("w") as file:
            json.dump(ledger, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


def digest(value: Any) -> str:
    """Hash a JSON value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Hash a file's content.

    Raises:
        FeedError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FeedError(
            f"{path} cannot be read ({error.strerror}): check --data, --weights and the profile's paths."
        ) from error
