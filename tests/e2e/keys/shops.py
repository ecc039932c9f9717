"""Shops that are built and asked with keys of their own."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.home import Home, ReleasePointer
from tests.conftest import MadeHome, kitsune
from tests.e2e.test_elasticsearch import bundle_of
from tests.elasticsearch.secured import OPERATOR

SEED = "dresses-red-plain-0"
ALIAS, OTHER = "shop", "shop-two"
REFUSED = "Elasticsearch refuses the key (403)"
KEY_FILE = "KITSUNE_ELASTICSEARCH_API_KEY_FILE"


@dataclass(frozen=True, slots=True)
class Keys:
    """The files that the command made, and what it said of them."""

    serve: Path
    ingest: Path
    said: Sequence[dict[str, Any]]


def made(folder: Path, password: Path) -> Keys:
    arguments = ["index", "keys", "--to", str(folder), "--user", OPERATOR, "--password-file", str(password), "--json"]
    serve, ingest = said = json.loads(kitsune(arguments).stdout)["keys"]
    return Keys(Path(serve["file"]), Path(ingest["file"]), said)


def built(made_home: MadeHome, path: Path, shop_keys: Keys) -> MadeHome:
    copy = MadeHome(made_home.shop, Path(shutil.copytree(made_home.path, path)))
    with_key(shop_keys.ingest, ["index", "build", *copy.arguments(), "--engine", "elasticsearch"], check=True)
    return copy


def with_key(file: Path, arguments: Sequence[str], *, check: bool = False) -> subprocess.CompletedProcess[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(KEY_FILE, str(file))
        return kitsune(arguments, check=check)


def looks(shop: MadeHome, file: Path) -> subprocess.CompletedProcess[str]:
    """Open the release and search it, as a process that serves does."""
    return with_key(file, ["outfit", SEED, "--home", str(shop.path), "--json"])


def build(shop: MadeHome, file: Path) -> subprocess.CompletedProcess[str]:
    (shop.path / "work" / "stages.json").unlink(missing_ok=True)
    arguments = ["build", *shop.arguments(), "--bundle", str(bundle_of(shop)), "--engine", "elasticsearch"]
    return with_key(file, arguments)


def current(shop: MadeHome) -> ReleasePointer:
    pointer = Home(shop.path).current()
    assert pointer is not None
    return pointer
