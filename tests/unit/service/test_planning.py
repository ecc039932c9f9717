import pytest

from mappings import parse_mapping
from service.domain import AgeGroup, Filters, Gender, Lock, OutfitRequest, Override, Product, Seed, Wish
from service.errors import InvalidRequest, NoTemplate, UnknownTaxonomy
from service.planning import Plan, SlotPlan, plan_outfit, rotations, slot_taxonomies, templates_of
from service.taxonomy import TaxonomyTree

TREE = TaxonomyTree.of(
    [
        ("Dresses", ("Clothing",)),
        ("Jackets", ("Clothing",)),
        ("Wedges", ("Shoes",)),
        ("Ankle Boots", ("Shoes",)),
        ("Clutches", ("Bags",)),
        ("Totes", ("Bags",)),
    ]
)
MAPPING = parse_mapping(
    """
    version: 1
    name: test
    taxonomies:
      Dresses:
        - {id: day, slots: [Ankle Boots, Totes, Jackets]}
        - {id: evening, slots: [Wedges, Clutches, Jackets]}
        - {id: beach, slots: [Sandals, Totes, Hats]}
      Shoes:
        - {id: any, slots: [Dresses, Bags, Jackets]}
    """
)
DRESS = Product(product_id="dress-red", group_id="dress", taxonomy="Dresses", taxonomy_path=("Clothing",))
BOOT = Product(product_id="boot-black", taxonomy="Ankle Boots", taxonomy_path=("Shoes",))
CLUTCH = Product(product_id="clutch-gold", taxonomy="Clutches", taxonomy_path=("Bags",))


def planned(
    *slots: Wish,
    seed: Product | None = DRESS,
    taxonomy: str = "Dresses",
    locked: tuple[Product, ...] = (),
    **asked: object,
) -> Plan:
    wishes = (*slots, None, None, None)[:3]
    request = OutfitRequest(slots=wishes, **asked)  # type: ignore[arg-type]
    named = Seed(seed.taxonomy if seed else taxonomy, seed)
    return plan_outfit(named, request, TREE, MAPPING, {product.product_id: product for product in locked})


def taxonomies(plan: Plan) -> list[str]:
    return [slot.taxonomy for slot in plan.slots]


def test_the_first_template_that_the_catalogue_can_fill_is_the_default() -> None:
    plan = planned()
    assert plan.template == "day"
    assert taxonomies(plan) == ["Ankle Boots", "Totes", "Jackets"]
    assert {slot.source for slot in plan.slots} == {"mapping"}


def test_a_template_is_chosen_by_its_id() -> None:
    assert taxonomies(planned(template="evening")) == ["Wedges", "Clutches", "Jackets"]


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(template="gala")
    assert refused.value.code == "unknown_template"


def test_a_named_template_whose_taxonomies_the_catalogue_lacks_is_no_template() -> None:
    with pytest.raises(NoTemplate):
        planned(template="beach")


def test_avoiding_a_taxonomy_moves_on_to_the_next_template() -> None:
    assert planned(avoid=frozenset({"Ankle Boots"})).template == "evening"


def test_avoiding_a_parent_avoids_its_children() -> None:
    with pytest.raises(NoTemplate):
        planned(avoid=frozenset({"Shoes"}))


def test_an_unknown_taxonomy_to_avoid_is_refused_with_the_closest_names() -> None:
    with pytest.raises(UnknownTaxonomy, match="Wedges"):
        planned(avoid=frozenset({"Wedgs"}))


def test_an_override_replaces_the_taxonomy_of_its_slot_only() -> None:
    plan = planned(Override("Wedges"))
    assert taxonomies(plan) == ["Wedges", "Totes", "Jackets"]
    assert [slot.source for slot in plan.slots] == ["override", "mapping", "mapping"]


