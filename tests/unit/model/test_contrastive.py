import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.contrastive import TEMPERATURE, TaxonomyPairs, distinct_pairs

OUTFITS = [np.array(outfit, np.int64) for outfit in ([0, 5, 9], [1, 5], [2, 6, 8], [0, 6], [3, 7], [0, 5])]
TAXONOMIES = np.array([0] * 5 + [1] * 3 + [2] * 2)
KNOWN = distinct_pairs(OUTFITS)


def walked(pairs: TaxonomyPairs, size: int = 4, at_most: int | None = None) -> list[tuple[int, int]]:
    """Seed and target of all pairs that the batches hold."""
    return [
        (seed, batch.candidates[place].item())  # type: ignore[misc]
        for batch in pairs.batches(size, at_most)
        for seed, place in zip(batch.seeds.tolist(), batch.truth.tolist(), strict=True)
    ]


def random_pairs(products: int = 60, count: int = 400) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(0)
    pairs = np.unique(rng.integers(0, products, (count, 2)), axis=0)
    return pairs[pairs[:, 0] != pairs[:, 1]], np.arange(products) % 3


def test_pairs_are_distinct_and_go_both_ways() -> None:
    assert len(KNOWN) == len({tuple(pair) for pair in KNOWN.tolist()}) == 6 + 2 + 6 + 2 + 2
    assert {(5, 0), (0, 5), (9, 0)} <= {tuple(pair) for pair in KNOWN.tolist()}
    assert distinct_pairs([]).shape == (0, 2)


def test_the_candidates_of_a_batch_share_a_taxonomy() -> None:
    pairs, taxonomies = random_pairs()
    for batch in TaxonomyPairs(pairs, pairs, taxonomies).batches(16):
        assert len(set(taxonomies[batch.candidates].tolist())) == 1


def test_every_pair_is_walked_once() -> None:
    pairs, taxonomies = random_pairs()
    assert sorted(walked(TaxonomyPairs(pairs, pairs, taxonomies))) == [tuple(pair) for pair in pairs.tolist()]


def test_a_sample_is_a_part_and_another_one_each_time() -> None:
    pairs, taxonomies = random_pairs()
    lessons = TaxonomyPairs(pairs, pairs, taxonomies)
    first, second = walked(lessons, at_most=100), walked(lessons, at_most=100)
    assert len(first) == len(set(first)) == pytest.approx(100, abs=3)
    assert set(first) != set(second)


def test_neither_the_seed_nor_another_partner_is_a_negative() -> None:
    known = {tuple(pair) for pair in KNOWN.tolist()}
    for batch in TaxonomyPairs(KNOWN, KNOWN, TAXONOMIES).batches(100):
        for row, seed in enumerate(batch.seeds.tolist()):
            for place, candidate in enumerate(batch.candidates.tolist()):
                partner = (seed, candidate) in known or seed == candidate
                assert batch.excluded[row, place].item() == (partner and place != batch.truth[row])


def test_a_taxonomy_of_one_product_teaches_nothing() -> None:
    pair = np.array([[0, 1]])
    assert walked(TaxonomyPairs(pair, pair, np.array([0, 1]))) == []


def test_the_order_is_torchs_seed() -> None:
    pairs, taxonomies = random_pairs()
    walks = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        walks.append(walked(TaxonomyPairs(pairs, pairs, taxonomies)))
    assert walks[0] == walks[1] != walks[2]


def test_the_loss_is_low_where_the_true_candidate_is_nearest() -> None:
    batch = next(iter(TaxonomyPairs(KNOWN, KNOWN, TAXONOMIES).batches(100)))
    candidates = torch.eye(len(batch.candidates))
    assert batch.loss(3 * candidates[batch.truth], 7 * candidates) < 0.01
    assert batch.loss(-candidates[batch.truth], candidates) > 5


def test_excluded_candidates_do_not_count() -> None:
    batch = next(batch for batch in TaxonomyPairs(KNOWN, KNOWN, TAXONOMIES).batches(100) if batch.excluded.any())
    queries, candidates = torch.randn(len(batch.seeds), 4), torch.randn(len(batch.candidates), 4)
    cosines = torch.nn.functional.normalize(queries) @ torch.nn.functional.normalize(candidates).T
    losses = [
        (own[~excluded] / TEMPERATURE).logsumexp(0) - own[truth] / TEMPERATURE
        for own, excluded, truth in zip(cosines, batch.excluded, batch.truth, strict=True)
    ]
    assert batch.loss(queries, candidates).item() == pytest.approx(float(torch.stack(losses).mean()), abs=1e-5)
