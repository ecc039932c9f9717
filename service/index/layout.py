"""The folder of a generation that the embedded engine reads, and the check that it is whole.

    meta.json         what it was built from, the rows of each taxonomy, the code tables, size and hash of each file
    vectors.f32       [n, d] float32; rows ordered by (taxonomy, product_id), so that a taxonomy is one stretch of them
    <column>.npy      [n] what filters look at
    products.msgpack  the products, one after the other; offsets.npy [n + 1] says where each begins
    lookup.sqlite     row by product id, code by group id, rows by word

Notation used for array shapes: d vector, n products.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from service.errors import HomeError
from service.home import replace_file
from service.index.base import GenerationInfo

FORMAT_VERSION = 1
META = "meta.json"
VECTORS = "vectors.f32"
PRODUCTS = "products.msgpack"
OFFSETS = "offsets.npy"
LOOKUP = "lookup.sqlite"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What a file was when it was built."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TaxonomyRows:
    """The rows of a taxonomy: from `start` up to `stop`, and how many of them have which ancestors."""

    taxonomy: str
    start: int
    stop: int
    paths: tuple[tuple[tuple[str, ...], int], ...]


@dataclass(frozen=True, slots=True)
class Meta:
    """The content of `meta.json`."""

    format_version: int
    info: GenerationInfo
    taxonomies: tuple[TaxonomyRows, ...]
    currencies: tuple[str, ...]
    brands: tuple[str, ...]
    groups: int
    files: dict[str, FileRecord]
    meta_sha256: str = ""
    """Of this very content, while this value was empty."""


def write_meta(directory: Path, meta: Meta) -> None:
    """Write `meta.json`, the last file of a generation, with its own hash."""
    sealed = replace(meta, meta_sha256=_own_hash(msgspec.to_builtins(meta)))
    replace_file(directory / META, msgspec.json.format(msgspec.json.encode(sealed), indent=1))


def _own_hash(content: Mapping[str, Any]) -> str:
    """Hash a description as it was written, whatever fields it has: an older one may lack some."""
    return hashlib.sha256(msgspec.json.encode({**content, "meta_sha256": ""})).hexdigest()


def read_meta(directory: Path) -> Meta:
    """Read `meta.json` and check that every file has the size it was built with; `verify_files` reads them whole.

    Raises:
        HomeError: a file is missing or damaged, or the format is not this one; the sentence names the file.
    """
    path = directory / META
    try:
        content = path.read_bytes()
        stated = msgspec.json.decode(content)
        version = stated["format_version"]
        if version != FORMAT_VERSION:
            raise HomeError(
                f"{path} has format {version}, this Kitsune reads {FORMAT_VERSION}: run `kitsune index build`."
            )
        meta = msgspec.convert(stated, Meta)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise _damaged(path, str(error)) from error
    if meta.meta_sha256 != _own_hash(stated):
        raise _damaged(path, "its content is not what was built")
    for name, built in meta.files.items():
        size_bytes = _size_bytes(directory / name)
        if size_bytes != built.size_bytes:
            raise _damaged(directory / name, f"it has {size_bytes} bytes instead of {built.size_bytes}")
    return meta


def verify_files(directory: Path) -> None:
    """Read every file of the generation and compare its hash: what `read_meta` leaves out to be quick.

    Raises:
        HomeError: a file is not what was built; the sentence names it.
    """
    for name, built in read_meta(directory).files.items():
        if record_file(directory / name) != built:
            raise _damaged(directory / name, "its content is not what was built")


def record_file(path: Path) -> FileRecord:
    """Return the size and hash of a file."""
    with path.open("rb") as file:
        return FileRecord(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise _damaged(path, "it is missing") from error


def _damaged(path: Path, why: str) -> HomeError:
    return HomeError(f"{path} is damaged: {why}. Run `kitsune index build`: the record has all that it needs.")
