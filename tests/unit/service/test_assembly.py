from hypothesis import given
from hypothesis import strategies as st

from service.assembly import EMPTY, assemble, draft, outfit_filters, searches
from service.domain import Candidate, Filters, Gender, OutfitRequest, Product, Seed, Slot
from service.planning import Plan, SlotPlan

SHOES = SlotPlan("Shoes", ("Boots", "Wedges"), "override")
BOOTS = SlotPlan("Boots", ("Boots",), "mapping")
BAGS = SlotPlan("Bags", ("Bags",), "mapping")
LOCKED = SlotPlan("Hats", ("Hats",), "lock", Product(product_id="hat", taxonomy="Hats"))


def candidate(product_id: str, score: float = 0.5) -> Candidate:
    return Candidate(Product(product_id=product_id, taxonomy="Boots"), score)


def ids(candidates: tuple[Candidate, ...]) -> list[str]:
    return [c.product.product_id for c in candidates]


def one_look(*slots: SlotPlan, heads: tuple[int | None, ...] = (0, 1, 2)) -> Plan:
    return Plan("day", slots, (heads,), ())


def test_every_unlocked_slot_of_every_look_is_searched_once() -> None:
    plan = Plan("day", (BOOTS, LOCKED, BAGS), ((0, None, 2), (2, None, 0)), ())
    assert [(s.look, s.slot, s.head) for s in searches(plan, 5)] == [(0, 0, 0), (0, 2, 2), (1, 0, 2), (1, 2, 0)]


def test_slots_that_share_a_taxonomy_are_searched_deeper() -> None:
    assert [search.k for search in searches(one_look(SHOES, BOOTS, BAGS), 5)] == [10, 10, 5]


def test_a_locked_slot_makes_no_search_deeper() -> None:
    hats = SlotPlan("Hats", ("Hats",), "mapping")
    assert [search.k for search in searches(one_look(hats, LOCKED, BAGS, heads=(0, None, 2)), 5)] == [5, 5]


def test_the_seed_its_variants_and_the_locks_are_kept_out() -> None:
    seed = Seed("Boots", Product(product_id="seed", group_id="model", taxonomy="Boots"))
    request = OutfitRequest(filters=Filters(exclude_ids=frozenset({"x"})))
    filters = outfit_filters(request, seed, one_look(BOOTS, LOCKED, BAGS))
    assert filters.exclude_ids == {"x", "seed", "hat"}
    assert filters.exclude_groups == {"model"}


def test_a_seed_without_a_group_keeps_no_group_out() -> None:
    seed = Seed("Boots", Product(product_id="seed", taxonomy="Boots"))
    assert outfit_filters(OutfitRequest(), seed, one_look(BOOTS, BOOTS, BAGS)).exclude_groups == frozenset()


def gender_asked(seed: Gender | None, plan: Plan, stated: Gender | None = None) -> Gender | None:
    request = OutfitRequest(filters=Filters(gender=stated))
    return outfit_filters(request, Seed("Boots", Product(product_id="x", taxonomy="Boots", gender=seed)), plan).gender


def test_a_gendered_seed_keeps_out_what_another_gender_wears() -> None:
    assert gender_asked("female", one_look(BOOTS, BOOTS, BAGS)) == "female"
    assert gender_asked("unisex", one_look(BOOTS, BOOTS, BAGS)) is None
    assert gender_asked(None, one_look(BOOTS, BOOTS, BAGS)) is None


def test_a_gender_that_is_asked_for_comes_before_the_seeds() -> None:
    assert gender_asked("female", one_look(BOOTS, BOOTS, BAGS), "male") == "male"


def test_an_override_may_bring_in_another_gender() -> None:
    assert gender_asked("female", one_look(SHOES, BOOTS, BAGS)) is None
    assert gender_asked("female", one_look(SHOES, BOOTS, BAGS), "female") == "female"


def test_a_product_stands_in_one_slot_of_a_look() -> None:
    first, second = draft([[candidate("a"), candidate("b")], [candidate("a"), candidate("c")]], k=2)
    assert (ids(first), ids(second)) == (["a", "b"], ["c"])


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), min_size=3, max_size=3),
    st.integers(1, 7),
)
def test_a_larger_k_only_lengthens_what_a_smaller_one_gave(lists: list[list[str]], k: int) -> None:
    ranked = [[candidate(product_id) for product_id in ranking] for ranking in lists]
    for short, long in zip(draft(ranked, k), draft(ranked, k + 1), strict=True):
        assert ids(long)[: len(short)] == ids(short)


@given(st.integers(1, 6))
def test_slots_that_search_the_same_taxonomy_each_find_k_products(k: int) -> None:
    deep = [candidate(f"p{i:02}") for i in range(3 * k)]
    picks = draft([deep, deep, deep], k)
    assert [len(pick) for pick in picks] == [k, k, k]
    assert len({id_ for pick in picks for id_ in ids(pick)}) == 3 * k


def test_candidates_keep_their_place_in_looks_and_slots() -> None:
    plan = Plan("day", (BOOTS, BAGS, LOCKED), ((0, 1, None), (1, 0, None)), ())
    wanted = list(searches(plan, 1))
    found = [(candidate(f"look{s.look}-slot{s.slot}"),) for s in wanted]
    looks = assemble(plan, wanted, found, [()] * len(wanted), k=1, lock_scores={"hat": 0.25})
    assert [[ids(slot.candidates) for slot in look.slots] for look in looks] == [
        [["look0-slot0"], ["look0-slot1"], ["hat"]],
        [["look1-slot0"], ["look1-slot1"], ["hat"]],
    ]
    assert [[slot.head for slot in look.slots] for look in looks] == [[0, 1, None], [1, 0, None]]


def test_a_locked_slot_is_one_candidate_with_the_cosine_of_its_place() -> None:
    plan = one_look(LOCKED, heads=(None,))
    (look,) = assemble(plan, [], [], [], k=10, lock_scores={"hat": 0.25})
    assert LOCKED.locked is not None
    assert look.slots == (Slot(None, "Hats", "lock", (Candidate(LOCKED.locked, 0.25),)),)


def test_a_slot_in_which_nothing_passes_is_empty_with_the_reason() -> None:
    plan = one_look(BOOTS, BAGS, SHOES)
    wanted = list(searches(plan, 1))
    (look,) = assemble(plan, wanted, [(), (candidate("bag"),), ()], [(), ("red",), ()], k=1, lock_scores={})
    assert [slot.reason for slot in look.slots] == [EMPTY, None, EMPTY]
    assert [slot.why for slot in look.slots] == [(), ("red",), ()]
    assert look.slots[0].candidates == ()
