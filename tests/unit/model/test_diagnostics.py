import math
from dataclasses import asdict

import numpy as np
import pytest

from model.diagnostics import effective_rank, head_collapse, lists, neutrals, spread
from model.evaluation import Pairs, Rows

N = 60


def pairs(*found: tuple[int, int]) -> Pairs:
    seeds, targets = np.array(found, np.int64).T
    return Pairs(seeds, targets, np.arange(len(found)))


def ten(*rows: int) -> Rows:
    return np.array([[*rows, *[-1] * (10 - len(rows))]])


def test_equal_heads_have_collapsed_and_different_ones_have_not() -> None:
    vectors = np.eye(N, dtype=np.float32)
    equal = np.repeat(vectors[:, None], 3, axis=1)
    chosen = pairs((50, 3), (51, 4))
    collapsed = head_collapse(equal, vectors, chosen)
    assert collapsed.head_cosine == pytest.approx(1.0)
    assert collapsed.overlap_at_10 == pytest.approx(1.0)
    assert collapsed.partner_cosine == pytest.approx(0.0)
    apart = head_collapse(np.stack([np.roll(vectors, 20 * head, axis=0) for head in range(3)], axis=1), vectors, chosen)
    assert apart.head_cosine == pytest.approx(0.0)
    assert apart.overlap_at_10 < 1.0


def test_the_effective_rank_counts_the_directions_that_vectors_spread_in() -> None:
    even = np.vstack([np.eye(4), -np.eye(4)]).astype(np.float32)
    assert effective_rank(even) == pytest.approx(4)
    assert effective_rank(even * np.array([1, 1, 0, 0], np.float32)) == pytest.approx(2)
    assert effective_rank(even * np.array([1, 1, 0.1, 0.1], np.float32)) < 3


def test_targets_that_shrink_to_the_mean_have_little_spread() -> None:
    vectors = np.random.default_rng(0).normal(size=(N, 8)).astype(np.float32) + 0.5
    chosen = pairs(*((row, row + 1) for row in range(N - 1)))
    as_they_are = spread(np.repeat(vectors[:, None], 3, axis=1), vectors, chosen)
    shrunk = spread(np.repeat(vectors[:, None] * 0.1 + vectors.mean(axis=0), 3, axis=1), vectors, chosen)
    assert as_they_are.deviation == pytest.approx(1, abs=0.05)
    assert as_they_are.effective_rank == pytest.approx(as_they_are.effective_rank_of_catalogue, rel=0.05)
    assert shrunk.deviation < 0.5
    assert shrunk.cosine_with_mean > 0.9 > shrunk.cosine_with_mean_of_catalogue


def test_a_ten_of_equal_products_has_no_diversity_and_one_of_right_angles_has_all() -> None:
    vectors = np.vstack([np.eye(3), np.eye(3)[:1]]).astype(np.float32)
    assert lists([ten(0, 3)], vectors, []).diversity == pytest.approx(0)
    assert lists([ten(0, 1, 2)], vectors, []).diversity == pytest.approx(1)
    assert lists([ten(0, 3), ten(0, 1)], vectors, []).diversity == pytest.approx(0.5)


def test_a_product_of_few_training_outfits_is_new() -> None:
    vectors, outfits = np.eye(3, dtype=np.float32), [np.array([0, 1])] * 7
    assert lists([ten(0, 1)], vectors, outfits).novelty == pytest.approx(0)
    assert lists([ten(0, 2)], vectors, outfits).novelty == pytest.approx(math.log2(8) / 2)


def test_neutral_shares_are_compared_with_the_stylists_by_the_seed_s_colour() -> None:
    neutral = np.array([True, False, True, False, True, True])
    chosen = pairs((0, 3), (1, 2))
    tens = [np.vstack([ten(2, 3), ten(4)])]
    grey, colourful = neutrals(tens, chosen, ["Bags"] * 6, neutral)
    assert (grey.seeds, grey.pairs, grey.shown, grey.partners) == ("neutral", 1, 0.5, 0.0)
    assert grey.candidates == pytest.approx(4 / 6)
    assert asdict(grey.bias) == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert (colourful.shown, colourful.partners) == (1.0, 1.0)


def test_seeds_of_one_kind_alone_have_no_other() -> None:
    neutral = np.ones(4, np.bool_)
    assert [one.seeds for one in neutrals([ten(1)], pairs((0, 1)), ["Bags"] * 4, neutral)] == ["neutral"]
