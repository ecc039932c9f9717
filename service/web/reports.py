"""Pages for those who run the shop: what the mapping makes of the catalogue, and what is served."""

import asyncio

from fastapi import APIRouter, Request, Response

from service.api.deps import leased, settings_of
from service.home import Home
from service.web.card import card_of
from service.web.coverage import coverage
from service.web.rendering import PageRoute, render

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/coverage")
async def show_coverage(request: Request) -> Response:
    """Show who can be dressed with what, and what is never shown."""
    async with leased(request) as release:
        tree = await release.index.taxonomies()
        # In a thread: a mapping of several hundred taxonomies takes a tenth of a second.
        found = await asyncio.to_thread(coverage, tree, release.mapping)
        return await asyncio.to_thread(
            render, request, "coverage.html", coverage=found, mapping=release.mapping, versions=release.versions
        )


@router.get("/release")
async def show_release(request: Request) -> Response:
    """Show what is served, how it was made and how good it is."""
    async with leased(request) as release:
        card = await asyncio.to_thread(card_of, release, Home(settings_of(request).home))
        return render(request, "release.html", card=card)
