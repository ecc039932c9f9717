import pytest

from mappings import WEARERS, Categories, Category, Wearer, parse_mapping

MAPPING = parse_mapping("""\
version: 1
name: tree
taxonomies:
  Clothing:
    - {id: everyday, slots: [Shoes, Hats, Bags]}
  Dresses:
    - {id: everyday, for: women, slots: [Shoes, Bags, Coats]}
    - {id: everyday, for: children, slots: [Shoes, Hats, Coats]}
    - {id: evening, for: women, slots: [Shoes, Bags, Earrings]}
  Underwear: {no outfit: worn out of sight}
  Lingerie:
    - {id: at-home, slots: [Robes, Shoes, Hosiery]}
tree:
  Clothing (1):
    Dresses (2):
    Coats (3):
    Underwear (4): [Bras (5), Lingerie (6)]
""")


def ids(taxonomy: str, *path: str, by: Wearer | None = None) -> list[str]:
    found, _ = MAPPING.templates_for(taxonomy, path, WEARERS if by is None else {by})
    return [f"{one.id} {one.slots[1]}" for one in found]


def test_a_category_that_the_mapping_does_not_know_is_dressed_by_its_path() -> None:
    assert ids("Cocktail Dresses", "Clothing", "Dresses", by="women") == ["everyday Bags", "evening Bags"]


def test_the_mappings_own_tree_stands_in_where_a_feed_names_no_ancestors() -> None:
    assert MAPPING.templates_for("Coats") == (MAPPING.taxonomies["Clothing"], True)


def test_the_catalogues_path_comes_before_the_mappings_tree() -> None:
    assert ids("Coats", "Dresses", by="women") == ["everyday Bags", "evening Bags"]


@pytest.mark.parametrize("spelling", ["Dresses", "2", "Clothing > Dresses"])
def test_a_feed_may_name_a_category_by_name_id_or_whole_path(spelling: str) -> None:
    assert MAPPING.templates_for(spelling, (), {"women"})[1] is False
    assert ids(spelling, by="women") == ["everyday Bags", "evening Bags"]


def test_wearers_get_the_templates_that_suit_them() -> None:
    assert ids("Dresses", by="children") == ["everyday Hats"]


def test_wearers_whom_no_template_suits_get_an_ancestors() -> None:
    assert ids("Dresses", by="men") == ["everyday Hats"]
    assert MAPPING.owner_of("Dresses", (), {"men"}) == "Clothing"


def test_without_wearers_all_templates_are_given() -> None:
    assert MAPPING.templates_for("Dresses")[0] == MAPPING.taxonomies["Dresses"]


def test_of_templates_with_one_id_those_who_could_be_either_get_the_first() -> None:
    assert ids("Dresses") == ["everyday Bags", "evening Bags"]


def test_what_is_below_a_taxonomy_that_is_left_out_is_left_out_too() -> None:
    assert ids("Bras") == ids("Sports Bras", "Underwear") == []
    assert MAPPING.reason_for("Bras") == "worn out of sight"


def test_templates_below_a_taxonomy_that_is_left_out_hold() -> None:
    assert ids("Lingerie") == ["at-home Shoes"]
    assert MAPPING.reason_for("Lingerie") is None


def test_a_taxonomy_that_nobody_mentions_is_not_left_out() -> None:
    assert MAPPING.reason_for("Sofas", ("Home",)) is None


def test_a_mapping_without_the_new_parts_keeps_its_id() -> None:
    old = "version: 1\nname: old\ntaxonomies: {Dresses: [{id: day, slots: [Footwear, Bags, Blazers]}]}"
    assert parse_mapping(old).mapping_id == "10480dc16bc6"


@pytest.mark.parametrize(
    ("old", "new"), [("women", "men"), ("out of sight", "below"), ("(5)", "(7)"), ("    Coats (3):\n", "")]
)
def test_wearers_reasons_and_the_tree_are_part_of_the_id(old: str, new: str) -> None:
    text = "version: 1\nname: n\ntaxonomies:\n  A: [{id: a, for: women, slots: [X, Y, Z]}]\n"
    tree = "  B: {no outfit: out of sight}\n"
    tree += "tree:\n  Clothing (1):\n    Coats (3):\n    Bras (5):\n"
    assert parse_mapping((text + tree).replace(old, new)).mapping_id != parse_mapping(text + tree).mapping_id


def test_a_category_stands_for_itself_and_what_is_below_it_however_it_is_spelled() -> None:
    tree = Categories((Category("Bags", (), "10"), Category("Totes", ("Bags",)), Category("Hats")))
    assert tree.below("Bags") == ("Bags", "10", "Bags", "Totes", "Bags > Totes")
    assert tree.below("Belts") == ()
    assert (tree.name("10"), tree.name("Bags > Totes"), tree.name("11")) == ("Bags", "Totes", None)
    assert (tree.path("Totes"), tree.path("Belts")) == (("Bags",), ())
