"""The look page: a seed, its three looks, and everything that a shopper may wish."""

from http import HTTPStatus

import numpy as np
from fastapi import APIRouter, Request, Response

from mappings import SlotMapping, Template
from service.api.deps import deadline_s, leased, told_outfit
from service.api.products import alike
from service.domain import Candidate, Filters, ProductSeed, VectorSeed
from service.errors import NoTemplate
from service.index.base import ProductIndex, Query, Vector
from service.planning import slot_taxonomies, templates_of
from service.taxonomy import TaxonomyTree
from service.web.board import Board
from service.web.families import families
from service.web.query import LookQuery
from service.web.rendering import PageRoute, render
from service.web.requests import as_curl, as_python

SIMILAR = 8
"""Products like the seed below its look: a row of a wide display."""

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/look")
async def look(request: Request) -> Response:
    """Show the looks of a seed."""
    query = LookQuery.of(request)
    async with leased(request) as release:
        tree = await release.index.taxonomies()
        timeout_s = deadline_s(request)
        try:
            outfit = await told_outfit(request, release, query.seed_reference(), query.request())
        except NoTemplate as error:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return render(request, "no_template.html", status, query=query, families=families(tree), error=error)
        similar = await _similar(release.index, query, tree, timeout_s)
        mapping = release.mapping
        templates, inherited = templates_of(outfit.seed, query.request(), tree, mapping)
        usable = [one for one in templates if one.id == outfit.template or _is_usable(one, query, tree, mapping)]
    return render(
        request,
        "look.html",
        board=Board(query, outfit, usable, inherited),
        query=query,
        families=families(tree),
        similar=similar,
        curl=as_curl(str(request.base_url), query),
        python=as_python(str(request.base_url), query),
    )


def _is_usable(template: Template, query: LookQuery, tree: TaxonomyTree, mapping: SlotMapping) -> bool:
    """Say whether the catalogue has, and the shopper does not avoid, something for each slot that is left to it."""
    avoided = {leaf for name in query.avoid for leaf in tree.leaves(tree.name(name) or name)}
    left = [asked for asked, wish in zip(template.slots, query.slots, strict=True) if wish is None]
    return all(set(slot_taxonomies(asked, tree, mapping)) - avoided for asked in left)


async def _similar(
    index: ProductIndex, query: LookQuery, tree: TaxonomyTree, timeout_s: float
) -> tuple[Candidate, ...]:
    """Return the products that are most like the seed, within its own taxonomy."""
    match query.seed_reference():
        case ProductSeed(product_id):
            return await alike(index, (await index.get([product_id]))[product_id], SIMILAR, timeout_s=timeout_s)
        case VectorSeed(vector, taxonomy):
            search = Query(_unit(vector), tree.leaves(tree.name(taxonomy) or taxonomy), SIMILAR)
            [candidates] = await index.search([search], Filters(), timeout_s=timeout_s)
            return candidates


def _unit(vector: tuple[float, ...]) -> Vector:
    array = np.asarray(vector, np.float32)
    unit: Vector = array / np.linalg.norm(array)
    return unit
