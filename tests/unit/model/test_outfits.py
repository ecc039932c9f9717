from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.outfits import head_datasets, reduce_outfits, shared_pairs

OUTFITS = st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=20)


def rows(*items: int) -> NDArray[np.int64]:
    return np.array(items, np.int64)


def pairs(quads: NDArray[np.int64], mode: str, seed: int = 0) -> list[list[tuple[int, int]]]:
    heads = head_datasets(quads, mode, seed)  # type: ignore[arg-type]
    return [list(zip(head.seeds.tolist(), head.targets.tolist(), strict=True)) for head in heads]


# Reduction.


@given(OUTFITS, st.integers(0, 5))
def test_an_outfit_becomes_a_seed_and_its_own_others(outfits: list[list[int]], seed: int) -> None:
    kept = [set(outfit) for outfit in outfits if len(set(outfit)) >= 2]
    quads = reduce_outfits([rows(*outfit) for outfit in outfits], seed)
    assert quads.shape == (len(kept), 4)
    for items, (first, *others) in zip(kept, quads.tolist(), strict=True):
        assert {first, *others} <= items
        assert first not in others
        assert len({first, *others}) == min(4, len(items))


def test_with_few_items_the_others_are_repeated_in_turn() -> None:
    (two, three) = reduce_outfits([rows(1, 2), rows(1, 2, 3)], seed=0).tolist()
    assert two[1:] == [two[1]] * 3
    assert three[3] == three[1]
    assert sorted(three[:3]) == [1, 2, 3]


def test_neither_order_nor_repetition_nor_other_outfits_change_a_reduction() -> None:
    alone = reduce_outfits([rows(5, 3, 9, 7, 1)], seed=3)
    among = reduce_outfits([rows(2, 8), rows(1, 1, 3, 5, 7, 9)], seed=3)
    assert among[1].tolist() == alone[0].tolist()


def test_every_item_of_a_long_outfit_gets_its_turn_as_the_seed_sees_it() -> None:
    items = rows(*range(6))
    firsts = {int(reduce_outfits([items], seed)[0, 0]) for seed in range(50)}
    assert firsts == set(range(6))


def test_an_outfit_of_one_product_is_dropped() -> None:
    assert reduce_outfits([rows(), rows(4), rows(4, 4)], seed=0).shape == (0, 4)


# Pairs for the heads.


def test_without_permutations_head_h_learns_the_h_th_other() -> None:
    assert pairs(np.array([[1, 2, 3, 4], [5, 6, 7, 6]]), "none") == [
        [(1, 2), (5, 6)],
        [(1, 3), (5, 7)],
        [(1, 4), (5, 6)],
    ]


@pytest.mark.parametrize(
    ("quad", "times"), [([1, 2, 3, 4], 24), ([1, 2, 3, 2], 6), ([1, 2, 2, 2], 2)], ids=["four", "three", "two"]
)
def test_with_all_permutations_every_head_sees_every_pair(quad: list[int], times: int) -> None:
    heads = pairs(np.array([quad]), "all")
    for head in heads:
        assert len(head) == times
        assert set(head) == set(permutations(set(quad), 2))


@given(OUTFITS, st.sampled_from(["all", "none", "dedupe"]))
def test_no_item_is_its_own_target(outfits: list[list[int]], mode: str) -> None:
    quads = reduce_outfits([rows(*outfit) for outfit in outfits], seed=1)
    for head in pairs(quads, mode):
        assert all(seed != target for seed, target in head)


@given(OUTFITS)
def test_deduplicated_heads_see_every_item_once_with_one_outfits_others(outfits: list[list[int]]) -> None:
    quads = reduce_outfits([rows(*outfit) for outfit in outfits], seed=1)
    heads = pairs(quads, "dedupe")
    together = {frozenset(quad) for quad in quads.tolist()}
    for head in heads:
        assert [seed for seed, _ in head] == sorted({item for quad in quads.tolist() for item in quad})
    for (seed, first), (_, second), (_, third) in zip(*heads, strict=True):
        assert frozenset((seed, first, second, third)) in together


def test_the_choice_among_a_seeds_outfits_is_seeded() -> None:
    quads = reduce_outfits([rows(0, *others) for others in np.arange(1, 91).reshape(30, 3)], seed=0)
    assert pairs(quads, "dedupe", seed=1) == pairs(quads, "dedupe", seed=1)
    assert len({pairs(quads, "dedupe", seed)[0][0] for seed in range(20)}) > 10


def test_deduplicated_heads_share_no_pair_where_outfits_are_whole() -> None:
    quads = reduce_outfits([rows(*outfit) for outfit in np.arange(40).reshape(10, 4)], seed=0)
    first, second, third = (set(head) for head in pairs(quads, "dedupe"))
    assert not first & second
    assert not first & third
    assert not second & third


def test_the_heads_share_out_all_pairs_and_none_twice() -> None:
    heads = shared_pairs([rows(1, 2, 3), rows(3, 2, 1), rows(4, 5, 6, 7)], seed=0)
    found = [pair for head in heads for pair in zip(head.seeds.tolist(), head.targets.tolist(), strict=True)]
    assert sorted(found) == sorted([*permutations((1, 2, 3), 2), *permutations((4, 5, 6, 7), 2)])
    assert {len(head.seeds) for head in heads} == {6}


def test_the_lot_is_the_seeds() -> None:
    first, again, other = (shared_pairs([rows(*range(9))], seed)[0].targets.tolist() for seed in (0, 0, 1))
    assert first == again != other
