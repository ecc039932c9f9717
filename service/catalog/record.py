"""The record: what a shop's products are, and their vectors by space. Indexes are made from it and can be made again.

One SQLite file in WAL mode. One process writes (`Home.writer` sees to it); any number read, and see committed states
only. Every change of a product or of one of its vectors gives the product a new number in `changes`, which an index
that knows the number it was built at asks for (`changes_since`); a deleted product keeps its number as a tombstone.

Notation used for array shapes: d vector, n products.
"""

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from service.domain import Product
from service.errors import HomeError
from service.index.base import Item, Patch

SCHEMA_VERSION = 1
PAGE_ROWS = 1000

_SCHEMA = f"""
BEGIN;
CREATE TABLE products (
    product_id TEXT NOT NULL PRIMARY KEY,
    taxonomy TEXT NOT NULL,
    product BLOB NOT NULL,
    photos BLOB NOT NULL,
    photos_digest TEXT NOT NULL
) STRICT;
CREATE INDEX products_by_taxonomy ON products (taxonomy, product_id);
CREATE TABLE vectors (
    product_id TEXT NOT NULL REFERENCES products ON DELETE CASCADE,
    space_id TEXT NOT NULL,
    photos_digest TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (product_id, space_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE changes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id TEXT NOT NULL UNIQUE
) STRICT;
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""

# Sorted keys make equal products equal bytes: that is how an unchanged row is known.
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode_product = msgspec.json.Decoder(Product).decode
_decode_photos = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True)
class RecordedProduct:
    """A product with its photos' files relative to the data folder, the first of which is shown."""

    product: Product
    photos: tuple[str, ...] = ()
    photos_digest: str | None = None
    """Stands for the photos' content: vectors made under another digest are stale. None lets the names stand for it.

    Where there is no photo, the record puts title and description in its place."""


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What an import did to the record, in products."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """The latest change of a product; `item` is None when it was deleted, or has no vector in the space (yet)."""

    sequence: int
    product_id: str
    item: Item | None


class Record:
    """The open record. Use it as a context manager; it may be handed to another thread, but used by one at a time.

    Raises:
        HomeError: from any method, when SQLite cannot do its work (a full disk, a file that is damaged).
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._db = connection

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open the record at `path`; a writer makes it when it is not there.

        Raises:
            HomeError: there is none to read, it is no record, or a newer Kitsune made it.
        """
        if read_only and not path.exists():
            raise HomeError(f"{path} does not exist: run `kitsune catalog import` (or `kitsune build`) first.")
        with _explained(path):
            connection = _connect(path, read_only=read_only)
            try:
                _check_schema(path, connection, read_only=read_only)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection)

    def close(self) -> None:
        """Close the file. The record is not used afterwards."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # Reading

    @property
    def sequence(self) -> int:
        """The number of the latest change; 0 for a record that was never written to."""
        return int(self._one("SELECT coalesce(max(sequence), 0) FROM changes")[0])

    def count(self) -> int:
        """Return how many products there are."""
        return int(self._one("SELECT count(*) FROM products")[0])

    def get(self, product_ids: Collection[str]) -> dict[str, RecordedProduct]:
        """Return the products that exist among `product_ids`; unknown ids are simply absent."""
        rows = self._all(
            "SELECT product, photos, photos_digest FROM products WHERE product_id IN (SELECT value FROM json_each(?))",
            (_encode(list(product_ids)).decode(),),
        )
        found = [_recorded(*row) for row in rows]
        return {recorded.product.product_id: recorded for recorded in found}

    def products(self) -> Iterator[RecordedProduct]:
        """Yield all products by id, as they were when the first was asked for."""
        for row in self._snapshot("SELECT product, photos, photos_digest FROM products ORDER BY product_id"):
            yield _recorded(*row)

    def items(self, space_id: str) -> Iterator[Item]:
        """Yield the products that have a vector in the space by taxonomy and id, as they were at the first.

        A product whose photos have changed keeps its old vector until it is encoded again. Read `sequence` before the
        first item to know where `changes_since` must take over.
        """
        statement = (
            "SELECT product, vector FROM products JOIN vectors USING (product_id)"
            " WHERE space_id = ? ORDER BY taxonomy, product_id"
        )
        for product, vector in self._snapshot(statement, (space_id,)):
            yield Item(_decode_product(product), _vector(vector))

    def taxonomy_sizes(self, space_id: str) -> dict[str, int]:
        """Return how many products of each taxonomy have a vector in the space."""
        statement = (
            "SELECT taxonomy, count(*) FROM products JOIN vectors USING (product_id)"
            " WHERE space_id = ? GROUP BY taxonomy"
        )
        return dict(self._all(statement, (space_id,)))

    def changes_since(self, sequence: int, space_id: str) -> Iterator[Change]:
        """Yield the latest change of every product that changed after `sequence`, oldest first."""
        statement = (
            "SELECT sequence, changes.product_id, product, vector FROM changes"
            " LEFT JOIN vectors ON vectors.product_id = changes.product_id AND space_id = ?"
            " LEFT JOIN products ON products.product_id = changes.product_id"
            " WHERE sequence > ? ORDER BY sequence"
        )
        for number, product_id, product, vector in self._snapshot(statement, (space_id, sequence)):
            item = None if vector is None else Item(_decode_product(product), _vector(vector))
            yield Change(number, product_id, item)

    def vectors(self, space_id: str) -> tuple[list[str], NDArray[np.float32]]:
        """Return the ids, sorted, and vectors of the space.

        Shapes:
            vectors: [n, d]; [0, 0] when the space is empty
        """
        rows = self._all("SELECT product_id, vector FROM vectors WHERE space_id = ? ORDER BY product_id", (space_id,))
        if not rows:
            return [], np.empty((0, 0), np.float32)
        joined = np.frombuffer(b"".join(vector for _, vector in rows), "<f4").astype(np.float32)
        return [product_id for product_id, _ in rows], joined.reshape(len(rows), -1)

    def missing_vectors(self, space_id: str) -> Iterator[RecordedProduct]:
        """Yield by id the products to encode: without a vector in the space, or whose photos have changed since.

        Where there are no photos, the text counts; whether it can be encoded is the encoder's business. Read a
        page at a time, so that vectors may be set, and their log be folded back, while this goes on.
        """
        statement = (
            "SELECT p.product, p.photos, p.photos_digest FROM products AS p"
            " LEFT JOIN vectors AS v ON v.product_id = p.product_id AND v.space_id = ?"
            " WHERE p.product_id > ? AND v.photos_digest IS NOT p.photos_digest"
            " ORDER BY p.product_id LIMIT ?"
        )
        last = ""
        while rows := self._all(statement, (space_id, last, PAGE_ROWS)):
            for row in rows:
                recorded = _recorded(*row)
                last = recorded.product.product_id
                yield recorded

    # Writing

    def replace_all(self, rows: Iterable[RecordedProduct], keep: Collection[str] = ()) -> ImportCounts:
        """Make `rows` the products of the record, in one transaction; an error raised by `rows` leaves all as it was.

        `keep` names products that stay although they are not among `rows`; it is read after the last row.
        """
        with self._transaction() as db:
            db.execute("CREATE TEMP TABLE seen (product_id TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID")
            counts = self._write(rows, seen=True)
            db.executemany("INSERT OR IGNORE INTO seen VALUES (?)", ((product_id,) for product_id in keep))
            gone = db.execute("SELECT product_id FROM products WHERE product_id NOT IN (SELECT * FROM seen)").fetchall()
            removed = self._remove(product_id for (product_id,) in gone)
            db.execute("DROP TABLE seen")
        return replace(counts, removed=removed)

    def upsert(self, rows: Iterable[RecordedProduct]) -> ImportCounts:
        """Add or replace products, in one transaction."""
        with self._transaction():
            return self._write(rows)

    def delete(self, product_ids: Iterable[str]) -> int:
        """Remove products and their vectors, in one transaction, and return how many there were."""
        with self._transaction():
            return self._remove(product_ids)

    def patch(self, patches: Mapping[str, Patch]) -> ImportCounts:
        """Change the volatile fields of products, in one transaction; unknown ids are ignored."""
        with self._transaction():
            found = self.get(patches)
            return self._write(replace(row, product=patches[key].applied_to(row.product)) for key, row in found.items())

    def set_vectors(self, space_id: str, product_ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep vectors of the space, as made from the photos that the record names now; committed at return.

        Unknown ids are ignored: their products went while they were being encoded.

        Shapes:
            vectors: [n, d]

        Raises:
            ValueError: another number of vectors than of ids, or one that is not finite.
        """
        if vectors.ndim != 2 or len(vectors) != len(product_ids) or not np.isfinite(vectors).all():  # noqa: PLR2004 [n, d]
            raise ValueError(f"{len(product_ids)} products need as many finite vectors, not an array {vectors.shape}")
        rows = [(space_id, row.astype("<f4").tobytes(), key) for key, row in zip(product_ids, vectors, strict=True)]
        with self._transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO vectors (product_id, space_id, photos_digest, vector)"
                " SELECT product_id, ?, photos_digest, ? FROM products WHERE product_id = ?",
                rows,
            )
            db.executemany(
                "INSERT OR REPLACE INTO changes (product_id) SELECT product_id FROM products WHERE product_id = ?",
                ((key,) for key in product_ids),
            )

    def _write(self, rows: Iterable[RecordedProduct], *, seen: bool = False) -> ImportCounts:
        added = changed = unchanged = 0
        for row in rows:
            product_id = row.product.product_id
            if seen:
                self._db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (product_id,))
            new = (_encode(row.product), _encode(row.photos), _encoded_digest(row))
            old = self._db.execute(
                "SELECT product, photos, photos_digest FROM products WHERE product_id = ?", (product_id,)
            ).fetchone()
            if old == new:
                unchanged += 1
                continue
            added, changed = (added + 1, changed) if old is None else (added, changed + 1)
            self._db.execute(
                "INSERT INTO products (product_id, taxonomy, product, photos, photos_digest) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET taxonomy = excluded.taxonomy, product = excluded.product,"
                " photos = excluded.photos, photos_digest = excluded.photos_digest",
                (product_id, row.product.taxonomy, *new),
            )
            self._db.execute("INSERT OR REPLACE INTO changes (product_id) VALUES (?)", (product_id,))
        return ImportCounts(added, changed, unchanged)

    def _remove(self, product_ids: Iterable[str]) -> int:
        removed = 0
        for product_id in product_ids:
            if self._db.execute("DELETE FROM products WHERE product_id = ?", (product_id,)).rowcount:
                self._db.execute("INSERT OR REPLACE INTO changes (product_id) VALUES (?)", (product_id,))
                removed += 1
        return removed

    # SQLite

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _explained(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                # A full disk makes SQLite roll back by itself.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _all(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with _explained(self._path):
            return self._db.execute(statement, parameters).fetchall()

    def _one(self, statement: str) -> Any:
        return self._all(statement)[0]

    def _snapshot(self, statement: str, parameters: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield rows over a connection of their own: one state of the record, whatever is written meanwhile."""
        with _explained(self._path), closing(_connect(self._path, read_only=True)) as connection:
            yield from connection.execute(statement, parameters)


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    mode = "ro" if read_only else "rwc"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    # Autocommit: transactions are opened by name. One thread at a time is the caller's promise.
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    if not read_only:
        connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY"
        )
    return connection


def _check_schema(path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == SCHEMA_VERSION:
        return
    if version == 0 and not read_only:
        connection.executescript(_SCHEMA)
        return
    if version > SCHEMA_VERSION:
        raise HomeError(
            f"{path} has format {version}, this Kitsune reads up to {SCHEMA_VERSION}: upgrade kitsune-outfits,"
            " or use another home."
        )
    raise HomeError(f"{path} is empty: run `kitsune catalog import` (or `kitsune build`) first.")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise HomeError(
            f"{path} cannot be used ({error}): check the file, its folder's rights and the disk."
        ) from error


def _encoded_digest(row: RecordedProduct) -> str:
    """Stand for what a vector is made from: the photos, or the text where there is none."""
    if row.photos and row.photos_digest:
        return row.photos_digest
    content = row.photos or (row.product.title, row.product.description)
    return hashlib.sha256(_encode(content)).hexdigest()


def _recorded(product: bytes, photos: bytes, photos_digest: str) -> RecordedProduct:
    return RecordedProduct(_decode_product(product), _decode_photos(photos), photos_digest)


def _vector(blob: bytes) -> NDArray[np.float32]:
    return np.frombuffer(blob, "<f4").astype(np.float32)
