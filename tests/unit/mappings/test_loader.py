from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import Category, MappingInvalid, Template, load_mapping, parse_mapping

SMALL = """\
version: 1
name: small
taxonomies:
  Dresses:
    - {id: day, slots: [Footwear, Bags, Blazers]}
    - id: evening
      slots: [Heels, Clutches, Jewellery]
  Women:
    - {id: any, slots: [Footwear, Bags, Jewellery]}
"""


def test_templates_come_in_the_order_of_the_file() -> None:
    mapping = parse_mapping(SMALL)
    assert mapping.name == "small"
    assert mapping.taxonomies["Dresses"] == (
        Template("day", ("Footwear", "Bags", "Blazers")),
        Template("evening", ("Heels", "Clutches", "Jewellery")),
    )


def test_a_taxonomy_has_its_own_templates_before_its_ancestors() -> None:
    templates, inherited = parse_mapping(SMALL).templates_for("Dresses", ("Women",))
    assert [template.id for template in templates] == ["day", "evening"]
    assert not inherited


def test_a_taxonomy_without_templates_takes_those_of_its_nearest_ancestor() -> None:
    templates, inherited = parse_mapping(SMALL).templates_for("Gowns", ("Women", "Dresses", "Long"))
    assert [template.id for template in templates] == ["day", "evening"]
    assert inherited


def test_a_taxonomy_that_nothing_stands_for_has_no_templates() -> None:
    assert parse_mapping(SMALL).templates_for("Sofas", ("Home",)) == ((), False)


def test_the_id_follows_the_content_and_not_the_writing() -> None:
    rewritten = SMALL.replace(
        "{id: day, slots: [Footwear, Bags, Blazers]}", "{slots: ['Footwear', Bags, Blazers], id: day}  # !"
    )
    assert parse_mapping(rewritten).mapping_id == parse_mapping(SMALL).mapping_id
    assert len(parse_mapping(SMALL).mapping_id) == 12


@pytest.mark.parametrize(
    ("old", "new"), [("Bags, Blazers", "Blazers, Bags"), ("id: day", "id: noon"), ("small", "other"), ("Women", "Men")]
)
def test_other_content_has_another_id(old: str, new: str) -> None:
    assert parse_mapping(SMALL.replace(old, new)).mapping_id != parse_mapping(SMALL).mapping_id


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("version: 1", "version: 2", 1, "reads version 1"),
        ("version: 1\n", "", 1, "version is missing"),
        ("name: small", "nmae: small", 2, "unknown key 'nmae'; did you mean 'name'?"),
        ("Blazers]", "Blazers, Hats]", 5, "a template has 3 slots, not 4"),
        ("id: evening", "id: day", 6, "the id 'day' stands twice"),
        ("slots: [Heels", "slot: [Heels", 7, "did you mean 'slots'?"),
        ("  Women", "  Dresses", 8, "'Dresses' stands twice"),
        ("[Footwear, Bags, Jewellery]", "Footwear", 9, "a list belongs here"),
        ("[Footwear, Bags, Jewellery]", "[Footwear, Bags, null]", 9, "needs quotes"),
        ("[Footwear, Bags, Jewellery]", "[Footwear, Bags, '']", 9, "must not be empty"),
        ("[Footwear, Bags, Jewellery]", "[Footwear, Bags, Jewellery", 9, "no YAML"),
        ("    - {id: any, slots: [Footwear, Bags, Jewellery]}", "    []", 9, "no template"),
    ],
)
def test_a_fault_is_refused_with_its_line(old: str, new: str, line: int, reason: str) -> None:
    assert SMALL.count(old) == 1
    with pytest.raises(MappingInvalid) as caught:
        parse_mapping(SMALL.replace(old, new))
    assert caught.value.line == line
    assert reason in caught.value.reason


WHOLE = """\
version: 1
name: whole
taxonomies:
  Dresses:
    - {id: day, for: women, slots: [Footwear, Bags, Blazers]}
    - {id: day, for: [children, men], slots: [Footwear, Hats, Blazers]}
  Socks: {no outfit: worn out of sight}
tree:
  Clothing (1604):
    Dresses (2271):
    "Pins, Clips": [Pins (1), Clips]
"""


def test_templates_say_whom_they_suit() -> None:
    assert [one.wearers for one in parse_mapping(WHOLE).taxonomies["Dresses"]] == [("women",), ("men", "children")]


def test_a_taxonomy_may_be_left_out_with_the_reason() -> None:
    mapping = parse_mapping(WHOLE)
    assert mapping.left_out == {"Socks": "worn out of sight"}
    assert "Socks" not in mapping.taxonomies


def test_a_tree_names_categories_with_their_ids_below_their_parents() -> None:
    assert parse_mapping(WHOLE).categories.listed == (
        Category("Clothing", (), "1604"),
        Category("Dresses", ("Clothing",), "2271"),
        Category("Pins, Clips", ("Clothing",)),
        Category("Pins", ("Clothing", "Pins, Clips"), "1"),
        Category("Clips", ("Clothing", "Pins, Clips")),
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("for: women", "for: ladies", 5, "`for` takes one or several of women, men, children"),
        ("for: women", "for: []", 5, "`for` takes one or several"),
        ("for: [children, men], ", "", 6, "the id 'day' stands twice"),
        ("[children, men]", "[women, men]", 6, "the id 'day' stands twice"),
        ("no outfit: worn", "outfit: worn", 7, "did you mean 'no outfit'?"),
        ("no outfit: worn out of sight", "no outfit: ''", 7, "must not be empty"),
        ("  Clothing (1604):\n    Dresses (2271):", "  Clothing (1604):\n    Clothing:", 10, "stands further up"),
        ("Pins (1)", "Pins (2271)", 11, "stands further up"),
        ("[Pins (1), Clips]", "Pins", 11, "`key: value` lines belong here"),
    ],
)
def test_a_fault_in_wearers_reasons_or_the_tree_is_refused_with_its_line(
    old: str, new: str, line: int, reason: str
) -> None:
    assert WHOLE.count(old) == 1
    with pytest.raises(MappingInvalid) as caught:
        parse_mapping(WHOLE.replace(old, new))
    assert caught.value.line == line
    assert reason in caught.value.reason


def test_a_tree_that_holds_itself_is_refused() -> None:
    with pytest.raises(MappingInvalid, match="stands further up"):
        parse_mapping(WHOLE[: WHOLE.index("tree")] + "tree: &all\n  Clothing: *all\n")


@pytest.mark.parametrize(
    "text", ["", "42", "- a list", "version: 1\nname: x\ntaxonomies: {}", "[" * 1500, "a: *b", "\0"]
)
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(MappingInvalid):
        parse_mapping(text)


@given(st.text(alphabet="versionametx:1 \n-[]{}&*!'\"#,é\t", max_size=200))
def test_any_text_is_a_mapping_or_refused(text: str) -> None:
    with pytest.raises(MappingInvalid):
        parse_mapping(text)


def test_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("version: 1\nname: [x]\ntaxonomies: {}\n")
    with pytest.raises(MappingInvalid, match=r"mine\.yaml, line 3: no taxonomy has a template"):
        load_mapping(path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes("name: Schürze".encode("latin-1"))
    with pytest.raises(MappingInvalid, match="not in UTF-8"):
        load_mapping(path)
