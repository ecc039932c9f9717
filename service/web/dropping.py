"""A photo as a seed: it is encoded, forgotten, and its vector goes into the look's address.

Nothing of the photo is kept by the service; the browser that dropped it shows it from its own memory.
"""

from collections import Counter
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from service.api.deps import deadline_s, leased, settings_of
from service.api.reading import bounded, require_media_type
from service.domain import Filters
from service.errors import InvalidRequest, PhotoTooLarge, UnknownTaxonomy
from service.index.base import Query, Vector
from service.release import Release
from service.web.query import LookQuery, pack
from service.web.rendering import PageRoute

NEIGHBOURS = 15
"""Products whose taxonomies vote on what a photo shows, where nobody says."""

ENVELOPE_BYTES = 10_000
"""What multipart adds around a photo and a word: boundaries and a few headers."""

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.post("/look")
async def drop_photo(request: Request) -> Response:
    """Encode a photo and go to its look."""
    photo, asked = await _read_form(request)
    async with leased(request) as release:
        tree = await release.index.taxonomies()
        taxonomy = tree.name(asked) if asked else ""
        if taxonomy is None:
            raise UnknownTaxonomy("taxonomy", tree.closest(asked))
        vector = await release.model.encode_photo(photo, taxonomy)
        filed = taxonomy or await _vote(release, vector, deadline_s(request))
        query = LookQuery(vector=pack(vector), space=release.versions.space, taxonomy=filed)
    return RedirectResponse(query.address(), HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})


async def _read_form(request: Request) -> tuple[bytes, str]:
    """Read the photo and the taxonomy that it is said to show.

    Raises:
        PhotoTooLarge: the photo has more bytes than allowed.
        InvalidRequest: there is no photo.
    """
    require_media_type(request, "multipart/form-data")
    limit_bytes = settings_of(request).max_photo_bytes
    too_large = PhotoTooLarge(f"The photo is over {limit_bytes} bytes; choose a smaller one.")
    received = Request(request.scope, bounded(request, limit_bytes + ENVELOPE_BYTES, too_large))
    async with received.form(max_files=1, max_fields=1) as form:
        photo, taxonomy = form.get("photo"), form.get("taxonomy", "")
        if not isinstance(photo, UploadFile) or not photo.size or not isinstance(taxonomy, str):
            raise InvalidRequest("There is no photo in the form; choose one, then send it.")
        return await photo.read(), taxonomy


async def _vote(release: Release, vector: Vector, timeout_s: float) -> str:
    """Return the taxonomy that most of the products have which look like the photo."""
    tree = await release.index.taxonomies()
    everywhere = Query(vector, tuple(tree.counts), NEIGHBOURS)
    [nearest] = await release.index.search([everywhere], Filters(in_stock=False), timeout_s=timeout_s)
    votes = Counter(candidate.product.taxonomy for candidate in nearest)
    return max(votes, key=lambda taxonomy: votes[taxonomy])
