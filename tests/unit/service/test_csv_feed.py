from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalog import csv_feed
from service.catalog.csv_feed import CsvFeed
from service.catalog.rows import BrokenRow, FeedRow
from service.errors import FeedError

Rows = list[FeedRow | BrokenRow]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed.csv"


def read(path: Path, content: str | bytes, delimiter: str = ",", encoding: str = "utf-8") -> Rows:
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    with CsvFeed(path, delimiter=delimiter, encoding=encoding) as feed:
        return list(feed)


def good(line: int, **cells: str) -> FeedRow:
    return FeedRow(line, cells)


def test_rows_come_with_their_line_and_stripped_cells(path: Path) -> None:
    assert read(path, 'a,b\n1, two \r\n"3,x","say ""four"""\n') == [
        good(2, a="1", b="two"),
        good(3, a="3,x", b='say "four"'),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_name(path: Path) -> None:
    assert read(path, b"\xef\xbb\xbfa,b\n1,2\n") == [good(2, a="1", b="2")]


def test_tabs_and_other_encodings_are_read(path: Path) -> None:
    assert read(path, "a\tb\nGrün\t2\n", "\t", "cp1252") == [good(2, a="Grün", b="2")]
    assert read(path, "a\tb\nGrün\t2\n", "\t", "utf-16") == [good(2, a="Grün", b="2")]


def test_blank_lines_are_passed_over_and_counted(path: Path) -> None:
    assert read(path, "a,b\n\n1,2\n\n\n3,4") == [good(3, a="1", b="2"), good(6, a="3", b="4")]


def test_lines_inside_quotes_count(path: Path) -> None:
    assert read(path, 'a,b\n"1\n\n",2\n3,4\n') == [good(2, a="1", b="2"), good(5, a="3", b="4")]


def test_another_number_of_cells_breaks_only_its_row(path: Path) -> None:
    reason = "another number of cells than the header has columns"
    assert read(path, "a,b\n1\n1,2,3\n3,4\n") == [
        BrokenRow(2, reason, ("1",)),
        BrokenRow(3, reason, ("1", "2", "3")),
        good(4, a="3", b="4"),
    ]


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("3,4\n5,6\n", "a quote that is not closed"),
        ('"3",4\n5,6\n', "a quote that is not closed, or not doubled inside a quoted cell"),
    ],
    ids=["to the end of the file", "to the next quote"],
)
def test_a_quote_that_is_never_closed_costs_one_row(path: Path, rest: str, reason: str) -> None:
    assert read(path, 'a,b\n1,"two\n' + rest) == [
        BrokenRow(2, reason, ("1", "two")),
        good(3, a="3", b="4"),
        good(4, a="5", b="6"),
    ]


def test_an_open_quote_before_a_long_rest_costs_one_row_too(path: Path) -> None:
    rows = read(path, 'a,b\n1,"two\n' + "3,4\n" * 100_000)
    assert isinstance(rows[0], BrokenRow)
    assert rows[0].line == 2
    assert rows[1:] == [good(line, a="3", b="4") for line in range(3, 100_003)]


def test_a_cell_beyond_the_limit_breaks_its_row(path: Path) -> None:
    longest = "x" * 131_072
    rows = read(path, f"a,b\n1,{longest}\n2,{longest}x\n3,4\n")
    assert rows[0] == good(2, a="1", b=longest)
    assert isinstance(rows[1], BrokenRow)
    assert "more than 131,072 characters" in rows[1].reason
    assert rows[2] == good(4, a="3", b="4")


def test_a_line_without_end_is_not_taken_in_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_feed, "MAX_LINE_CHARS", 100)
    rows = read(path, "a,b\n1," + "x," * 200 + "\n3,4\n")
    assert isinstance(rows[0], BrokenRow)
    assert rows[0].reason == "a line of more than 100 characters"
    assert rows[0].cells[0] == "1"
    assert rows[1] == good(3, a="3", b="4")


@pytest.mark.parametrize(
    ("cell", "reason"), [(b"t\0wo", "a NUL character"), (b"gr\xfcn", "bytes that are not in the feed's encoding")]
)
def test_unreadable_characters_break_only_their_row(path: Path, cell: bytes, reason: str) -> None:
    rows = read(path, b"a,b\n1," + cell + b"\n3,4\n")
    assert isinstance(rows[0], BrokenRow)
    assert (rows[0].line, rows[0].reason, rows[0].cells[0]) == (2, reason, "1")
    assert rows[1:] == [good(3, a="3", b="4")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"a,b,a\n", "names a column twice in its header \\(a\\)"),
        (b'a,"b\n', "no readable header: a quote that is not closed"),
        (b"\xff\xfea\xff", "no readable header: bytes that are not"),
    ],
)
def test_a_feed_without_a_header_is_refused(path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        read(path, content)


def test_an_encoding_that_cannot_go_on_ends_the_feed(path: Path) -> None:
    with pytest.raises(FeedError, match="not in the encoding that the profile names"):
        read(path, b"a,b\n", encoding="utf-16")


def test_a_feed_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(FeedError, match="cannot be opened"):
        CsvFeed(path, delimiter=",")


def test_the_position_ends_at_the_files_size(path: Path) -> None:
    path.write_bytes(b"a,b\n" + b"1,2\n" * 5000)
    with CsvFeed(path, delimiter=",") as feed:
        rows = iter(feed)
        next(rows)
        assert 0 < feed.position_bytes < 20_004
        assert sum(1 for _ in rows) == 4999
        assert feed.position_bytes == 20_004


@given(body=st.text(alphabet='",\n\r\0aé ', max_size=60))
def test_whatever_a_file_holds_the_row_after_it_is_reached(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    rows = read(path, f'id,b\n{body}\nlast,"row"\nend,x\n')
    assert rows[-1] == good(rows[-1].line, id="end", b="x")
    assert [row.line for row in rows] == sorted({row.line for row in rows})
