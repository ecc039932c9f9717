import json
import math
from collections.abc import Mapping

import numpy as np
import pytest

from model.baselines import DotProduct, chance, cosine
from model.errors import ModelError
from model.evaluation import (
    Evaluation,
    Pairs,
    Rows,
    Scorer,
    Vectors,
    cold_pairs,
    evaluate,
    first_tens,
    ordered_pairs,
    training_outfits,
)

N = 60
TAXONOMIES = ["Shoes"] * 40 + ["Bags"] * 20


class Listed:
    """Scores that are written down: by candidate, whatever the seed."""

    def __init__(self, scores: Mapping[int, float], otherwise: float = 0.0) -> None:
        self._scores = np.full(N, otherwise, np.float32)
        for row, score in scores.items():
            self._scores[row] = score

    def scores(self, seeds: Rows, candidates: Rows) -> Vectors:
        return np.tile(self._scores[candidates], (len(seeds), 1))


def rows(*outfits: list[int]) -> list[Rows]:
    return [np.array(outfit, np.int64) for outfit in outfits]


def pairs(*found: tuple[int, int]) -> Pairs:
    seeds, targets = np.array(found, np.int64).T
    return Pairs(seeds, targets, np.arange(len(found)))


def measured(evaluation: Evaluation, name: str) -> dict[str, float]:
    row = next(row for row in evaluation.rows if row.name == name)
    return {measure: estimate.value for measure, estimate in row.measures.items()}


def test_pairs_are_ordered_and_every_outfit_counts() -> None:
    assert ordered_pairs(rows([3, 1], [1, 3])).tolist() == [[3, 1], [1, 3], [1, 3], [3, 1]]
    assert ordered_pairs([]).shape == (0, 2)


def test_cold_pairs_lie_in_the_part_count_once_and_know_the_first_outfit_that_holds_them() -> None:
    part = np.array([False, True, True, True])
    found = cold_pairs(rows([0, 1], [1, 2, 0], [2, 1], [3]), part)
    assert found.seeds.tolist() == [1, 2]
    assert found.targets.tolist() == [2, 1]
    assert found.outfits.tolist() == [1, 1]


def test_training_outfits_hold_no_other_part_and_at_least_two_products() -> None:
    train = np.array([True, True, False, True])
    left = training_outfits(rows([0, 2], [0, 1, 2], [2], [3, 1]), train)
    assert [outfit.tolist() for outfit in left] == [[0, 1], [3, 1]]


def test_a_constant_scorer_gets_exactly_what_chance_gets() -> None:
    found = evaluate(pairs((50, 3), (51, 7)), TAXONOMIES, {"same": [chance(N)]}, judged="same")
    expected = {"recall_at_10": 10 / 40, "recall_at_30": 30 / 40, "recall_at_50": 1.0}
    harmonic = sum(1 / rank for rank in range(1, 41))
    questions = {"fitb": 1 / 4, "fitb_season": 1 / 4, "auc": 1 / 2}
    assert measured(found, "same") == pytest.approx(expected | questions | {"mrr": harmonic / 40})


def test_the_seed_is_no_candidate_in_its_own_taxonomy() -> None:
    found = evaluate(pairs((1, 3)), TAXONOMIES, {"same": [chance(N)]}, judged="same")
    assert measured(found, "same")["recall_at_10"] == pytest.approx(10 / 39)
    assert found.candidates_median == 39
    first = evaluate(pairs((1, 3)), TAXONOMIES, {"row": [Listed({1: 9, 3: 8})]}, judged="row")
    assert measured(first, "row")["mrr"] == 1.0


def test_products_of_other_taxonomies_do_not_compete() -> None:
    better_bags = Listed(dict.fromkeys(range(40, 60), 5.0) | {3: 1.0})
    found = evaluate(pairs((45, 3)), TAXONOMIES, {"row": [better_bags]}, judged="row")
    assert set(measured(found, "row").values()) == {1.0}


def test_a_tie_across_the_cut_counts_in_part() -> None:
    nine_better_and_three_equal = Listed(dict.fromkeys(range(9), 2.0) | dict.fromkeys((20, 21, 22, 23), 1.0))
    found = evaluate(pairs((50, 20)), TAXONOMIES, {"row": [nine_better_and_three_equal]}, judged="row")
    assert measured(found, "row")["recall_at_10"] == pytest.approx(1 / 4)
    assert measured(found, "row")["mrr"] == pytest.approx((1 / 10 + 1 / 11 + 1 / 12 + 1 / 13) / 4)


def test_a_row_of_heads_is_their_mean() -> None:
    right, wrong = Listed({3: 1.0}), Listed({3: -1.0})
    found = evaluate(
        pairs((50, 3)), TAXONOMIES, {"both": [right, wrong], "right": [right], "wrong": [wrong]}, judged="both"
    )
    assert measured(found, "both")["recall_at_10"] == 0.5
    assert measured(found, "both")["mrr"] == pytest.approx((1 + 1 / 40) / 2)


