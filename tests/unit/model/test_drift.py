"""Windows without drift seldom alarm, and the shifts that a shop sees are found within one window."""

from collections.abc import Callable

import numpy as np
import pytest

from model.compression import unit_rows
from model.drift import REST, UNSEEN, compare_columns, compare_counts, judge
from model.profile import SEED_TAXONOMIES, SEED_VECTORS, TARGETS, Profile
from model.verdict import PSI_ALARM, PSI_WARNING, Verdict, stability_index
from tests.drifting import DIMENSIONS, PRODUCTS, Array, DriftShop, Rows

Shift = Callable[[DriftShop, np.random.Generator], tuple[Rows, Array | None]]


@pytest.fixture(scope="module")
def shop() -> DriftShop:
    return DriftShop()


@pytest.fixture(scope="module")
def reference(shop: DriftShop) -> Profile:
    return shop.reference()


@pytest.mark.slow
def test_a_hundred_windows_without_drift_raise_at_most_five_alarms(shop: DriftShop, reference: Profile) -> None:
    chance = np.random.default_rng(0)
    verdicts = [judge(reference, *shop.look(shop.rows(chance))) for _ in range(100)]
    assert sum(len(verdict.drifted) for verdict in verdicts) <= 5


def five_dimensions_moved(shop: DriftShop, chance: np.random.Generator) -> tuple[Rows, Array | None]:
    rows = shop.rows(chance)
    vectors = shop.vectors[rows].copy()
    moved = chance.choice(DIMENSIONS, 5, replace=False)
    vectors[:, moved] += 0.5 * shop.vectors[:, moved].std(axis=0)
    return rows, vectors


def a_colour_gone(shop: DriftShop, chance: np.random.Generator) -> tuple[Rows, Array | None]:
    return shop.rows(chance, without="teal"), None


def photos_of_another_style(shop: DriftShop, chance: np.random.Generator) -> tuple[Rows, Array | None]:
    rows = shop.rows(chance)
    style = unit_rows(chance.standard_normal((1, DIMENSIONS)).astype(np.float32))
    return rows, unit_rows(shop.vectors[rows] + 0.3 * style)


def all_zeros(shop: DriftShop, chance: np.random.Generator) -> tuple[Rows, Array | None]:
    rows = shop.rows(chance)
    return rows, np.zeros((len(rows), DIMENSIONS), np.float32)


@pytest.mark.parametrize("shift", [five_dimensions_moved, a_colour_gone, photos_of_another_style, all_zeros])
def test_a_shift_is_found_within_one_window(shop: DriftShop, reference: Profile, shift: Shift) -> None:
    for seed in range(3):
        verdict = judge(reference, *shop.look(*shift(shop, np.random.default_rng(seed))))
        assert SEED_VECTORS in verdict.drifted


def test_traffic_that_asks_for_few_products_is_like_a_baseline_of_itself(shop: DriftShop) -> None:
    chance = np.random.default_rng(0)
    asked = 1 / np.arange(1, PRODUCTS + 1)
    weights = chance.permutation(asked / asked.sum())
    baseline, _ = shop.look(chance.choice(PRODUCTS, 1000, p=weights))
    for _ in range(3):
        assert judge(baseline, *shop.look(chance.choice(PRODUCTS, 1000, p=weights))).drifted == []


def test_the_words_say_which_colour_is_gone(shop: DriftShop, reference: Profile) -> None:
    verdict = judge(reference, *shop.look(shop.rows(np.random.default_rng(0), without="navy")))
    (gone, *_) = verdict.words
    assert gone.name == "colour navy"
    assert gone.before > 0.1
    assert gone.now < 0.01


def test_a_dimension_is_named_by_its_head(shop: DriftShop, reference: Profile) -> None:
    profile, tables = shop.look(shop.rows(np.random.default_rng(0)))
    targets = tables[TARGETS].copy()
    targets[:, 2 * DIMENSIONS + 7] += 1
    verdict = judge(reference, profile, {**tables, TARGETS: targets})
    assert verdict.drifted == [TARGETS]
    assert [column.label for column in verdict.columns] == ["head 3: 7"]


def test_taxonomies_that_the_reference_does_not_know_are_told_from_rare_ones() -> None:
    known = {f"taxonomy {number}": 100 - number for number in range(40)}
    shares = {share.name: share for share in compare_counts(known, known | {"never seen": 1000})}
    assert len(shares) == 21
    assert shares[REST].now < shares[REST].before
    assert shares[UNSEEN].now == pytest.approx(1000 / (1000 + sum(known.values())), abs=0.01)


def test_the_index_is_the_one_of_the_textbooks() -> None:
    before, now = {"a": 5000, "b": 5000}, {"a": 6000, "b": 4000}
    expected = (0.6 - 0.5) * np.log(0.6 / 0.5) + (0.4 - 0.5) * np.log(0.4 / 0.5)
    assert stability_index(compare_counts(before, now)) == pytest.approx(expected, abs=1e-3)
    assert stability_index(compare_counts(before, before)) == 0


def test_overrides_are_judged_only_where_the_reference_has_seen_any(shop: DriftShop, reference: Profile) -> None:
    profile, tables = shop.look(shop.rows(np.random.default_rng(0)))
    assert "overrides" not in judge(reference, profile, tables).ratios
    assert judge(profile, profile, tables).ratios["overrides"] == 0


def test_ratios_are_of_the_alarm_and_twice_the_warning() -> None:
    assert PSI_ALARM == 2 * PSI_WARNING
    assert Verdict({SEED_TAXONOMIES: 1.0, TARGETS: 1.01}, [], [], [], []).drifted == [TARGETS]


def wide(reference: Profile, rows: int) -> Profile:
    return Profile(rows=rows, quantiles=reference.quantiles, counts=reference.counts, words=reference.words)


def test_of_many_requests_a_dimension_has_to_move_far_enough_to_matter(shop: DriftShop, reference: Profile) -> None:
    rows = shop.rows(np.random.default_rng(0), requests=3_000)
    _, tables = shop.look(rows)
    spread = shop.vectors.std(axis=0)[7]
    for moved, drifts in ((0.05, False), (0.3, True)):
        vectors = tables[SEED_VECTORS].copy()
        vectors[:, 7] += moved * spread
        columns = compare_columns(wide(reference, 3_000), {SEED_VECTORS: vectors, TARGETS: tables[TARGETS]})
        assert (columns[7].ratio > 1) is drifts


def test_a_reference_of_other_vectors_is_refused(shop: DriftShop, reference: Profile) -> None:
    _, tables = shop.look(shop.rows(np.random.default_rng(0)))
    with pytest.raises(ValueError, match=r"broadcast|shape|dimension|compatible"):
        compare_columns(reference, {**tables, SEED_VECTORS: tables[SEED_VECTORS][:, :-1]})
