"""Windows as the home keeps them: what was found of each, and profiles to compare the next ones with.

    drift/windows.jsonl         what was found of the last windows, a line each
    drift/last/BUNDLE.json      the profile of that bundle's last window
    drift/baseline/BUNDLE.json  what its windows are compared with, in the place of the bundle's own profile

Several processes may serve one home and write here; none of them needs its right to write.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

import msgspec

from model.errors import BundleCorrupt
from model.profile import Profile, encode_profile, read_profile
from model.verdict import Verdict
from service.domain import Versions
from service.errors import HomeError
from service.home import Home, replace_file

KEPT_WINDOWS = 500
"""A line has 2 to 5 kB."""

Against = Literal["bundle", "baseline"]


class JudgedWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A window, what it was compared with, and what was found; neither where there was nothing to compare it with."""

    at: datetime
    versions: Versions
    requests: int
    against: Against | None
    verdict: Verdict | None

    @property
    def drifted(self) -> list[str]:
        """The profiles that have drifted."""
        return self.verdict.drifted if self.verdict else []


class DriftFolder:
    """What a home keeps of drift. Making one touches no file."""

    def __init__(self, home: Home) -> None:
        self._path = home.drift
        self._windows = home.drift / "windows.jsonl"

    def add(self, window: JudgedWindow, profile: Profile) -> None:
        """Keep what was found of a window, and its profile; the oldest windows make room.

        Raises:
            OSError: the home cannot be written.
        """
        self._write("last", window.versions.bundle, profile)
        with self._one_at_a_time():
            lines = [*self._lines(), msgspec.json.encode(window)][-KEPT_WINDOWS:]
            replace_file(self._windows, b"\n".join(lines) + b"\n")

    def windows(self) -> list[JudgedWindow]:
        """Return what was found of the windows that are kept, the oldest first.

        Raises:
            HomeError: the file is damaged, or cannot be read.
        """
        try:
            return [msgspec.json.decode(line, type=JudgedWindow) for line in self._lines()]
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise HomeError(f"{self._windows} cannot be read ({error}). Delete it: new windows follow.") from error

    def baseline(self, bundle: str) -> Profile | None:
        """Return what was taken as a bundle's reference, if anything was.

        Raises:
            HomeError: it is damaged.
        """
        return self._read("baseline", bundle)

    def take_baseline(self, bundle: str) -> Profile:
        """Take a bundle's last window as the reference of the next ones, and return it.

        Raises:
            HomeError: no window of that bundle is full yet.
        """
        last = self._read("last", bundle)
        if last is None:
            raise HomeError(
                "No window of the served bundle is full yet: serve with KITSUNE_DRIFT=true, and come back after "
                "KITSUNE_DRIFT_WINDOW requests."
            )
        self._write("baseline", bundle, last)
        return last

    def _read(self, folder: str, bundle: str) -> Profile | None:
        path = self._path / folder / f"{bundle}.json"
        try:
            return read_profile(path)
        except FileNotFoundError:
            return None
        except (OSError, BundleCorrupt) as error:
            raise HomeError(
                f"{path} cannot be read ({error}). Delete it; `kitsune drift baseline` makes one."
            ) from error

    def _write(self, folder: str, bundle: str, profile: Profile) -> None:
        path = self._path / folder / f"{bundle}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._one_at_a_time():
            replace_file(path, encode_profile(profile))

    def _lines(self) -> list[bytes]:
        try:
            return self._windows.read_bytes().splitlines()
        except FileNotFoundError:
            return []

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Keep other processes from writing here; freed however this one ends."""
        descriptor = os.open(self._path / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
