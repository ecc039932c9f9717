"""Ways to a seed: words, a taxonomy, a colour, or chance."""

from http import HTTPStatus
from random import choice, sample
from typing import Annotated

import fastapi
import numpy as np
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from service.api.deps import deadline_s, leased
from service.api.products import leaves
from service.domain import Filters, Product
from service.errors import UnknownProduct
from service.index.base import Query
from service.release import Release
from service.web.colours import colours
from service.web.families import families
from service.web.query import LookQuery
from service.web.rendering import PageRoute, render

PAGE = 24
SUGGESTIONS = 8
STARTS = 14
"""Seeds that the front page offers."""

CHANCES = 20
"""Products nearest to a random direction, of which one is taken: the nearest alone would be the same few too often."""

Asked = Annotated[str, fastapi.Query(max_length=256)]
Cursor = Annotated[str, fastapi.Query(max_length=1024)]

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def front(
    request: Request, q: Asked = "", taxonomy: Asked = "", colour: Asked = "", cursor: Cursor = ""
) -> Response:
    """Show ways to a seed, or what was looked for."""
    async with leased(request) as release:
        tree = await release.index.taxonomies()
        known = colours(release.model.card)
        words = f"{colour} {q}".strip()
        if not words and not taxonomy:
            starts = await surprises(release, STARTS, deadline_s(request))
            return render(request, "front.html", starts=starts, families=families(tree), colours=known)
        wanted = await leaves(release.index, taxonomy or None)
        page = await release.index.browse(text=words or None, taxonomies=wanted, cursor=cursor or None, limit=PAGE)
    asked = {"q": q, "taxonomy": taxonomy, "colour": colour}
    return render(request, "found.html", page=page, asked=asked, families=families(tree), colours=known)


@router.get("/suggest")
async def suggest(request: Request, q: Asked = "") -> Response:
    """Show the first products that have the words typed so far: a part of a page."""
    async with leased(request) as release:
        page = await release.index.browse(text=q, taxonomies=None, cursor=None, limit=SUGGESTIONS)
    return render(request, "suggestions.html", products=page.products)


@router.get("/surprise")
async def surprise(request: Request) -> Response:
    """Go to the look of a product that chance chose."""
    async with leased(request) as release:
        found = await surprises(release, 1, deadline_s(request))
    if not found:
        raise UnknownProduct("Nothing that is in stock has a template; import products, or look at the coverage page.")
    return RedirectResponse(
        LookQuery(seed=found[0].product_id).address(), HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"}
    )


async def surprises(release: Release, count: int, timeout_s: float) -> list[Product]:
    """Return up to `count` products in stock that have a template, by chance and of different taxonomies.

    Engines find neighbours, not random rows: a product is drawn among the neighbours of a random direction.
    """
    tree = await release.index.taxonomies()
    dressed = [name for name in tree.counts if release.mapping.templates_for(name, tree.path(name))[0]]
    taxonomies = sample(dressed, min(count, len(dressed)))
    directions = np.random.default_rng().standard_normal((len(taxonomies), release.model.dimensions), np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    queries = [Query(direction, (name,), CHANCES) for direction, name in zip(directions, taxonomies, strict=True)]
    found = await release.index.search(queries, Filters(), timeout_s=timeout_s)
    return [choice(candidates).product for candidates in found if candidates]  # noqa: S311 - no secret
