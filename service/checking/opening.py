"""From a home to what is checked."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from service.catalog.record import Record
from service.checking.subject import Subject, generator, temporary_index
from service.domain import Versions
from service.errors import HomeError
from service.generation import BundleModel
from service.home import Home
from service.index.base import Item
from service.release import Release
from service.runtime import load_release, named_release, read_mapping
from service.settings import Settings

PHOTOS = 24
"""Photos that are looked at: each is encoded a dozen times."""


@asynccontextmanager
async def open_subject(home: Home, settings: Settings, bundle: Path | None = None) -> AsyncIterator[Subject]:
    """Open the release that the home serves, or another bundle over the home's catalogue and mapping.

    Raises:
        HomeError: nothing is released yet, or the record has no vectors of the bundle's space.
        BundleError: the bundle is damaged.
        MappingError: the mapping is not well formed.
        IndexUnavailable: the engine does not answer.
    """
    with TemporaryDirectory(prefix="kitsune-check-") as folder:
        if bundle is None:
            release = load_release(home, named_release(home), settings)
        else:
            release = _dressing(home, bundle, Path(folder))
        try:
            with Record.open(home.record_path, read_only=True) as record:
                items = list(record.items(release.model.space_id))
                photos = dict(islice(_photos(record, items, home.photos), PHOTOS))
            yield await Subject.of(release, items, photos)
        finally:
            await release.close()


def _dressing(home: Home, bundle: Path, folder: Path) -> Release:
    mapping = named_release(home).mapping
    model = BundleModel.open(bundle)
    with Record.open(home.record_path, read_only=True) as record:
        items = list(record.items(model.space_id))
    if not items:
        raise HomeError(
            f"{home.path} has no vectors of this bundle's space: encode its products with `kitsune build --bundle`."
        )
    index = temporary_index(folder, items, model.space_id, model.dimensions)
    versions = Versions(model.bundle_id, model.space_id, index.info.generation_id, mapping)
    return Release(versions, model, index, read_mapping(home, mapping))


def _photos(record: Record, items: list[Item], folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the photos of products that have just one, drawn by lot: the vector of others is a mean."""
    recorded = record.get([item.product.product_id for item in items])
    names = [(key, row.photos[0]) for key, row in sorted(recorded.items()) if len(row.photos) == 1]
    for row in generator("photos").permutation(len(names)).tolist():
        product_id, name = names[row]
        with suppress(OSError):
            yield product_id, (folder / name).read_bytes()
