"""Items of public data sets, read as feeds."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from service.catalog.importing import import_feed
from service.catalog.pog import PogItems
from service.catalog.polyvore import PolyvoreItems
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.catalog.rows import BrokenRow, FeedReader
from service.domain import Money
from service.errors import FeedError

SETS = [
    {
        "set_id": "7",
        "likes": 26,
        "items": [
            {"index": 1, "name": "ruby camo jacket ", "price": 22.0, "likes": 9, "image": "http://i", "categoryid": 18},
            {"index": 4, "name": "", "price": -1, "likes": 3, "image": "http://j", "categoryid": 24},
        ],
    },
    "no set",
]


def cells(feed: FeedReader) -> list[Mapping[str, str] | str]:
    return [row.reason if isinstance(row, BrokenRow) else row.cells for row in feed]


def test_polyvore_items_have_no_price_where_it_is_not_known_and_nothing_that_gives_the_answer_away(
    tmp_path: Path,
) -> None:
    (tmp_path / "sets.json").write_text(json.dumps(SETS))
    with PolyvoreItems(tmp_path / "sets.json") as items:
        first, second = cells(items)
        assert items.position_bytes == (tmp_path / "sets.json").stat().st_size
    assert first == {
        "id": "7_1",
        "name": "ruby camo jacket",
        "categoryid": "18",
        "price": "22.0",
        "image": "http://i",
        "photo": "7/1.jpg",
    }
    assert isinstance(second, Mapping)
    assert (second["id"], second["price"], second["photo"]) == ("7_4", "", "7/4.jpg")
    assert {"index", "likes"}.isdisjoint(items.header)


def test_an_item_without_an_id_is_a_broken_row(tmp_path: Path) -> None:
    (tmp_path / "sets.json").write_text('[{"set_id": "7", "items": [{"name": "no index"}]}]')
    with PolyvoreItems(tmp_path / "sets.json") as items:
        assert cells(items) == ["no set_id or index"]


def test_pog_titles_may_hold_commas(tmp_path: Path) -> None:
    (tmp_path / "item_data.txt").write_text("i1,c9,//img/1.jpg,\u8fde\u8863\u88d9, red\n\ni2,c9\n", encoding="utf-8")
    with PogItems(tmp_path / "item_data.txt") as items:
        first, broken = cells(items)
    assert first == {"item_id": "i1", "cate_id": "c9", "pic_url": "//img/1.jpg", "title": "\u8fde\u8863\u88d9, red"}
    assert broken == "another number of cells than the header has columns"


@pytest.mark.parametrize("reader", [PogItems, PolyvoreItems])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, reader: type[PogItems | PolyvoreItems]) -> None:
    with pytest.raises(FeedError, match="nowhere cannot be opened"):
        reader(tmp_path / "nowhere")


def test_polyvores_titles_and_categories_become_products(tmp_path: Path) -> None:
    (tmp_path / "sets.json").write_text(json.dumps(SETS))
    (tmp_path / "profile.toml").write_text("""\
[feed]
path = "sets.json"
format = "polyvore"
[columns]
id = "id"
title = "name"
taxonomy = "categoryid"
price = { column = "price", currency = "USD" }
[columns.attributes]
colour = { words = "colour" }
pattern = { words = "pattern" }
[values.taxonomy]
18 = "Jackets"
""")
    with Record.open(tmp_path / "catalog.sqlite") as record:
        import_feed(load_profile(tmp_path / "profile.toml"), tmp_path, record, progress=lambda *_: None)
        jacket, other = (row.product for row in record.products())
    assert (jacket.taxonomy, jacket.price) == ("Jackets", Money(22.0, "USD"))
    assert jacket.attributes == {"colour": ("red",), "pattern": ("camouflage",)}
    assert (other.taxonomy, other.price, other.attributes) == ("24", None, {})
