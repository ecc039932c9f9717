import pytest

from mappings import parse_mapping
from service.coverage import Coverage, TaxonomyCover, coverage, served
from service.domain import OutfitRequest, Product, Seed
from service.errors import NoTemplate
from service.planning import plan_outfit
from service.taxonomy import TaxonomyTree

TREE = TaxonomyTree.of(
    [
        *[("Dresses", ("Women", "Clothing"))] * 5,
        *[("Jackets", ("Women", "Clothing"))] * 2,
        *[("Wedges", ("Women", "Shoes"))] * 3,
        *[("Boots", ("Women", "Shoes"))] * 4,
        *[("Totes", ("Women", "Bags"))] * 6,
        *[("Candles", ())] * 7,
    ]
)
MAPPING = parse_mapping(
    """
    version: 1
    name: test
    taxonomies:
      Dresses:
        - {id: beach, slots: [Sandals, Totes, Jackets]}
        - {id: day, slots: [shoes, Totes, Jackets]}
        - {id: evening, slots: [Wedges, Totes, Jackets]}
      Jackets:
        - {id: rain, slots: [Wellies, Totes, Dresses]}
        - {id: snow, slots: [Sandals, Totes, Dresses]}
      Shoes:
        - {id: any, slots: [Dresses, Jackets, Totes]}
      Kilts:
        - {id: feast, slots: [Boots, Jackets, Totes]}
        - {id: day, slots: [Boots, Jackets, Totes]}
    """
)


@pytest.fixture(scope="module")
def covered() -> Coverage:
    return coverage(TREE, MAPPING)


def of(covered: Coverage, taxonomy: str) -> TaxonomyCover:
    return next(cover for cover in covered.taxonomies if cover.taxonomy == taxonomy)


def default_of(cover: TaxonomyCover) -> str | None:
    return cover.default.template_id if cover.default else None


def test_taxonomies_stand_by_path_and_the_largest_of_a_path_first(covered: Coverage) -> None:
    assert [(path, [cover.taxonomy for cover in covers]) for path, covers in covered.groups] == [
        ((), ["Candles"]),
        (("Women", "Bags"), ["Totes"]),
        (("Women", "Clothing"), ["Dresses", "Jackets"]),
        (("Women", "Shoes"), ["Boots", "Wedges"]),
    ]


def test_an_ancestor_in_a_slot_counts_the_products_below_it_whatever_its_case(covered: Coverage) -> None:
    day = of(covered, "Dresses").templates[1]
    assert [(slot.asked, slot.products) for slot in day.slots] == [("shoes", 7), ("Totes", 6), ("Jackets", 2)]


def test_a_template_with_a_slot_that_nothing_fills_cannot_be_used(covered: Coverage) -> None:
    assert [template.usable for template in of(covered, "Dresses").templates] == [False, True, True]


def test_the_default_is_the_template_that_planning_takes(covered: Coverage) -> None:
    for cover in covered.taxonomies:
        try:
            planned = plan_outfit(Seed(cover.taxonomy), OutfitRequest(), TREE, MAPPING, {}).template
        except NoTemplate:
            planned = None
        assert default_of(cover) == planned
    assert default_of(of(covered, "Dresses")) == "day"


def test_inherited_templates_name_the_ancestor_they_are_from(covered: Coverage) -> None:
    assert of(covered, "Boots").inherited_from == "Shoes"
    assert of(covered, "Dresses").inherited_from is None
    assert of(covered, "Candles").inherited_from is None


def test_seeds_without_a_template_are_those_of_no_template_and_those_of_none_that_can_be_used(
    covered: Coverage,
) -> None:
    assert [cover.taxonomy for cover in covered.undressed] == ["Candles", "Totes", "Jackets"]
    assert [len(cover.templates) for cover in covered.undressed] == [0, 0, 2]
    assert covered.share(covered.undressed) == (7 + 6 + 2) / 27


def test_a_taxonomy_counts_the_seeds_it_is_shown_beside_once_each(covered: Coverage) -> None:
    assert covered.shown["Totes"] == 3
    assert covered.shown["Wedges"] == covered.shown_first["Wedges"] == 1


def test_a_template_that_cannot_be_used_shows_nothing(covered: Coverage) -> None:
    assert covered.shown["Dresses"] == len(["Boots", "Wedges"])


def test_what_no_slot_holds_is_never_seen(covered: Coverage) -> None:
    assert [cover.taxonomy for cover in covered.unseen] == ["Candles"]


def test_a_slot_that_nothing_fills_is_listed_with_the_templates_it_spoils_the_worst_first(covered: Coverage) -> None:
    spoilt = [(missing.name, [one.template_id for one in missing.templates]) for missing in covered.missing_slots]
    assert spoilt == [("Sandals", ["beach", "snow"]), ("Wellies", ["rain"])]


def test_a_slot_twice_in_a_template_spoils_it_once() -> None:
    mapping = parse_mapping("{version: 1, name: n, taxonomies: {Totes: [{id: a, slots: [Hats, Hats, Boots]}]}}")
    (missing,) = coverage(TREE, mapping).missing_slots
    assert len(missing.templates) == 1


def test_templates_of_a_taxonomy_that_the_catalogue_lacks_are_not_counted(covered: Coverage) -> None:
    (missing,) = covered.missing_seeds
    assert (missing.name, len(missing.templates)) == ("Kilts", 2)
    assert len(covered.templates) == len(["beach", "day", "evening", "rain", "snow", "any"])


def test_an_empty_catalogue_has_nothing_to_show() -> None:
    empty = coverage(TaxonomyTree([]), MAPPING)
    assert (empty.products, empty.taxonomies, empty.templates, empty.undressed) == (0, (), (), ())
    assert empty.share(empty.taxonomies) == 0


def test_a_taxonomy_s_own_templates_win_over_its_ancestor_s_of_the_same_id() -> None:
    mapping = parse_mapping(
        """
        version: 1
        name: both
        taxonomies:
          Shoes:
            - {id: any, slots: [Totes, Totes, Totes]}
          Boots:
            - {id: any, slots: [Dresses, Totes, Totes]}
        """
    )
    covered = coverage(TREE, mapping)
    assert of(covered, "Boots").inherited_from is None
    assert of(covered, "Boots").templates[0].slots[0].asked == "Dresses"
    assert of(covered, "Wedges").inherited_from == "Shoes"


WORN = parse_mapping(
    """
    version: 1
    name: worn
    taxonomies:
      Dresses: [{id: hers, for: women, slots: [Boots, Totes, Jackets]}]
      Candles: {no outfit: not worn}
    tree: [Dresses, Candles, Kilts]
    """
)


def test_seeds_are_counted_by_who_wears_them() -> None:
    dress = Product(product_id="a", taxonomy="Dresses", gender="female")
    kilt = Product(product_id="b", taxonomy="Dresses", gender="male")
    candle = Product(product_id="c", taxonomy="Candles")
    assert served([dress, dress, kilt, candle], TREE, WORN) == {"Dresses": 2}


def test_what_the_mapping_leaves_out_has_its_reason() -> None:
    covered = coverage(TREE, WORN)
    assert of(covered, "Candles").reason == "not worn"
    assert of(covered, "Totes").reason is None


def test_a_category_of_a_published_tree_that_the_catalogue_lacks_is_not_missing() -> None:
    mapping = parse_mapping("{version: 1, name: n, taxonomies: {Kilts: [{id: a, slots: [X, Y, Z]}]}, tree: [Kilts]}")
    assert coverage(TREE, mapping).missing_seeds == ()
