"""What people do with a look, done in a real browser."""

import json
import shlex

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import SLOTS, Looking
from tests.browser.shop import FIRST, HOLIDAY, DrawnShop
from tests.browser.watching import Watch

pytestmark = pytest.mark.slow


def test_each_look_searches_the_same_slots_with_other_heads(page: Page) -> None:
    look = Looking(page)
    seen = [look.matches(1)]
    for number in (2, 3):
        look.click("look", number)
        assert look.taxonomies == FIRST
        expect(look.control("look", number)).to_have_attribute("aria-current", "true")
        seen.append(look.matches(1))
    assert seen[0] != seen[1] != seen[2] != seen[0]


def test_a_slot_is_overridden_in_every_look_and_the_others_stay(page: Page) -> None:
    look = Looking(page)
    before = look.picked
    look.override(1, "Wedges")
    assert look.taxonomies == ("Wedges", *FIRST[1:])
    assert look.picked[1:] == before[1:]
    look.click("look", 2)
    assert look.taxonomies == ("Wedges", *FIRST[1:])
    look.override(1, "")
    assert look.taxonomies == FIRST


def test_an_avoided_taxonomy_is_gone_until_it_is_allowed_again(page: Page) -> None:
    look = Looking(page)
    look.click("avoid", 1)
    assert look.taxonomies == HOLIDAY
    for number in SLOTS:
        expect(look.control("override", number).locator("option[value=Sneakers]")).to_be_disabled()
    look.click("avoided", 1)
    assert look.taxonomies == FIRST
    assert "avoid" not in look.asked


def test_a_locked_product_stays_in_every_look_until_it_is_let_go(page: Page) -> None:
    look = Looking(page)
    kept = look.picked[1]
    look.click("lock", 2)
    look.click("look", 2)
    assert look.candidates(2) == [kept]
    look.click("lock", 2)
    assert look.picked[1] == kept
    assert len(look.candidates(2)) > 1


def test_the_next_best_takes_the_place_of_one_product_while_the_others_stay(page: Page) -> None:
    look = Looking(page)
    before, offered = look.picked, look.candidates(3)
    look.click("next", 3)
    assert look.picked == (*before[:2], offered[1])
    assert look.candidates(3) == offered
    while look.control("next", 3).count():
        look.click("next", 3)
    assert look.picked == (*before[:2], offered[-1])


def test_a_candidate_is_picked_by_a_click_and_both_slots_keep_their_picks(page: Page) -> None:
    look = Looking(page)
    wanted = look.candidates(1)[2], look.candidates(2)[1]
    with look.changing():
        look.pick(1, 3).click()
    with look.changing():
        look.pick(2, 2).click()
    assert look.picked[:2] == wanted


def test_focus_stays_on_the_control_that_was_used_and_the_change_is_told(page: Page) -> None:
    look = Looking(page)
    page.evaluate("window.same = true")
    for control in ("#look-2", "#next-1", "#lock-1", "#pick-3-2", "#avoid-2"):
        page.locator(control).focus()
        with look.changing():
            page.keyboard.press("Enter")
        expect(page.locator(control)).to_be_focused()
        expect(page.get_by_role("status")).not_to_be_empty()
    look.override(2, "Earrings")
    expect(look.control("override", 2)).to_be_focused()
    assert page.evaluate("window.same"), "a change loaded the whole page"


def test_focus_goes_to_the_page_when_its_control_is_gone(page: Page) -> None:
    look = Looking(page, avoid="Sneakers")
    page.locator("#avoided-1").focus()
    with look.changing():
        page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_a_price_that_nothing_has_shows_empty_slots_with_a_way_on(page: Page) -> None:
    look = Looking(page)
    before = look.picked
    with look.changing():
        page.locator("#min-price").fill("99999")
        page.locator("#min-price").press("Enter")
    assert look.picked == (None, None, None)
    for number, taxonomy in zip(SLOTS, FIRST, strict=True):
        expect(look.slot(number).get_by_role("paragraph")).to_contain_text(taxonomy)
        expect(look.control("override", number)).to_be_enabled()
    with look.changing():
        page.locator("#min-price").fill("")
        page.locator("#min-price").press("Enter")
    assert look.picked == before


def test_filters_hold_for_every_candidate(page: Page, shop: DrawnShop) -> None:
    prices = {one.product_id: one.asking_price.amount for one in shop.products if one.asking_price}
    look = Looking(page)
    dearest = max(prices[offered] for offered in look.candidates(1))
    with look.changing():
        page.locator("#max-price").fill(str(dearest - 0.01))
        page.locator("#max-price").press("Enter")
    assert all(prices[offered] < dearest for number in SLOTS for offered in look.candidates(number))
    with look.changing():
        page.locator("#sold-out").check()
    assert look.asked["sold_out"] == ["true"]
    with look.changing():
        page.locator("#gender").select_option("male")
    assert look.asked["gender"] == ["male"]


def test_another_template_brings_other_slots(page: Page) -> None:
    look = Looking(page)
    with look.changing():
        page.locator("#template").select_option("holiday")
    assert look.taxonomies == HOLIDAY


def test_the_back_button_brings_the_look_before_back(page: Page) -> None:
    look = Looking(page)
    before = look.picked
    look.override(1, "Wedges")
    look.click("next", 2)
    for _ in range(2):
        with look.changing():
            page.go_back()
    assert (look.taxonomies, look.picked) == (FIRST, before)
    with look.changing():
        page.go_forward()
    assert look.taxonomies == ("Wedges", *FIRST[1:])


def test_a_shared_address_shows_the_same_look_to_somebody_else(page: Page, watch: Watch) -> None:
    look = Looking(page)
    look.override(1, "Wedges")
    look.click("lock", 3)
    look.click("look", 2)
    look.click("next", 2)
    other = watch.open()
    other.goto(page.url)
    theirs = Looking.at(other)
    assert (theirs.picked, theirs.taxonomies) == (look.picked, look.taxonomies)
    expect(theirs.control("look", 2)).to_have_attribute("aria-current", "true")


def test_the_address_is_copied_by_a_button(watch: Watch) -> None:
    page = watch.open(permissions=["clipboard-read", "clipboard-write"])
    look = Looking(page)
    look.click("next", 1)
    page.locator("[data-share]").click()
    expect(page.get_by_role("status")).not_to_be_empty()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_the_request_that_is_shown_gets_the_products_that_are_shown(page: Page) -> None:
    look = Looking(page, avoid="Ties", template="holiday", look="2")
    look.override(2, "Sunglasses")
    look.click("lock", 3)
    _, _, url, _, body = shlex.split(page.locator("#curl").text_content() or "")
    answer = httpx.post(url, json=json.loads(body), timeout=30).raise_for_status().json()
    slots = answer["looks"][1]["slots"]
    offered = [[candidate["product"]["product_id"] for candidate in slot["candidates"]] for slot in slots]
    assert offered == [look.candidates(number) for number in SLOTS]


def test_without_scripts_a_look_can_still_be_changed(watch: Watch) -> None:
    page = watch.open(java_script_enabled=False)
    look = Looking(page)
    before, offered = look.picked, look.candidates(1)
    look.pick(1, 2).click()
    assert look.picked == (offered[1], *before[1:])
    look.control("override", 2).select_option("Totes")
    look.slot(2).get_by_role("button").click()
    assert look.taxonomies == ("Sneakers", "Totes", "Denim Jackets")
    look.control("lock", 1).click()
    look.control("look", 2).click()
    assert look.candidates(1) == [offered[1]]
