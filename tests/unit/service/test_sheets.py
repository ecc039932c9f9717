import re
from collections.abc import Sequence

import numpy as np
import pytest

from model.baselines import DotProduct
from model.evaluation import Rows
from service.catalog.outfits import split_of
from service.catalog.record import RecordedProduct
from service.catalog.sheets import draw_sheets
from service.catalog.subject import Subject
from service.domain import Money, Product
from service.errors import ProfileError

TAXONOMIES = ("Dresses", "Wedges", "Totes", "Jackets")
EACH = 20


def product(taxonomy: str, number: int, **known: object) -> RecordedProduct:
    values = {"group_id": f"{taxonomy}-{number // 2}"} | known
    return RecordedProduct(
        Product(product_id=f"{taxonomy}-{number}", taxonomy=taxonomy, **values),  # type: ignore[arg-type]
        (f"photos/2023_{number}.jpg",),
        "",
    )


def subject(outfits: Sequence[Rows], products: Sequence[RecordedProduct] | None = None) -> Subject:
    rows = products or [product(taxonomy, number) for taxonomy in TAXONOMIES for number in range(EACH)]
    vectors = np.random.default_rng(0).normal(size=(len(rows), 4)).astype(np.float32)
    targets = np.stack([np.roll(vectors, head, axis=1) for head in range(3)], axis=1)
    return Subject(rows, vectors, targets, outfits, "test", None)


ALL = [np.array([place + EACH * taxonomy for taxonomy in range(4)]) for place in range(EACH)]


def chooser(first: int) -> DotProduct:
    """Score a product by its number, counted from `first`."""
    order = -((np.arange(4 * EACH) - first) % EACH).astype(np.float64)
    return DotProduct(np.ones((4 * EACH, 1)), order[:, None])


def test_seeds_are_of_the_judged_part_and_slots_are_what_the_stylist_chose() -> None:
    some = subject(ALL)
    sheets = draw_sheets(some, {})
    assert sheets
    assert len({sheet.seed for sheet in sheets}) == len(sheets)
    for sheet in sheets:
        assert split_of(sheet.seed) == "test"
        (stylists,) = sheet.looks["stylists"]
        place = sheet.seed.rpartition("-")[2]
        assert {sheet.seed, *stylists} == {f"{taxonomy}-{place}" for taxonomy in TAXONOMIES}
        assert sheet.slots == tuple(piece.rpartition("-")[0] for piece in stylists)


def test_heads_are_rotated_over_the_slots() -> None:
    sheet = draw_sheets(subject(ALL), {"generator": [chooser(first) for first in (1, 5, 9)]})[0]
    numbers = [[int(piece.rpartition("-")[2]) for piece in look] for look in sheet.looks["generator"]]
    assert numbers == [[1, 5, 9], [5, 9, 1], [9, 1, 5]]


def test_a_row_of_one_scorer_gives_its_first_three() -> None:
    sheet = draw_sheets(subject(ALL), {"copy": [chooser(4)]})[0]
    numbers = [{int(piece.rpartition("-")[2]) for piece in look} for look in sheet.looks["copy"]]
    assert numbers == [{4}, {5}, {6}]


def test_every_row_fills_the_same_slots() -> None:
    for sheet in draw_sheets(subject(ALL), {"copy": [chooser(0)]}):
        for looks in sheet.looks.values():
            assert {tuple(piece.rpartition("-")[0] for piece in look) for look in looks} == {sheet.slots}


def test_an_outfit_without_three_other_taxonomies_has_no_sheet() -> None:
    assert draw_sheets(subject([outfit[:3] for outfit in ALL]), {}) == ()


def test_the_same_seed_draws_the_same_sheets() -> None:
    assert draw_sheets(subject(ALL), {}, seed=1) == draw_sheets(subject(ALL), {}, seed=1)


def test_facets_are_what_tells_products_apart_with_few_values() -> None:
    products = [
        product(
            "Totes",
            number,
            gender="female",
            brand="Elm" if number % 2 else None,
            price=Money(float(number), "EUR"),
            attributes={"fabric": ("silk" if number % 3 else "wool",), "code": (str(number),)},
        )
        for number in range(60)
    ]
    facets = subject([], products).facets()
    assert facets.keys() == {"fabric", "price"}
    assert facets["price"][0] == "lowest third"
    assert facets["price"][59] == "highest third"
    assert sorted({*facets["fabric"]}) == ["silk", "wool"]


def test_a_season_is_what_the_pattern_s_bracket_finds_in_the_photo_s_name() -> None:
    some = subject([])
    assert set(some.seasons(re.compile(r"photos/(\d{4})_"))) == {"2023"}
    with pytest.raises(ProfileError, match="--season finds nothing"):
        some.seasons(re.compile("x{9}"))
