import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from service.catalog.columns import AttributeColumns, GroupColumn, ListColumns, PriceColumn, read
from service.catalog.outfits import OutfitsSource
from service.catalog.profile import Profile, load_profile
from service.catalog.rows import CellError
from service.domain import Money
from service.errors import ProfileError

SMALL = """\
mapping = "small.yaml"

[feed]
path = "products.csv"

[columns]
id = "sku"
taxonomy = "family"
"""


def profile(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "shop.toml"
    path.write_text(text)
    return load_profile(path)


def test_a_columns_name_alone_stands_for_its_table(tmp_path: Path) -> None:
    short = profile(tmp_path, SMALL + 'title = "name"\nphotos = ["front", "back"]\n')
    long = profile(tmp_path, SMALL + 'title = { column = "name" }\nphotos = { column = ["front", "back"] }\n')
    assert short == long
    assert list(short.columns.named()) == [
        ("id", "sku"),
        ("taxonomy", "family"),
        ("title", "name"),
        ("photos", "front"),
        ("photos", "back"),
    ]


def test_the_mapping_lies_beside_the_profile_and_the_feed_in_the_data(tmp_path: Path) -> None:
    loaded = profile(tmp_path, SMALL)
    assert loaded.mapping_path == tmp_path / "small.yaml"
    assert loaded.feed.path == Path("products.csv")


def test_the_format_says_what_parts_the_cells_unless_the_profile_does(tmp_path: Path) -> None:
    assert profile(tmp_path, SMALL).feed.parted_by == ","
    tabs = SMALL.replace('"products.csv"', '"products.tsv"\nformat = "tsv"')
    assert profile(tmp_path, tabs).feed.parted_by == "\t"
    semicolons = SMALL.replace('"products.csv"', '"products.csv"\ndelimiter = ";"')
    assert profile(tmp_path, semicolons).feed.parted_by == ";"


def test_outfits_are_named_long_or_wide(tmp_path: Path) -> None:
    outfits = '[outfits]\npath = "looks.csv"\nformat = "wide"\nproducts = ["top", "shoe"]\n'
    assert profile(tmp_path, SMALL).outfits is None
    assert profile(tmp_path, SMALL + outfits).outfits == OutfitsSource(
        path=Path("looks.csv"), format="wide", outfit=None, product=None, products=("top", "shoe"), delimiter=","
    )


def test_attributes_say_whether_they_exclude_each_other(tmp_path: Path) -> None:
    attributes = '[columns.attributes]\ncolour = "c"\nseason = { column = "s", separator = "/", kind = "multi" }\n'
    assert profile(tmp_path, SMALL + attributes).attribute_kinds == {"colour": "single", "season": "multi"}


def test_the_digest_follows_what_decides_an_import(tmp_path: Path) -> None:
    one = profile(tmp_path, SMALL)
    assert one.digest == profile(tmp_path, SMALL.replace("small.yaml", "other.yaml") + "# said\n").digest
    assert one.digest != profile(tmp_path, SMALL.replace("family", "type")).digest


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "sku"', 'idd = "sku"', "columns: 'idd' is no key of this table. Closest: id."),
        ('id = "sku"', 'id = { colum = "sku" }', "columns.id: 'colum' is no key of this table. Closest: column."),
        ("[feed]", "[feeds]", "the file: 'feeds' is no key of this table. Closest: feed."),
        ("[feed]", "zzz = 1\n[feed]", "Known: columns, constants, feed, mapping, outfits, values."),
        ('id = "sku"\n', "", "columns.id: Field required"),
        ('id = "sku"', "id = 3", "columns.id"),
        ('"family"', '"family"\nphotos = []', "columns.photos.column"),
        ('"family"', '"family"\nprice = { column = "p", currency = "euro" }', "columns.price.currency"),
        ('"family"', '"family"\ngroup = { column = "sku", pattern = "(" }', "no regular expression"),
        ('"family"', '"family"\n[columns.attributes]\nc = { column = "c", separator = "/" }', 'add kind = "multi"'),
        ('"products.csv"', '"products.csv"\nencoding = "utf-9"', "no encoding is called 'utf-9'"),
        ('"products.csv"', '"products.csv"\nencoding = "base64"', "no encoding is called 'base64'"),
        ('"products.csv"', '"products.csv"\nformat = "xml"', "feed.format"),
        ('"products.csv"', '"products.csv"\ndelimiter = ";;"', "feed.delimiter"),
        ('"family"', '"family"\n[constants]\ngender = "women"', "constants.gender"),
        ('"family"', '"family"\n[values.gender]\nDamen = "woman"', "values.gender.Damen"),
        ("[feed]", "[feed", "is not TOML"),
    ],
)
def test_a_bad_profile_is_refused_with_the_place(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in SMALL
    with pytest.raises(ProfileError) as caught:
        profile(tmp_path, SMALL.replace(old, new))
    assert "shop.toml" in caught.value.detail
    assert reason in caught.value.detail


def test_a_profile_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="check --profile"):
        load_profile(tmp_path / "none.toml")


def test_columns_that_the_feed_lacks_are_all_named_with_the_closest(tmp_path: Path) -> None:
    loaded = profile(tmp_path, SMALL + 'title = "Name"\n[columns.attributes]\ncolour = "color"\n')
    loaded.check_header(("sku", "family", "Name", "color", "more"))
    with pytest.raises(ProfileError) as caught:
        loaded.check_header(("sku", "family", "product_name", "name", "colour"))
    assert caught.value.detail.splitlines() == [
        "columns.title names 'Name', which products.csv does not have. Closest: name, product_name.",
        "columns.attributes.colour names 'color', which products.csv does not have. Closest: colour.",
    ]