def test_an_override_makes_room_for_a_template_whose_own_slot_cannot_be_filled() -> None:
    plan = planned(Override("Wedges"), None, Override("Jackets"), template="beach")
    assert taxonomies(plan) == ["Wedges", "Totes", "Jackets"]


def test_an_override_is_matched_without_case() -> None:
    assert taxonomies(planned(Override("wedges")))[0] == "Wedges"


def test_a_parent_as_override_stands_for_its_children() -> None:
    assert planned(Override("Shoes")).slots[0].taxonomies == ("Ankle Boots", "Wedges")


def test_a_parent_as_override_leaves_out_the_children_to_avoid() -> None:
    plan = planned(Override("Shoes"), avoid=frozenset({"Ankle Boots"}), template="day")
    assert plan.slots[0].taxonomies == ("Wedges",)


def test_an_override_with_an_unknown_taxonomy_is_refused_with_the_closest_names() -> None:
    with pytest.raises(UnknownTaxonomy) as refused:
        planned(None, Override("Cluches"))
    assert refused.value.closest[0] == "Clutches"
    assert "slots[1]" in refused.value.detail


def test_an_override_that_is_also_avoided_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(Override("Wedges"), avoid=frozenset({"Shoes"}))
    assert refused.value.code == "wish_avoided"


def test_a_lock_keeps_its_product_with_its_own_taxonomy() -> None:
    slot = planned(None, Lock("clutch-gold"), locked=(CLUTCH,)).slots[1]
    assert (slot.locked, slot.taxonomy, slot.source) == (CLUTCH, "Clutches", "lock")


def test_a_lock_of_the_seed_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(Lock("dress-red"), locked=(DRESS,))
    assert refused.value.code == "lock_is_seed"


def test_a_lock_of_a_variant_of_the_seed_is_refused() -> None:
    blue = Product(product_id="dress-blue", group_id="dress", taxonomy="Dresses")
    with pytest.raises(InvalidRequest) as refused:
        planned(Lock("dress-blue"), locked=(blue,))
    assert refused.value.code == "lock_is_seed"


def test_products_without_a_group_are_no_variants_of_each_other() -> None:
    lone = Product(product_id="dress-lone", taxonomy="Dresses")
    other = Product(product_id="dress-other", taxonomy="Dresses")
    assert planned(Lock("dress-other"), seed=lone, locked=(other,)).slots[0].locked == other


def test_the_same_lock_in_two_slots_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(Lock("boot-black"), Lock("boot-black"), locked=(BOOT,))
    assert refused.value.code == "lock_repeated"


def test_a_lock_that_avoid_rules_out_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(Lock("boot-black"), locked=(BOOT,), avoid=frozenset({"Shoes"}))
    assert refused.value.code == "wish_avoided"


def test_a_seed_without_a_template_of_its_own_falls_back_to_its_ancestor() -> None:
    plan = planned(seed=BOOT)
    assert plan.template == "any"
    assert {slot.source for slot in plan.slots} == {"fallback"}


def test_a_template_may_name_a_parent() -> None:
    assert planned(seed=BOOT).slots[1].taxonomies == ("Clutches", "Totes")


def test_a_seed_without_any_template_is_refused() -> None:
    with pytest.raises(NoTemplate):
        planned(seed=CLUTCH)


def test_a_seed_without_any_template_is_served_when_all_slots_are_given() -> None:
    plan = planned(Override("Wedges"), Override("Dresses"), Override("Jackets"), seed=CLUTCH)
    assert plan.template is None
    assert taxonomies(plan) == ["Wedges", "Dresses", "Jackets"]


def test_a_seed_that_is_no_product_is_planned_by_its_taxonomy() -> None:
    assert planned(seed=None, taxonomy="Dresses").template == "day"
    assert planned(seed=None, taxonomy="Wedges").template == "any"


def test_a_seed_of_an_unknown_taxonomy_is_refused() -> None:
    with pytest.raises(UnknownTaxonomy, match=r"seed\.taxonomy"):
        planned(seed=None, taxonomy="Dreses")


