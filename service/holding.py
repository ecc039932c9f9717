"""A release with the requests that still use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from service.domain import Variant
from service.release import Release


@dataclass(slots=True)
class Held:
    """A release that is leased to requests, and closed once it is retired and the last lease ends."""

    release: Release
    leases: int = 0
    retired: bool = False

    @asynccontextmanager
    async def lease(self, variant: Variant | None = None) -> AsyncIterator[Release]:
        """Give the release for the length of one request; `variant` is what its answers say of themselves."""
        self.leases += 1
        try:
            yield self.release if variant is None else replace(self.release, variant=variant)
        finally:
            self.leases -= 1
            if self.retired and self.leases == 0:
                await self.release.close()

    async def retire(self) -> None:
        """Have no more of it than what is leased."""
        self.retired = True
        if self.leases == 0:
            await self.release.close()
