import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.catalog.attributes import Conflict, WordsReport
from service.catalog.importing import ImportReport, import_feed
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.catalog.rows import RowError
from service.domain import Money, Product
from service.errors import FeedError, ProfileError

ROOT = Path(__file__).parents[3]
MANGO = ROOT.parent / "shared" / "data" / "mango"

PROFILE = """\
[feed]
path = "feed.csv"

[columns]
id = "id"
group = { column = "id", separator = "-" }
taxonomy = "family"
taxonomy_path = ["category", "family"]
title = "name"
price = "price"
gender = "sex"
photos = { column = "photos", separator = "|" }
sizes = { column = "sizes", separator = "," }

[columns.attributes]
colour = "colour"
"""
HEADER = ["id", "family", "category", "name", "price", "sex", "photos", "sizes", "colour"]


@dataclass
class Shop:
    """A data folder with a feed, its profile and a record."""

    data: Path
    record: Record
    profile: str = PROFILE
    said: list[tuple[int, int]] = field(default_factory=list)

    def photo(self, name: str, content: bytes = b"photo") -> None:
        (self.data / name).write_bytes(content)

    def write(self, *rows: dict[str, str]) -> None:
        lines = [",".join(f'"{row.get(column, "")}"' for column in HEADER) for row in rows]
        self.write_text("\n".join([",".join(HEADER), *lines, ""]))

    def write_text(self, text: str) -> None:
        (self.data / "feed.csv").write_text(text, encoding="utf-8")

    def import_feed(self, dead_letters: Path | None = None) -> ImportReport:
        path = self.data / "shop.toml"
        path.write_text(self.profile)
        return import_feed(
            load_profile(path),
            self.data,
            self.record,
            progress=lambda done, total: self.said.append((done, total)),
            dead_letters=dead_letters,
        )

    def ids(self) -> list[str]:
        return [row.product.product_id for row in self.record.products()]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Record.open(tmp_path / "catalog.sqlite") as record:
        yield Shop(tmp_path, record)


def row(product_id: str, **cells: str) -> dict[str, str]:
    return {"id": product_id, "family": "Dresses", "category": "Women"} | cells


def test_a_row_becomes_a_product_with_its_photos(shop: Shop) -> None:
    shop.photo("a.jpg")
    shop.photo("b.jpg")
    shop.write(
        row("1-02", name="Dress", price="12.50 EUR", sex="Female", photos="b.jpg|a.jpg", sizes="S, M", colour="red")
    )
    report = shop.import_feed()
    recorded = shop.record.get(["1-02"])["1-02"]
    assert recorded.product == Product(
        product_id="1-02",
        group_id="1",
        taxonomy="Dresses",
        taxonomy_path=("Women",),
        title="Dress",
        price=Money(12.5, "EUR"),
        gender="female",
        sizes=("S", "M"),
        attributes={"colour": ("red",)},
        image_url="/photos/b.jpg",
    )
    assert recorded.photos == ("b.jpg", "a.jpg")
    assert (report.rows, report.added, report.refused, report.errors) == (1, 1, 0, ())


def test_a_taxonomy_is_not_its_own_ancestor(shop: Shop) -> None:
    shop.write(row("1", family="Tops", category="Tops"), row("2", family="Jeans", category=""))
    shop.import_feed()
    assert [recorded.product.taxonomy_path for recorded in shop.record.products()] == [(), ()]


def test_one_column_may_hold_the_taxonomy_and_its_ancestors(shop: Shop) -> None:
    shop.profile = PROFILE.replace('"family"\ntax', '{ column = "family", separator = ">" }\ntax').replace(
        '["category", "family"]', '"category"'
    )
    shop.write(row("1", category="All", family="Women > Shoes > Heels"))
    shop.import_feed()
    (recorded,) = shop.record.products()
    assert recorded.product.taxonomy == "Heels"
    assert recorded.product.taxonomy_path == ("All", "Women", "Shoes")


BAD_ROWS = [
    (row(""), "id", "no id"),
    (row("x" * 129), "id", "an id of more than 128 characters"),
    (row("a\u200bb"), "id", "an id with characters that cannot be printed"),
    (row("good"), "id", "an id that an earlier row has"),
    (row("1", family=""), "family", "no taxonomy"),
    (row("1", price="twelve EUR"), "price", 'not an amount like "12.50"'),
    (row("1", price="-1 EUR"), "price", "a negative amount"),
    (row("1", price="NaN EUR"), "price", 'not an amount like "12.50"'),
    (row("1", price="1 euro"), "price", 'no currency code of three capital letters, like "EUR"'),
    (row("1", sex="she"), "sex", "none of female, male, unisex; [values] in the profile can translate it"),
    (row("1", photos="../secret.jpg"), "photos", "a photo outside the data folder"),
    (row("1", photos="/etc/passwd"), "photos", "a photo outside the data folder"),
    (row("1", photos="..\\secret.jpg"), "photos", "a photo outside the data folder"),
]


