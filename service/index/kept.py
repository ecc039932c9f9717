"""A generation that an engine keeps, and its id: the time in UTC, so that ids sort by age, and chance."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from service.index.base import GenerationInfo

_TIME = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class GenerationState:
    """A generation as an engine finds it."""

    generation_id: str
    info: GenerationInfo | None
    """What it was built from; None for one that was never finished, or is damaged."""
    layout: str = "exact"
    """How it is searched: exactly, or in its largest taxonomies by a graph."""

    @property
    def complete(self) -> bool:
        """Whether it can be served."""
        return self.info is not None

    @property
    def made_at(self) -> datetime | None:
        """When its build began; None where the id is not one of ours."""
        return made_at(self.generation_id)


def made_at(generation_id: str) -> datetime | None:
    """Return when a generation's build began; None where the id is not one of ours."""
    try:
        return datetime.strptime(generation_id.partition("-")[0], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def new_generation_id() -> str:
    """Return an id that no generation has."""
    return f"{datetime.now(UTC):{_TIME}}-{secrets.token_hex(3)}"
