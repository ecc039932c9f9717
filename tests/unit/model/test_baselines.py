import numpy as np
import pytest

from model.baselines import catalogue_mean, chance, cosine, generator_rows, naive_rows, popularity, ridge, word_pmi
from model.evaluation import Rows, Vectors, ordered_pairs

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


def test_naive_rows_leave_out_what_has_no_data() -> None:
    some, outfits = vectors(4), rows([0, 1, 2])
    bare = ["random", "popularity", "catalogue mean", "copy the seed", "ridge"]
    assert list(naive_rows(some, outfits)) == bare
    every = naive_rows(some, outfits, histograms=vectors(4, 9), colours=[("red",)] * 4)
    assert list(every) == [*bare, "colour histogram", "colour PMI"]
    assert all(np.isfinite(row.scores(ALL, ALL)).all() for (row,) in every.values())


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
