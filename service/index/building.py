"""Writes the folder that the embedded engine reads, in one pass over the items and with little memory.

Notation used for array shapes: d vector, n products.
"""

import os
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice, pairwise
from pathlib import Path

import numpy as np

from service.errors import HomeError, InvalidRequest
from service.home import sync_folder
from service.index.base import GenerationInfo, Item
from service.index.documents import LookupWriter, encode_product
from service.index.layout import (
    FORMAT_VERSION,
    LOOKUP,
    OFFSETS,
    PRODUCTS,
    VECTORS,
    Meta,
    TaxonomyRows,
    record_file,
    write_meta,
)
from service.index.sieve import Codes, Columns
from service.index.vectors import item_vectors

ITEMS_AT_ONCE = 4096

_Place = tuple[str, tuple[str, ...]]


def build_embedded(
    directory: Path,
    items: Iterable[Item],
    *,
    generation_id: str,
    space_id: str,
    dimensions: int,
    sequence: int,
    bundle_id: str | None = None,
) -> GenerationInfo:
    """Write `items`, which come ordered by (taxonomy, product_id), to a new `directory`, and sync everything.

    Raises:
        HomeError: there are no items, or a vector is not one of unit length; the sentence says what to do.
        ValueError: the items are not in order, or an id comes twice.
    """
    directory.mkdir(parents=True)
    with ExitStack() as files:
        writer = _Writer(directory, dimensions, files)
        for batch in _batches(items):
            writer.add(batch)
    if not writer.products:
        raise HomeError(
            f"No product has a vector in space {space_id}: run `kitsune encode`, then build the index again."
        )
    info = GenerationInfo(generation_id, space_id, dimensions, writer.products, sequence, bundle_id)
    write_meta(directory, writer.finish(info))
    return info


class _Writer:
    """Appends batches of items to the files, and knows what `meta.json` will say."""

    def __init__(self, directory: Path, dimensions: int, files: ExitStack) -> None:
        self._directory = directory
        self._dimensions = dimensions
        self._vectors = files.enter_context((directory / VECTORS).open("wb"))
        self._documents = files.enter_context((directory / PRODUCTS).open("wb"))
        self._lookup = LookupWriter(directory)
        self._codes = Codes()
        self._columns: list[Columns] = []
        self._offsets = array("q", [0])
        self._places: Counter[_Place] = Counter()
        self._last = ("", "")

    @property
    def products(self) -> int:
        """How many were written."""
        return len(self._offsets) - 1

    def add(self, items: list[Item]) -> None:
        """Append items to every file."""
        products = [item.product for item in items]
        keys = [self._last, *((product.taxonomy, product.product_id) for product in products)]
        if any(before >= after for before, after in pairwise(keys)):
            raise ValueError("items must come ordered by (taxonomy, product_id), each once")
        self._last = keys[-1]
        try:
            self._vectors.write(item_vectors(items, self._dimensions).tobytes())
        except InvalidRequest as error:
            raise HomeError(f"{error.detail} Run `kitsune encode` again, then build the index.") from error
        for product in products:
            self._offsets.append(self._offsets[-1] + self._documents.write(encode_product(product)))
        self._columns.append(self._codes.columns(products))
        self._lookup.add(products)
        self._places.update((product.taxonomy, product.taxonomy_path) for product in products)

    def finish(self, info: GenerationInfo) -> Meta:
        """Write the files that take all rows at once, sync everything, and return what was written."""
        self._lookup.close(self._codes.groups)
        np.save(self._directory / OFFSETS, np.array(self._offsets, np.int64))
        columns = Columns.joined(self._columns)
        for name in Columns.names():
            np.save(self._directory / f"{name}.npy", getattr(columns, name))
        names = (VECTORS, PRODUCTS, OFFSETS, LOOKUP, *(f"{name}.npy" for name in Columns.names()))
        for name in names:
            _sync_file(self._directory / name)
        sync_folder(self._directory)
        return Meta(
            FORMAT_VERSION,
            info,
            tuple(_taxonomy_rows(self._places)),
            currencies=tuple(self._codes.currencies),
            brands=tuple(self._codes.brands),
            groups=len(self._codes.groups),
            files={name: record_file(self._directory / name) for name in names},
        )


def _taxonomy_rows(places: Counter[_Place]) -> Iterator[TaxonomyRows]:
    paths: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for (taxonomy, path), count in sorted(places.items()):
        paths.setdefault(taxonomy, []).append((path, count))
    start = 0
    for taxonomy, counted in paths.items():
        stop = start + sum(count for _, count in counted)
        yield TaxonomyRows(taxonomy, start, stop, tuple(counted))
        start = stop


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, ITEMS_AT_ONCE)):
        yield batch


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
