from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random
from statistics import fmean

import pytest

from service.demo.catalogue import LINES
from service.demo.looks import PLANS, LookPlan, templates
from service.demo.outfits import OUTFITS, compose_outfits
from service.demo.styling import broken_rules
from service.domain import Gender, Product


def piece(
    taxonomy: str = "Dresses", *, gender: Gender | None = "female", path: tuple[str, ...] = (), **labels: str
) -> Product:
    attributes = {name: tuple(text.split("|")) for name, text in labels.items()}
    return Product(product_id=taxonomy, taxonomy=taxonomy, taxonomy_path=path, gender=gender, attributes=attributes)


@pytest.mark.parametrize(
    ("colours", "obeyed"),
    [
        (("red", "black", "white"), True),
        (("red", "burgundy"), True),
        (("blue", "orange"), True),
        (("red", "blue"), False),
        (("yellow", "fuchsia", "black"), False),
        (("black", "beige", "navy", "grey"), True),
    ],
)
def test_colours_are_neighbours_or_opposites_beside_neutrals(colours: Sequence[str], *, obeyed: bool) -> None:
    assert ("colour" not in broken_rules([piece(colour=colour) for colour in colours])) is obeyed


def test_one_bold_pattern_is_enough() -> None:
    assert broken_rules([piece(pattern="floral"), piece(pattern="plain"), piece(pattern="pinstripe")]) == set()
    assert broken_rules([piece(pattern="floral"), piece(pattern="check")]) == {"pattern"}


def test_shoes_and_bags_are_not_black_beside_brown() -> None:
    shoes = piece("Pumps", path=("Women", "Women's Shoes"), colour="black")
    bag = piece("Totes", path=("Women", "Handbags"), colour="brown")
    assert broken_rules([shoes, bag]) == {"leather"}
    assert broken_rules([shoes, piece("Dresses", colour="brown")]) == set()


def test_everything_shares_a_season_and_an_occasion() -> None:
    summer, winter = piece(season="summer|spring"), piece(season="winter")
    assert broken_rules([summer, winter]) == {"season"}
    assert broken_rules([piece(occasion="work|evening"), piece(occasion="evening"), piece(occasion="work")]) == {
        "occasion"
    }


def test_formal_and_casual_do_not_mix_but_smart_goes_with_both() -> None:
    assert broken_rules([piece(formality="formal"), piece(formality="casual")]) == {"formality"}
    assert broken_rules([piece(formality="formal"), piece(formality="smart")]) == set()


def test_men_and_women_do_not_mix_but_unisex_goes_with_both() -> None:
    assert broken_rules([piece(gender="female"), piece(gender="male")]) == {"wearer"}
    assert broken_rules([piece(gender="female"), piece(gender="unisex"), piece(gender=None)]) == set()


def test_what_is_not_stated_breaks_nothing() -> None:
    assert broken_rules([]) == set()
    assert broken_rules([piece(gender=None), piece(colour="heliotrope", gender=None)]) == set()


def test_outfits_are_many_and_mostly_distinct(outfits: Sequence[Sequence[Product]]) -> None:
    assert len(outfits) == OUTFITS >= 3000
    assert {len({product.product_id for product in outfit}) for outfit in outfits} == {4}
    distinct = {frozenset(product.product_id for product in outfit) for outfit in outfits}
    assert len(distinct) > 0.95 * len(outfits)


def test_nearly_all_products_are_worn(outfits: Sequence[Sequence[Product]], products: Mapping[str, Product]) -> None:
    worn = {product.product_id for outfit in outfits for product in outfit}
    assert len(worn) > 0.97 * len(products)


def test_outfits_obey_the_rules_but_for_some_noise(outfits: Sequence[Sequence[Product]]) -> None:
    obeying = sum(not broken_rules(outfit) for outfit in outfits) / len(outfits)
    assert 0.94 < obeying < 1


def test_chance_obeys_far_less(outfits: Sequence[Sequence[Product]], products: Mapping[str, Product]) -> None:
    """Chance is drawn twice: within the outfits' own taxonomies, and from the whole shop."""
    rng, shelves = Random(0), defaultdict(list)  # noqa: S311 - no secret
    for product in products.values():
        shelves[product.taxonomy].append(product)
    seeded = [[one, *(rng.choice(shelves[other.taxonomy]) for other in others)] for one, *others in outfits]
    anything = [rng.sample(list(products.values()), 4) for _ in outfits]
    assert sum(not broken_rules(look) for look in seeded) / len(seeded) < 0.6
    assert sum(not broken_rules(look) for look in anything) / len(anything) < 0.1


def test_the_same_seed_composes_the_same_outfits(products: Mapping[str, Product]) -> None:
    some = list(products.values())
    assert compose_outfits(some, count=40) == compose_outfits(some, count=40)
    assert compose_outfits(some, count=40, seed=1) != compose_outfits(some, count=40)


def test_a_shop_without_the_plans_taxonomies_has_no_outfits() -> None:
    assert compose_outfits([piece("Hovercraft")], count=3) == []


def test_no_look_mixes_women_and_men(products: Mapping[str, Product]) -> None:
    genders = {product.taxonomy: product.gender for product in products.values()}
    for plan in PLANS:
        worn = {genders[taxonomy] for taxonomy in plan.taxonomies}
        assert worn <= {"female" if plan.wearer == "women" else "male", "unisex"}, plan
        assert len(set(plan.taxonomies)) == 4


def test_every_taxonomy_has_several_templates_and_shared_ones_have_both_wearers() -> None:
    for seed, of_seed in templates().items():
        assert len(of_seed) >= 3, seed
    assert templates().keys() == {line.taxonomy for line in LINES}
    assert {name.split("-")[0] for name in templates()["Sneakers"]} == {"women", "men"}


def test_the_default_template_suits_most_of_the_taxonomys_products(products: Mapping[str, Product]) -> None:
    assert next(iter(templates()["Dresses"])) == "weekend"
    suited: dict[str, list[bool]] = defaultdict(list)
    for product in products.values():
        default = next(iter(templates()[product.taxonomy]))
        suited[product.taxonomy].append(not set(product.attributes["occasion"]).isdisjoint(default.split("-")))
    assert all(fmean(own) > 0.6 for own in suited.values())


def test_a_look_with_a_season_in_its_name_is_made_of_that_seasons_products() -> None:
    plan = LookPlan("winter work", "women", ("Shift Dresses", "Tall Boots", "Women's Coats", "Scarves"))
    assert plan.suits(("work", "evening"), ("autumn", "winter"))
    assert not plan.suits(("work",), ("spring", "summer"))
    assert not plan.suits(("weekend",), ("winter",))
