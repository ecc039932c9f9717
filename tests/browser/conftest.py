"""Debian's Chromium over a drawn shop that a real server serves."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from service.app import create_app
from service.settings import Settings
from tests.browser.shop import DrawnShop, draw_shop
from tests.browser.watching import PATIENCE_S, Watch, watched
from tests.e2e.conftest import quiet, served
from tests.fakes import FakeRuntime

__all__ = ["quiet"]  # no log lines here either

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


# What lives with the package, not with the session, ends before tests that run event loops of their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if executable is None:
        reason = f"no browser: none of {', '.join(CHROMIUMS)} is on the path; install Chromium to run these tests"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def shop(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> DrawnShop:
    del browser  # without one, nothing need be drawn
    return draw_shop(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="package")
def origin(shop: DrawnShop) -> Iterator[str]:
    settings = Settings.load(home=shop.home, deadline_s=PATIENCE_S)
    with served(create_app(settings)) as client:
        yield str(client.base_url).rstrip("/")


@pytest.fixture
def watch(browser: Browser, origin: str) -> Iterator[Watch]:
    with watched(browser, origin) as watch:
        yield watch


@pytest.fixture
def page(watch: Watch) -> Page:
    return watch.open()


@pytest.fixture
def unready(browser: Browser) -> Iterator[Watch]:
    """A service that has nothing to serve yet."""
    app = create_app(Settings.load(), FakeRuntime(reason="No release is loaded yet.").open())
    with served(app) as client, watched(browser, str(client.base_url).rstrip("/")) as watch:
        watch.refusals = {503}
        yield watch
