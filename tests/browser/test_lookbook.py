"""What people do with the lookbook, done in a real browser."""

import base64
import json
import shlex
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import DRESS, SLOTS, Looking
from tests.browser.shop import EVENING, FIRST, HOLIDAY, UNDRESSED, DrawnShop
from tests.browser.watching import Watch

pytestmark = pytest.mark.slow

DROP = """([base64, taxonomy]) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], "mine.webp", { type: "image/webp" }));
    const form = document.querySelector("form[enctype]");
    form.elements.taxonomy.value = taxonomy;
    for (const kind of ["dragover", "drop"])
        form.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
}"""


SHOWN = """() => {
    const shot = document.querySelector("canvas");
    return shot.getContext("2d").getImageData(0, 0, shot.width, shot.height).data.some((level) => level > 0);
}"""


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


def test_a_photo_of_a_known_kind_is_dressed_and_shown_to_its_owner_alone(
    page: Page, watch: Watch, shop: DrawnShop
) -> None:
    page.goto("/")
    page.locator("input[type=file]").set_input_files(shop.photo("Dresses"))
    drop_form(page).locator("select").select_option("Dresses")
    drop_form(page).locator("button").click()
    page.wait_for_url("**/look?vector=*")
    mine = Looking.at(page)
    assert mine.taxonomies == FIRST
    page.wait_for_function(SHOWN)
    other = watch.open()
    other.goto(page.url)
    assert Looking.at(other).picked == mine.picked
    assert not other.evaluate(SHOWN)
    with mine.changing():
        page.locator("#filed").select_option("Evening Dresses")
    assert mine.taxonomies == EVENING
    page.wait_for_function(SHOWN)


@pytest.mark.parametrize("taxonomy", ["Sneakers", ""], ids=["told", "guessed"])
def test_a_photo_is_dropped_onto_the_page(page: Page, shop: DrawnShop, taxonomy: str) -> None:
    page.goto("/")
    photo = base64.b64encode(shop.photo("Sneakers").read_bytes()).decode()
    page.evaluate(DROP, [photo, taxonomy])
    page.wait_for_url("**/look?vector=*")
    assert page.locator("#filed").input_value() == "Sneakers"
    assert None not in Looking.at(page).picked


def test_a_file_that_is_no_photo_is_explained(page: Page, watch: Watch, tmp_path: Path) -> None:
    watch.refusals = {415}
    (tmp_path / "photo.jpg").write_text("not a photo")
    page.goto("/")
    page.locator("input[type=file]").set_input_files(tmp_path / "photo.jpg")
    with page.expect_navigation() as navigation:
        drop_form(page).locator("button").click()
    assert navigation.value.status == 415
    assert_way_on(page)


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


def test_without_scripts_words_and_photos_find_looks(watch: Watch, shop: DrawnShop) -> None:
    page = watch.open(java_script_enabled=False)
    page.goto("/")
    page.locator("#q").fill("dress")
    page.get_by_role("search").get_by_role("button").click()
    assert DRESS in seeds(page)
    page.goto("/")
    page.locator("input[type=file]").set_input_files(shop.photo("Dresses"))
    drop_form(page).locator("select").select_option("Dresses")
    drop_form(page).locator("button").click()
    assert Looking.at(page).taxonomies == FIRST


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


def test_nothing_found_leads_on(page: Page) -> None:
    page.goto("/?q=umbrella+of+lead")
    assert not seeds(page)
    page.get_by_role("main").locator("a[href=surprise]").click()
    page.wait_for_url("**/look?seed=*")


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


def suggestions(page: Page) -> Locator:
    return page.locator("#suggestions").get_by_role("option", include_hidden=True)


def seeds(page: Page) -> set[str]:
    """Return the products that the page offers as seeds."""
    links = page.get_by_role("main").locator("a[href^='look?seed=']").all()
    return {parse_qs(urlsplit(link.get_attribute("href") or "").query)["seed"][0] for link in links}


def drop_form(page: Page) -> Locator:
    return page.locator("form[enctype]")


def press_until_focused(page: Page, wanted: Locator, at_most: int = 6) -> None:
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    pytest.fail("the keyboard does not reach it")


def assert_way_on(page: Page) -> None:
    """Check that an error is a whole page: it says what is so, and the search and a link lead away from it."""
    assert page.get_by_role("heading", level=1).inner_text()
    assert page.get_by_role("main").get_by_role("paragraph").first.inner_text()
    expect(page.locator("#q")).to_be_editable()
    expect(page.get_by_role("main").locator("a[href='./']").first).to_be_visible()
