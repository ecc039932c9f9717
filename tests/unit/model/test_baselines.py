import numpy as np
import pytest

from model.baselines import (
    VECTOR_ROWS,
    NeighbourOutfits,
    RidgeByTaxonomy,
    catalogue_mean,
    chance,
    cosine,
    generator_rows,
    naive_rows,
    popularity,
    ridge,
    word_pmi,
)
from model.evaluation import Rows, Vectors, ordered_pairs, unit

ALL = np.arange(4)


def rows(*outfits: list[int]) -> list[Rows]:
    return [np.array(outfit, np.int64) for outfit in outfits]


def vectors(n: int, d: int = 6) -> Vectors:
    return np.random.default_rng(n).normal(size=(n, d)).astype(np.float32)


def outfits_of(products: int, size: int, count: int) -> list[Rows]:
    random = np.random.default_rng(count)
    return [random.choice(products, size=size, replace=False) for _ in range(count)]


def test_chance_says_the_same_of_everything() -> None:
    assert (chance(4).scores(ALL, ALL) == 0).all()


def test_popularity_counts_training_outfits_whatever_the_seed() -> None:
    assert popularity(4, rows([0, 1], [1, 2], [1, 0, 2])).scores(np.array([0, 3]), ALL).tolist() == [[2, 3, 2, 0]] * 2
    assert (popularity(4, []).scores(ALL, ALL) == 0).all()


def test_cosine_ignores_length_and_survives_a_zero_vector() -> None:
    keys = np.array([[3, 0], [0, 0.5], [0, 0], [1, 1]], np.float32)
    assert cosine(keys, keys).scores(np.array([0, 2]), ALL) == pytest.approx(
        np.array([[1, 0, 0, 0.5**0.5], [0, 0, 0, 0]])
    )


def test_the_catalogue_mean_does_not_look_at_the_seed() -> None:
    some = vectors(4)
    scores = catalogue_mean(some).scores(ALL, ALL)
    assert (scores == scores[0]).all()
    mean = some.mean(axis=0)
    assert scores[0, 2] == pytest.approx(mean @ some[2] / np.linalg.norm(mean) / np.linalg.norm(some[2]), rel=1e-5)


def test_ridge_equals_least_squares_with_an_intercept_over_all_ordered_pairs() -> None:
    some = vectors(300)
    outfits = outfits_of(300, size=4, count=400)
    pairs = ordered_pairs(outfits)
    with_one = np.hstack([some, np.ones((300, 1))])
    fit = np.linalg.lstsq(with_one[pairs[:, 0]], some[pairs[:, 1]], rcond=None)[0]
    expected = cosine((with_one @ fit).astype(np.float32), some).scores(ALL, ALL)
    assert ridge(some, outfits).scores(ALL, ALL) == pytest.approx(expected, abs=0.01)


def test_ridge_recovers_a_linear_rule() -> None:
    shirts = vectors(100)
    both = np.concatenate([shirts, shirts[:, ::-1]])  # its own inverse: the rule holds in both directions
    scores = ridge(both, rows(*([i, i + 100] for i in range(100)))).scores(np.arange(100), np.arange(100, 200))
    assert (scores.argmax(axis=1) == np.arange(100)).mean() > 0.95


def test_pieces_of_pairs_sum_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    some, outfits = vectors(50), outfits_of(50, size=5, count=40)
    whole = ridge(some, outfits).scores(ALL, ALL)
    monkeypatch.setattr("model.baselines._CHUNK_PAIRS", 7)
    assert ridge(some, outfits).scores(ALL, ALL) == pytest.approx(whole, abs=1e-5)


def test_pmi_prefers_words_that_were_seen_together() -> None:
    words = [("black",), ("white",), ("red",), ("pink",)]
    scores = word_pmi(words, rows(*[[0, 1]] * 200, *[[2, 3]] * 200)).scores(ALL, ALL)
    assert scores.argmax(axis=1).tolist() == [1, 0, 3, 2]
    assert scores[0, 2] < 0


def test_pmi_of_a_rare_pair_says_little() -> None:
    words = [("black",), ("white",), ("red",), ("pink",)]
    scores = word_pmi(words, rows(*[[0, 1]] * 200, [2, 3])).scores(ALL, ALL)
    assert 0 < scores[2, 3] < scores[0, 1] / 2


def test_a_product_without_words_is_neither_good_nor_bad_and_one_with_two_is_their_mean() -> None:
    words = [("black",), ("white",), (), ("white", "black")]
    scores = word_pmi(words, rows(*[[0, 1]] * 200)).scores(ALL, ALL)
    assert (scores[2] == 0).all()
    assert (scores[:, 2] == 0).all()
    assert scores[0, 3] == pytest.approx((scores[0, 0] + scores[0, 1]) / 2)


def test_pmi_without_training_outfits_is_silent() -> None:
    assert (word_pmi([("black",), ("white",)], []).scores(np.arange(2), np.arange(2)) == 0).all()


