"""The pages' own styles, scripts and icon. An address changes with its file's content, so browsers keep it for good."""

from os import PathLike, stat_result

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

KEPT = "public, max-age=31536000, immutable"


class Assets(StaticFiles):
    """Files that browsers may keep."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return a file with leave to keep it."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = KEPT
        return response


mount = Mount("/static", Assets(packages=[("service.web", "static")]), name="static")
