"""What endpoints need of the application: its settings, and one release for the length of a request."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import SecretStr
from starlette.routing import request_response

from service.api.problems import Refusal
from service.domain import Outfit, OutfitRequest, SeedReference, Versions
from service.errors import DeadlineExceeded, InvalidRequest, Unauthorized
from service.feedback.desk import FeedbackDesk
from service.observation import Observation
from service.outfitting import observed_outfit
from service.release import Release
from service.settings import Settings

DEADLINE_HEADER = "X-Deadline-Ms"
STICKY_HEADER = "X-Sticky-Key"
LONGEST_KEY = 256
WHOLE_MS = re.compile(r"[1-9][0-9]{0,5}")


class Readiness(Protocol):
    """Whether outfits can be served, and if not, why."""

    @property
    def ready(self) -> bool:
        """Whether they can."""
        ...

    @property
    def reason(self) -> str | None:
        """Why not."""
        ...


class Runtime(Protocol):
    """What the API needs of `service.runtime.Runtime`; the tests bring their own."""

    @property
    def desk(self) -> FeedbackDesk:
        """Where answers and feedback are noted."""
        ...

    def lease(self, key: str | None = None) -> AbstractAsyncContextManager[Release]:
        """Give a release for the length of one request; a key takes part in an experiment, and always the same."""
        ...

    def readiness(self) -> Readiness:
        """Say whether outfits can be served."""
        ...

    def drain(self) -> None:
        """Be ready no more, and go on answering."""
        ...

    async def reload(self) -> Versions:
        """Load the release that the home names now."""
        ...

    async def reload_or_keep(self) -> None:
        """Reload, or log why not and go on."""
        ...

    def observe(self, seen: Observation) -> None:
        """Tell everyone who watches answers."""
        ...


def settings_of(request: Request) -> Settings:
    """Return the settings that the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


def runtime_of(request: Request) -> Runtime:
    """Return what the lifespan opened."""
    runtime: Runtime = request.app.state.runtime
    return runtime


def deadline_s(request: Request) -> float:
    """Return the seconds within which to answer: callers can ask for fewer than the setting, not for more.

    Raises:
        InvalidRequest: the header is no whole number of milliseconds above 0.
    """
    longest_s = settings_of(request).deadline_s
    asked_ms = request.headers.get(DEADLINE_HEADER)
    if asked_ms is None:
        return longest_s
    if not WHOLE_MS.fullmatch(asked_ms):
        raise InvalidRequest(f"{DEADLINE_HEADER} must be a whole number of milliseconds above 0.")
    return min(int(asked_ms) / 1000, longest_s)


def sticky_key(request: Request) -> str | None:
    """Return who asks, as the caller tells it, so that an experiment treats them alike; None where it does not.

    Raises:
        InvalidRequest: the key is too long.
    """
    key = request.headers.get(STICKY_HEADER)
    if key is not None and len(key) > LONGEST_KEY:
        raise InvalidRequest(f"{STICKY_HEADER} must have at most {LONGEST_KEY} characters.")
    return key or None


@asynccontextmanager
async def leased(request: Request) -> AsyncIterator[Release]:
    """Hold one release, so that what is answered is of one piece, and keep the deadline.

    Raises:
        NotReady: there is no release.
        DeadlineExceeded: the block took longer than it may.
    """
    timeout_s = deadline_s(request)
    try:
        async with asyncio.timeout(timeout_s), runtime_of(request).lease() as release:
            yield release
    except TimeoutError as error:
        raise DeadlineExceeded(f"No answer within {timeout_s:g} s; try again.") from error


async def told_outfit(request: Request, release: Release, reference: SeedReference, wishes: OutfitRequest) -> Outfit:
    """Answer what a shopper asks, and tell everyone who watches answers; raises as `make_outfit` does."""
    seen = await observed_outfit(release, reference, wishes, timeout_s=deadline_s(request))
    runtime = runtime_of(request)
    runtime.observe(seen)
    logged = runtime.desk.note(seen)
    return seen.outfit if logged is None else replace(seen.outfit, prediction_logged=logged)


def require_admin(request: Request) -> None:
    """Let only the holder of the admin key through.

    Raises:
        Refusal: admin calls are off.
        Unauthorized: there is no key in the Authorization header, or not the right one.
    """
    key = settings_of(request).admin_key
    if key is None:
        raise Refusal(403, "admin_off", "Admin calls are off; the operator turns them on by setting KITSUNE_ADMIN_KEY.")
    _require_key(request, key, "admin")


def require_feedback_key(request: Request) -> None:
    """Let only those through who may send feedback.

    Raises:
        Refusal: no feedback is taken.
        Unauthorized: there is no key in the Authorization header, or not the right one.
    """
    key = settings_of(request).feedback_key
    if key is None:
        detail = "No feedback is taken; the operator turns it on by setting KITSUNE_FEEDBACK_KEY."
        raise Refusal(403, "feedback_off", detail)
    _require_key(request, key, "feedback")


def _require_key(request: Request, key: SecretStr, name: str) -> None:
    given = request.headers.get("authorization", "")
    expected = f"Bearer {key.get_secret_value()}"
    if not secrets.compare_digest(given.encode(), expected.encode()):
        raise Unauthorized(f"Send the {name} key in the header Authorization: Bearer KEY.")


class DirectRoute(APIRoute):
    """A route that FastAPI documents and does not run: its endpoint takes the request and returns the response.

    Dependencies, parameters and answers of such an endpoint are its own business. It spares the busiest route the
    four fifths of the time that FastAPI spends around an endpoint (`benchmarks` show it).
    """

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.app = request_response(endpoint)
