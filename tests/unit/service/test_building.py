"""The first and the last stage of a build as others see them; all of them are run by `tests/e2e/test_build.py`."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import service.demo
from service.catalog import building
from service.catalog.building import Shop, build_index, import_catalog, install_bundle
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.catalog.stages import Progress
from service.cli.build import show_runs
from service.home import Home
from service.index.base import GenerationInfo
from service.index.generations import Built, Rejected
from service.settings import Settings

PROFILE = """
mapping = "mapping.yaml"

[feed]
path = "feed.csv"

[columns]
id = "id"
taxonomy = "family"
photos = "photo"
"""

MAPPING = """
version: 1
name: shop
taxonomies:
  Dresses:
    - {id: day, slots: [Shoes, Bags, Hats]}
"""


class Silent:
    """A reporter that shows nothing."""

    @contextmanager
    def task(self, label: str) -> Iterator[Progress]:
        del label
        yield lambda _done, _total: None


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    data = write_data(tmp_path / "data")
    (tmp_path / "profile.toml").write_text(PROFILE)
    home = Home(tmp_path / "home")
    with home.writer():
        yield Shop(home, load_profile(tmp_path / "profile.toml"), data, Silent())


def write_data(data: Path) -> Path:
    data.mkdir()
    (data / "a.jpg").write_bytes(b"photo")
    (data / "feed.csv").write_text("id,family,photo\n1,Dresses,a.jpg\n")
    return data


def test_an_import_makes_the_photos_reachable_from_the_home(shop: Shop) -> None:
    import_catalog(shop)
    with Record.open(shop.home.record_path) as record:
        assert record.get(["1"])["1"].product.image_url == "/photos/a.jpg"
    assert (shop.home.photos / "a.jpg").read_bytes() == b"photo"


def test_data_that_moved_is_linked_anew_although_nothing_is_imported(shop: Shop, tmp_path: Path) -> None:
    import_catalog(shop)
    shop.data.rename(tmp_path / "moved")
    run = import_catalog(Shop(shop.home, shop.profile, tmp_path / "moved", shop.reporter))
    assert run.skipped
    assert (shop.home.photos / "a.jpg").read_bytes() == b"photo"


def test_a_feed_that_is_read_in_another_way_than_before_is_imported_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not import_catalog(shop).skipped
    assert import_catalog(shop).skipped
    monkeypatch.setattr(building, "READING", "another way")
    run = import_catalog(shop)
    assert (run.skipped, run.outputs["unchanged"]) == (False, 1)


class Choosy:
    """Generations of an engine that does not take some products."""

    def __init__(self, rejected: tuple[Rejected, ...]) -> None:
        self._rejected = rejected

    def build(self, *_: object, bundle_id: str) -> Built:
        del bundle_id
        return Built(GenerationInfo("generation", "space", 50, 1, 1), self._rejected)

    def has(self, _: str) -> bool:
        return False

    def activate(self, *_: object) -> None:
        return

    def prune(self, keep: Collection[str]) -> tuple[str, ...]:
        del keep
        return ()


def test_products_that_the_engine_does_not_take_are_listed_in_a_file_that_the_result_names(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.data.parent / "mapping.yaml").write_text(MAPPING)
    import_catalog(shop)
    install_bundle(shop, Path(service.demo.__file__).parent / "bundle")
    rejected = (Rejected("1", "too long"), *(Rejected(f"é{number}", "too\nlong") for number in range(149)))
    monkeypatch.setattr(building, "generations_of", lambda *_: Choosy(rejected))
    run = build_index(shop, Settings())
    assert run.outputs["rejected"] == 150
    lines = (shop.home.path / run.outputs["rejections_file"]).read_text().splitlines()
    found = [json.loads(line) for line in lines]
    assert [(row["product_id"], row["reason"]) for row in found] == [(r.product_id, r.reason) for r in rejected]
    assert [row["line"] for row in found] == [2] + 149 * [None]
    show_runs([run], as_json=False)
    printed = capsys.readouterr().out
    assert "line 2, product 1: too long" in printed
    assert "index build: product é8: too" in printed
    assert "product é9:" not in printed
    assert "150 left out; work/refused-products.jsonl lists them" in printed
    monkeypatch.setattr(building, "generations_of", lambda *_: Choosy(()))
    assert build_index(shop, Settings()).outputs["rejections_file"] is None
    assert not (shop.home.work / "refused-products.jsonl").exists()


def test_an_import_of_the_same_feed_is_logged_as_well(shop: Shop) -> None:
    import_catalog(shop)
    import_catalog(shop)
    runs = [json.loads(line) for line in shop.home.runs_path.read_text().splitlines()]
    assert [run["stage"] for run in runs] == ["catalog import"] * 2
    assert runs[0]["outputs"] == runs[1]["outputs"]
