"""`/docs`: the API, to be read and tried. Swagger UI comes from a package: a shop's network may be closed."""

from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from starlette.routing import Mount

from service.web.assets import Assets
from service.web.rendering import HEADERS, render

POLICY = (
    HEADERS["Content-Security-Policy"]
    .replace("img-src 'self'", "img-src 'self' data:")
    .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
)
"""Swagger UI carries its icons and some of its styles inside its script."""

router = APIRouter(include_in_schema=False)
mount = Mount("/docs/files", Assets(packages=[("fastapi_offline", "static")]), name="swagger")


@router.get("/docs")
async def show_reference(request: Request) -> Response:
    """Show Swagger UI over this service's own OpenAPI document."""
    page = render(request, "reference.html", version=version("fastapi-offline"))
    page.headers["Content-Security-Policy"] = POLICY
    return page
