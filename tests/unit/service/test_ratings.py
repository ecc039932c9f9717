import json
from dataclasses import replace
from pathlib import Path

import pytest

from service.catalog.sheets import Sheet
from service.errors import InvalidRequest
from service.report.ratings import Answers, blind_page, read_answers, tally
from tests.figures import BUNDLE, SHEET, measured

EVALUATION = f"{BUNDLE}.test"
MAKERS = ("generator", "stylists", "random")


def sheets(seeds: int) -> tuple[Sheet, ...]:
    return tuple(replace(SHEET, seed=f"dress-{number}") for number in range(seeds))


FIGURES = replace(measured(), sheets=sheets(30))


def named(page: str) -> dict[str, list[str]]:
    """Return the pieces of each look on a page, by its name."""
    looks = page.split('<fieldset class="look" name="')[1:]
    return {look.split('"')[0]: [part.split('"')[0] for part in look.split('src="')[1:4]] for look in looks}


def rated(**ratings: int) -> Answers:
    """Rate all looks of a maker alike."""
    page = blind_page(FIGURES, lambda product_id: product_id)
    makers = {looks[0][0]: maker for maker, looks in SHEET.looks.items()}
    return Answers(EVALUATION, {name: ratings[makers[pieces[0]]] for name, pieces in named(page).items()})


def test_the_page_does_not_say_whose_a_look_is() -> None:
    page = blind_page(FIGURES, lambda _: None)
    assert not any(maker in page for maker in MAKERS)
    assert not any(id_ in page for look in SHEET.looks["stylists"] for id_ in look)


def test_looks_stand_in_another_order_for_another_seed() -> None:
    pieces = [own[0] for own in named(blind_page(FIGURES, lambda product_id: product_id)).values()]
    orders = {tuple(pieces[start : start + 3]) for start in range(0, len(pieces), 3)}
    assert len(orders) == 6


def test_ratings_are_counted_by_maker() -> None:
    found = tally(FIGURES, [rated(generator=4, stylists=5, random=1), rated(generator=2, stylists=1, random=1)])
    assert {maker: one.mean.value for maker, one in found.items()} == {"generator": 3, "stylists": 3, "random": 1}
    assert {one.ratings for one in found.values()} == {60}
    assert found["generator"].at_least_stylists == 1
    assert found["random"].at_least_stylists == 0


def test_a_page_that_was_rated_in_part_counts_in_part() -> None:
    whole = rated(generator=4, stylists=5, random=1)
    some = Answers(EVALUATION, dict(list(whole.ratings.items())[:3]))
    assert {one.seeds for one in tally(FIGURES, [some]).values()} == {1}
    assert tally(FIGURES, [Answers(EVALUATION, {})]) == {}


def test_intervals_are_over_seeds_not_over_raters() -> None:
    one = rated(generator=4, stylists=5, random=1)
    mixed = Answers(EVALUATION, {name: 1 + place % 5 for place, name in enumerate(one.ratings)})
    alone, ten_times = (tally(FIGURES, [mixed] * times)["generator"].mean for times in (1, 10))
    assert alone == ten_times
    assert alone.low < alone.value < alone.high


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        json.dumps({"evaluation": "other.test", "ratings": {}}).encode(),
        json.dumps({"evaluation": EVALUATION, "ratings": {"a": 6}}).encode(),
        json.dumps({"evaluation": EVALUATION, "ratings": {"a": "5"}}).encode(),
    ],
)
def test_a_file_that_the_page_did_not_save_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ratings.json"
    path.write_bytes(content)
    with pytest.raises(InvalidRequest, match=r"ratings\.json"):
        read_answers(path, FIGURES)


def test_what_the_page_saves_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ratings.json"
    path.write_text(json.dumps({"evaluation": EVALUATION, "ratings": {"a": 5}}))
    assert read_answers(path, FIGURES).ratings == {"a": 5}
