import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.elasticsearch.running import running_url
from tests.shop import MadeShop, make_shop

KITSUNE = (sys.executable, "-m", "service.cli")


@dataclass(frozen=True, slots=True)
class MadeHome:
    """A made shop and the home that was built out of it by the ordinary commands."""

    shop: MadeShop
    path: Path

    def arguments(self) -> list[str]:
        return shop_arguments(self.shop, self.path)


def shop_arguments(shop: MadeShop, home: Path) -> list[str]:
    return ["--profile", str(shop.profile), "--data", str(shop.data), "--home", str(home)]


def kitsune(arguments: Sequence[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the command line as people do: in a process of its own."""
    run = subprocess.run([*KITSUNE, *arguments], capture_output=True, text=True, check=False)
    assert not check or run.returncode == 0, run.stderr
    return run


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def made_shop(tmp_path_factory: pytest.TempPathFactory) -> MadeShop:
    return make_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def made_home(made_shop: MadeShop, tmp_path_factory: pytest.TempPathFactory) -> MadeHome:
    """Built once a session, which takes half a minute: tests must leave it as it is."""
    home = tmp_path_factory.mktemp("home")
    kitsune(["build", *shop_arguments(made_shop, home), "--backbone", "small"])
    return MadeHome(made_shop, home)


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """A real server, started when the first test asks for it. Tests share it: each takes an alias of its own."""
    with running_url() as url:
        yield url
