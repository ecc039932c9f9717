"""Photos as seeds, in a real browser."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.looking import DRESS, Looking, assert_way_on, drop_form, seeds
from tests.browser.shop import EVENING, FIRST, DrawnShop
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
