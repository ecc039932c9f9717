import pytest

from mappings import allowed, as_yaml, mine, parse_mapping, popular, score

OFFICE = frozenset({"Blazers", "Shirts", "Trousers", "Pumps"})
PARTY = frozenset({"Blazers", "Tops", "Skirts", "Heels"})
RARE = frozenset({"Blazers", "Kilts", "Boots", "Hats"})
OUTFITS = [OFFICE] * 12 + [OFFICE | {"Bags"}] * 3 + [PARTY] * 6 + [RARE] * 2 + [frozenset({"Blazers", "Shirts"})] * 9


def test_the_first_template_is_what_most_outfits_hold() -> None:
    first, *_ = mine(OUTFITS, 4)["Blazers"]
    assert set(first.template.slots) == {"Shirts", "Trousers", "Pumps"}
    assert (first.outfits, first.beside) == (15, 23)


def test_the_next_is_for_outfits_that_no_template_before_it_fits() -> None:
    _, second = mine(OUTFITS, 4)["Blazers"]
    assert set(second.template.slots) == {"Tops", "Skirts", "Heels"}


def test_what_few_outfits_hold_is_no_template() -> None:
    assert "Kilts" not in mine(OUTFITS, 4)
    assert len(mine(OUTFITS, 4)["Blazers"]) == 2


def test_no_more_templates_are_mined_than_asked_for() -> None:
    assert all(len(found) == 1 for found in mine(OUTFITS, 1).values())


def test_the_order_of_the_outfits_does_not_matter() -> None:
    assert mine(OUTFITS, 4) == mine(OUTFITS[::-1], 4)


def test_lift_is_one_where_the_seed_makes_no_difference() -> None:
    office, party = (next(iter(mine(OUTFITS, 4)[seed])) for seed in ("Pumps", "Heels"))
    assert mine([OFFICE] * 8, 1)["Pumps"][0].lift == 1
    assert office.lift == pytest.approx(len(OUTFITS) / 15)
    assert party.lift == pytest.approx(len(OUTFITS) / 6)


def test_popular_triples_leave_out_the_seed_and_know_nothing_else_of_it() -> None:
    found = popular(OUTFITS, {"Blazers": 1, "Hats": 2})
    assert [set.union(*map(set, one)) for one in found["Blazers"]] == [{"Shirts", "Trousers", "Pumps"}]
    assert len(found["Hats"]) == 2


def test_templates_are_scored_by_the_looks_that_they_allow() -> None:
    half = score({"a": [(("b",), ("c",), ("d",))]}, [frozenset("abcd"), frozenset("abce")])
    assert half.looks == pytest.approx(1 / 8)
    assert half.seeds == pytest.approx(1 / 8)
    assert half.templates == 1


def test_slots_fit_in_any_order_and_an_ancestor_fits_what_is_below_it() -> None:
    outfit = [frozenset({"Dresses", "Boots", "Totes", "Hats"})]
    found = score({"Dresses": [(("Clutches", "Totes"), ("Hats",), ("Boots", "Heels"))]}, outfit)
    assert found.looks == pytest.approx(1 / 4)
    assert score({"Dresses": [(("Totes",), ("Totes",), ("Hats",))]}, outfit).looks == 0


def test_without_outfits_nothing_is_mined_and_nothing_allowed() -> None:
    assert mine([], 4) == {}
    assert score({}, []).looks == 0


def test_what_is_written_is_a_mapping_with_its_counts_beside_it() -> None:
    outfits = [frozenset({"Hats, scarves", "On", "T-shirt", "Écharpes"})] * 1200
    mined = mine(outfits, 4)
    text = as_yaml("mined: 1", mined, ["to be edited"])
    mapping = parse_mapping(text)
    assert mapping.name == "mined: 1"
    assert mapping.taxonomies == {seed: tuple(one.template for one in found) for seed, found in mined.items()}
    assert text.startswith("# to be edited\nversion: 1\n")
    assert "Écharpes:  # in 1,200 outfits\n" in text
    assert "# 1,200 of them (100%), lift 1.0" in text


def test_mined_templates_allow_what_they_were_mined_from() -> None:
    assert score(allowed(mine([OFFICE] * 9, 1)), [OFFICE]).looks == 1
