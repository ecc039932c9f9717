import csv
from pathlib import Path

import pytest

from mappings import check_mapping, load_mapping, parse_mapping
from mappings.checker import Finding

ROOT = Path(__file__).parents[3]
MANGO = ROOT.parent / "shared" / "data" / "mango" / "product_data.csv"

MAPPING = parse_mapping("""\
version: 1
name: small
taxonomies:
  Dresses: [{id: day, slots: [Footwear, Bags, Jackets]}]
  Footwear: [{id: day, slots: [Dresses, Bags, Jackets]}]
  Accessories: [{id: any, slots: [Dresses, Footwear, Jackets]}]
  Jackets: [{id: day, slots: [Dresses, Footwear, Bags]}]
""")
TAXONOMIES = ("Dresses", "Footwear", "Bags", "Jackets")
PATHS = {"Bags": ("Accessories",)}


def test_a_mapping_that_fits_is_clean() -> None:
    assert check_mapping(MAPPING, TAXONOMIES, {"Accessories"}, PATHS).is_clean


def test_a_taxonomy_without_a_template_is_named_with_the_near_miss() -> None:
    report = check_mapping(MAPPING, ("Dress", *TAXONOMIES[1:]), {"Accessories"}, PATHS)
    assert Finding("no_template", "Dress", closest=("Dresses",)) in report.faults
    assert "'Dress' has no template, nor has an ancestor: its products cannot be seeds. Closest: Dresses." in map(
        str, report.findings
    )


def test_another_taxonomys_ancestor_is_no_template() -> None:
    report = check_mapping(MAPPING, (*TAXONOMIES, "Sofas"), {"Accessories", "Home"}, PATHS | {"Sofas": ("Home",)})
    assert report.faults == (Finding("no_template", "Sofas"),)


def test_without_paths_any_ancestor_may_stand_in() -> None:
    assert check_mapping(MAPPING, TAXONOMIES, {"Accessories"}).is_clean
    assert not check_mapping(MAPPING, TAXONOMIES, {"Home"}).is_clean


def test_templates_of_a_taxonomy_that_the_catalogue_lacks_are_named() -> None:
    report = check_mapping(MAPPING, (*TAXONOMIES, "Accesories"), (), dict.fromkeys(TAXONOMIES, ()))
    assert Finding("unknown_taxonomy", "Accessories", closest=("Accesories",)) in report.faults


def test_a_slot_that_the_catalogue_lacks_is_named_with_its_template() -> None:
    report = check_mapping(
        MAPPING, ("Dresses", "Footwear", "bags", "Jackets"), {"Accessories"}, {"bags": ("Accessories",)}
    )
    assert Finding("unknown_slot", "Bags", "Dresses", "day", ("bags",)) in report.faults


def test_a_slot_of_the_seeds_own_taxonomy_is_a_warning() -> None:
    mapping = parse_mapping("version: 1\nname: x\ntaxonomies: {Bags: [{id: twin, slots: [Bags, Footwear, Dresses]}]}")
    report = check_mapping(mapping, ("Bags", "Footwear", "Dresses"), {"Bags"})
    assert report.warnings == (Finding("own_taxonomy", "Bags", "Bags", "twin"),)
    assert "is that meant?" in str(report.warnings[0])


def test_what_is_left_out_on_purpose_is_no_fault() -> None:
    mapping = parse_mapping(
        "{version: 1, name: x, taxonomies: {Bags: [{id: a, slots: [Hats, Shoes, Belts]}], Socks: {no outfit: unseen}}}"
    )
    held = ("Bags", "Socks", "Hats", "Shoes", "Belts", "Knee Socks")
    report = check_mapping(mapping, held, {"Socks"}, {"Knee Socks": ("Socks",)})
    assert [finding.taxonomy for finding in report.findings] == ["Belts", "Hats", "Shoes"]


def test_a_category_of_the_mappings_tree_that_the_catalogue_lacks_is_no_fault() -> None:
    text = "version: 1\nname: x\ntaxonomies: {Bags: [{id: a, slots: [Hats, Shoes, Kilts]}], Gowns: {no outfit: x}}\n"
    assert len(check_mapping(parse_mapping(text), ("Bags",), ()).faults) == 4
    report = check_mapping(parse_mapping(f"{text}tree: [Bags, Hats, Shoes, Gowns]\n"), ("Bags",), ())
    assert [finding.taxonomy for finding in report.faults] == ["Kilts"]


@pytest.mark.data
@pytest.mark.skipif(not MANGO.exists(), reason="needs Mango's data in ../shared/data/mango")
def test_the_example_mapping_fits_mangos_catalogue() -> None:
    with MANGO.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    paths = {
        row["des_product_family"]: (row["des_product_category"], row["des_product_aggregated_family"]) for row in rows
    }
    mapping = load_mapping(ROOT / "examples" / "mango-mapping.yaml")
    ancestors = {name for path in paths.values() for name in path}
    assert len(paths) == 39
    assert check_mapping(mapping, paths, ancestors, paths).findings == ()
    assert mapping.taxonomies.keys() == paths.keys()
    assert all(2 <= len(templates) <= 4 for templates in mapping.taxonomies.values())
