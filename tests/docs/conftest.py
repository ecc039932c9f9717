"""The two shops that the pages ask: Mango's (README) and the made one (docs/rest.md)."""

from collections.abc import Iterator

import httpx
import pytest

from mappings import load_mapping
from service.app import create_app
from service.domain import Product, Versions
from service.index.base import GenerationInfo, Item
from service.release import Release
from service.settings import Settings
from tests.conftest import MadeHome
from tests.contract.reference import ReferenceIndex
from tests.docs.pages import ROOT
from tests.e2e.conftest import quiet, served
from tests.fakes import DIMENSIONS, SPACE, FakeModel, FakeRuntime, direction_of

__all__ = ["quiet"]  # no log lines here either

ADMIN_KEY = "a-key-only-for-tests"
PATIENCE_S = 30

MANGO = {
    "J1-INDIGO": ("Jeans", "Jeans"),
    "T7-WHITE": ("T-shirt", "T-Shirt"),
    "S3-GOLD": ("Footwear", "Sandals"),
    "B2-BLACK": ("Bags", "Handbag"),
    "B5-CAMEL": ("Bags", "Handbag"),
    "a-shirt": ("Shirt", "Shirt"),
}
"""What the README names, by id: taxonomy and title."""


@pytest.fixture(scope="session")
def made_client(made_home: MadeHome) -> Iterator[httpx.Client]:
    settings = Settings.load(home=made_home.path, admin_key=ADMIN_KEY, deadline_s=PATIENCE_S)
    with served(create_app(settings)) as client:
        client.timeout = httpx.Timeout(PATIENCE_S)
        yield client


@pytest.fixture(scope="session")
def mango_client() -> Iterator[httpx.Client]:
    """A handful of products under Mango's real mapping, without a model."""
    items = [
        Item(Product(product_id=product_id, taxonomy=taxonomy, title=title), direction_of(product_id))
        for product_id, (taxonomy, title) in MANGO.items()
    ]
    mapping = load_mapping(ROOT / "examples" / "mango-mapping.yaml")
    index = ReferenceIndex(items, GenerationInfo("generation", SPACE, DIMENSIONS, len(items), 1))
    release = Release(Versions("bundle", SPACE, "generation", mapping.mapping_id), FakeModel(), index, mapping)
    with served(create_app(Settings.load(), FakeRuntime(release).open())) as client:
        yield client
