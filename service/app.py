"""The application: routes, middleware and the lifespan that opens the composition root.

Importing this module starts nothing.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from service import runtime, web
from service.api import admin, feedback, health, outfits, products, schemas, taxonomies
from service.api.asked import OutfitBody, PhotoOutfitBody
from service.api.deps import Runtime
from service.api.feedback import FeedbackBody
from service.api.middleware import RequestContext
from service.api.problems import HANDLERS
from service.metrics import Metrics
from service.settings import Settings
from service.signals import heard

OpenRuntime = Callable[[Settings, Metrics], AbstractAsyncContextManager[Runtime]]


class Kitsune(FastAPI):
    """FastAPI that also documents the models it does not see in a signature."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made once."""
        if self.openapi_schema is None:
            _, unseen = models_json_schema(
                [(model, "validation") for model in (OutfitBody, PhotoOutfitBody, FeedbackBody, schemas.Problem)],
                ref_template="#/components/schemas/{model}",
            )
            super().openapi()["components"]["schemas"] |= unseen["$defs"]
        return super().openapi()


def create_app(settings: Settings | None = None, open_runtime: OpenRuntime = runtime.open_runtime) -> FastAPI:
    """Build an application that serves one home, or whatever another composition root opens."""
    settings = settings or Settings.load()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_runtime(settings, metrics) as opened, metrics.process.sampled():
            app.state.runtime = opened
            with heard(opened, settings.drain_s):
                yield

    app = Kitsune(
        title="Kitsune",
        summary="What goes with this product?",
        version=version("kitsune-outfits"),
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        # Prometheus measures; FastAPI's hooks would look for an OpenTelemetry provider at every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        # Their pages load scripts from elsewhere; `service.web.reference` shows the same from here.
        docs_url=None,
        redoc_url=None,
        # An address is right or it is not; a redirect would be the one answer that is neither.
        redirect_slashes=False,
        # Given as a list, the busiest first, they are found at once; an included router is searched twice.
        routes=[
            *outfits.direct.routes,
            *outfits.router.routes,
            *products.router.routes,
            *taxonomies.router.routes,
            *feedback.router.routes,
            *admin.router.routes,
            *health.router.routes,
            *web.ROUTES,
        ],
    )
    app.state.settings = settings
    if settings.metrics:
        metrics.http.instrument(app)
    app.add_middleware(RequestContext)
    return app