def test_the_first_look_gives_every_slot_the_head_of_its_place() -> None:
    assert planned().heads == ((0, 1, 2),)


def test_looks_shift_the_heads_cyclically() -> None:
    plan = planned(looks=3)
    assert plan.heads == ((0, 1, 2), (1, 2, 0), (2, 0, 1))
    assert plan.degraded == ()


def test_looks_shift_the_heads_over_the_unlocked_slots_only() -> None:
    plan = planned(None, Lock("clutch-gold"), locked=(CLUTCH,), looks=3)
    assert plan.heads == ((0, None, 2), (2, None, 0))
    assert plan.degraded == ("looks_reduced",)


def test_a_fully_locked_outfit_is_one_look() -> None:
    coat = Product(product_id="coat", taxonomy="Jackets")
    locks = (Lock("boot-black"), Lock("clutch-gold"), Lock("coat"))
    assert planned(*locks, locked=(BOOT, CLUTCH, coat), looks=2).heads == ((None, None, None),)


def test_slots_of_one_taxonomy_give_no_second_look() -> None:
    same = tuple(SlotPlan("Totes", ("Totes",), "override") for _ in range(3))
    assert list(rotations(same)) == [(0, 1, 2)]


WORN = parse_mapping(
    """
    version: 1
    name: worn
    taxonomies:
      Dresses:
        - {id: hers, for: women, slots: [Wedges, Clutches, Jackets]}
        - {id: his, for: men, slots: [Ankle Boots, Totes, Jackets]}
        - {id: a-child-s, for: children, slots: [Shoes, Hats, Jackets]}
        - {id: anybody-s, slots: [Shoes, Bags, Jackets]}
      Socks: {no outfit: worn out of sight}
    tree:
      Shoes (187):
        Boots:
        Sandals (9):
    """
)


@pytest.mark.parametrize(
    ("gender", "age", "asked", "first"),
    [
        ("female", "adult", None, "hers"),
        ("male", None, None, "his"),
        ("female", "kids", None, "a-child-s"),
        (None, "toddler", "male", "a-child-s"),
        ("unisex", None, None, "hers"),
        (None, None, "male", "his"),
        ("female", None, "male", "his"),
    ],
)
def test_the_templates_suit_who_wears_the_seed(
    gender: Gender | None, age: AgeGroup | None, asked: Gender | None, first: str
) -> None:
    seed = Seed("Dresses", Product(product_id="x", taxonomy="Dresses", gender=gender, age_group=age))
    found, _ = templates_of(seed, OutfitRequest(filters=Filters(gender=asked)), TREE, WORN)
    assert found[0].id == first
    assert found[-1].id == "anybody-s"


def test_the_templates_of_a_seed_that_is_no_product_suit_the_gender_that_is_asked_for() -> None:
    request = OutfitRequest(filters=Filters(gender="male"))
    assert [one.id for one in templates_of(Seed("Dresses"), request, TREE, WORN)[0]] == ["his", "anybody-s"]


def test_a_slot_that_only_the_mappings_tree_knows_means_what_the_catalogue_has_below_it() -> None:
    flat = TaxonomyTree.of([("boots", ()), ("9", ()), ("Clutches", ("Bags",))])
    assert slot_taxonomies("Shoes", flat, WORN) == ("9", "boots")
    assert slot_taxonomies("Bags", flat, WORN) == ("Clutches",)
    assert slot_taxonomies("Hats", flat, WORN) == ()


def test_a_seed_that_the_mapping_leaves_out_is_refused_with_the_reason() -> None:
    socks = Seed("Knee Socks", Product(product_id="x", taxonomy="Knee Socks", taxonomy_path=("Socks",)))
    with pytest.raises(NoTemplate, match="worn out of sight"):
        plan_outfit(socks, OutfitRequest(), TREE, WORN, {})
