"""What is served: which release, whether it is ready, how large and how old it is, and how the last import went."""

import math
import platform
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

import msgspec
from prometheus_client import CollectorRegistry, Gauge

from service.domain import Versions
from service.home import Home, ReleasePointer
from service.index.kept import made_at
from service.metrics.series import counters
from service.metrics.several import counted_together

UNKNOWN = math.nan
"""What nobody knows is no number: a panel shows nothing then, and an alert does not fire."""

LATEST: Final = "livemostrecent"
"""Of several processes, all of which follow one home, whoever looked last is right."""


class ReleaseMetrics:
    """Tells what is served."""

    def __init__(self, registry: CollectorRegistry) -> None:
        build = Gauge(
            "kitsune_build_info",
            "1, for this version of Kitsune.",
            ("version", "python"),
            registry=registry,
            multiprocess_mode=LATEST,
        )
        build.labels(version("kitsune-outfits"), platform.python_version()).set(1)
        self._info = Gauge(
            "kitsune_release_info",
            "1, for the release that is served.",
            ("bundle", "space", "generation", "mapping", "engine"),
            registry=registry,
            multiprocess_mode=LATEST,
        )
        self._shown: tuple[str, ...] | None = None
        self.ready = Gauge(
            "kitsune_ready", "1 while /readyz answers 200, else 0.", registry=registry, multiprocess_mode="livemin"
        )
        self.products = Gauge(
            "kitsune_index_products", "Products of the generation.", registry=registry, multiprocess_mode=LATEST
        )
        self._size = Gauge(
            "kitsune_index_size_bytes",
            "Size of the generation's files; not known on Elasticsearch.",
            registry=registry,
            multiprocess_mode=LATEST,
        )
        self._made_at = Gauge(
            "kitsune_generation_timestamp_seconds",
            "When the build of the generation began.",
            registry=registry,
            multiprocess_mode=LATEST,
        )
        for gauge in (self._size, self._made_at):
            gauge.set(UNKNOWN)
        self.reloads = counters(
            registry, "kitsune_release_reloads", "Releases that were to be served.", result=("loaded", "refused")
        )

    def loaded(self, versions: Versions, pointer: ReleasePointer, home: Home) -> None:
        """Take note of what is served from now on."""
        self._show((versions.bundle, versions.space, versions.generation, versions.mapping, pointer.engine))
        self._size.set(_size_bytes(home.generations / versions.generation))
        made = made_at(versions.generation)
        self._made_at.set(UNKNOWN if made is None else made.timestamp())

    def _show(self, labels: tuple[str, ...]) -> None:
        """Take the release before away. Where processes count together the library cannot: it stays, as 0."""
        if self._shown not in (None, labels):
            self._info.labels(*self._shown).set(0)
            if not counted_together():
                self._info.remove(*self._shown)
        self._info.labels(*labels).set(1)
        self._shown = labels


def _size_bytes(folder: Path) -> float:
    try:
        return sum(path.stat().st_size for path in folder.iterdir())
    except OSError:
        # Elasticsearch's generations are no folders.
        return UNKNOWN


class _Rows(msgspec.Struct):
    """What an import counted."""

    rows: int
    refused: int
    removed: int


class _Import(msgspec.Struct):
    """A line of `runs.jsonl` that tells of an import."""

    stage: Literal["catalog import"]
    at: datetime
    outputs: _Rows


class ImportMetrics:
    """Tells how the last import went, which another process did."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._at = Gauge(
            "kitsune_import_timestamp_seconds",
            "When the last import ended.",
            registry=registry,
            multiprocess_mode=LATEST,
        )
        rows = Gauge(
            "kitsune_import_rows",
            "Rows of the last import.",
            ("result",),
            registry=registry,
            multiprocess_mode=LATEST,
        )
        self._rows = {result: rows.labels(result) for result in ("accepted", "refused", "removed")}
        for gauge in (self._at, *self._rows.values()):
            gauge.set(UNKNOWN)
        self._read_ns: int | None = None

    def look(self, home: Home) -> None:
        """Read the home's log of runs if it has changed. Cheap when it has not: called every second."""
        try:
            changed_ns = home.runs_path.stat().st_mtime_ns
            if changed_ns == self._read_ns:
                return
            last = _last_import(home.runs_path.read_bytes())
        except OSError:
            # Nothing was run in this home yet, or its rights are wrong, which the release's loading says.
            return
        self._read_ns = changed_ns
        if last is not None:
            self._tell(last)

    def _tell(self, last: _Import) -> None:
        self._at.set(last.at.timestamp())
        self._rows["accepted"].set(last.outputs.rows - last.outputs.refused)
        self._rows["refused"].set(last.outputs.refused)
        self._rows["removed"].set(last.outputs.removed)


def _last_import(log: bytes) -> _Import | None:
    for line in reversed(log.splitlines()):
        # Another stage's line, or one that a power cut left half written, is no import's.
        with suppress(msgspec.DecodeError):
            return msgspec.json.decode(line, type=_Import)
    return None
