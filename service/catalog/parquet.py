"""Reads Parquet files as rows of text, group by group. Needs the [parquet] extra."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from service.catalog.rows import FeedRow
from service.errors import FeedError, MissingExtra

BATCH = 4096
"""Rows that are read at once."""

LIST_SEPARATOR = "|"
"""Stands between the values of a list, as between those of a cell."""


class ParquetFeed:
    """A Parquet file; `line` counts rows, the header being 1 as in a CSV file. Use it as a context manager.

    Raises:
        FeedError: the file cannot be opened or is no Parquet.
        MissingExtra: pyarrow is not installed.
    """

    def __init__(self, path: Path) -> None:
        try:
            from pyarrow import ArrowException  # noqa: PLC0415 - an extra, and most shops have CSV
            from pyarrow.parquet import ParquetFile  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise MissingExtra(
                "Parquet files need pyarrow: install it with `pip install 'kitsune-outfits[parquet]'`."
            ) from error
        try:
            self._file = ParquetFile(path)
        except (OSError, ArrowException) as error:
            raise FeedError(f"{path} cannot be read as Parquet: check the path and --data.") from error
        self.header = tuple(self._file.schema_arrow.names)
        self._size_bytes = path.stat().st_size
        self._rows = 0

    @property
    def position_bytes(self) -> int:
        """Bytes of the file that have been taken in: the rows' share of it."""
        rows: int = self._file.metadata.num_rows
        return self._size_bytes * self._rows // max(1, rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[FeedRow]:
        """Yield the rows; what is no text is written as text, a missing value as an empty cell."""
        for batch in self._file.iter_batches(BATCH):
            for row in batch.to_pylist():
                self._rows += 1
                yield FeedRow(self._rows + 1, {name: _text(value) for name, value in row.items()})


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return LIST_SEPARATOR.join(map(_text, value))
    return str(value).strip()
