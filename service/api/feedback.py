"""What shoppers made of the answers, as the shop tells it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field, StringConstraints, field_validator

from service import domain
from service.api import schemas
from service.api.answers import answer, documented
from service.api.asked import Asked, Text
from service.api.deps import deadline_s, require_feedback_key, runtime_of, settings_of
from service.api.reading import read_json
from service.feedback.events import Event, EventName

AHEAD = timedelta(days=1)
"""How far a caller's clock may be ahead of this one: more is no clock that is wrong, but a time that is."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{8,64}$"), Field(examples=["5f0c9d52-1"])]
OutfitId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]

router = APIRouter(tags=["feedback"])


class EventBody(Asked):
    """Something that happened to an outfit, a look, a slot or a product of it."""

    event_id: EventId
    outfit_id: OutfitId
    event: EventName
    look: int | None = Field(default=None, ge=0, lt=3)
    slot: int | None = Field(default=None, ge=0, lt=domain.SLOTS)
    product_id: Text | None = None
    at: AwareDatetime | None = None

    @field_validator("at")
    @classmethod
    def _sane(cls, at: datetime | None) -> datetime | None:
        if at is not None and not EARLIEST <= at <= datetime.now(UTC) + AHEAD:
            raise ValueError("must be a time since 2000 that has come")
        return at

    def as_event(self) -> Event:
        """Return the event as it is kept."""
        return Event(**dict(self))


class FeedbackBody(Asked):
    """What happened, in the order in which it did."""

    events: Annotated[list[EventBody], Field(min_length=1, max_length=100)]


@router.post(
    "/v1/feedback",
    responses=documented(schemas.Taken, 400, 401, 403, 413, 415, 422, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/FeedbackBody"}}},
        }
    },
)
async def post_feedback(request: Request) -> Response:
    """Keep events for good, each once: with this answer they are on the disk.

    Needs the header `Authorization: Bearer KEY` with the key that `KITSUNE_FEEDBACK_KEY` holds.
    """
    require_feedback_key(request)
    body = await read_json(request, FeedbackBody, settings_of(request).max_body_bytes)
    events = [event.as_event() for event in body.events]
    new = await runtime_of(request).desk.take(events, timeout_s=deadline_s(request))
    return answer({"accepted": new, "repeated": len(events) - new})
