"""Pages for those who run the shop: what the mapping makes of the catalogue, and what is served."""

import asyncio

from fastapi import APIRouter, Request, Response

from mappings import SlotMapping
from service.api.deps import leased, settings_of
from service.coverage import coverage
from service.home import Home
from service.taxonomy import TaxonomyTree
from service.web.card import EXPLAINED, card_of
from service.web.rendering import PageRoute, render

LISTED = 10
"""Missing names that are listed, each with what comes close; a mapping made for another shop has hundreds of them."""

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/coverage")
async def show_coverage(request: Request) -> Response:
    """Show who can be dressed with what, and what is never shown."""
    async with leased(request) as release:
        tree, mapping = await release.index.taxonomies(), release.mapping
    # In a thread, since several hundred taxonomies take tenths of a second.
    return await asyncio.to_thread(_coverage_page, request, tree, mapping)


def _coverage_page(request: Request, tree: TaxonomyTree, mapping: SlotMapping) -> Response:
    found = coverage(tree, mapping)
    return render(request, "coverage.html", name=mapping.name, coverage=found, closest=tree.closest, listed=LISTED)


@router.get("/release")
async def show_release(request: Request) -> Response:
    """Show what is served, how it was made and how good it is."""
    async with leased(request) as release:
        card = await asyncio.to_thread(card_of, release, Home(settings_of(request).home))
        return render(request, "release.html", card=card, explained=EXPLAINED)
