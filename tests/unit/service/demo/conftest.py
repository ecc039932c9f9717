from collections.abc import Mapping, Sequence

import pytest

from service.demo.catalogue import DemoProduct, make_products
from service.demo.outfits import compose_outfits
from service.domain import Product


@pytest.fixture(scope="session")
def made() -> list[DemoProduct]:
    return make_products()


@pytest.fixture(scope="session")
def products(made: Sequence[DemoProduct]) -> Mapping[str, Product]:
    return {one.product.product_id: one.product for one in made}


@pytest.fixture(scope="session")
def outfits(products: Mapping[str, Product]) -> list[list[Product]]:
    return [[products[product_id] for product_id in outfit] for outfit in compose_outfits(list(products.values()))]


@pytest.fixture(scope="session")
def one_of_each(made: Sequence[DemoProduct]) -> list[DemoProduct]:
    """A product of each taxonomy, plain ones where there are any."""
    plain_first = sorted(made, key=lambda one: one.design.fabric.pattern == "plain")
    return list({one.product.taxonomy: one for one in plain_first}.values())
