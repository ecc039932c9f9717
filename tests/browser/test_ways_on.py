"""Pages for what cannot be shown, and the ways that lead on from them."""

import pytest
from playwright.sync_api import Page

from tests.browser.looking import SLOTS, Looking, assert_way_on
from tests.browser.shop import UNDRESSED, DrawnShop
from tests.browser.watching import Watch

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/look?seed=nobody", 404),
        ("/look?seed=DR101-01&slot1=Wellingtons", 422),
        ("/look?seed=DR101-01&look=7", 422),
        ("/look?seed=DR101-01&slot1=product:nobody", 404),
        ("/look?vector=abcd&taxonomy=Dresses", 422),
        ("/look", 422),
        ("/?cursor=nonsense&q=a", 422),
    ],
)
def test_what_cannot_be_shown_is_a_page_that_leads_on(page: Page, watch: Watch, address: str, status: int) -> None:
    watch.refusals = {status}
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status
    assert_way_on(page)


def test_a_seed_without_a_template_is_dressed_with_slots_of_ones_own(page: Page, watch: Watch, shop: DrawnShop) -> None:
    watch.refusals = {422}
    page.goto(f"/look?seed={shop.of(UNDRESSED)[0].product_id}")
    wanted = "Totes", "Wedges", "Sun Hats"
    for number, taxonomy in zip(SLOTS, wanted, strict=True):
        page.locator(f"select[name=slot{number}]").select_option(taxonomy)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**slot3=Sun+Hats**")
    assert Looking.at(page).taxonomies == wanted


@pytest.mark.parametrize("address", ["/", "/look?seed=a", "/surprise", "/coverage", "/release"])
def test_a_service_that_is_not_ready_says_so_on_every_page(unready: Watch, address: str) -> None:
    page = unready.open()
    answer = page.goto(address)
    assert answer is not None
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    with page.expect_navigation():
        page.get_by_role("main").locator("a[href='']").click()
    assert page.url.endswith(address)
    assert_way_on(page)
