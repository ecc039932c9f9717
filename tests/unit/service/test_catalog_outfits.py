import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from service.catalog.outfits import OutfitsRead, OutfitsSource, read_outfits, split_of
from service.catalog.polyvore import PolyvoreItems
from service.catalog.rows import FeedRow, RowError
from service.errors import FeedError, ProfileError

PUBLIC = Path(__file__).parents[4] / "shared" / "data" / "polyvore"
KNOWN = {"a", "b", "c", "d"}
LONG = OutfitsSource(path=Path("outfits.csv"), format="long", outfit="outfit", product="product")


def wide(*products: str, delimiter: str = ",") -> OutfitsSource:
    return OutfitsSource(path=Path("outfits.csv"), format="wide", products=products, delimiter=delimiter)


def read(folder: Path, source: OutfitsSource, text: str | bytes) -> OutfitsRead:
    (folder / source.path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_outfits(source, folder, KNOWN)


def test_long_rows_of_an_outfit_may_stand_apart(tmp_path: Path) -> None:
    found = read(tmp_path, LONG, "outfit,product\n1,b\n2,c\n1,a\n2,d\n2,a\n")
    assert found == OutfitsRead((("b", "a"), ("c", "d", "a")), 0, {}, ())


def test_a_product_named_twice_in_an_outfit_counts_once(tmp_path: Path) -> None:
    assert read(tmp_path, LONG, "outfit,product\n1,b\n1,a\n1,b\n").outfits == (("b", "a"),)


def test_unknown_products_are_counted_and_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, LONG, "outfit,product\n1,a\n1,b\n1,x\n2,x\n2,y\n3,a\n")
    assert found.outfits == (("a", "b"),)
    assert found.unknown == {"x": 2, "y": 1}
    assert found.too_short == 2


def test_a_row_with_an_empty_cell_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, LONG, "outfit,product\n1,a\n,b\n1,\n1,b\n")
    assert found.outfits == (("a", "b"),)
    assert found.errors == (RowError(3, "outfit", "empty"), RowError(4, "product", "empty"))


def test_a_row_that_cannot_be_read_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, LONG, b"outfit,product\n1,a\n1\n1,\xff\n1,b\n")
    assert found.outfits == (("a", "b"),)
    assert [(error.line, error.column) for error in found.errors] == [(3, None), (4, None)]


def test_a_byte_order_mark_and_other_columns_are_passed_over(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbfoutfit,season,product\r\n1,winter,a\r\n1,winter,b\r\n"
    assert read(tmp_path, LONG, text).outfits == (("a", "b"),)


def test_wide_rows_name_their_products_in_several_columns(tmp_path: Path) -> None:
    found = read(tmp_path, wide("top", "shoes", "bag"), "top,shoes,bag\na,b,c\na,,d\nb,,\n,,\n")
    assert found.outfits == (("a", "b", "c"), ("a", "d"))
    assert found.too_short == 1
    assert found.errors == (RowError(5, None, "no products"),)


@pytest.mark.parametrize("cell", ["a b", '"a, b"', "a;b", "a|b", " a ;; b "])
def test_wide_rows_name_their_products_in_one_column(tmp_path: Path, cell: str) -> None:
    assert read(tmp_path, wide("items"), f"outfit,items\n7,{cell}\n").outfits == (("a", "b"),)


def test_wide_rows_of_the_same_products_are_two_outfits(tmp_path: Path) -> None:
    assert read(tmp_path, wide("x", "y"), "x,y\na,b\na,b\n").outfits == (("a", "b"), ("a", "b"))


def test_tabs_part_the_cells_when_the_profile_says_so(tmp_path: Path) -> None:
    assert read(tmp_path, wide("x", "y", delimiter="\t"), "x\ty\na\tb\n").outfits == (("a", "b"),)


def test_a_column_that_the_file_lacks_stops_at_once_with_the_closest_names(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"'product'.*outfits\.csv.*products"):
        read(tmp_path, LONG, "outfit,products\n1,a\n")
    with pytest.raises(ProfileError, match="'bag'"):
        read(tmp_path, wide("top", "bag"), "top,bags\na,b\n")


@pytest.mark.parametrize(
    ("source", "lacking"),
    [
        (OutfitsSource(path=Path("outfits.csv"), format="long", outfit="outfit"), "lacks product"),
        (OutfitsSource(path=Path("outfits.csv"), format="long"), "lacks outfit and product"),
        (OutfitsSource(path=Path("outfits.csv"), format="wide", outfit="outfit"), "lacks products"),
    ],
)
def test_a_profile_that_lacks_a_column_of_its_form_is_refused(
    tmp_path: Path, source: OutfitsSource, lacking: str
) -> None:
    with pytest.raises(ProfileError, match=lacking):
        read(tmp_path, source, "outfit,product\n1,a\n")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"outfits\.csv"):
        read_outfits(LONG, tmp_path, KNOWN)


