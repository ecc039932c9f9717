"""Every command of README and docs is typed into a terminal, and prints what its page says."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from service.demo.catalogue import make_products
from tests.docs.conftest import LayOut
from tests.docs.pages import DOCS, PAGES, ROOT, blocks
from tests.docs.sessions import BEFORE, NOT_TYPED, TUTORIAL, follow
from tests.docs.terminal import prints

RUN = {
    **{page: {"sh"} for page in BEFORE},
    DOCS / "howto" / "mapping.md": {"sh", "yaml"},
    DOCS / "feedback.md": {"toml"},
    DOCS / "rest.md": {"sh", "python"},
    DOCS / "formats.md": {"toml", "yaml", "csv"},
}
"""In which languages a page's examples are run: here, or by `test_examples`."""

SHOWN = {"", "text", "json", "html"}
"""What stands under a command, and drawings."""

DRAWN = [page for page, shop in BEFORE.items() if shop != "made"]


@pytest.mark.slow
def test_the_tutorial_leaves_a_shop_that_is_served(tutored: Path) -> None:
    assert (tutored / "home" / "current.json").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in BEFORE if page != TUTORIAL], ids=lambda page: page.stem)
def test_what_a_page_shows_is_printed_when_its_commands_are_typed(
    page: Path, lay_outs: Mapping[str, LayOut], tmp_path: Path
) -> None:
    lay_outs[BEFORE[page]](tmp_path)
    follow(page, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_example_of_a_page_is_run_or_listed_with_the_reason(page: Path) -> None:
    for block in blocks(page):
        if block.language not in RUN.get(page, set()) | SHOWN:
            assert block.language == "sh", f"{block}: nothing runs this {block.language}"
            assert set(block.text.splitlines()) <= NOT_TYPED.keys(), f"{block} is run nowhere"


def test_every_line_that_is_not_typed_stands_on_a_page() -> None:
    lines = {line for page in PAGES for block in blocks(page, "sh") for line in block.text.splitlines()}
    assert NOT_TYPED.keys() <= lines


def test_what_is_not_printed_is_noticed() -> None:
    shown = "stage  took\nindex build  0.1 s  generation 20261122T073241-f0fa09\n"
    assert prints("stage        took\nindex build  3.2 s  generation 20270101T000000-000000", shown)
    assert not prints("stage        took\nindex build  unchanged", shown)
    assert prints("one\ntwo\nthree\n", "one\n...\nthree\n")
    assert not prints("one\ntwo\n", "one\n...\nthree\n")


@pytest.mark.parametrize("page", DRAWN, ids=lambda page: page.stem)
def test_every_product_that_a_page_names_is_drawn_and_has_that_title(page: Path) -> None:
    titles = {one.product.product_id: one.product.title for one in make_products()}
    text = page.read_text()
    assert set(re.findall(r"\b[A-Z]{2}\d{3}-\d{2}\b", text)) <= titles.keys()
    for product_id, title in re.findall(r'"product_id": "([\w-]+)", "title": ("(?:[^"\\]|\\.)+")', text):
        assert titles[product_id] == json.loads(title)
