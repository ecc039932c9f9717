"""Products as the index knows them."""

from typing import Annotated

import fastapi
import msgspec
from fastapi import APIRouter, Request, Response

from service.api import schemas
from service.api.answers import answer, cached_answer, documented
from service.api.deps import deadline_s, leased
from service.api.queries import BrowseQuery, ProductQuery, SimilarQuery
from service.domain import Candidate, Filters
from service.errors import UnknownProduct, UnknownTaxonomy
from service.index.base import Item, ProductIndex, Query

router = APIRouter(tags=["products"])


@router.get("/v1/products", responses=documented(schemas.Page, 422, 503, 504))
async def browse(request: Request, query: Annotated[BrowseQuery, fastapi.Query()]) -> Response:
    """List products by words and taxonomy, page by page."""
    async with leased(request) as release:
        taxonomies = await leaves(release.index, query.taxonomy)
        page = await release.index.browse(text=query.q, taxonomies=taxonomies, cursor=query.cursor, limit=query.limit)
        return answer(page)


@router.get("/v1/products/{product_id:path}/similar", responses=documented(schemas.Similar, 404, 422, 503, 504))
async def similar(request: Request, product_id: str, query: Annotated[SimilarQuery, fastapi.Query()]) -> Response:
    """List the products of the same taxonomy that are most alike and in stock."""
    async with leased(request) as release:
        item = await _item(release.index, product_id)
        candidates = await alike(release.index, item, query.k, timeout_s=deadline_s(request))
        return answer({"product_id": product_id, "candidates": candidates})


@router.get(
    "/v1/products/{product_id:path}",
    responses=documented(None, 404, 422, 503, 504)
    | {200: {"model": schemas.DescribedProduct | schemas.ProductWithVector}, 304: {"description": "Not changed"}},
)
async def get_product(request: Request, product_id: str, query: Annotated[ProductQuery, fastapi.Query()]) -> Response:
    """Show one product."""
    async with leased(request) as release:
        item = await _item(release.index, product_id)
        product = item.product
        [found] = release.model.describe(item.vector[None], [[(*product.taxonomy_path, product.taxonomy)]])
        shown = msgspec.to_builtins(product) | {"predicted_attributes": found}
        if query.vector:
            shown |= {"vector": item.vector.tolist(), "space_id": release.versions.space}
        return cached_answer(request, shown)


async def alike(index: ProductIndex, item: Item, k: int, *, timeout_s: float) -> tuple[Candidate, ...]:
    """Return the products in stock of an item's taxonomy that are nearest to it, its variants left out."""
    product = item.product
    variants = frozenset() if product.group_id is None else frozenset({product.group_id})
    others = Filters(exclude_ids=frozenset({product.product_id}), exclude_groups=variants)
    [candidates] = await index.search([Query(item.vector, (product.taxonomy,), k)], others, timeout_s=timeout_s)
    return candidates


async def _item(index: ProductIndex, product_id: str) -> Item:
    item = (await index.get([product_id])).get(product_id)
    if item is None:
        raise UnknownProduct("The catalogue has no product of that id; GET /v1/products finds some.")
    return item


async def leaves(index: ProductIndex, taxonomy: str | None) -> tuple[str, ...] | None:
    """Return the taxonomies that `taxonomy` stands for; None, which is all of them, where none is asked for.

    Raises:
        UnknownTaxonomy: the catalogue has none of that name.
    """
    if taxonomy is None:
        return None
    tree = await index.taxonomies()
    name = tree.name(taxonomy)
    if name is None:
        raise UnknownTaxonomy("taxonomy", tree.closest(taxonomy))
    return tree.leaves(name)
