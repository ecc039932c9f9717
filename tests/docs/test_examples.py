"""Every example is run, and answers what the page says."""

import csv
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.main import get_command

from mappings import load_mapping, parse_mapping
from service.catalog.importing import import_feed
from service.catalog.outfits import read_outfits
from service.catalog.profile import Profile, load_profile
from service.catalog.record import Record
from service.cli import app
from service.feedback.exporting import HEADER
from tests.docs.answers import assert_holds
from tests.docs.conftest import ADMIN_KEY, FEEDBACK_KEY
from tests.docs.curl import BASE, request_of
from tests.docs.pages import DOCS, PAGES, ROOT, Block, blocks

REST = DOCS / "rest.md"
FORMATS = DOCS / "formats.md"

Example = tuple[Block, Block | None]


def examples(page: Path) -> list[Example]:
    """Return a page's calls, each with the answer that is shown under it."""
    shown = blocks(page, "sh", "json")
    pairs = zip(shown, [*shown[1:], None], strict=True)
    return [
        (block, after if after and after.language == "json" else None)
        for block, after in pairs
        if block.text.startswith("curl")
    ]


def assert_answers(client: httpx.Client, call: Block, shown: Block | None) -> None:
    typed = call.text.replace("$KITSUNE_ADMIN_KEY", ADMIN_KEY).replace("$KITSUNE_FEEDBACK_KEY", FEEDBACK_KEY)
    response = client.request(**request_of(typed))
    answer = {} if shown is None else json.loads(shown.text)
    status = answer.get("status", 200)
    assert response.status_code == (status if isinstance(status, int) else 200), response.text
    if shown is not None:
        assert_holds(response.json(), answer)


@pytest.mark.slow
@pytest.mark.parametrize("example", examples(REST), ids=lambda example: str(example[0]))
def test_the_made_shop_answers_as_the_rest_page_says(made_client: httpx.Client, example: Example) -> None:
    assert_answers(made_client, *example)


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks(REST, "python"), ids=str)
def test_python_of_the_rest_page_runs(made_client: httpx.Client, block: Block) -> None:
    script = block.text.replace(BASE, str(made_client.base_url))
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert [line.split()[0] for line in run.stdout.splitlines()] == ["Shoes", "Bags", "Jackets"]


def test_what_is_not_answered_is_noticed() -> None:
    with pytest.raises(AssertionError, match=r"answer\.looks\[0\]\.slots"):
        assert_holds({"looks": [{}]}, {"looks": [{"slots": []}]})
    with pytest.raises(AssertionError, match=r"answer\.template"):
        assert_holds({"template": "day"}, {"template": "evening"})
    with pytest.raises(AssertionError, match=r"answer\.degraded"):
        assert_holds({"degraded": ["empty_slot"]}, {"degraded": []})


@pytest.mark.parametrize("block", [block for page in PAGES for block in blocks(page, "sh")], ids=str)
def test_every_command_line_names_a_command_and_its_options(block: Block) -> None:
    for line in block.text.splitlines():
        program, *words = shlex.split(line) if line.startswith("kitsune ") else [""]
        if program:
            command: Any = get_command(app)
            while hasattr(command, "commands"):
                command = command.commands[words.pop(0)]
            known = {name for option in command.params for name in option.opts}
            assert {word for word in words if word.startswith("--")} <= known


def load(block: Block, folder: Path) -> Profile:
    """Load a profile; one that is a part gets what the other parts need."""
    rest = "" if "[feed]" in block.text else '[feed]\npath = "x"\n[columns]\nid = "id"\ntaxonomy = "category"\n'
    path = folder / "profile.toml"
    path.write_text(rest + block.text)
    return load_profile(path)


@pytest.mark.parametrize("block", blocks(FORMATS, "toml"), ids=str)
def test_every_profile_loads(block: Block, tmp_path: Path) -> None:
    profile = load(block, tmp_path)
    if profile.outfits is not None:
        profile.outfits.check_header(["outfit", "sku", "top", "bottom", "shoes"])


def test_the_profile_of_exported_outfits_names_their_columns(tmp_path: Path) -> None:
    (block,) = blocks(DOCS / "feedback.md", "toml")
    source = load(block, tmp_path).outfits
    assert source is not None
    source.check_header(HEADER)


def test_the_feed_that_is_shown_fits_the_profile_that_is_shown(tmp_path: Path) -> None:
    feed, long, _ = blocks(FORMATS, "csv")
    profile = load(blocks(FORMATS, "toml")[0], tmp_path)
    (tmp_path / "products.csv").write_text(feed.text)
    (tmp_path / "outfits.csv").write_text(long.text)
    with Record.open(tmp_path / "catalog.sqlite") as record:
        report = import_feed(profile, tmp_path, record, progress=lambda *_: None)
        products = {row.product.product_id: row.product for row in record.products()}
    assert (report.added, report.refused) == (2, 0)
    wedges = products["W7-tan"]
    assert (wedges.availability, wedges.gender, wedges.brand, wedges.sizes) == (
        "out_of_stock",
        "female",
        "Own brand",
        ("38", "39"),
    )
    assert wedges.sale_price is not None
    assert products["D1-red"].attributes["material"] == ("cotton", "silk")
    assert profile.outfits is not None
    assert read_outfits(profile.outfits, tmp_path, products).outfits == (("D1-red", "W7-tan"),)


def test_the_wide_outfits_that_are_shown_are_read(tmp_path: Path) -> None:
    *_, wide = blocks(FORMATS, "csv")
    (tmp_path / "looks.csv").write_text(wide.text)
    [block] = [block for block in blocks(FORMATS, "toml") if 'format = "wide"' in block.text]
    source = load(block, tmp_path).outfits
    assert source is not None
    [outfit] = read_outfits(source, tmp_path, next(csv.reader(wide.text.splitlines()[1:]))).outfits
    assert len(outfit) == 3


@pytest.mark.parametrize("block", blocks(FORMATS, "yaml") + blocks(DOCS / "howto" / "mapping.md", "yaml"), ids=str)
def test_every_mapping_is_one(block: Block) -> None:
    assert parse_mapping(block.text).taxonomies


def test_the_examples_of_the_repository_load() -> None:
    profile = load_profile(ROOT / "examples" / "mango.toml")
    assert profile.mapping_path is not None
    assert load_mapping(profile.mapping_path).taxonomies