def test_several_values_come_from_columns_or_a_separator_each_once() -> None:
    assert ListColumns(column=("a", "b")).read({"a": "x", "b": ""}) == ("x",)
    assert ListColumns(column=("a",), separator=">").read({"a": "Women > Shoes >> Women"}) == ("Women", "Shoes")
    assert AttributeColumns(column=("a",)).read({"a": "x / y"}) == ("x / y",)


@pytest.mark.parametrize(
    ("table", "sku", "group"),
    [
        ({}, "100100-02", "100100-02"),
        ({}, "", None),
        ({"separator": "-"}, "A-100100-02", "A-100100"),
        ({"separator": "-"}, "100100", "100100"),
        ({"pattern": r"^\d+"}, "100100-02", "100100"),
        ({"pattern": r"-(\d+)"}, "100100-02", "02"),
    ],
)
def test_a_group_is_a_column_or_a_part_of_one(table: dict[str, str], sku: str, group: str | None) -> None:
    assert GroupColumn.model_validate({"column": "sku"} | table).read({"sku": sku}) == group


def test_a_group_that_the_pattern_does_not_find_is_refused() -> None:
    with pytest.raises(CellError, match="the group's pattern finds nothing"):
        GroupColumn.model_validate({"column": "sku", "pattern": r"^\d+"}).read({"sku": "none"})


@pytest.mark.parametrize(
    ("table", "cells", "price"),
    [
        ({}, {"p": "12.50 EUR"}, Money(12.5, "EUR")),
        ({}, {"p": ""}, None),
        ({"currency": "EUR"}, {"p": "12"}, Money(12.0, "EUR")),
        ({"currency": "EUR"}, {"p": "12 USD"}, Money(12.0, "USD")),
        ({"currency_column": "c"}, {"p": "0", "c": "SEK"}, Money(0.0, "SEK")),
    ],
)
def test_a_price_has_its_currency_from_cell_column_or_profile(
    table: Mapping[str, str], cells: dict[str, str], price: Money | None
) -> None:
    assert PriceColumn.model_validate({"column": "p"} | dict(table)).read(cells) == price


@pytest.mark.parametrize("amount", ["12,50", "nan", "inf", "1e5", "9" * 400, "٣", "EUR 12", "1_000", "--1", "12."])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(CellError, match="not an amount") as caught:
        PriceColumn(column="p", currency="EUR").read({"p": amount})
    assert caught.value.column == "p"


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "€"])
def test_an_unknown_currency_is_refused_at_its_column(currency: str) -> None:
    with pytest.raises(CellError, match="no currency code") as caught:
        PriceColumn(column="p", currency_column="c").read({"p": "1", "c": currency})
    assert caught.value.column == "c"


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(CellError, match="a negative amount"):
        PriceColumn(column="p").read({"p": "-1 EUR"})


def test_a_table_that_the_profile_lacks_reads_nothing() -> None:
    assert read(None, {"a": "x"}) is None


def test_words_are_read_as_the_shop_writes_them_or_translated(tmp_path: Path) -> None:
    loaded = profile(
        tmp_path,
        SMALL + 'gender = "sex"\navailability = "stock"\n[values.gender]\nDamen = "female"\n[values.availability]\n'
        'ja = "in_stock"\n',
    )
    assert loaded.gender({"sex": "DAMEN"}) == "female"
    assert loaded.gender({"sex": "Unisex"}) == "unisex"
    assert loaded.gender({"sex": ""}) is None
    assert loaded.availability({"stock": "Out of Stock"}) == "out_of_stock"
    assert loaded.availability({"stock": "ja"}) == "in_stock"
    with pytest.raises(CellError, match="none of female, male, unisex") as caught:
        loaded.gender({"sex": "Herren"})
    assert caught.value.column == "sex"


def test_constants_hold_where_a_column_is_missing_or_empty(tmp_path: Path) -> None:
    constants = '[constants]\nbrand = "Own"\nage_group = "adult"\n[values.brand]\nABC = "A. B. C."\n'
    loaded = profile(tmp_path, SMALL + 'brand = "maker"\n' + constants)
    assert loaded.brand({"maker": ""}) == "Own"
    assert loaded.brand({"maker": "abc"}) == "A. B. C."
    assert loaded.brand({"maker": "Other"}) == "Other"
    assert loaded.age_group({}) == "adult"


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ('colour = { column = "c", words = "color" }', "no list of words is called 'color'"),
        ('colour = { kind = "single" }', "name its column, or the words that stand for it in titles"),
        ('colour = { words = "colour" }', "columns.attributes.colour reads titles, and [columns] names no title"),
        ('colour = "c"\n[values.attributes.colour]\nrubin = "red"', "has no 'colour' with `words`"),
    ],
)
def test_words_that_cannot_be_read_are_refused(tmp_path: Path, attributes: str, said: str) -> None:
    with pytest.raises(ProfileError, match=re.escape(said)):
        profile(tmp_path, f"{SMALL}[columns.attributes]\n{attributes}\n")


def test_own_words_change_what_an_import_makes_of_a_feed(tmp_path: Path) -> None:
    plain = SMALL + '[columns.attributes]\ncolour = { column = "c", words = "colour" }\n'
    own = profile(tmp_path, plain + '[values.attributes.colour]\nrubin = "red"\n')
    assert own.digest != profile(tmp_path, plain).digest
