"""The coverage and the release page as they are sent; their figures are tested where they are worked out."""

from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import as_file, files
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from mappings import SlotMapping, Template
from service.catalog.figures import Measured, keep
from service.generation import BundleModel
from service.home import Home
from service.release import Release
from service.settings import Settings
from service.web import reports
from tests.contract.reference import ReferenceIndex
from tests.fakes import CARD, MAPPING, FakeModel, FakeRuntime, fake_release, shop_items
from tests.figures import measured
from tests.unit.service.web.test_card import MEASURED_CARD

pytestmark = pytest.mark.anyio


class Page(HTMLParser):
    """The text of a page, in one line, and what its tables are made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


async def show(address: str, home: Path, release: Release | None = None) -> Page:
    app = FastAPI(routes=reports.router.routes)
    app.state.settings = Settings(home=home, deadline_s=30)
    app.state.runtime = FakeRuntime(release or fake_release())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
        response = await client.get(address)
    assert response.status_code == 200
    return Page(response.text)


def mapped(**taxonomies: tuple[str, str, str]) -> Release:
    """The shop of twelve with one template for each of a few taxonomies."""
    templates = {name: (Template("only", slots),) for name, slots in taxonomies.items()}
    return replace(fake_release(), mapping=SlotMapping("few", templates))


async def test_products_that_cannot_be_seeds_are_counted_with_the_reason(tmp_path: Path) -> None:
    release = mapped(Dresses=("Wedges", "Totes", "Jackets"), Totes=("Kilts", "Heels", "Jackets"))
    text = (await show("coverage", tmp_path, release)).text
    assert "33.3 % of the products get looks as a seed" in text
    assert "Totes 1 Each of its templates has a slot that the catalogue cannot fill." in text
    assert "Heels 1 The mapping names neither it nor an ancestor of it." in text


async def test_a_slot_that_nothing_fills_is_shown_with_what_was_meant(tmp_path: Path) -> None:
    release = mapped(Dresses=("Wedgs", "Totes", "Jackets"))
    text = (await show("coverage", tmp_path, release)).text
    assert "0 of 1 templates can be used" in text
    assert "Wedgs Wedges" in text


async def test_a_misspelt_seed_is_shown_with_what_was_meant(tmp_path: Path) -> None:
    release = mapped(Dreses=("Wedges", "Totes", "Jackets"))
    assert "Dreses Dresses" in (await show("coverage", tmp_path, release)).text


async def test_of_a_mapping_for_another_shop_only_the_worst_is_listed(tmp_path: Path) -> None:
    others = {f"Kilts {n}": ("Wedges", "Totes", "Jackets") for n in range(reports.LISTED + 2)}
    text = (await show("coverage", tmp_path, mapped(**others))).text
    assert text.count("Kilts") == reports.LISTED
    assert "And 2 more: kitsune mapping check names them all." in text


async def test_what_no_template_shows_is_named(tmp_path: Path) -> None:
    page = await show("coverage", tmp_path, mapped(Women=("Shoes", "Bags", "Jackets")))
    assert "Never shown beside a seed 5 products" in page.text
    assert "as all of Women" in page.text


async def test_a_mapping_without_a_fault_is_said_to_have_none(tmp_path: Path) -> None:
    every = ("Clothing", "Shoes", "Bags"), ("Extras", "Shoes", "Bags")
    mapping = SlotMapping("whole", {"Women": tuple(Template(str(n), slots) for n, slots in enumerate(every))})
    text = (await show("coverage", tmp_path, replace(fake_release(), mapping=mapping))).text
    assert "Nothing. Every product can be a seed" in text


async def test_an_empty_catalogue_still_has_a_page(tmp_path: Path) -> None:
    release = fake_release()
    page = await show("coverage", tmp_path, replace(release, index=ReferenceIndex([], release.index.info)))
    assert "0 products in 0 taxonomies" in page.text


async def test_a_shop_s_words_are_shown_as_they_are(tmp_path: Path) -> None:
    items = [replace(item, product=replace(item.product, taxonomy="<b>&")) for item in shop_items()]
    release = fake_release()
    page = await show("coverage", tmp_path, replace(release, index=ReferenceIndex(items, release.index.info)))
    assert "<b>&" in page.text
    assert page.count("b") == 0
    assert "./?taxonomy=%3Cb%3E%26" in [attributes.get("href") for _, attributes in page.tags]


async def test_the_release_page_names_what_is_served(tmp_path: Path) -> None:
    release = fake_release()
    text = (await show("release", tmp_path)).text
    assert all(one in text for one in ("fake-bundle", "fake-space", "fake-generation", MAPPING.mapping_id))
    assert f"an index of {len(shop_items())} products" in text
    assert release.mapping.name in text


async def test_a_bundle_that_was_not_measured_comes_with_the_command_that_does_it(tmp_path: Path) -> None:
    text = (await show("release", tmp_path)).text
    assert "kitsune evaluate --profile PROFILE" in text
    assert "not measured" in text


async def test_the_figures_of_the_served_bundle_stand_beside_naive_rows(tmp_path: Path) -> None:
    keep(Home(tmp_path), measured())
    text = (await show("release", tmp_path, replace(fake_release(), model=FakeModel(MEASURED_CARD)))).text
    assert "50 of 100 true partners among its first ten. Chance has 40 of 100" in text
    assert "Clearly better than random No clear difference from ridge Clearly worse than colour PMI" in text
    assert "random by chance 0.400 0.300 to 0.500" in text
    assert "+0.040 +0.020 to +0.060" in text
    assert "Dresses 10 49 0.500 0.400" in text
    assert "colour red, écru 2 12 90 % 40 %" in text


@pytest.mark.parametrize(
    ("figures", "warning"),
    [
        (replace(measured(), honest=False), "Not honest."),
        (measured("validation"), "Measured on the validation part"),
    ],
)
async def test_figures_that_prove_little_say_so(tmp_path: Path, figures: Measured, warning: str) -> None:
    keep(Home(tmp_path), figures)
    assert warning in (await show("release", tmp_path)).text


async def test_figures_of_the_test_part_come_without_a_warning(tmp_path: Path) -> None:
    keep(Home(tmp_path), measured())
    page = await show("release", tmp_path)
    assert "Not honest" not in page.text
    assert "notice" not in [attributes.get("class") for _, attributes in page.tags]


async def test_damaged_figures_are_named_without_the_server_s_folders(tmp_path: Path) -> None:
    keep(Home(tmp_path), measured()).write_bytes(b"{")
    page = await show("release", tmp_path)
    assert "evaluations/fake-bundle.test.json cannot be read" in page.text
    assert str(tmp_path) not in page.html


async def test_a_real_bundle_says_how_it_was_made(tmp_path: Path) -> None:
    with as_file(files("service.demo") / "bundle") as bundle:
        model = BundleModel.open(bundle)
    model.close()
    text = (await show("release", tmp_path, replace(fake_release(), model=model))).text
    assert "Backbone small, 96 pixels a side" in text
    assert "Saw all products no, cold ones were held back" in text
    assert all(f"{name} " in text and file["sha256"] in text for name, file in model.card["files"].items())


async def test_an_attribute_that_is_read_no_better_than_by_guessing_is_marked(tmp_path: Path) -> None:
    accuracies = {"colour": {"accuracy": 0.4, "majority_accuracy": 0.5}}
    guessing = FakeModel({**CARD, "metrics": {"encoder": {"attributes": accuracies}}})
    page = await show("release", tmp_path, replace(fake_release(), model=guessing))
    assert "no better than guessing" in page.text


@pytest.mark.parametrize("address", ["coverage", "release"])
async def test_every_table_has_a_caption_and_every_heading_a_scope(tmp_path: Path, address: str) -> None:
    keep(Home(tmp_path), measured())
    page = await show(address, tmp_path)
    assert page.count("table") == page.count("caption") > 0
    assert all(attributes.get("scope") for tag, attributes in page.tags if tag == "th")