def test_ridge_by_taxonomy_learns_a_rule_of_its_own_for_each_target_taxonomy() -> None:
    seeds = vectors(200)
    shoes, bags = seeds[:, ::-1], -seeds
    every = np.concatenate([seeds, shoes, bags])
    outfits = rows(*([i, i + 200] for i in range(200)), *([i, i + 400] for i in range(200)))
    codes = np.repeat([0, 1, 2], 200)
    by_taxonomy, common = RidgeByTaxonomy.of(every, outfits, codes), ridge(every, outfits)
    for start in (200, 400):
        candidates = np.arange(start, start + 200)
        found = [scorer.scores(np.arange(200), candidates).argmax(axis=1) for scorer in (by_taxonomy, common)]
        own, shared = ((best == np.arange(200)).mean() for best in found)
        assert own > 0.9 > shared


def test_a_taxonomy_that_no_training_pair_leads_to_has_the_common_map() -> None:
    some, outfits = vectors(40), outfits_of(20, size=3, count=30)
    codes = np.repeat([0, 1], 20)
    unseen, seeds = np.arange(20, 40), np.arange(20)
    expected = ridge(some, outfits).scores(seeds, unseen)
    assert RidgeByTaxonomy.of(some, outfits, codes).scores(seeds, unseen) == pytest.approx(expected, abs=1e-5)


def test_candidates_of_several_taxonomies_are_scored_as_each_alone() -> None:
    some, outfits, codes = vectors(40), outfits_of(40, size=4, count=60), np.arange(40) % 3
    for scorer in (RidgeByTaxonomy.of(some, outfits, codes), NeighbourOutfits.of(some, outfits, codes)):
        together = scorer.scores(np.arange(5), np.arange(40))
        for code in range(3):
            alone = scorer.scores(np.arange(5), np.flatnonzero(codes == code))
            assert together[:, codes == code] == pytest.approx(alone)


def test_a_neighbour_s_outfit_points_at_what_was_worn_with_products_like_the_seed() -> None:
    red, blue, shoe, sandal = np.eye(4, dtype=np.float32)
    some = np.stack([red, blue, shoe, sandal, red + 0.1, shoe + 0.1, sandal + 0.1]).astype(np.float32)
    outfits = rows([0, 2], [1, 3])
    codes = np.array([0, 0, 1, 1, 0, 1, 1])
    scores = NeighbourOutfits.of(some, outfits, codes).scores(np.array([4]), np.array([5, 6]))
    assert scores.shape == (1, 2)
    few = NeighbourOutfits(unit(some), np.array([0, 2]), codes, np.array([[0, 2], [2, 0]]))
    ((shoe_score, sandal_score),) = few.scores(np.array([4]), np.array([5, 6]))
    assert shoe_score > 0.9 > sandal_score


def test_a_neighbour_s_outfit_is_not_the_seed_s_own() -> None:
    some = np.eye(3, dtype=np.float32)
    only = NeighbourOutfits.of(some, rows([0, 1]), np.zeros(3, np.int64))
    assert only.scores(np.array([0]), np.arange(3)).tolist() == [[1, 0, 0]]


def test_without_training_outfits_a_neighbour_says_nothing() -> None:
    assert (NeighbourOutfits.of(vectors(4), [], np.zeros(4, np.int64)).scores(ALL, ALL) == 0).all()


def test_naive_rows_leave_out_what_has_no_data() -> None:
    some, outfits, taxonomies = vectors(4), rows([0, 1, 2]), ["Bags"] * 4
    of_vectors = ["catalogue mean", "copy the seed", "neighbour's outfit", "ridge", "ridge by taxonomy"]
    assert list(naive_rows(some, outfits, taxonomies)) == ["random", "popularity", *of_vectors]
    every = naive_rows(
        some,
        outfits,
        taxonomies,
        embeddings=vectors(4, 8),
        features=vectors(4, 7),
        histograms=vectors(4, 9),
        colours=[("red",)] * 4,
    )
    read_off = {"colour PMI", "colour histogram", "photo features", "histogram and features", "copy the embedding"}
    assert every.keys() == {"random", "popularity", *of_vectors, *read_off}
    assert every.keys() >= {*VECTOR_ROWS}
    assert all(np.isfinite(row.scores(ALL, ALL)).all() for (row,) in every.values())


def test_histogram_and_features_together_are_the_mean_of_both() -> None:
    features, histograms = vectors(4, 7), vectors(4, 9)
    every = naive_rows(vectors(4), rows([0, 1]), ["Bags"] * 4, features=features, histograms=histograms)
    (both,), (colours,), (seen,) = (
        every[name] for name in ("histogram and features", "colour histogram", "photo features")
    )
    mean = (colours.scores(ALL, ALL) + seen.scores(ALL, ALL)) / 2
    assert both.scores(ALL, ALL) == pytest.approx(mean, abs=1e-6)


def test_the_generator_has_a_row_of_all_heads_and_one_of_each() -> None:
    some = vectors(4)
    targets = np.stack([some, -some, some], axis=1)
    table = generator_rows(targets, some)
    assert {name: len(heads) for name, heads in table.items()} == {
        "generator": 3,
        "head 1": 1,
        "head 2": 1,
        "head 3": 1,
    }
    assert table["head 2"][0].scores(ALL, ALL).diagonal() == pytest.approx(-1.0)
