from collections.abc import Sequence
from dataclasses import replace

import pytest

from mappings import Template
from service.domain import Candidate, Look, Money, Outfit, Product, Seed, Slot, Source, Versions
from service.web.board import Board
from service.web.query import LookQuery

EUROS = Money(20, "EUR")
DRESS = Product(product_id="dress", taxonomy="Dresses", price=Money(50, "EUR"))
DAY = Template("day", ("Shoes", "Totes", "Jackets"))


def slot(taxonomy: str, *ids: str, source: Source = "mapping", head: int | None = 0) -> Slot:
    path = ("Shoes",) if taxonomy in ("Wedges", "Heels") else ()
    products = [Product(product_id=id_, taxonomy=taxonomy, taxonomy_path=path, price=EUROS) for id_ in ids]
    candidates = tuple(Candidate(product, 0.9 - i / 10) for i, product in enumerate(products))
    return Slot(head, taxonomy, source, candidates, None if ids else "no_product_passes")


def board(query: LookQuery, *looks: Sequence[Slot]) -> Board:
    outfit = Outfit(
        outfit_id="o",
        seed=Seed("Dresses", DRESS),
        template="day",
        looks=tuple(Look(tuple(slots)) for slots in looks or [SLOTS]),
        versions=Versions("b", "s", "g", "m"),
    )
    return Board(query, outfit, [DAY], inherited=False)


SLOTS = (slot("Shoes", "s1", "s2", "s3"), slot("Totes", "t1"), slot("Jackets"))
SEED = LookQuery(seed="dress")


def test_the_best_candidate_is_picked_unless_another_is_asked_for() -> None:
    first, second, third = board(SEED).slots
    assert (first.position, second.position) == (0, 0)
    assert third.picked is None
    assert board(LookQuery(seed="dress", pick1="s3")).slots[0].position == 2


def test_a_pick_that_is_no_candidate_any_more_gives_way_to_the_best() -> None:
    assert board(LookQuery(seed="dress", pick1="gone")).slots[0].position == 0


def test_swapping_one_piece_keeps_the_others() -> None:
    view = board(LookQuery(seed="dress", pick1="s2", pick2="t1", slot3="Jackets")).slots[0]
    assert view.next_best == "look?seed=dress&slot3=Jackets&pick1=s3&pick2=t1"


def test_after_the_last_candidate_there_is_no_next_best() -> None:
    views = board(LookQuery(seed="dress", pick1="s3")).slots
    assert [view.next_best for view in views] == [None, None, None]


def test_a_lock_names_the_product_that_is_picked() -> None:
    views = board(LookQuery(seed="dress", pick1="s2", pick2="t1")).slots
    assert views[0].lock == "look?seed=dress&slot1=product%3As2&pick2=t1"
    assert views[2].lock is None


@pytest.mark.parametrize(
    ("locked", "unlocked"),
    [
        ("Wedges", "look?seed=dress&pick1=kept"),  # the template's Shoes stand for wedges
        ("Scarves", "look?seed=dress&slot1=Scarves&pick1=kept"),
    ],
)
def test_unlocking_goes_back_to_the_template_where_it_has_the_taxonomy(locked: str, unlocked: str) -> None:
    kept = slot(locked, "kept", source="lock", head=None)
    assert board(LookQuery(seed="dress", slot1="product:kept"), (kept, *SLOTS[1:])).slots[0].unlock == unlocked


def test_avoiding_a_taxonomy_takes_back_the_wish_for_it() -> None:
    query = LookQuery(seed="dress", slot1="Wedges", slot2="Totes", avoid=frozenset({"Hats"}))
    view = board(query, (slot("Wedges", "w", source="override"), *SLOTS[1:])).slots[0]
    assert view.avoid == "look?seed=dress&slot2=Totes&avoid=Hats&avoid=Wedges"


def test_another_look_keeps_the_wishes_and_drops_the_picks() -> None:
    query = LookQuery(seed="dress", slot1="Wedges", pick1="s2", look=2)
    assert board(query, SLOTS, SLOTS).looks == {
        1: "look?seed=dress&slot1=Wedges",
        2: "look?seed=dress&slot1=Wedges&look=2",
    }


def test_a_look_that_does_not_exist_any_more_gives_way_to_the_last() -> None:
    assert board(LookQuery(seed="dress", look=3), SLOTS, SLOTS).look == 2


def test_a_look_costs_what_its_pieces_cost() -> None:
    assert board(SEED).total == Money(90, "EUR")


def test_a_look_with_two_currencies_or_a_missing_price_has_no_total() -> None:
    free = replace(SLOTS[1], candidates=(Candidate(Product(product_id="x", taxonomy="Totes"), 0.5),))
    dollars = replace(
        SLOTS[1], candidates=(Candidate(Product(product_id="x", taxonomy="Totes", price=Money(1, "USD")), 0.5),)
    )
    for other in (free, dollars):
        assert board(SEED, (SLOTS[0], other, SLOTS[2])).total is None


def test_the_price_filter_is_in_the_currency_of_what_is_shown() -> None:
    assert board(SEED).currency == "EUR"
    assert board(LookQuery(seed="dress", currency="USD")).currency == "USD"


def test_a_sentence_says_what_is_in_the_look() -> None:
    assert board(SEED).said == "Look 1 of 1: s1, t1, nothing."
