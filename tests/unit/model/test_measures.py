from itertools import combinations

import numpy as np
import pytest

from model.measures import MEASURES, Places, outcomes


def places(better: int, equal: int, rivals: int) -> Places:
    return Places(*(np.array([count]) for count in (better, equal, rivals)))


def found(better: int, equal: int, rivals: int) -> dict[str, float]:
    one = places(better, equal, rivals)
    return dict(zip(MEASURES, outcomes(one, one)[0], strict=True))


def drawn(better: int, equal: int, rivals: int, others: int = 3) -> float:
    """Fill in the blank by going through all questions; of those that score best together one is taken by lot."""
    scores = [1] * better + [0] * (equal - 1) + [-1] * (rivals - better - equal + 1)
    right = [0.0 if max(some, default=-1) > 0 else 1 / (1 + some.count(0)) for some in combinations(scores, others)]
    return float(np.mean(right))


@pytest.mark.parametrize(("better", "equal", "rivals"), [(0, 1, 9), (4, 1, 9), (2, 3, 9), (0, 10, 9), (9, 1, 9)])
def test_fill_in_the_blank_is_the_mean_over_all_questions(better: int, equal: int, rivals: int) -> None:
    assert found(better, equal, rivals)["fitb"] == pytest.approx(drawn(better, equal, rivals))


def test_with_fewer_than_three_rivals_all_of_them_are_asked() -> None:
    assert found(1, 1, 2)["fitb"] == 0
    assert found(0, 2, 2)["fitb"] == pytest.approx(1 / 2)
    assert found(0, 1, 0)["fitb"] == 1


def test_auc_is_the_share_of_rivals_below() -> None:
    assert found(0, 1, 9)["auc"] == 1
    assert found(9, 1, 9)["auc"] == 0
    assert found(3, 4, 9)["auc"] == pytest.approx((3 + 3 / 2) / 9)


def test_the_rank_of_equals_is_the_middle_of_theirs() -> None:
    assert places(4, 1, 9).ranks.tolist() == [5]
    assert places(4, 3, 9).ranks.tolist() == [6]
