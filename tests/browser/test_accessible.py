"""For who sees little, uses no mouse, or holds a phone: axe-core, the keyboard and narrow displays."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.browser.looking import DRESS, SLOTS, Looking
from tests.browser.shop import UNDRESSED, DrawnShop
from tests.browser.watching import Watch

pytestmark = pytest.mark.slow

DESKTOP, PHONE, SMALL_PHONE = 1280, 390, 320
HEIGHT = 900
PAGES = {
    "front": "/",
    "found": "/?q=dress",
    "nothing-found": "/?q=umbrella+of+lead",
    "look": f"/look?seed={DRESS}&slot1=Wedges&avoid=Ties",
    "empty-slots": f"/look?seed={DRESS}&currency=EUR&min_price=99999",
    "coverage": "/coverage",
    "release": "/release",
    "error": "/look?seed=nobody",
}
OUTLINE = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
}"""
OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(params=[*PAGES, "photo", "no-template"])
def shown(request: pytest.FixtureRequest, watch: Watch, page: Page, shop: DrawnShop) -> Page:
    """Every kind of page, one after the other."""
    watch.refusals = {404, 422}
    if request.param == "photo":
        page.goto("/")
        page.locator("input[type=file]").set_input_files(shop.photo("Dresses"))
        page.locator("form[enctype] button").click()
        page.wait_for_url("**/look?vector=*")
    elif request.param == "no-template":
        page.goto(f"/look?seed={shop.of(UNDRESSED)[0].product_id}")
    else:
        page.goto(PAGES[request.param])
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    return page


def test_axe_finds_nothing_and_nothing_is_wider_than_the_display(shown: Page) -> None:
    for scheme in ("light", "dark"):
        shown.emulate_media(color_scheme=scheme)
        for width in (DESKTOP, PHONE):
            shown.set_viewport_size({"width": width, "height": HEIGHT})
            results = Axe().run(shown)
            assert results.violations_count == 0, f"{scheme}, {width} pixels: {results.generate_report()}"
            assert not shown.evaluate(OVERFLOWS), f"wider than {width} pixels"
    shown.set_viewport_size({"width": SMALL_PHONE, "height": HEIGHT})
    assert not shown.evaluate(OVERFLOWS), f"wider than {SMALL_PHONE} pixels"


def test_the_keyboard_reaches_every_control_of_a_slot_in_order_and_shows_where_it_is(page: Page) -> None:
    look = Looking(page)
    page.locator("#sold-out").focus()
    order = list(tabbed(page))
    for number in SLOTS:
        controls = [f"{name}-{number}" for name in ("override", "next", "lock", "avoid")]
        at = order.index(controls[0])
        assert order[at : at + 4] == controls
        offered = range(1, len(look.candidates(number)) + 1)
        assert [id_ for id_ in order if id_.startswith(f"pick-{number}-")] == [f"pick-{number}-{m}" for m in offered]


def tabbed(page: Page) -> Iterator[str]:
    """Press Tab until the end of the page, and yield the id of each element that it reaches."""
    while True:
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            return
        assert page.evaluate(OUTLINE) >= 2, page.evaluate("`no focus to be seen: ${document.activeElement.outerHTML}`")
        yield page.evaluate("document.activeElement.id")


def test_the_first_link_skips_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator("a[href='#main']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_every_look_has_one_main_heading_and_its_slots_are_named_regions(page: Page) -> None:
    look = Looking(page)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    for taxonomy in look.taxonomies:
        expect(page.get_by_role("region", name=taxonomy, exact=True)).to_be_visible()
