"""Backbone features of photos, kept by the photo's content: no photo goes through a backbone twice.

A feature row takes 10 kB, a photo 50 ms: an encoder that is trained anew on a known catalogue has no photo to look at.

Notation used for array shapes: n photos, f backbone features of a view (a photo has two views: 2f).
"""

import hashlib
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from model.errors import PhotoRefused
from model.inference import ImageBackbone
from model.photos import views
from service.catalog.stages import Progress

BATCH = 16
"""Photos a step: each step is stored before the next, so a killed run loses no more than this."""

READERS = 2
"""Threads that decode photos while the backbone works on those before."""

Array = NDArray[np.float32]


class FeatureCache:
    """Features [2f] of one backbone's photos, by the sha256 of the photo's bytes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS features (photo TEXT PRIMARY KEY, features BLOB) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def get(self, photo: str) -> Array | None:
        """Return the features [2f] of a photo, if they are known."""
        row = self._db.execute("SELECT features FROM features WHERE photo = ?", (photo,)).fetchone()
        return None if row is None else np.frombuffer(row[0], "<f4").astype(np.float32)

    def known(self) -> set[str]:
        """Return the photos whose features are stored."""
        return {photo for (photo,) in self._db.execute("SELECT photo FROM features")}

    def put(self, features: Mapping[str, Array]) -> None:
        """Store the features of several photos at once."""
        rows = [(photo, values.astype("<f4").tobytes()) for photo, values in features.items()]
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO features VALUES (?, ?)", rows)


@dataclass(frozen=True, slots=True)
class PhotoFeatures:
    """Features [2f] of the photos that could be read, and the reason for each that could not, by photo."""

    features: Mapping[str, Array]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Photo:
    """A photo that was read: its views [2, 3, S, S] where its features are not known, or why it could not be."""

    name: str
    digest: str = ""
    views: Array | None = None
    refused: str | None = None


def photo_features(
    photos: Sequence[str], data: Path, backbone: ImageBackbone, cache: FeatureCache, progress: Progress
) -> PhotoFeatures:
    """Return the features of photos, computing and storing those that `cache` lacks.

    Args:
        photos: files, relative to `data`.
        data: the folder that the feed's photos are in.
        backbone: what computes them.
        cache: where they are kept.
        progress: told how many of `photos` are done.
    """
    found: dict[str, Array] = {}
    refused: dict[str, str] = {}
    prepare = partial(_prepare, data, backbone.size_px, cache.known())
    for batch in _prepared_ahead(prepare, photos):
        _compute([photo for photo in batch if photo.views is not None], backbone, cache)
        for photo in batch:
            features = cache.get(photo.digest)
            if features is not None:
                found[photo.name] = features
            else:
                refused[photo.name] = photo.refused or "is empty"
        progress(len(found) + len(refused), len(photos))
    return PhotoFeatures(found, refused)


def _compute(photos: Sequence[_Photo], backbone: ImageBackbone, cache: FeatureCache) -> None:
    if photos:
        rows = backbone.features(np.stack([photo.views for photo in photos if photo.views is not None]))
        cache.put({photo.digest: row for photo, row in zip(photos, rows, strict=True)})


def _prepared_ahead(prepare: Callable[[str], _Photo], photos: Sequence[str]) -> Iterator[list[_Photo]]:
    """Yield batches of prepared photos; while one is worked on, the next is being prepared."""
    with ThreadPoolExecutor(READERS, thread_name_prefix="photos") as readers:
        pending: deque[list[Future[_Photo]]] = deque()
        for start in range(0, len(photos), BATCH):
            pending.append([readers.submit(prepare, photo) for photo in photos[start : start + BATCH]])
            if len(pending) > 1:
                yield [photo.result() for photo in pending.popleft()]
        for batch in pending:
            yield [photo.result() for photo in batch]


def _prepare(data: Path, size_px: int, known: AbstractSet[str], name: str) -> _Photo:
    try:
        content = (data / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        return _Photo(name, digest, None if digest in known else views(content, size_px))
    except PhotoRefused as error:
        return _Photo(name, refused=str(error))
    except OSError as error:
        return _Photo(name, refused=f"cannot be read: {error.strerror}")
