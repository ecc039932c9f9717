"""What an encoder reads of photos, kept by the photo's content: no photo goes through a backbone twice.

A feature row takes 10 kB, a photo 50 ms: an encoder that is trained anew on a known catalogue has no photo to look at.
The garment's colours do not depend on the backbone. They are kept beside its features all the same, in 5 kB a photo.

Notation used for array shapes: n photos, f backbone features of a view (a photo has two views: 2f), c colours.
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
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from model.errors import PhotoRefused
from model.inference import ImageBackbone, garment_colours
from model.photos import views
from service.catalog.stages import Progress

BATCH = 16
"""Photos a step: each step is stored before the next, so a killed run loses no more than this."""

READERS = 2
"""Threads that decode photos while the backbone works on those before."""

Array = NDArray[np.float32]


class FeatureCache:
    """Features [2f] of one backbone's photos and their colours [c], by the sha256 of the photo's bytes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode = WAL")
        self.features = _Table(self._db, "features")
        self.colours = _Table(self._db, "colours")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()


class _Table:
    """Rows of numbers by photo."""

    def __init__(self, db: sqlite3.Connection, name: Literal["features", "colours"]) -> None:
        self._db = db
        self._name = name
        db.execute(f"CREATE TABLE IF NOT EXISTS {name} (photo TEXT PRIMARY KEY, {name} BLOB) WITHOUT ROWID")

    def get(self, photo: str) -> Array | None:
        """Return the row of a photo, if it is known."""
        row = self._db.execute(f"SELECT {self._name} FROM {self._name} WHERE photo = ?", (photo,)).fetchone()  # noqa: S608 - one of two names
        return None if row is None else np.frombuffer(row[0], "<f4").astype(np.float32)

    def known(self) -> set[str]:
        """Return the photos whose rows are stored."""
        return {photo for (photo,) in self._db.execute(f"SELECT photo FROM {self._name}")}  # noqa: S608 - as above

    def put(self, rows: Mapping[str, Array]) -> None:
        """Store the rows of several photos at once."""
        stored = [(photo, values.astype("<f4").tobytes()) for photo, values in rows.items()]
        with self._db:
            self._db.executemany(f"INSERT OR REPLACE INTO {self._name} VALUES (?, ?)", stored)  # noqa: S608 - as above


@dataclass(frozen=True, slots=True)
class PhotoFeatures:
    """Features [2f], or [2f + c], of the photos that could be read, and the reason for those that could not."""

    features: Mapping[str, Array]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Photo:
    """A photo that was read: views [2, 3, S, S] and colours [c] where they are not known, or why it could not be."""

    name: str
    digest: str = ""
    views: Array | None = None
    colours: Array | None = None
    refused: str | None = None


def photo_features(
    photos: Sequence[str],
    data: Path,
    backbone: ImageBackbone,
    cache: FeatureCache,
    progress: Progress,
    *,
    colours: bool = False,
) -> PhotoFeatures:
    """Return the features of photos, computing and storing those that `cache` lacks.

    Args:
        photos: files, relative to `data`.
        data: the folder that the feed's photos are in.
        backbone: what computes them.
        cache: where they are kept.
        progress: told how many of `photos` are done.
        colours: whether the garments' colours follow the backbone's features.
    """
    found: dict[str, Array] = {}
    refused: dict[str, str] = {}
    coloured = cache.colours.known() if colours else None
    prepare = partial(_prepare, data, backbone.size_px, cache.features.known(), coloured)
    for batch in _prepared_ahead(prepare, photos):
        _compute(batch, backbone, cache)
        for photo in batch:
            if photo.refused is None:
                found[photo.name] = _stored(cache, photo.digest, colours=colours)
            else:
                refused[photo.name] = photo.refused
        progress(len(found) + len(refused), len(photos))
    return PhotoFeatures(found, refused)


def _compute(photos: Sequence[_Photo], backbone: ImageBackbone, cache: FeatureCache) -> None:
    views = {photo.digest: photo.views for photo in photos if photo.views is not None}
    if views:
        rows = backbone.features(np.stack(list(views.values())))
        cache.features.put(dict(zip(views, rows, strict=True)))
    cache.colours.put({photo.digest: photo.colours for photo in photos if photo.colours is not None})


def _stored(cache: FeatureCache, digest: str, *, colours: bool) -> Array:
    parts = (cache.features.get(digest), cache.colours.get(digest) if colours else None)
    return np.concatenate([part for part in parts if part is not None])


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


def _prepare(data: Path, size_px: int, known: AbstractSet[str], coloured: AbstractSet[str] | None, name: str) -> _Photo:
    try:
        content = (data / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        return _Photo(
            name,
            digest,
            None if digest in known else views(content, size_px),
            None if coloured is None or digest in coloured else garment_colours(content),
        )
    except PhotoRefused as error:
        return _Photo(name, refused=str(error))
    except OSError as error:
        return _Photo(name, refused=f"cannot be read: {error.strerror}")
