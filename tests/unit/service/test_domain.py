import pytest

from service.domain import Filters, Money, PriceRange, Product

BOOT = Product(
    product_id="boot-black",
    group_id="boot",
    taxonomy="Boots",
    brand="Café",
    gender="female",
    price=Money(120.0, "EUR"),
    sale_price=Money(90.0, "EUR"),
)
BARE = Product(product_id="bare", taxonomy="Boots")


def test_the_sale_price_is_the_asking_price() -> None:
    assert BOOT.asking_price == Money(90.0, "EUR")


def test_a_product_that_says_nothing_of_stock_is_in_stock() -> None:
    assert BARE.in_stock


@pytest.mark.parametrize("availability", ["out_of_stock", "preorder", "backorder"])
def test_what_cannot_be_had_now_is_filtered_by_default(availability: str) -> None:
    product = Product(product_id="x", taxonomy="Boots", availability=availability)  # type: ignore[arg-type]
    assert not Filters().admit(product)
    assert Filters(in_stock=False).admit(product)


@pytest.mark.parametrize(
    ("price", "admitted"),
    [
        (PriceRange("EUR"), True),
        (PriceRange("EUR", 90, 90), True),
        (PriceRange("EUR", 90.01, None), False),
        (PriceRange("EUR", None, 89.99), False),
        (PriceRange("USD", None, 1000), False),
    ],
)
def test_price_bounds_are_inclusive_and_of_one_currency(price: PriceRange, admitted: bool) -> None:  # noqa: FBT001 - a table's column
    assert Filters(price=price).admit(BOOT) is admitted


def test_a_product_without_a_price_is_outside_every_range() -> None:
    assert not Filters(price=PriceRange("EUR")).admit(BARE)


def test_brands_compare_without_case() -> None:
    assert Filters(brands=frozenset({"CAFÉ"})).admit(BOOT)
    assert not Filters(exclude_brands=frozenset({"café"})).admit(BOOT)


def test_a_product_without_a_brand_is_none_of_the_brands() -> None:
    assert not Filters(brands=frozenset({"Café"})).admit(BARE)
    assert Filters(exclude_brands=frozenset({"Café"})).admit(BARE)


def test_a_gender_admits_its_own_unisex_and_unstated() -> None:
    assert Filters(gender="female").admit(BOOT)
    assert not Filters(gender="male").admit(BOOT)
    assert Filters(gender="male").admit(BARE)


def test_excluded_ids_and_groups_are_kept_out() -> None:
    assert not Filters(exclude_ids=frozenset({"boot-black"})).admit(BOOT)
    assert not Filters(exclude_groups=frozenset({"boot"})).admit(BOOT)
    assert Filters(exclude_groups=frozenset({"boot"})).admit(BARE)