def test_ranks_equal_those_of_a_plain_sort() -> None:
    random = np.random.default_rng(7)
    scorer = DotProduct(random.normal(size=(N, 5)), random.normal(size=(N, 5)))
    chosen = [(int(a), int(b)) for a, b in random.integers(N, size=(50, 2)) if a != b]
    ranks = []
    for seed, target in chosen:
        rivals = [row for row in range(N) if TAXONOMIES[row] == TAXONOMIES[target] and row != seed]
        scores = scorer.scores(np.array([seed]), np.array(rivals))[0]
        ranks.append(1 + [rivals[place] for place in np.argsort(-scores)].index(target))
    found = measured(evaluate(pairs(*chosen), TAXONOMIES, {"row": [scorer]}, judged="row"), "row")
    assert found["recall_at_10"] == pytest.approx(np.mean([rank <= 10 for rank in ranks]))
    assert found["mrr"] == pytest.approx(np.mean([1 / rank for rank in ranks]))


def test_batches_do_not_change_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(7)
    table = {"row": [DotProduct(random.normal(size=(N, 5)), random.normal(size=(N, 5)))], "same": [chance(N)]}
    chosen = pairs(*[(a, b) for a in range(30, 50) for b in (1, 2, 55)])
    whole = evaluate(chosen, TAXONOMIES, table, judged="row")
    monkeypatch.setattr("model.evaluation.BATCH_SCORES", 100)
    pieces = evaluate(chosen, TAXONOMIES, table, judged="row")
    assert [row.measures for row in pieces.rows] == [row.measures for row in whole.rows]
    assert [row.shown.coverage for row in pieces.rows] == pytest.approx([row.shown.coverage for row in whole.rows])


def test_intervals_hold_the_value_and_widen_when_pairs_share_an_outfit() -> None:
    random = np.random.default_rng(0)
    scorer = DotProduct(random.normal(size=(N, 5)), random.normal(size=(N, 5)))
    seeds, targets = np.repeat(np.arange(40, 60), 10), np.tile(np.arange(10), 20)
    apart = Pairs(seeds, targets, np.arange(200))
    together = Pairs(seeds, targets, targets)
    intervals = [
        evaluate(found, TAXONOMIES, {"row": [scorer]}, judged="row").rows[0].measures["mrr"]
        for found in (apart, together)
    ]
    assert all(interval.low <= interval.value <= interval.high for interval in intervals)
    narrow, wide = (interval.high - interval.low for interval in intervals)
    assert 0 < narrow < wide


def test_differences_are_paired_and_leave_the_judged_row_out() -> None:
    random = np.random.default_rng(0)
    scorer = DotProduct(random.normal(size=(N, 5)), random.normal(size=(N, 5)))
    chosen = pairs(*[(seed, target) for seed in range(40, 60) for target in range(10)])
    found = evaluate(chosen, TAXONOMIES, {"one": [scorer], "twin": [scorer], "same": [chance(N)]}, judged="one")
    twin, same = found.differences
    assert (twin.against, same.against) == ("twin", "same")
    assert {(e.value, e.low, e.high) for e in twin.measures.values()} == {(0.0, 0.0, 0.0)}
    assert {(e.value, e.low, e.high) for e in twin.ratios.values() if e} == {(1.0, 1.0, 1.0)}
    expected = measured(found, "one")["mrr"] - measured(found, "same")["mrr"]
    assert same.measures["mrr"].value == pytest.approx(expected)


def test_a_ratio_is_paired_and_there_is_none_over_a_row_that_finds_nothing() -> None:
    chosen = pairs(*[(seed, target) for seed in range(40, 60) for target in (1, 2)])
    table: dict[str, list[Scorer]] = {
        "one": [Listed({1: 2.0})],
        "same": [chance(N)],
        "never": [Listed({1: -1.0, 2: -1.0})],
    }
    same, never = evaluate(chosen, TAXONOMIES, table, judged="one").differences
    ratio = same.ratios["recall_at_10"]
    assert ratio
    assert ratio.value == pytest.approx((1 + 9 / 39) / 2 / 0.25)
    assert ratio.low <= ratio.value <= ratio.high
    assert never.ratios["recall_at_10"] is None


def test_a_partner_may_be_asked_for_among_products_of_its_season() -> None:
    seasons = ["old"] * 10 + ["new"] * 50
    old_ones_are_worse = Listed(dict.fromkeys(range(10, 40), 2.0) | {3: 1.0})
    found = evaluate(pairs((50, 3)), TAXONOMIES, {"row": [old_ones_are_worse]}, judged="row", seasons=seasons)
    assert measured(found, "row")["fitb"] == pytest.approx(9 * 8 * 7 / (39 * 38 * 37))
    assert measured(found, "row")["fitb_season"] == 1.0


def test_slices_go_by_further_facets_too_and_an_unknown_value_is_in_none() -> None:
    colours = ["red"] * 30 + [""] * 10 + ["blue"] * 20
    found = evaluate(
        pairs((1, 50), (50, 1), (50, 35)), TAXONOMIES, {"row": [chance(N)]}, judged="row", facets={"colour": colours}
    )
    assert [(part.value, part.pairs, part.products) for part in found.slices if part.facet == "colour"] == [
        ("blue", 1, 20),
        ("red", 1, 30),
    ]


