"""Pages out of templates: escaped, never stored, under a policy that lets nothing run but our own files.

All pages lie at one depth (`/`, `/look`, `/coverage`), so their links are relative and hold behind any path prefix.
"""

from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from gzip import compress
from hashlib import blake2b
from importlib import resources
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined

from service.api.problems import RETRY_AFTER_S, status_of
from service.domain import Money, Product
from service.errors import KitsuneError, Unavailable

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}

GZIP_LEVEL = 5
"""Within 5 % of the best compression of a look."""

CURRENCY_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}
TITLES = {404: "We do not have that", 422: "That cannot be asked", 503: "Not ready yet", 504: "That took too long"}


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Fill a template of `service/web/templates`; compressed, a look is an eighth of its size."""
    html = templates("service.web").get_template(template).render(request=request, **context)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(html, status, HEADERS)
    return HTMLResponse(compress(html.encode(), GZIP_LEVEL), status, {**HEADERS, "Content-Encoding": "gzip"})


class PageRoute(APIRoute):
    """A route whose errors are pages: whoever asked reads them in a browser."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the endpoint with its errors rendered."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except KitsuneError as error:
                return _error_page(request, error)

        return handled


def _error_page(request: Request, error: KitsuneError) -> HTMLResponse:
    status = status_of(error)
    away = isinstance(error, Unavailable)
    page = render(request, "error.html", status, title=TITLES.get(status, "That did not work"), error=error, away=away)
    if away:
        page.headers["Retry-After"] = str(RETRY_AFTER_S)
    return page


def money(price: Money) -> str:
    """Write a price as a shop window does."""
    sign = CURRENCY_SIGNS.get(price.currency)
    return f"{sign}{price.amount:,.2f}" if sign else f"{price.amount:,.2f} {price.currency}"


def photo(product: Product, width: int, *, cut: bool = False) -> str | None:
    """Return where a product's picture is: a thumbnail of ours, or the shop's own address if that is https."""
    address = product.image_url or ""
    if address.startswith("/photos/"):
        return f"{address.removeprefix('/')}?width={width}{'&cut=true' if cut else ''}"
    return address if address.startswith("https://") else None


def shop_link(product: Product) -> str | None:
    """Return the product's page in the shop, unless its address is of a kind that a page must not link to."""
    address = product.link or ""
    return address if address.startswith(("https://", "http://")) else None


@cache
def static(name: str) -> str:
    """Return the address of a static file; it changes with the content, so that browsers may keep the file."""
    content = resources.files("service.web").joinpath("static", name).read_bytes()
    return f"static/{name}?{blake2b(content, digest_size=6).hexdigest()}"


@cache
def templates(package: str) -> Environment:
    """Return the templates of a package, all of which escape what they are given."""
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"static": static, "photo": photo, "shop_link": shop_link}
    environment.filters |= {"money": money}
    return environment
