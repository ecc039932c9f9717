"""A circuit breaker: while an engine is away, requests are told so at once instead of each waiting for it.

Source: M. Nygard, Release It!, for the three states. It is our own because of what counts as a failure here: a caller
that gives up early proves nothing about the engine, a call that hangs does, and the clock must be monotonic.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from service.errors import DeadlineExceeded, IndexUnavailable

FAILURES = 3
"""Calls in a row that fail until no more are made."""

REST_S = 1.0
"""How long no call is made. Then one is let through, and what comes of it decides."""

HANGS_S = 0.5
"""A call that was cut off counts as failed if the engine had so long to answer: a caller in a hurry proves nothing."""

HUNG = "The engine does not answer in time. Try again in a moment."


class BreakerState(IntEnum):
    """What becomes of the next call: it is made, it is made if it is the only one, it is refused."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Lets calls to an engine through as long as they do not fail. Used from one event loop."""

    def __init__(
        self, told: Callable[[BreakerState], None] = lambda _: None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._told = told
        self._clock = clock
        self._state = BreakerState.CLOSED
        self._failures = 0
        self._why = HUNG
        self._open_until = 0.0
        self._trying = False

    @property
    def state(self) -> BreakerState:
        """What becomes of the next call."""
        return self._state

    @contextmanager
    def call(self) -> Iterator[None]:
        """Make one call inside.

        Raises:
            IndexUnavailable: it is not made, for the reason that the last one failed.
        """
        trial = self._admit()
        started = self._clock()
        try:
            yield
        except IndexUnavailable as error:
            self._failed(error.detail)
            raise
        except (DeadlineExceeded, asyncio.CancelledError):
            if self._clock() - started >= HANGS_S:
                self._failed(HUNG)
            raise
        else:
            self._answered()
        finally:
            if trial:
                self._trying = False

    def _admit(self) -> bool:
        """Let a call through, and say whether it is the one that decides."""
        if self._state is BreakerState.CLOSED:
            return False
        if self._trying or self._clock() < self._open_until:
            raise IndexUnavailable(self._why)
        self._trying = True
        self._become(BreakerState.HALF_OPEN)
        return True

    def _answered(self) -> None:
        self._failures = 0
        self._become(BreakerState.CLOSED)

    def _failed(self, why: str) -> None:
        self._failures += 1
        self._why = why
        if self._state is BreakerState.HALF_OPEN or self._failures == FAILURES:
            self._open_until = self._clock() + REST_S
            self._become(BreakerState.OPEN)

    def _become(self, state: BreakerState) -> None:
        if state is not self._state:
            self._state = state
            self._told(state)