@pytest.mark.parametrize(("bad", "column", "reason"), BAD_ROWS, ids=[f"{c}: {r[:30]}" for _, c, r in BAD_ROWS])
def test_a_bad_row_is_reported_and_the_rest_goes_on(shop: Shop, bad: dict[str, str], column: str, reason: str) -> None:
    shop.write(row("good", name="first"), bad, row("other"))
    report = shop.import_feed()
    assert shop.ids() == ["good", "other"]
    assert shop.record.get(["good"])["good"].product.title == "first"
    assert (report.added, report.refused) == (2, 1)
    assert report.errors == (RowError(3, column, reason),)
    assert report.reasons == {f"{column}: {reason}": 1}


def test_a_row_that_cannot_be_read_is_reported_as_a_whole(shop: Shop) -> None:
    shop.write(row("1"))
    shop.write_text((shop.data / "feed.csv").read_text() + "2,too,few\n")
    report = shop.import_feed()
    assert report.errors == (RowError(3, None, "another number of cells than the header has columns"),)
    assert report.reasons == {"another number of cells than the header has columns": 1}


def test_a_product_comes_in_without_the_photo_that_is_not_there(shop: Shop) -> None:
    shop.photo("there.jpg")
    shop.write(row("1", photos=f"gone.jpg|there.jpg|{'x' * 300}.jpg"))
    report = shop.import_feed()
    assert shop.record.get(["1"])["1"].photos == ("there.jpg",)
    assert (report.added, report.refused) == (1, 0)
    assert report.reasons == {"photos: a photo that cannot be read; the product came in without it": 2}
    assert report.photos_missing == 2


@pytest.mark.parametrize(
    ("photos", "address"),
    [
        ("b.jpg|a.jpg", "/photos/b.jpg"),
        ("gone.jpg|a.jpg", "/photos/a.jpg"),
        ("./a.jpg", "/photos/a.jpg"),
        ("50% öff #1?.jpg", "/photos/50%25%20%C3%B6ff%20%231%3F.jpg"),
        ("gone.jpg", None),
        ("", None),
    ],
)
def test_a_product_without_a_picture_of_its_own_is_shown_by_its_first_photo(
    shop: Shop, photos: str, address: str | None
) -> None:
    for name in ("a.jpg", "b.jpg", "50% öff #1?.jpg"):
        shop.photo(name)
    shop.write(row("1", photos=photos))
    shop.import_feed()
    assert shop.record.get(["1"])["1"].product.image_url == address


def test_a_picture_that_the_feed_names_is_kept(shop: Shop) -> None:
    shop.profile = PROFILE.replace("title =", "image_url =")
    shop.photo("a.jpg")
    shop.write(row("1", photos="a.jpg", name="https://shop.example/1.jpg"), row("2", photos="a.jpg"))
    shop.import_feed()
    shown = [recorded.product.image_url for recorded in shop.record.products()]
    assert shown == ["https://shop.example/1.jpg", "/photos/a.jpg"]


def test_products_that_left_the_feed_are_removed(shop: Shop) -> None:
    shop.write(row("1"), row("2"), row("3", name="old"))
    shop.import_feed()
    shop.write(row("2"), row("3", name="new"), row("4"))
    report = shop.import_feed()
    assert (report.added, report.changed, report.unchanged, report.removed) == (1, 1, 1, 1)
    assert shop.ids() == ["2", "3", "4"]


def test_a_product_whose_row_is_refused_stays_as_it_was(shop: Shop) -> None:
    shop.write(row("1", name="one"), row("2", name="two"), row("3", name="three"), row("4"))
    shop.import_feed()
    shop.write(row("1", name="1", price="?"), row("4"))
    shop.write_text((shop.data / "feed.csv").read_text() + '2,too,few\n"3",,"open,,,,,,\n')
    report = shop.import_feed()
    assert (report.refused, report.removed) == (3, 0)
    assert [recorded.product.title for recorded in shop.record.products()] == ["one", "two", "three", None]


