"""A look's page as those who test it read it and use it: by roles, labels and ids, not by words that may change."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Locator, Page, expect

SETTLED = """(before) => location.href !== before && !document.getElementById("main").hasAttribute("aria-busy")"""
SLOTS = (1, 2, 3)
DRESS = "DR101-01"


class Looking:
    """The look that a page shows; a new one is opened there."""

    def __init__(self, page: Page, seed: str = DRESS, **wishes: str) -> None:
        page.goto(f"/look?{urlencode({'seed': seed} | wishes)}")
        self.page = page

    @classmethod
    def at(cls, page: Page) -> Self:
        """Take the look that the page shows already."""
        looking = cls.__new__(cls)
        looking.page = page
        return looking

    @property
    def asked(self) -> dict[str, list[str]]:
        """What the address holds."""
        return parse_qs(urlsplit(self.page.url).query)

    @property
    def picked(self) -> tuple[str | None, ...]:
        """The product shown in each slot."""
        return tuple(self._picked(number) for number in SLOTS)

    @property
    def taxonomies(self) -> tuple[str, ...]:
        return tuple(self.slot(number).get_by_role("heading", level=2).inner_text() for number in SLOTS)

    def slot(self, number: int) -> Locator:
        return self.page.locator(f"#slot-{number}")

    def control(self, name: str, number: int) -> Locator:
        return self.page.locator(f"#{name}-{number}")

    def candidates(self, number: int) -> list[str]:
        """The products offered in a slot, best first."""
        return [_pick_of(link, number) for link in self.slot(number).locator(f"a[id^=pick-{number}-]").all()]

    def matches(self, number: int) -> list[str | None]:
        """How close each candidate of a slot is."""
        return [meter.get_attribute("value") for meter in self.slot(number).get_by_role("meter").all()]

    def pick(self, number: int, place: int) -> Locator:
        return self.page.locator(f"#pick-{number}-{place}")

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Wait until another look has taken the place of this one."""
        before = self.page.url
        yield
        self.page.wait_for_function(SETTLED, arg=before)

    def override(self, number: int, taxonomy: str) -> None:
        control = self.control("override", number)
        control.focus()
        with self.changing():
            control.select_option(taxonomy)

    def click(self, name: str, number: int) -> None:
        with self.changing():
            self.control(name, number).click()

    def _picked(self, number: int) -> str | None:
        links = self.slot(number).locator(f"a[id^=pick-{number}-][aria-current=true]").all()
        return _pick_of(links[0], number) if links else None


def _pick_of(link: Locator, number: int) -> str:
    return parse_qs(urlsplit(link.get_attribute("href") or "").query)[f"pick{number}"][0]


def seeds(page: Page) -> set[str]:
    """Return the products that the page offers as seeds."""
    links = page.get_by_role("main").locator("a[href^='look?seed=']").all()
    return {parse_qs(urlsplit(link.get_attribute("href") or "").query)["seed"][0] for link in links}


def drop_form(page: Page) -> Locator:
    return page.locator("form[enctype]")


def assert_way_on(page: Page) -> None:
    """Check that an error is a whole page: it says what is so, and the search and a link lead away from it."""
    assert page.get_by_role("heading", level=1).inner_text()
    assert page.get_by_role("main").get_by_role("paragraph").first.inner_text()
    expect(page.locator("#q")).to_be_editable()
    expect(page.get_by_role("main").locator("a[href='./']").first).to_be_visible()