def test_the_split_is_read_off_the_sha256_of_the_id() -> None:
    def share(product_id: str) -> float:
        return int(hashlib.sha256(product_id.encode()).hexdigest()[:16], 16) / 16**16

    ids = [f"product-{i}" for i in range(2_000)]
    for product_id in ids:
        expected = "train" if share(product_id) < 0.7 else "validation" if share(product_id) < 0.8 else "test"
        assert split_of(product_id) == expected
    counts = Counter(map(split_of, ids))
    assert [counts[part] / len(ids) for part in ("train", "validation", "test")] == pytest.approx(
        [0.7, 0.1, 0.2], abs=0.03
    )


def test_the_split_of_an_id_never_changes() -> None:
    assert [split_of(product_id) for product_id in ("1", "2", "24")] == ["train", "test", "validation"]


def test_outfits_and_rows_that_are_not_used_are_counted_by_reason(tmp_path: Path) -> None:
    found = read(tmp_path, LONG, "outfit,product\n1,a\n1,b\n2,a\n3,\n,b\n")
    assert found.skipped == {"empty": 2, "fewer than two products that the catalogue has": 1}


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        (LONG, [{"outfit": 1, "product": "a"}, {"outfit": 1, "product": "b"}, {"outfit": None, "product": "c"}]),
        (wide("top", "shoes"), [{"top": "a", "shoes": "b"}, {"top": None, "shoes": None}]),
        (wide("all"), [{"all": ["a", "b"]}, {"all": []}]),
    ],
)
def test_parquet_is_read_as_csv_is(tmp_path: Path, source: OutfitsSource, rows: list[dict[str, object]]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    source = replace(source, path=Path("outfits.parquet"))
    table = pytest.importorskip("pyarrow").Table.from_pylist(rows)
    parquet.write_table(table, tmp_path / source.path)
    found = read_outfits(source, tmp_path, KNOWN)
    assert found.outfits == (("a", "b"),)
    assert [error.line for error in found.errors] == [len(rows) + 1]


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "outfits.parquet").write_bytes(b"PAR2")
    with pytest.raises(FeedError, match="cannot be read as Parquet"):
        read_outfits(replace(LONG, path=Path("outfits.parquet")), tmp_path, KNOWN)


POG = OutfitsSource(path=Path("outfit_data.txt"), format="pog")


def test_pog_lines_are_outfits(tmp_path: Path) -> None:
    found = read(tmp_path, POG, "o1,a;b;c\no2,d;x\n\no3,\no4;a;b\no5,c;d;\n")
    assert found.outfits == (("a", "b", "c"), ("c", "d"))
    assert found.unknown == {"x": 1}
    assert [(error.line, error.reason) for error in found.errors] == [
        (3, "empty"),
        (4, "no products"),
        (5, "no products"),
    ]


POLYVORE = OutfitsSource(path=Path("sets.json"), format="polyvore")


def test_polyvore_sets_are_outfits_whatever_gaps_their_indices_have(tmp_path: Path) -> None:
    sets = [
        {"set_id": "7", "items": [{"index": 1}, {"index": 4}, {"index": 4}]},
        {"set_id": "8", "items": [{"index": 1}, {"name": "no index"}]},
        {"set_id": "9", "items": []},
    ]
    (tmp_path / POLYVORE.path).write_text(json.dumps(sets))
    found = read_outfits(POLYVORE, tmp_path, {"7_1", "7_4", "8_1"})
    assert found.outfits == (("7_1", "7_4"),)
    assert found.skipped == {
        "no set_id or index": 1,
        "no products": 1,
        "fewer than two products that the catalogue has": 1,
    }


@pytest.mark.parametrize("content", ["{", '{"sets": []}', "[" * 100_000])
def test_what_is_no_polyvore_file_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(FeedError, match="sets\\.json is "):
        read(tmp_path, POLYVORE, content)


@pytest.mark.data
def test_the_public_polyvore_file_is_read_whole() -> None:
    if not PUBLIC.is_dir():
        pytest.skip(f"{PUBLIC} is not there")
    source = OutfitsSource(path=Path("valid_no_dup.json"), format="polyvore")
    with PolyvoreItems(PUBLIC / source.path) as items:
        rows = [row.cells for row in items if isinstance(row, FeedRow)]
    found = read_outfits(source, PUBLIC, {cells["id"] for cells in rows})
    assert (len(found.outfits), found.skipped, len(rows)) == (1497, {}, 9070)
    assert sum(not cells["price"] for cells in rows) == 825