def test_who_is_shown_tells_one_list_for_all_from_even_shares() -> None:
    chosen = pairs(*[(seed, 3) for seed in range(40, 60)])
    table: dict[str, list[Scorer]] = {"row": [Listed({row: float(row) for row in range(40)})], "same": [chance(N)]}
    one_list, even = (row.shown for row in evaluate(chosen, TAXONOMIES, table, judged="row").rows)
    assert one_list.gini == pytest.approx(30 / 40)
    assert one_list.top_share == pytest.approx(1 / 10)
    assert one_list.hubness > 1
    assert even.gini == pytest.approx(0)
    assert even.top_share == pytest.approx(1 / 40)


def test_first_tens_are_the_best_products_without_the_seed_and_know_where_the_target_stands() -> None:
    scorer = Listed({row: float(row) for row in range(N)})
    ranks, tens = first_tens(pairs((39, 3), (1, 55)), TAXONOMIES, scorer)
    assert tens.tolist() == [list(range(38, 28, -1)), list(range(59, 49, -1))]
    assert ranks.tolist() == [36, 5]


def test_a_first_ten_ends_where_the_taxonomy_does() -> None:
    tens = first_tens(pairs((1, 3)), ["Hats"] * 4 + ["Bags"] * 56, Listed({}))[1]
    assert tens.tolist() == [[0, 2, 3, *[-1] * 7]]


def test_the_same_seed_gives_the_same_intervals() -> None:
    scorer = Listed({3: 1.0})
    chosen = pairs((50, 3), (51, 4), (52, 5))
    first, again, other = (
        evaluate(chosen, TAXONOMIES, {"row": [scorer]}, judged="row", seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.rows[0].measures["mrr"].value == other.rows[0].measures["mrr"].value


def test_coverage_counts_what_first_tens_show() -> None:
    chosen = pairs((50, 3), (51, 4))
    table: dict[str, list[Scorer]] = {"row": [Listed({row: float(row) for row in range(40)})], "same": [chance(N)]}
    one_list, random = evaluate(chosen, TAXONOMIES, table, judged="row").rows
    assert one_list.shown.coverage == pytest.approx(10 / 40)
    assert random.shown.coverage == pytest.approx(1 - 0.75**2)


def test_a_taxonomy_of_fewer_than_ten_is_shown_whole() -> None:
    found = evaluate(pairs((50, 0), (1, 50)), ["Hats"] * 5 + ["Bags"] * 55, {"same": [chance(N)]}, judged="same")
    assert measured(found, "same")["recall_at_10"] == pytest.approx((1 + 10 / 55) / 2)
    assert found.rows[0].shown.coverage == pytest.approx((5 + 10) / 60)


def test_slices_go_by_the_target_taxonomy_the_largest_first() -> None:
    scorer = Listed({50: 1.0})
    found = evaluate(pairs((1, 50), (2, 50), (50, 1)), TAXONOMIES, {"row": [scorer]}, judged="row")
    assert [(part.value, part.pairs, part.products) for part in found.slices] == [("Bags", 2, 20), ("Shoes", 1, 40)]
    assert {part.facet for part in found.slices} == {"taxonomy"}
    assert found.slices[0].recall_at_10 == {"row": 1.0}
    assert (found.pairs, found.seeds, found.taxonomies) == (3, 3, 2)


def test_the_report_is_plain_json() -> None:
    found = evaluate(pairs((50, 3), (1, 55)), TAXONOMIES, {"a": [chance(N)], "b": [chance(N)]}, judged="a")
    plain = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert plain["rows"][0]["measures"]["recall_at_50"]["value"] == found.rows[0].measures["recall_at_50"].value
    assert plain["differences"][0]["against"] == "b"


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_scores_that_are_not_finite_are_refused(bad: float) -> None:
    with pytest.raises(ModelError, match="not finite"):
        evaluate(pairs((50, 3)), TAXONOMIES, {"row": [Listed({3: bad})]}, judged="row")


def test_nothing_to_evaluate_is_said_so() -> None:
    none = cold_pairs(rows([0, 1]), np.zeros(N, np.bool_))
    with pytest.raises(ModelError, match="Give more outfits"):
        evaluate(none, TAXONOMIES, {"row": [chance(N)]}, judged="row")


def test_copying_the_seed_is_perfect_where_partners_have_equal_vectors() -> None:
    random = np.random.default_rng(3)
    vectors = random.normal(size=(20, 8)).astype(np.float32)
    both = np.concatenate([vectors, vectors, random.normal(size=(20, 8)).astype(np.float32)])
    taxonomies = ["Shoes"] * 20 + ["Bags"] * 40
    found = evaluate(
        pairs(*((i, i + 20) for i in range(20))), taxonomies, {"copy": [cosine(both, both)]}, judged="copy"
    )
    assert measured(found, "copy")["mrr"] == 1.0
