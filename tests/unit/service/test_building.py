"""The first stage of a build as the others see it; all of them are run by `tests/e2e/test_build.py`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.catalog import building
from service.catalog.building import Shop, import_catalog
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.catalog.stages import Progress
from service.home import Home

PROFILE = """
[feed]
path = "feed.csv"

[columns]
id = "id"
taxonomy = "family"
photos = "photo"
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
