"""Products as the index knows them."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from service.api import schemas
from service.api.answers import answer, cached_answer, documented
from service.api.deps import deadline_s, leased
from service.api.queries import BrowseQuery, ProductQuery, SimilarQuery
from service.domain import Filters
from service.errors import UnknownProduct, UnknownTaxonomy
from service.index import base
from service.index.base import Item, ProductIndex

router = APIRouter(tags=["products"])


@router.get("/v1/products", responses=documented(schemas.Page, 422, 503, 504))
async def browse(request: Request, query: Annotated[BrowseQuery, Query()]) -> Response:
    """List products by words and taxonomy, page by page."""
    async with leased(request) as release:
        taxonomies = await _leaves(release.index, query.taxonomy)
        page = await release.index.browse(text=query.q, taxonomies=taxonomies, cursor=query.cursor, limit=query.limit)
        return answer(page)


@router.get("/v1/products/{product_id:path}/similar", responses=documented(schemas.Similar, 404, 422, 503, 504))
async def similar(request: Request, product_id: str, query: Annotated[SimilarQuery, Query()]) -> Response:
    """List the products of the same taxonomy that are most alike and in stock."""
    async with leased(request) as release:
        item = await _item(release.index, product_id)
        product = item.product
        variants = frozenset() if product.group_id is None else frozenset({product.group_id})
        others = Filters(exclude_ids=frozenset({product_id}), exclude_groups=variants)
        nearest = base.Query(item.vector, (product.taxonomy,), query.k)
        [candidates] = await release.index.search([nearest], others, timeout_s=deadline_s(request))
        return answer({"product_id": product_id, "candidates": candidates})


@router.get(
    "/v1/products/{product_id:path}",
    responses=documented(None, 404, 422, 503, 504)
    | {200: {"model": schemas.Product | schemas.ProductWithVector}, 304: {"description": "Not changed"}},
)
async def get_product(request: Request, product_id: str, query: Annotated[ProductQuery, Query()]) -> Response:
    """Show one product."""
    async with leased(request) as release:
        item = await _item(release.index, product_id)
        if not query.vector:
            return cached_answer(request, item.product)
        seed = {"vector": item.vector.tolist(), "space_id": release.versions.space}
        return cached_answer(request, msgspec.to_builtins(item.product) | seed)


async def _item(index: ProductIndex, product_id: str) -> Item:
    item = (await index.get([product_id])).get(product_id)
    if item is None:
        raise UnknownProduct("The catalogue has no product of that id; GET /v1/products finds some.")
    return item


async def _leaves(index: ProductIndex, taxonomy: str | None) -> tuple[str, ...] | None:
    if taxonomy is None:
        return None
    tree = await index.taxonomies()
    name = tree.name(taxonomy)
    if name is None:
        raise UnknownTaxonomy("taxonomy", tree.closest(taxonomy))
    return tree.leaves(name)
