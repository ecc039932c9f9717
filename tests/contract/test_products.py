"""Products looked up by id, browsed by words, and counted by taxonomy."""

import numpy as np
import pytest

from service.domain import Product
from service.errors import InvalidRequest
from service.index.base import Item, ProductIndex
from tests.catalogues import taxonomy_name
from tests.contract.conftest import DIMENSIONS, Engine
from tests.contract.expect import catalogue, direction, reference

pytestmark = pytest.mark.anyio


async def browsed(
    index: ProductIndex, text: str | None = None, taxonomies: list[str] | None = None, limit: int = 40
) -> list[str]:
    """Follow the cursors to the end."""
    page = await index.browse(text=text, taxonomies=taxonomies, cursor=None, limit=limit)
    found = list(page.products)
    while page.cursor is not None:
        assert len(page.products) == limit
        page = await index.browse(text=text, taxonomies=taxonomies, cursor=page.cursor, limit=limit)
        found += page.products
    return [product.product_id for product in found]


async def test_what_was_put_in_comes_back_by_id(engine: Engine) -> None:
    items = catalogue(100)
    index = await engine.make(items)
    found = await index.get([item.product.product_id for item in items[::7]] + ["unknown"])
    assert [item.product for item in found.values()] == [item.product for item in items[::7]]
    for item in items[::7]:
        np.testing.assert_allclose(found[item.product.product_id].vector, item.vector, atol=1e-6)
        assert found[item.product.product_id].vector.dtype == np.float32


async def test_a_vector_that_was_handed_out_is_the_callers_own(engine: Engine) -> None:
    index = await engine.make(catalogue(20))
    (item,) = (await index.get(["P00000000"])).values()
    item.vector[:] = 0
    (again,) = (await index.get(["P00000000"])).values()
    assert np.linalg.norm(again.vector) == pytest.approx(1)


async def test_every_field_survives(engine: Engine) -> None:
    bare = Product(product_id="ünïcode/1 ?&", taxonomy="Été")
    full = catalogue(20)[0].product
    index = await engine.make([Item(full, direction(1)), Item(bare, direction(2))])
    found = await index.get([bare.product_id, full.product_id])
    assert found[bare.product_id].product == bare
    assert found[full.product_id].product == full


async def test_taxonomies_are_counted_with_their_ancestors(engine: Engine) -> None:
    items = catalogue()
    tree = await (await engine.make(items)).taxonomies()
    expected = await reference(items).taxonomies()
    assert dict(tree.counts) == dict(expected.counts)
    assert [tree.leaves(name) for name in ("Women", "Men", "Nobody")] == [
        expected.leaves(name) for name in ("Women", "Men", "Nobody")
    ]
    assert tree.path(taxonomy_name(2)) == ("Kids",)


async def test_info_says_what_was_built(engine: Engine) -> None:
    info = (await engine.make(catalogue(100))).info
    assert (info.space_id, info.dimensions, info.products, info.sequence) == ("space", DIMENSIONS, 100, 7)


async def test_a_generation_opens_again_as_it_was_built(engine: Engine) -> None:
    items = catalogue(100)
    await engine.make(items)
    index = await engine.reopen()
    assert await browsed(index) == [item.product.product_id for item in items]
    assert dict((await index.taxonomies()).counts) == dict((await reference(items).taxonomies()).counts)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " !? ",
        "boots",
        "BOOTS red",
        "red boo",
        "boo red",
        "no. 17",
        "ecru",
        "ÉCRU coat",
        "ca va",
        "brennan & sons",
        "p00000017",
        "taxonomy 0003",
        "zebra",
        "re",
        "red NOT boots",
        'red" OR "blue',
        "words:red",
        "red*",
        "(red",
        "NEAR(red boots)",
    ],
)
async def test_browsing_by_words_finds_what_the_reference_finds(engine: Engine, text: str | None) -> None:
    items = catalogue(150)
    assert await browsed(await engine.make(items), text) == await browsed(reference(items), text)


async def test_browsing_within_taxonomies(engine: Engine) -> None:
    items = catalogue(150)
    index = await engine.make(items)
    wanted = [taxonomy_name(4), taxonomy_name(1), "Nowhere"]
    for text in (None, "red"):
        assert await browsed(index, text, wanted) == await browsed(reference(items), text, wanted)
    assert await browsed(index, None, []) == []


async def test_a_page_that_ends_with_the_last_product_has_no_cursor(engine: Engine) -> None:
    index = await engine.make(catalogue(21))
    assert len(await browsed(index, limit=7)) == 21
    assert (await index.browse(text=None, taxonomies=None, cursor=None, limit=21)).cursor is None


async def test_browsing_goes_on_where_it_stopped_whatever_is_written_meanwhile(engine: Engine) -> None:
    items = catalogue(60)
    index = await engine.make(items)
    first = await index.browse(text=None, taxonomies=None, cursor=None, limit=10)
    last, after = items[9].product, items[10].product
    await index.delete([last.product_id, after.product_id])
    await index.upsert([Item(Product(product_id="A", taxonomy=items[0].product.taxonomy), direction(1))])
    rest = await index.browse(text=None, taxonomies=None, cursor=first.cursor, limit=60)
    assert [product.product_id for product in rest.products] == [item.product.product_id for item in items[11:]]


@pytest.mark.parametrize("cursor", ["", "x", "WyJhIl0=", "bnVsbA==", "é", "a\nb\nc"])
async def test_a_cursor_that_no_page_gave_is_refused(engine: Engine, cursor: str) -> None:
    index = await engine.make(catalogue(20))
    with pytest.raises(InvalidRequest) as refused:
        await index.browse(text=None, taxonomies=None, cursor=cursor, limit=5)
    assert refused.value.code == "invalid_cursor"
