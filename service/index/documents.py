"""Products on disk: read by row, looked up by id, found by their words."""

import mmap
import re
import sqlite3
import unicodedata
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from service.domain import Product
from service.index.layout import LOOKUP, OFFSETS, PRODUCTS

encode_product = msgspec.msgpack.Encoder().encode
_decode_product = msgspec.msgpack.Decoder(Product).decode

MATCHES_AT_ONCE = 200
"""Rows asked of the word index at a time: more than a page, so that a page is mostly one question."""

_WORD = re.compile(r"[^\W_]+")

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE product_row (product_id TEXT PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE group_code (group_id TEXT PRIMARY KEY, code INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5 (
    words, content = '', columnsize = 0, detail = none, tokenize = 'ascii', prefix = '1 2 3'
);
"""
_MATCH = "SELECT rowid FROM word WHERE word MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid LIMIT ?"


class StoredProducts:
    """The products of a stretch of rows, decoded when they are asked for."""

    def __init__(self, content: mmap.mmap, offsets: NDArray[np.int64]) -> None:
        self._content = content
        self._offsets = offsets

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Map the products of a generation."""
        with (directory / PRODUCTS).open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return cls(content, np.asarray(np.load(directory / OFFSETS, mmap_mode="r")))

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, row: int) -> Product:
        return _decode_product(self._content[self._offsets[row] : self._offsets[row + 1]])

    def __iter__(self) -> Iterator[Product]:
        return (self[row] for row in range(len(self)))

    def rows(self, start: int, stop: int) -> Self:
        """Return the products of rows `start` up to `stop`."""
        return type(self)(self._content, self._offsets[start : stop + 1])


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared: letters and digits, without case or accents."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(text.casefold())


def text_of(product: Product) -> str:
    """Return all that browsing looks at."""
    labels = (label for labels in product.attributes.values() for label in labels)
    return " ".join((product.product_id, product.title or "", product.brand or "", product.taxonomy, *labels))


def has_words(product: Product, words: Sequence[str]) -> bool:
    """Say whether a product has all `words`, the last one as a prefix."""
    known = set(words_of(text_of(product)))
    return all(word in known for word in words[:-1]) and any(word.startswith(words[-1]) for word in known)


class LookupWriter:
    """Fills `lookup.sqlite` while a generation is built."""

    def __init__(self, directory: Path) -> None:
        self._database = sqlite3.connect(directory / LOOKUP)
        self._database.executescript(_SCHEMA)
        self._row = 0

    def add(self, products: Sequence[Product]) -> None:
        """Add the next rows.

        Raises:
            ValueError: a product id comes a second time.
        """
        rows = range(self._row, self._row + len(products))
        ids = [product.product_id for product in products]
        try:
            self._database.executemany("INSERT INTO product_row VALUES (?, ?)", zip(ids, rows, strict=True))
        except sqlite3.IntegrityError as error:
            raise ValueError("two items have the same product id") from error
        # Words are joined by spaces: the tokenizer finds exactly those that `words_of` made.
        words = (" ".join(words_of(text_of(product))) for product in products)
        self._database.executemany("INSERT INTO word (rowid, words) VALUES (?, ?)", zip(rows, words, strict=True))
        self._row = rows.stop

    def close(self, groups: Mapping[str, int]) -> None:
        """Add the groups' codes and finish the file."""
        self._database.executemany("INSERT INTO group_code VALUES (?, ?)", sorted(groups.items()))
        self._database.commit()
        self._database.close()


class Lookup:
    """Reads `lookup.sqlite`: rows and groups for the thread of the event loop, words for any thread."""

    def __init__(self, directory: Path) -> None:
        self._keys = _open_read_only(directory / LOOKUP)
        self._words = _open_read_only(directory / LOOKUP)
        self._words_lock = Lock()

    def rows(self, product_ids: Collection[str]) -> dict[str, int]:
        """Return the row of each known id."""
        find = partial(self._value, "SELECT row FROM product_row WHERE product_id = ?")
        return {product_id: row for product_id in product_ids if (row := find(product_id)) is not None}

    def group(self, group_id: str) -> int | None:
        """Return the code of a known group."""
        return self._value("SELECT code FROM group_code WHERE group_id = ?", group_id)

    def matching(self, words: Sequence[str], stretches: Sequence[range]) -> Iterator[int]:
        """Yield in order the rows of `stretches` that have all `words`, the last one as a prefix.

        One question runs on over the stretches: where nothing matches, the index would read on to its end for each.
        """
        remaining = deque(stretches)
        start = 0
        while remaining:
            start = max(start, remaining[0].start)
            found = self._matches(words, start, stretches[-1].stop)
            for row in found:
                while remaining and row >= remaining[0].stop:
                    remaining.popleft()
                if remaining and row >= remaining[0].start:
                    yield row
            if len(found) < MATCHES_AT_ONCE:
                return
            start = found[-1] + 1

    def _matches(self, words: Sequence[str], start: int, stop: int) -> list[int]:
        # Quoted, a word is never read as an operator of the query language.
        match = " AND ".join(f'"{word}"' for word in words) + "*"
        with self._words_lock:
            found = self._words.execute(_MATCH, (match, start, stop, MATCHES_AT_ONCE)).fetchall()
        return [row for (row,) in found]

    def close(self) -> None:
        """Close the file."""
        self._keys.close()
        with self._words_lock:
            self._words.close()

    def _value(self, statement: str, key: str) -> int | None:
        row: tuple[int] | None = self._keys.execute(statement, (key,)).fetchone()
        return row[0] if row else None


def _open_read_only(path: Path) -> sqlite3.Connection:
    # Immutable: no locks are taken, so that any number of processes read one generation.
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    database.execute(f"PRAGMA mmap_size = {path.stat().st_size}")
    return database
