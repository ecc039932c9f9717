"""Whether the process lives, and whether it can serve."""

from fastapi import APIRouter, Request, Response

from service.api import schemas
from service.api.answers import answer, documented
from service.api.deps import runtime_of
from service.errors import NotReady

router = APIRouter(tags=["health"])


@router.get("/livez", responses=documented(schemas.Health))
async def livez() -> Response:
    """Answer as long as the event loop turns; nothing else is asked."""
    return answer({"status": "alive"})


@router.get("/readyz", responses=documented(schemas.Health, 503))
async def readyz(request: Request) -> Response:
    """Say whether bundle, generation and mapping agree and hold products."""
    readiness = runtime_of(request).readiness()
    if not readiness.ready:
        raise NotReady(readiness.reason or "No release is loaded.")
    return answer({"status": "ready"})
