"""Every check passes over a sound release, and names what is broken."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from service.checking import directions, ranking, sameness, slots
from service.checking.checks import Result
from service.checking.registry import CHECKS
from service.checking.running import run_checks
from service.domain import Money
from service.release import Release
from tests.unit.service.checking import breaking
from tests.unit.service.checking.breaking import Break, answers, filtered, model, only_served, products, reordered
from tests.unit.service.checking.shop import make_release, make_subject

pytestmark = pytest.mark.anyio

NO_PRICE = Money(0, "EUR")

BY_NAME = {check.name: check for check in CHECKS}


@pytest.fixture
async def release(tmp_path: Path) -> AsyncIterator[Release]:
    made = make_release(tmp_path)
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def few_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask about few: the shop is small, and what is broken in it is broken everywhere."""
    for module in (ranking, sameness, slots):
        monkeypatch.setattr(module, "SEEDS", 20)
    monkeypatch.setattr(directions, "SEEDS", 3)
    monkeypatch.setattr(ranking, "REMOVED", 5)


async def result_of(name: str, release: Release) -> Result:
    return await BY_NAME[name].result(await make_subject(release))


PHOTOS = [name for name in BY_NAME if name.endswith((": vector", ": outfit"))]


async def test_a_sound_release_passes_every_check(release: Release) -> None:
    checked = await run_checks(await make_subject(release), lambda *_: None)
    assert [result.name for result in checked.results] == [check.name for check in CHECKS]
    assert [result for result in checked.results if not result.asked or not result.passed] == []


BREAKS: list[tuple[str, Break]] = [
    ("slots", products(taxonomy="Elsewhere")),
    ("slots", breaking.everywhere),
    ("overrides", breaking.everywhere),
    ("unknown slots", breaking.knows_any_name),
    ("empty slots", filtered(lambda filters: replace(filters, brands=frozenset()))),
    ("seed", filtered(lambda filters: replace(filters, exclude_ids=frozenset(), exclude_groups=frozenset()))),
    ("seed", filtered(lambda filters: replace(filters, exclude_groups=frozenset()))),
    ("duplicates", breaking.shares_nothing_out),
    ("stock", filtered(lambda filters: replace(filters, in_stock=False))),
    ("filters", filtered(lambda filters: replace(filters, price=None))),
    ("filters", filtered(lambda filters: replace(filters, exclude_brands=frozenset()))),
    ("filters", products(gender="male")),
    ("genders", products(gender="male")),
    ("seasons", products(attributes={"season": ("summer",)})),
    ("one of each", products(taxonomy="Elsewhere")),
    ("mapping", breaking.lacks_a_template),
    ("unseen vector", breaking.gives_another_vector),
    ("unseen photo", model(breaking.Literal)),
    ("names and prices", reordered(lambda *_: True, key=lambda product: sha256(product.product_id.encode()).digest())),
    ("names and prices", reordered(lambda *_: True, key=lambda product: (product.title or "").startswith("B"))),
    ("names and prices", reordered(lambda *_: True, key=lambda product: product.brand)),
    ("names and prices", reordered(lambda *_: True, key=lambda product: (product.price or NO_PRICE).amount % 3)),
    ("names and prices", reordered(lambda *_: True, key=lambda product: product.link or product.product_id[::-1])),
    ("company", breaking.muddled_by_company),
    ("precision", model(breaking.Literal)),
    ("new index", only_served(reordered(lambda *_: True))),
    ("length", breaking.minds_the_length),
    ("noise", model(breaking.Literal)),
    *((name, model(breaking.Literal)) for name in PHOTOS),
    ("other taxonomies", breaking.everywhere),
    ("copies", reordered(lambda *_: True)),
    ("colour", model(breaking.Ignoring)),
    ("variety", model(breaking.Narrowing)),
    ("formality", model(breaking.Ignoring)),
    ("winter", model(breaking.Ignoring)),
    ("stricter filters", reordered(lambda _, filters: len(filters.exclude_ids) > 1)),
    ("larger k", reordered(lambda queries, _: queries[0].k > 10)),
    ("removal", breaking.forgets_to_delete),
    ("rotation", model(breaking.Collapsed)),
    ("rotated fit", breaking.worse_after_the_first_look),
    ("no direction", breaking.takes_any_vector),
    ("strange vectors", answers(lambda candidate: replace(candidate, score=float("nan")))),
]


@pytest.mark.parametrize(("name", "break_"), BREAKS, ids=[name for name, _ in BREAKS])
async def test_what_is_broken_is_named(
    name: str, break_: Break, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = await result_of(name, break_(release, monkeypatch))
    assert result.passed is False, result
    assert result.examples


def test_every_check_is_seen_to_fail() -> None:
    assert {name for name, _ in BREAKS} == BY_NAME.keys()


def test_names_are_distinct() -> None:
    assert len(BY_NAME) == len(CHECKS)
