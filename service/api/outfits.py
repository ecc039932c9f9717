"""What goes with this: by body, by link, by photo."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile

from service.api import schemas
from service.api.answers import answer, documented
from service.api.asked import OutfitBody, PhotoOutfitBody
from service.api.deps import DirectRoute, runtime_of, settings_of, sticky_key, told_outfit
from service.api.queries import OutfitQuery
from service.api.reading import bounded, parse, read_json, require_media_type
from service.domain import OutfitRequest, PhotoSeed, SeedReference
from service.errors import InvalidRequest, PhotoTooLarge

ENVELOPE_BYTES = 10_000
"""What multipart adds around a photo and its request: boundaries and a few headers."""

router = APIRouter(tags=["outfits"])
direct = APIRouter(tags=["outfits"], route_class=DirectRoute)


def _body_of(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


async def _outfit(request: Request, seed: SeedReference, wishes: OutfitRequest) -> Response:
    async with runtime_of(request).lease(sticky_key(request)) as release:
        return answer(await told_outfit(request, release, seed, wishes))


@direct.post(
    "/v1/outfits",
    responses=documented(schemas.Outfit, 400, 404, 413, 415, 422, 503, 504),
    openapi_extra=_body_of("application/json", {"$ref": "#/components/schemas/OutfitBody"}),
)
async def post_outfit(request: Request) -> Response:
    """Make looks for a product, a vector or a text."""
    body = await read_json(request, OutfitBody, settings_of(request).max_body_bytes)
    return await _outfit(request, body.seed.as_domain(), body.as_domain())


@router.post(
    "/v1/outfits/image",
    responses=documented(schemas.Outfit, 400, 404, 413, 415, 422, 503, 504),
    openapi_extra=_body_of(
        "multipart/form-data",
        {
            "type": "object",
            "required": ["photo", "request"],
            "properties": {
                "photo": {"type": "string", "format": "binary", "description": "JPEG, PNG or WebP."},
                "request": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": {"$ref": "#/components/schemas/PhotoOutfitBody"},
                },
            },
        },
    ),
)
async def post_photo(request: Request) -> Response:
    """Make looks for the thing in a photo."""
    photo, asked = await _read_parts(request)
    body = parse(PhotoOutfitBody, asked)
    return await _outfit(request, PhotoSeed(photo, body.seed.taxonomy), body.as_domain())


@router.get("/v1/outfits/{product_id:path}", responses=documented(schemas.Outfit, 404, 422, 503, 504))
async def get_outfit(request: Request, product_id: str, query: Annotated[OutfitQuery, Query()]) -> Response:
    """Make looks for a product, all wishes in the link."""
    body = query.body(product_id)
    return await _outfit(request, body.seed.as_domain(), body.as_domain())


async def _read_parts(request: Request) -> tuple[bytes, bytes]:
    """Read the photo and the request that comes with it.

    Raises:
        PhotoTooLarge: the photo has more bytes than allowed.
        InvalidRequest: a part is missing or of the wrong kind.
    """
    require_media_type(request, "multipart/form-data")
    settings = settings_of(request)
    too_large = PhotoTooLarge(f"The photo is over {settings.max_photo_bytes} bytes; send a smaller one.")
    limit_bytes = settings.max_photo_bytes + settings.max_body_bytes + ENVELOPE_BYTES
    bounded_request = Request(request.scope, bounded(request, limit_bytes, too_large))
    async with bounded_request.form(max_files=1, max_fields=1, max_part_size=settings.max_body_bytes) as form:
        photo, asked = form.get("photo"), form.get("request")
        if not isinstance(photo, UploadFile) or not isinstance(asked, str):
            raise InvalidRequest("Send two parts: photo, a file, and request, a JSON text without a file name.")
        data = await photo.read(settings.max_photo_bytes + 1)
    if len(data) > settings.max_photo_bytes:
        raise too_large
    return data, asked.encode()
