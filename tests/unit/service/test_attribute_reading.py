from pathlib import Path

from service.catalog.attributes import AttributeReader, Conflict
from service.catalog.profile import load_profile

PROFILE = """\
[feed]
path = "feed.csv"
[columns]
id = "id"
taxonomy = "family"
title = "name"
[columns.attributes]
sleeve = "sleeve"
colour = { column = "colour", words = "colour" }
pattern = { words = "pattern" }
material = { column = "fabric", words = "material", kind = "multi", separator = "/" }
[values.attributes.colour]
"Sea Mist" = "green"
"""
CELLS = {"id": "p1", "family": "Dresses", "name": "", "sleeve": "", "colour": "", "fabric": ""}


def reader(folder: Path, profile: str = PROFILE) -> AttributeReader:
    path = folder / "shop.toml"
    path.write_text(profile)
    return AttributeReader(load_profile(path))


def test_an_attribute_without_words_keeps_the_shops_labels(tmp_path: Path) -> None:
    assert reader(tmp_path).read(2, CELLS | {"sleeve": "3/4 Ruby"}) == {"sleeve": ("3/4 Ruby",)}


def test_a_columns_words_become_canonical(tmp_path: Path) -> None:
    reading = reader(tmp_path)
    assert reading.read(2, CELLS | {"colour": "Gris Claro"}) == {"colour": ("grey",)}
    assert reading.read(3, CELLS | {"colour": "SEA-MIST"}) == {"colour": ("green",)}
    assert reading.report()["colour"].from_column == 2


def test_a_single_attribute_takes_the_first_of_a_cells_values_and_a_multi_one_all(tmp_path: Path) -> None:
    found = reader(tmp_path).read(2, CELLS | {"colour": "black/white", "fabric": "Leder/lana merino"})
    assert found == {"colour": ("black",), "material": ("leather", "wool")}


def test_a_title_speaks_where_the_column_does_not(tmp_path: Path) -> None:
    reading = reader(tmp_path)
    found = reading.read(2, CELLS | {"name": "Ruby camo jacket in denim"})
    assert found == {"colour": ("red",), "pattern": ("camouflage",), "material": ("denim",)}
    assert reading.report()["colour"].from_title == 1


def test_a_title_of_two_values_says_nothing_of_a_single_attribute(tmp_path: Path) -> None:
    assert reader(tmp_path).read(2, CELLS | {"name": "black shirt with red collar"}) == {}


def test_words_that_only_a_column_means_are_not_read_in_titles(tmp_path: Path) -> None:
    reading = reader(tmp_path)
    assert reading.read(2, CELLS | {"colour": "denim"})["colour"] == ("blue",)
    assert "colour" not in reading.read(3, CELLS | {"name": "wine denim jacket"})


def test_a_conflict_is_listed_and_the_column_wins(tmp_path: Path) -> None:
    reading = reader(tmp_path)
    assert reading.read(7, CELLS | {"colour": "gray", "name": "Ruby dress"})["colour"] == ("grey",)
    reading.read(8, CELLS | {"colour": "red", "name": "Ruby dress"})
    assert reading.conflicts == [Conflict(7, "p1", "colour", ("grey",), ("red",))]
    assert reading.report()["colour"].conflicts == 1


def test_unknown_and_ambiguous_words_stay_and_are_counted(tmp_path: Path) -> None:
    reading = reader(tmp_path)
    assert reading.read(2, CELLS | {"colour": "MISTERIO"}) == {"colour": ("misterio",)}
    assert reading.read(3, CELLS | {"colour": "Khaki"}) == {"colour": ("khaki",)}
    report = reading.report()["colour"]
    assert report.unknown == {"misterio": 1}
    assert report.ambiguous == {"khaki: beige or green": 1}


def test_a_shop_settles_an_ambiguous_word(tmp_path: Path) -> None:
    reading = reader(tmp_path, PROFILE + 'khaki = "green"\n')
    assert reading.read(3, CELLS | {"colour": "Khaki"}) == {"colour": ("green",)}


def test_an_attribute_may_have_no_words_but_the_shops_own(tmp_path: Path) -> None:
    own = 'heel = { words = "heel" }\n[values.attributes.heel]\nstiletto = "high"\n'
    reading = reader(tmp_path, PROFILE.replace("[values.attributes.colour]\n", own + "[values.attributes.colour]\n"))
    assert reading.read(2, CELLS | {"name": "Stiletto pumps"}) == {"heel": ("high",)}
