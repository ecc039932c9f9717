"""One row of a file that a shop gives us, what can be wrong with it, and the protocol of those who read such files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row. `reason` holds no value of the row, so that errors can be counted by it."""

    line: int
    """Line of the file on which the row begins; the header's is 1."""
    column: str | None
    """None when the row as a whole is at fault."""
    reason: str


class CellError(ValueError):
    """A cell does not hold what the profile says it holds."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A readable row: its cells by column name, stripped of surrounding white space."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be read. `cells` is a guess at its cells by place, good enough to find out whose row it was."""

    line: int
    reason: str
    cells: tuple[str, ...] = ()


class FeedReader(Protocol):
    """One open feed of one format, read once from start to end."""

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns, in the order of `BrokenRow.cells`."""
        ...

    @property
    def position_bytes(self) -> int:
        """Bytes of the file that have been taken in."""
        ...

    def __iter__(self) -> Iterator[FeedRow | BrokenRow]:
        """Yield the rows after the header; a broken one does not end the feed."""
        ...
