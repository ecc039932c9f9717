"""One shop's folder: the record, bundles, generations, and the pointer to the release that is served.

    catalog.sqlite   the record: products, and their vectors by space
    bundles/<id>     models
    generations/<id> built indexes
    mappings/        slot templates
    work/            caches of the build
    photos           a link to the data folder of the last import, or a folder that an operator put there instead
    evaluations/     what `kitsune evaluate` found, by bundle and part: figures, report, looks to rate
    drift/           what was found of windows of requests, and the profiles that they are compared with
    golden/          what each release answered when it was made
    current.json     the release: one rename moves bundle, generation and mapping together
    runs.jsonl       what was built, when and how
    predictions.sqlite, predictions/   the prediction log, where it is on
    experiment.json  a second release that is tried beside it
    feedback.sqlite  what shoppers did with the answers
    .lock            held by the one process that writes

Everything but the record, the bundles, the prediction log and the feedback can be made again.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from service.errors import HomeError, HomeLocked
from service.settings import Engine

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class ReleasePointer:
    """Names the three things that are served together."""

    bundle: str
    generation: str
    mapping: str
    engine: Engine = "embedded"
    """Which one holds the generation."""


@dataclass(frozen=True, slots=True)
class _Pointers:
    """What `current.json` holds."""

    format_version: int
    current: ReleasePointer
    previous: ReleasePointer | None = None


class Home:
    """The paths of one shop, its writer's lock and its release pointer. Making one touches no file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record_path = path / "catalog.sqlite"
        self.bundles = path / "bundles"
        self.generations = path / "generations"
        self.mappings = path / "mappings"
        self.work = path / "work"
        self.photos = path / "photos"
        self.evaluations = path / "evaluations"
        self.drift = path / "drift"
        self.golden = path / "golden"
        self.runs_path = path / "runs.jsonl"
        self.predictions_path = path / "predictions.sqlite"
        self.predictions_folder = path / "predictions"
        self.experiment_path = path / "experiment.json"
        self.feedback_path = path / "feedback.sqlite"
        self._current_path = path / "current.json"
        self._lock_path = path / ".lock"

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Hold this home's one right to write; the folders exist afterwards.

        The kernel frees the lock when the process ends, however it ends.

        Raises:
            HomeLocked: another process, named by its pid, is writing.
        """
        for folder in (self.bundles, self.generations, self.mappings, self.work):
            folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(descriptor, self.path)
            yield
        finally:
            os.close(descriptor)

    def current(self) -> ReleasePointer | None:
        """Return the release to serve; None when nothing was released yet.

        Raises:
            HomeError: `current.json` is damaged, or of a newer format.
        """
        pointers = self._pointers()
        return pointers.current if pointers else None

    def previous(self) -> ReleasePointer | None:
        """Return the release that `rollback` would bring back, if there is one."""
        pointers = self._pointers()
        return pointers.previous if pointers else None

    def release(self, pointer: ReleasePointer) -> None:
        """Make `pointer` the release to serve, in one rename; what was served becomes the previous one."""
        served = self._pointers()
        if served is None:
            self._point(pointer, None)
        elif served.current != pointer:
            self._point(pointer, served.current)

    def rollback(self) -> ReleasePointer:
        """Serve the previous release again and return it; a second rollback undoes the first.

        Raises:
            HomeError: there is no previous release.
        """
        served = self._pointers()
        if served is None or served.previous is None:
            raise HomeError(f"{self.path} has no previous release to go back to; `kitsune build` makes releases.")
        self._point(served.previous, served.current)
        return served.previous

    def link_photos(self, data: Path) -> None:
        """Have `photos` lead to `data`, in one rename; a real folder of that name is left as it is.

        A link to a folder inside the home stays right when the home is moved.
        """
        if self.photos.is_dir() and not self.photos.is_symlink():
            return
        home, target = self.path.absolute(), data.absolute()
        new = self.photos.with_name(".photos.new")
        new.unlink(missing_ok=True)
        new.symlink_to(target.relative_to(home) if target.is_relative_to(home) else target)
        new.replace(self.photos)
        sync_folder(self.path)

    def log_run(self, entry: Mapping[str, Any]) -> None:
        """Append `entry`, with the time in UTC, to `runs.jsonl`."""
        line = msgspec.json.encode({"at": datetime.now(UTC).isoformat(timespec="seconds"), **entry}) + b"\n"
        with self.runs_path.open("ab") as runs:
            runs.write(line)
            runs.flush()
            os.fsync(runs.fileno())

    def _pointers(self) -> _Pointers | None:
        try:
            content = self._current_path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise HomeError(f"{self._current_path} cannot be read ({error.strerror}): check its rights.") from error
        try:
            version = msgspec.json.decode(content)["format_version"]
            if version != FORMAT_VERSION:
                raise HomeError(
                    f"{self._current_path} has format {version}, this Kitsune reads {FORMAT_VERSION}: upgrade Kitsune, "
                    "or run `kitsune build` with this one."
                )
            return msgspec.json.decode(content, type=_Pointers)
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise HomeError(
                f"{self._current_path} is damaged ({error}). Delete it and run `kitsune build` again."
            ) from error

    def _point(self, current: ReleasePointer, previous: ReleasePointer | None) -> None:
        replace_file(self._current_path, msgspec.json.encode(_Pointers(FORMAT_VERSION, current, previous)))


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step: a reader, or a power cut, sees all of the old or all of the new."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk keep the names in `folder`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, home: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = os.pread(descriptor, 20, 0).decode("ascii", "replace")
        holder = f"Process {pid}" if pid else "Another process"
        raise HomeLocked(f"{holder} is writing {home}. Wait until it is done, or stop it.") from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
