"""The mapping that comes with Kitsune: whole, and such that a stylist could stand by it."""

import re
from pathlib import Path

import pytest

from mappings import PACKAGED, WEARERS, Category, Template, Wearer, load_mapping

SOURCE = Path(__file__).parents[4] / "shared" / "data" / "taxonomy" / "google_taxonomy-with-ids.en-US.txt"

GOOGLE = load_mapping(PACKAGED["google"])
TREE = GOOGLE.categories
DRESSED = [one for one in TREE.listed if GOOGLE.reason_for(one.name) is None]

LEGS = {"Pants", "Shorts", "Skirts", "Skorts", "Dresses", "Jumpsuits & Rompers", "Overalls", "Suits", "Rain Pants"}
"""One of these is enough for a look; over a leotard or swimwear something is worn."""


def looks(category: Category, wearer: Wearer) -> tuple[Template, ...]:
    return GOOGLE.templates_for(category.name, category.path, {wearer})[0]


def on_the_legs(name: str) -> bool:
    return not LEGS.isdisjoint((name, *TREE.path(name)))


def test_most_categories_are_dressed() -> None:
    assert len(TREE.listed) == 249
    assert len(DRESSED) >= 200


@pytest.mark.parametrize("wearer", WEARERS)
def test_every_category_has_several_templates_for_everybody_or_a_reason(wearer: Wearer) -> None:
    assert [one.name for one in DRESSED if len(looks(one, wearer)) < 2] == []


def test_it_names_no_category_that_the_tree_lacks() -> None:
    slots = {slot for templates in GOOGLE.taxonomies.values() for one in templates for slot in one.slots}
    assert {name for name in {*GOOGLE.taxonomies, *GOOGLE.left_out, *slots} if TREE.name(name) != name} == set()


@pytest.mark.parametrize("wearer", WEARERS)
def test_no_slot_holds_what_the_seed_is(wearer: Wearer) -> None:
    own = [
        (one.name, look.id) for one in DRESSED for look in looks(one, wearer) if {one.name, *one.path} & {*look.slots}
    ]
    assert own == []


@pytest.mark.parametrize("wearer", WEARERS)
def test_no_look_has_two_garments_for_the_legs(wearer: Wearer) -> None:
    twice = [
        (one.name, look.id, look.slots)
        for one in DRESSED
        for look in looks(one, wearer)
        if sum(map(on_the_legs, (one.name, *look.slots))) > 1
    ]
    assert twice == []


def test_babies_are_dressed_out_of_their_own_part_of_the_tree() -> None:
    babies = [one for one in DRESSED if one.name.startswith("Baby & Toddler")]
    slots = {slot for one in babies for look in looks(one, "children") for slot in look.slots}
    assert len(babies) > 10
    assert {slot for slot in slots if "Baby" not in slot} == {"Diaper Bags"}


def test_nobody_is_offered_what_is_for_others() -> None:
    assert "Neckties" not in {slot for look in looks(Category("Shirts & Tops"), "women") for slot in look.slots}
    assert "Handbags" not in {slot for look in looks(Category("Shoes"), "men") for slot in look.slots}
    assert "Handbags" not in {slot for look in looks(Category("Dresses"), "children") for slot in look.slots}


@pytest.mark.data
@pytest.mark.skipif(not SOURCE.exists(), reason="needs Google's taxonomy in ../shared/data/taxonomy")
def test_the_tree_is_googles_apparel_and_bags() -> None:
    lines = re.findall(r"^(\d+) - (.+)$", SOURCE.read_text(encoding="utf-8"), re.MULTILINE)
    paths = {tuple(path.split(" > ")): id_ for id_, path in lines}
    rooms = {"Apparel & Accessories", "Luggage & Bags"}
    assert {(*one.path, one.name): one.id for one in TREE.listed} == {
        path: id_ for path, id_ in paths.items() if path[0] in rooms
    }
