"""Ways to a seed, taken in a real browser."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import DRESS, SLOTS, seeds
from tests.browser.shop import DrawnShop

pytestmark = pytest.mark.slow


def test_a_seed_is_found_and_chosen_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    field = page.get_by_role("combobox").and_(page.locator("#q"))
    press_until_focused(page, field)
    field.press_sequentially("dress")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = suggestions(page).nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", second.get_attribute("id") or "")
    words = second.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/look?seed=*")
    assert page.get_by_role("heading", level=1).inner_text() in words


def test_escape_closes_the_suggestions_and_enter_then_searches(page: Page) -> None:
    page.goto("/")
    field = page.locator("#q")
    field.press_sequentially("dress")
    expect(suggestions(page).first).to_be_visible()
    field.press("Escape")
    expect(suggestions(page).first).to_be_hidden()
    field.press("Enter")
    page.wait_for_url("**/?q=dress")
    assert seeds(page) >= {DRESS}


def test_a_suggestion_can_be_clicked(page: Page) -> None:
    page.goto("/")
    page.locator("#q").press_sequentially(DRESS)
    suggestions(page).first.click()
    page.wait_for_url(f"**/look?seed={DRESS}")


def test_a_seed_is_found_by_taxonomy_and_then_by_colour(page: Page, shop: DrawnShop) -> None:
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Sneakers", exact=True).click()
    page.wait_for_url("**/?taxonomy=Sneakers")
    sneakers = shop.of("Sneakers")
    assert seeds(page) == {product.product_id for product in sneakers}
    colour = sneakers[0].attributes["colour"][0]
    page.locator("select[name=colour]").select_option(colour)
    page.wait_for_url(f"**colour={colour}**")
    assert sneakers[0].product_id in seeds(page)
    assert len(seeds(page)) < len(sneakers)


def test_a_seed_is_found_by_a_swatch(page: Page, shop: DrawnShop) -> None:
    [dress, *_] = shop.of("Dresses")
    [colour] = dress.attributes["colour"]
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name=colour, exact=True).click()
    page.wait_for_url("**/?colour=*")
    assert dress.product_id in seeds(page)


def test_chance_finds_a_seed_that_can_be_dressed(page: Page) -> None:
    page.goto("/")
    page.get_by_role("banner").locator("a[href=surprise]").click()
    page.wait_for_url("**/look?seed=*")
    for number in SLOTS:
        expect(page.locator(f"#slot-{number}")).to_be_visible()


def test_nothing_found_leads_on(page: Page) -> None:
    page.goto("/?q=umbrella+of+lead")
    assert not seeds(page)
    page.get_by_role("main").locator("a[href=surprise]").click()
    page.wait_for_url("**/look?seed=*")


def suggestions(page: Page) -> Locator:
    return page.locator("#suggestions").get_by_role("option", include_hidden=True)


def press_until_focused(page: Page, wanted: Locator, at_most: int = 6) -> None:
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    pytest.fail("the keyboard does not reach it")
