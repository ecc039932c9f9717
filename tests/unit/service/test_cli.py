"""The command line where it is at the mercy of files and words that others wrote."""

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.catalog.record import Record
from service.cli import app, outfit
from service.errors import FeedError, HomeError, SetupError
from tests.contract.reference import ReferenceIndex
from tests.fakes import fake_release, shop_items

PROFILE = """
[feed]
path = "feed.csv"

[columns]
id = "id"
taxonomy = "family"
photos = "photo"
"""

Kitsune = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "profile.toml").write_text(PROFILE)
    (tmp_path / "feed.csv").write_text("id,family,photo\n1,Hats,1.jpg\n,Hats,\n3,,\n")
    return tmp_path


@pytest.fixture
def run(data: Path) -> Kitsune:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--home", str(data / "home")])

    return run


def shop_import(run: Kitsune, data: Path, *options: str) -> Result:
    return run("catalog", "import", "--profile", str(data / "profile.toml"), "--data", str(data), *options)


def test_refused_rows_are_listed_with_line_column_and_reason(run: Kitsune, data: Path) -> None:
    done = shop_import(run, data)
    assert done.exit_code == 0
    assert "catalog import: line 3, column id: no id" in done.stdout
    assert "catalog import: line 4, column family: no taxonomy" in done.stdout


def test_a_photo_that_came_after_the_import_is_found_by_the_next(run: Kitsune, data: Path) -> None:
    shop_import(run, data)
    (data / "1.jpg").write_bytes(b"a photo")
    again = json.loads(shop_import(run, data, "--json").stdout)["catalog import"]
    assert (again["skipped"], again["changed"]) == (False, 1)
    with Record.open(data / "home" / "catalog.sqlite") as record:
        assert record.get(["1"])["1"].photos == ("1.jpg",)
    assert json.loads(shop_import(run, data, "--json").stdout)["catalog import"]["skipped"]


def test_an_import_that_found_all_unchanged_does_not_say_what_an_earlier_one_did(run: Kitsune, data: Path) -> None:
    (data / "1.jpg").write_bytes(b"a photo")
    assert "added 1" in shop_import(run, data).stdout
    again = shop_import(run, data).stdout
    assert "unchanged" in again
    assert "added" not in again


def test_a_missing_feed_is_an_error_with_a_name(run: Kitsune, data: Path) -> None:
    (data / "feed.csv").unlink()
    done = shop_import(run, data)
    assert done.exit_code == FeedError.exit_code
    assert done.stderr.startswith("feed: ")


def test_a_long_path_in_an_error_is_not_broken_into_lines(tmp_path: Path) -> None:
    home = str(tmp_path / ("x" * 150))
    done = CliRunner().invoke(app, ["rollback", "--home", home])
    assert done.exit_code == HomeError.exit_code
    assert home in done.stderr


@pytest.fixture
def serve_items(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let `kitsune outfit` answer out of the shop of twelve, each product changed in the same way."""

    def serve(**changes: Any) -> None:
        items = [replace(item, product=replace(item.product, **changes)) for item in shop_items()]
        release = fake_release()
        release = replace(release, index=ReferenceIndex(items, release.index.info))
        monkeypatch.setattr(outfit, "named_release", lambda _: None)
        monkeypatch.setattr(outfit, "load_release", lambda *_: release)

    return serve


@pytest.mark.parametrize("title", ["[/]", "[b]x[/b]", ":tada:"])
def test_a_shop_s_words_are_shown_as_they_are(run: Kitsune, serve_items: Callable[..., None], title: str) -> None:
    serve_items(title=title)
    done = run("outfit", "red-dress")
    assert done.exit_code == 0
    assert done.stdout.count(title) > 1


def test_empty_slots_say_why(run: Kitsune, serve_items: Callable[..., None]) -> None:
    serve_items(availability="out_of_stock")
    assert run("outfit", "red-dress").stdout.count("no_product_passes") == 3


def test_a_taken_port_is_an_error_with_a_name(run: Kitsune) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--port", str(taken.getsockname()[1]))
    assert done.exit_code == SetupError.exit_code
    assert "choose another with --port" in done.stderr
