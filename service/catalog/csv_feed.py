r"""Reads CSV and TSV feeds: streamed, strictly quoted, within limits, one broken row at a time.

A quote that is never closed makes the standard reader take the rest of the file for one cell. Here it costs one row:
the lines that the failed row had taken in are put back, and reading goes on with the line after the one it began on.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from service.catalog.rows import BrokenRow, FeedRow
from service.errors import FeedError

MAX_LINE_CHARS = 1_048_576
# `csv` refuses cells beyond its field_size_limit, 131,072 characters unless someone in the process changed it.

# Undecodable bytes come through as lone surrogates (`surrogateescape`), so that they cost one row, not the feed.
_UNREADABLE = re.compile("[\ud800-\udfff]")


class CsvFeed:
    """A CSV file with a header. Use it as a context manager.

    Raises:
        FeedError: the file cannot be opened, has no header, or one that names a column twice.
    """

    def __init__(self, path: Path, *, delimiter: str, encoding: str = "utf-8") -> None:
        self._path = path
        self._delimiter = delimiter
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise FeedError(f"{path} cannot be opened ({error.strerror}): check the path and --data.") from error
        self._lines = _Lines(self._file, "utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding)
        try:
            self.header = self._read_header()
        except BaseException:
            self._file.close()
            raise

    @property
    def position_bytes(self) -> int:
        """Bytes of the file that have been taken in."""
        return self._file.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[FeedRow | BrokenRow]:
        """Yield the rows after the header; a broken one does not end the feed."""
        for line, cells, fault in self._rows():
            if fault:
                yield BrokenRow(line, fault, cells)
            elif len(cells) != len(self.header):
                yield BrokenRow(line, "another number of cells than the header has columns", cells)
            else:
                yield FeedRow(line, dict(zip(self.header, cells, strict=True)))

    def _read_header(self) -> tuple[str, ...]:
        _, header, fault = next(self._rows(), (1, (), "the file is empty"))
        if fault:
            raise FeedError(f"{self._path} has no readable header: {fault}.")
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise FeedError(
                f"{self._path} names a column twice in its header ({', '.join(twice)}): rename one of them."
            )
        return header

    def _rows(self) -> Iterator[tuple[int, tuple[str, ...], str | None]]:
        """Yield line, cells and, for a row that cannot be read, what is wrong with it; blank lines are passed over."""
        parser = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        while True:
            line = self._lines.begin_row()
            try:
                cells = _stripped(next(parser))
                fault = _fault(cells)
            except StopIteration:
                return
            except csv.Error as error:
                first = self._lines.put_back_all_but_the_first()
                cells = _stripped(part.strip().strip('"') for part in first.split(self._delimiter))
                fault = _explained(error)
            except UnicodeError as error:
                raise FeedError(f"{self._path} is not in the encoding that the profile names: {error}.") from error
            if cells or fault:
                yield line, cells, fault


class _Lines:
    """The lines of a file, numbered; those of the current row can be put back."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        # newline="" leaves line ends inside quoted cells as they are.
        self._text = io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self._taken = 0

    def begin_row(self) -> int:
        """Return the number of the line that comes next, and take it for the first of a row."""
        self._row = []
        return self._taken + 1

    def put_back_all_but_the_first(self) -> str:
        """Give the lines of the current row out again, except its first, which is returned."""
        first, *rest = self._row
        self._again.extendleft(reversed(rest))
        self._taken -= len(rest)
        return first

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        self._row.append(line)
        self._taken += 1
        if len(line) >= MAX_LINE_CHARS:
            raise csv.Error("line too long")
        return line

    def _read(self) -> str:
        line = self._text.readline(MAX_LINE_CHARS)
        if not line:
            raise StopIteration
        rest = line
        while len(rest) == MAX_LINE_CHARS and rest[-1] not in "\r\n":
            rest = self._text.readline(MAX_LINE_CHARS)
        return line


def _stripped(cells: "Iterator[str] | list[str]") -> tuple[str, ...]:
    return tuple(cell.strip() for cell in cells)


def _fault(cells: tuple[str, ...]) -> str | None:
    if any("\0" in cell for cell in cells):
        return "a NUL character"
    if any(not cell.isascii() and _UNREADABLE.search(cell) for cell in cells):
        return "bytes that are not in the feed's encoding"
    return None


def _explained(error: csv.Error) -> str:
    """Put the few things that csv says into words for people."""
    said = str(error)
    if said == "line too long":
        return f"a line of more than {MAX_LINE_CHARS:,} characters"
    if "field limit" in said:
        return f"a quote that is not closed, or a cell of more than {csv.field_size_limit():,} characters"
    if "unexpected end" in said:
        return "a quote that is not closed"
    return "a quote that is not closed, or not doubled inside a quoted cell"
