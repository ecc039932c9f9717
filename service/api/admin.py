"""What only the operator may ask."""

from fastapi import APIRouter, Request, Response

from service.api import schemas
from service.api.answers import answer, documented
from service.api.deps import require_admin, runtime_of

router = APIRouter(tags=["admin"])


@router.post("/v1/admin/reload", responses=documented(schemas.Versions, 401, 403, 409))
async def reload(request: Request) -> Response:
    """Serve the release that the home names now; where it cannot be loaded (409), the old one goes on.

    Needs the header `Authorization: Bearer KEY` with the key that `KITSUNE_ADMIN_KEY` holds.
    """
    require_admin(request)
    return answer(await runtime_of(request).reload())
