"""Reads the text files of Alibaba's POG ("iFashion") data: lines without a header.

    item_data.txt    item_id,cate_id,pic_url,title
    outfit_data.txt  outfit_id,item_id;item_id;...

A title may hold commas. Source: the format that descriptions of the public data set state.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from service.catalog.rows import BrokenRow, FeedRow, RowError
from service.errors import FeedError

COLUMNS = ("item_id", "cate_id", "pic_url", "title")


class PogItems:
    """The items as a feed. Use it as a context manager.

    Raises:
        FeedError: the file cannot be opened.
    """

    header = COLUMNS

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise _unopened(path, error) from error

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
        """Yield the items; a broken line does not end the feed."""
        for number, raw in enumerate(self._file, start=1):
            cells = tuple(cell.strip() for cell in raw.decode("utf-8", "replace").split(",", len(COLUMNS) - 1))
            if len(cells) == len(COLUMNS):
                yield FeedRow(number, dict(zip(COLUMNS, cells, strict=True)))
            elif any(cells):
                yield BrokenRow(number, "another number of cells than the header has columns", cells)


def memberships(path: Path, errors: list[RowError]) -> Iterator[tuple[str, str]]:
    """Yield (outfit, item) as the file has them; lines without items are reported.

    Raises:
        FeedError: the file cannot be opened.
    """
    try:
        file = path.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _unopened(path, error) from error
    with file:
        for number, line in enumerate(file, start=1):
            outfit, _, joined = line.strip().partition(",")
            items = [item for item in map(str.strip, joined.split(";")) if item]
            if not outfit or not items:
                errors.append(RowError(number, None, "no products" if outfit else "empty"))
            for item in items if outfit else ():
                yield outfit, item


def _unopened(path: Path, error: OSError) -> FeedError:
    return FeedError(f"{path} cannot be opened ({error.strerror}): check the path and --data.")
