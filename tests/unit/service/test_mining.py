from mappings import parse_mapping
from service.catalog.outfits import split_of
from service.mining import Mining, mine_outfits
from service.taxonomy import TaxonomyTree

KINDS = ["Dresses", "Boots", "Totes", "Hats"]
OWN = parse_mapping("{version: 1, name: own, taxonomies: {Dresses: [{id: day, slots: [Shoes, Totes, Hats]}]}}")

OUTFITS = [tuple(f"{kind}-{n}" for kind in KINDS) for n in range(30)]
LEARNED = sum(split_of(" ".join(sorted(outfit))) == "train" for outfit in OUTFITS)


def mined(*, own: bool = True) -> Mining:
    """Mine thirty outfits of four kinds, and ten of two, which are no looks."""
    outfits = [*OUTFITS, *(outfit[:2] for outfit in OUTFITS[:10])]
    taxonomies = {one: one.split("-")[0] for outfit in OUTFITS for one in outfit} | {"lone": "Belts"}
    tree = TaxonomyTree.of((kind, ("Shoes",) if kind == "Boots" else ()) for kind in taxonomies.values())
    return mine_outfits(outfits, taxonomies, tree, OWN if own else None, 4)


def test_most_outfits_are_mined_and_the_others_judged() -> None:
    assert 15 <= LEARNED <= 27
    assert (mined().outfits, mined().held_out) == (LEARNED, 30 - LEARNED)


def test_the_shops_mapping_is_judged_beside_what_was_mined_and_what_is_popular() -> None:
    assert {name: (one.templates, one.looks) for name, one in mined().scores.items()} == {
        "mined": (4, 1.0),
        "popular": (4, 1.0),
        "own mapping": (1, 0.25),
    }
    assert "own mapping" not in mined(own=False).scores


def test_what_was_mined_is_a_mapping_that_says_where_it_comes_from() -> None:
    assert list(parse_mapping(mined().text).taxonomies) == sorted(KINDS)
    assert mined().text.startswith(f"# Mined from {LEARNED} outfits")
    assert "# In too few outfits for a template: Belts." in mined().text
