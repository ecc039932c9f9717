"""The shops that the pages are about: the made one, and the drawn one as `kitsune demo` leaves it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from shutil import copytree

import httpx
import pytest

from service.app import create_app
from service.demo import feed
from service.demo.catalogue import make_products
from service.demo.outfits import compose_outfits
from service.settings import Settings
from tests.conftest import MadeHome, kitsune
from tests.docs.pages import ROOT
from tests.docs.sessions import TUTORIAL, follow
from tests.e2e.conftest import quiet, served

__all__ = ["quiet"]  # no log lines here either

ADMIN_KEY = "a-key-only-for-tests"
FEEDBACK_KEY = "a-feedback-key-only-for-tests"
PATIENCE_S = 30

LayOut = Callable[[Path], object]
"""Puts what a page starts from into an empty folder."""


@pytest.fixture(scope="session")
def made_client(made_home: MadeHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    home = copytree(made_home.path, tmp_path_factory.mktemp("served") / "home", symlinks=True)
    settings = Settings.load(home=home, admin_key=ADMIN_KEY, feedback_key=FEEDBACK_KEY, deadline_s=PATIENCE_S)
    with served(create_app(settings)) as client:
        client.timeout = httpx.Timeout(PATIENCE_S)
        yield client


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay out what `kitsune demo` leaves, with one drawing a taxonomy: that takes seconds, and all of them a minute."""
    home = tmp_path_factory.mktemp("drawn") / "kitsune-demo"
    catalogue = home / "catalogue"
    (catalogue / "photos").mkdir(parents=True)
    made = make_products()
    drawings: dict[str, Path] = {}
    for one in made:
        drawing = drawings.setdefault(one.product.taxonomy, catalogue / one.photo)
        if drawing == catalogue / one.photo:
            feed.write_photo(catalogue, one)
        else:
            (catalogue / one.photo).hardlink_to(drawing)
    feed.write_feed(catalogue, made)
    feed.write_outfits(catalogue, compose_outfits([one.product for one in made]))
    feed.write_mapping(catalogue)
    feed.write_profile(catalogue)
    shop = ["--profile", str(catalogue / "profile.toml"), "--data", str(catalogue), "--home", str(home)]
    kitsune(["build", "--bundle", str(ROOT / "service" / "demo" / "bundle"), *shop])
    return home


@pytest.fixture(scope="session")
def tutored(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Follow the tutorial; the how-to pages go on from there."""
    folder = tmp_path_factory.mktemp("tutored")
    copytree(drawn, folder / "kitsune-demo", symlinks=True)
    follow(TUTORIAL, folder)
    return folder


@pytest.fixture(scope="session")
def lay_outs(request: pytest.FixtureRequest) -> Mapping[str, LayOut]:
    """What the pages start from; a shop is built when the first page asks for it."""

    def demo(folder: Path) -> None:
        copytree(request.getfixturevalue("drawn"), folder / "kitsune-demo", symlinks=True)

    def tutorial(folder: Path) -> None:
        for part in ("shop", "home"):
            copytree(request.getfixturevalue("tutored") / part, folder / part, symlinks=True)

    def made(folder: Path) -> None:
        built: MadeHome = request.getfixturevalue("made_home")
        copytree(built.shop.data, folder / "shop")
        for file in (built.shop.profile, built.shop.profile.with_name("mapping.yaml")):
            (folder / "shop" / file.name).write_bytes(file.read_bytes())
        copytree(built.path, folder / "home", symlinks=True)

    return {"demo": demo, "tutorial": tutorial, "made": made}
