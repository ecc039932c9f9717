"""Products meant ill (acceptance row S21): their words are shown as words, and the policy is never asked to help.

That no dialog opens, no script fails, no policy is violated and nothing is fetched from elsewhere is watched by `page`.
"""

import ast
import json
import shlex
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import DRESS, Looking
from tests.browser.shop import HOSTILE, MARKUP
from tests.browser.watching import Watch

pytestmark = pytest.mark.slow

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SEED = HOSTILE[0].product_id
INJECTED = """() => [...document.querySelectorAll("*")].filter((element) =>
    [...element.attributes].some((attribute) => attribute.name.startsWith("on"))
    || (element.tagName === "SCRIPT" && !element.src)
    || (element.tagName === "IMG" && element.getAttribute("src") === "x")
    || (element.tagName === "B")
    || /^\\s*(javascript|data|vbscript):/i.test(element.getAttribute("href") ?? element.getAttribute("src") ?? "")
).map((element) => element.outerHTML)"""
PAGES = {
    "front": "/",
    "found": "/?q=alert",
    "asked": f"/?q={quote(MARKUP)}&colour={quote(MARKUP)}",
    "taxonomy": f"/?taxonomy={quote(HOSTILE[2].taxonomy)}",
    "seed": f"/look?seed={quote(SEED)}",
    "candidate": f"/look?seed={DRESS}&slot1=Totes&slot2={quote(HOSTILE[2].taxonomy)}",
    "picked": f"/look?seed={DRESS}&slot1=Totes&pick1={quote(SEED)}",
    "locked": f"/look?seed={DRESS}&slot2={quote(f'product:{SEED}')}",
    "avoided": f"/look?seed={DRESS}&avoid={quote(HOSTILE[2].taxonomy)}",
    "similar": f"/look?seed={quote(HOSTILE[1].product_id)}",
    "coverage": "/coverage",
    "release": "/release",
}


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES.keys())
def test_no_page_makes_elements_of_a_product_s_words(page: Page, address: str) -> None:
    page.goto(address)
    assert page.evaluate(INJECTED) == []
    assert_policy(page.request.get(address).headers)


def test_a_hostile_seed_is_shown_in_its_own_words(page: Page) -> None:
    page.goto(PAGES["seed"])
    expect(page.get_by_role("heading", level=1)).to_have_text(MARKUP)
    expect(page.locator("header.seed")).to_contain_text(HOSTILE[0].brand or "")
    expect(page.locator("header.seed")).to_contain_text(SEED)
    expect(page.locator("header.seed")).to_contain_text("{{ 7 * 7 }}")
    assert page.title().startswith(MARKUP)


def test_a_hostile_candidate_can_be_picked_locked_and_dressed(page: Page) -> None:
    look = Looking(page, slot1="Totes")
    with look.changing():
        look.pick(1, look.candidates(1).index(SEED) + 1).click()
    assert look.picked[0] == SEED
    expect(page.get_by_role("status")).to_contain_text(MARKUP)
    look.click("lock", 1)
    assert look.candidates(1) == [SEED]
    look.override(2, HOSTILE[2].taxonomy)
    assert look.taxonomies[1] == HOSTILE[2].taxonomy
    look.click("avoid", 2)
    expect(look.control("avoided", 1)).to_contain_text(HOSTILE[2].taxonomy)
    assert page.evaluate(INJECTED) == []


def test_suggestions_are_text(page: Page) -> None:
    page.goto("/")
    page.locator("#q").press_sequentially("onerror")
    expect(page.locator("#suggestions")).to_contain_text(MARKUP)
    assert page.evaluate(INJECTED) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/look?seed=mean-1*")


def test_the_request_for_a_hostile_seed_is_one_command_and_one_script(page: Page) -> None:
    look = Looking(page, SEED)
    [*command, body] = shlex.split(page.locator("#curl").text_content() or "")
    assert command[0] == "curl"
    assert len(command) == 4
    assert json.loads(body)["seed"] == {"product_id": SEED}
    answer = httpx.post(command[2], json=json.loads(body), timeout=30).raise_for_status().json()
    assert answer["looks"][0]["slots"][0]["candidates"][0]["product"]["product_id"] == look.picked[0]
    script = ast.parse(page.locator("#python").text_content() or "")
    assert [type(statement) for statement in script.body] == [ast.Import, ast.Assign, ast.For]


def test_no_product_leads_to_an_address_that_runs_or_lies_elsewhere(page: Page) -> None:
    for product in HOSTILE:
        page.goto(f"/look?seed={quote(product.product_id)}&slot1=Totes&slot2=Dresses&slot3=Wedges")
        links = page.get_by_role("main").locator("a[href]").evaluate_all("all => all.map((link) => link.protocol)")
        assert set(links) == {"http:", "https:"} or set(links) == {"http:"}
        sources = page.locator("img[src]").evaluate_all("all => all.map((image) => new URL(image.src).origin)")
        assert set(sources) == {page.evaluate("location.origin")}


@pytest.mark.parametrize("address", ["/look?seed=nobody", "/look?seed=a&look=9", "/?cursor=nonsense&q=a"])
def test_errors_have_the_same_policy(page: Page, address: str) -> None:
    assert_policy(page.request.get(address).headers)


def test_a_service_that_is_not_ready_has_the_same_policy(unready: Watch) -> None:
    assert_policy(unready.open().request.get("/").headers)


def test_an_address_that_is_asked_for_is_never_an_element(page: Page, watch: Watch) -> None:
    watch.refusals = {404, 422}
    for field in ("seed", "slot1", "avoid", "template", "gender", "space"):
        page.goto(f"/look?seed={DRESS}&{field}={quote(MARKUP)}")
        assert page.evaluate(INJECTED) == []


def assert_policy(headers: dict[str, str]) -> None:
    assert headers["content-security-policy"] == POLICY