def test_new_content_of_a_photo_makes_its_vector_stale(shop: Shop) -> None:
    shop.photo("a.jpg", b"one")
    shop.write(row("1", photos="a.jpg"))
    shop.import_feed()
    before = shop.record.get(["1"])["1"].photos_digest
    assert shop.import_feed().unchanged == 1
    shop.photo("a.jpg", b"two")
    assert shop.import_feed().changed == 1
    assert shop.record.get(["1"])["1"].photos_digest != before


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ((), "has no rows"),
        ((row(""), row("x", family="")), r"All 2 rows of .* were refused, most often for 'id: no id'"),
    ],
    ids=["only a header", "every row refused"],
)
def test_a_feed_without_a_usable_row_leaves_the_record_as_it_was(
    shop: Shop, rows: tuple[dict[str, str], ...], reason: str
) -> None:
    shop.write(row("1"))
    shop.import_feed()
    shop.write(*rows)
    with pytest.raises(FeedError, match=reason):
        shop.import_feed()
    assert shop.ids() == ["1"]


def test_a_column_that_the_feed_lacks_stops_the_import_at_once(shop: Shop) -> None:
    shop.profile = PROFILE.replace('"name"', '"nmae"')
    shop.write(row("1"))
    with pytest.raises(ProfileError, match=r"columns\.title names 'nmae'.*Closest: name"):
        shop.import_feed()
    assert shop.ids() == []


def test_every_error_is_a_dead_letter_and_the_first_are_in_the_report(shop: Shop, tmp_path: Path) -> None:
    shop.write(row("1"), *[row("")] * 150)
    report = shop.import_feed(tmp_path / "new" / "dead.jsonl")
    letters = [json.loads(line) for line in (tmp_path / "new" / "dead.jsonl").read_text().splitlines()]
    assert len(letters) == report.refused == 150
    assert letters[0] == {"line": 3, "column": "id", "reason": "no id"}
    assert len(report.errors) == 100


def test_progress_is_told_in_bytes_to_the_end(shop: Shop) -> None:
    shop.write(*(row(f"{number}") for number in range(1200)))
    shop.import_feed()
    size = (shop.data / "feed.csv").stat().st_size
    assert len(shop.said) == 3
    assert shop.said == sorted(shop.said)
    assert shop.said[-1] == (size, size)


@pytest.mark.data
@pytest.mark.skipif(not MANGO.exists(), reason="needs Mango's data in ../shared/data/mango")
def test_mangos_feed_comes_in_whole(tmp_path: Path) -> None:
    profile = load_profile(ROOT / "examples" / "mango.toml")
    with Record.open(tmp_path / "catalog.sqlite") as record:
        report = import_feed(profile, MANGO, record, progress=lambda _done, _total: None)
        products = list(record.products())
    assert (report.rows, report.added, report.refused, report.reasons) == (9222, 9222, 0, {})
    assert all(row.photos and row.product.taxonomy not in row.product.taxonomy_path for row in products)
    assert {row.product.gender for row in products} == {"female", "male", "unisex"}
    assert {row.product.age_group for row in products} == {"adult", "kids"}
    assert all(row.product.product_id.startswith(f"{row.product.group_id}-") for row in products)
    trousers = next(row.product for row in products if row.product.taxonomy == "Trousers")
    assert trousers.taxonomy_path == ("Bottoms", "Trousers & leggings")
    assert set(trousers.attributes) == {"colour", "colour_group", "fabric"}


def test_broken_text_is_mended_and_counted_but_no_id_and_no_photo(shop: Shop) -> None:
    shop.photo("GrÃ¼n.jpg")
    shop.write(row("GrÃ¼n-1", name="GrÃ¼nes Kleid", photos="GrÃ¼n.jpg"), row("b", name="Grün"))
    report = shop.import_feed()
    found = {recorded.product.product_id: recorded for recorded in shop.record.products()}
    assert found["GrÃ¼n-1"].product.title == "Grünes Kleid"
    assert found["GrÃ¼n-1"].photos == ("GrÃ¼n.jpg",)
    assert report.mended == {"name": 1}
    assert report.photos_missing == 0


def test_vendors_words_and_their_conflicts_are_reported(shop: Shop) -> None:
    shop.profile = PROFILE.replace('colour = "colour"', 'colour = { column = "colour", words = "colour" }')
    shop.write(row("a", colour="rubin", name="Gray dress"), row("b", name="Gray dress"), row("c", colour="misterio"))
    report = shop.import_feed()
    assert [one.product.attributes for one in shop.record.products()] == [
        {"colour": ("red",)},
        {"colour": ("grey",)},
        {"colour": ("misterio",)},
    ]
    assert report.words["colour"] == WordsReport(2, 1, 1, {"misterio": 1}, {})
    assert report.conflicts == (Conflict(2, "a", "colour", ("red",), ("grey",)),)
