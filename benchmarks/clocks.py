"""Time measured on a processor whose clock is fine enough, and refused where none is."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

FINE_STEP_S = 20e-6
"""A clock that moves in larger steps cannot time one search; on some virtual machines a processor's steps are 4 ms."""

WATCHED_S = 0.05
TICK_S = 0.005


class CoarseClock(SystemExit):
    """No processor has a clock that can time single calls: totals would be right, percentiles nonsense."""


def clock_step_s() -> float:
    """Return the smallest step in which `time.perf_counter` moves on this processor, in seconds."""
    steps = []
    start = last = time.perf_counter()
    while last < start + WATCHED_S:
        now = time.perf_counter()
        if now > last:
            steps.append(now - last)
        last = now
    return min(steps)


@contextmanager
def pinned() -> Iterator[int]:
    """Keep this process, and those it starts, to one processor whose clock is fine, and give that processor's number.

    Raises:
        CoarseClock: there is none.
    """
    allowed = os.sched_getaffinity(0)
    try:
        for cpu in sorted(allowed):
            os.sched_setaffinity(0, {cpu})
            if clock_step_s() <= FINE_STEP_S:
                yield cpu
                return
        raise CoarseClock("Every processor's clock moves in steps above 20 us: run this on another machine.")
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def apart() -> Iterator[tuple[int, int]]:
    """Keep this process as `pinned` does, and name the lowest of the other processors, if there are any, for a server.

    A server's clock may be coarse, but it must be one processor: what is measured is what one does.
    """
    allowed = os.sched_getaffinity(0)
    with pinned() as cpu:
        yield cpu, min(allowed - {cpu}, default=cpu)


@contextmanager
def kept_to(processors: set[int]) -> Iterator[None]:
    """Keep this process to these processors for a while, and those that it starts meanwhile for good."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def ticking(loop: asyncio.AbstractEventLoop) -> Iterator[list[tuple[float, float]]]:
    """Note when each tick came, by `time.perf_counter`, and how many seconds late: how long the event loop was held."""
    seen: list[tuple[float, float]] = []
    watching = True

    def tick(due: float) -> None:
        if watching:
            now = time.perf_counter()
            seen.append((now, now - due))
            loop.call_later(TICK_S, tick, now + TICK_S)

    loop.call_later(TICK_S, tick, time.perf_counter() + TICK_S)
    try:
        yield seen
    finally:
        watching = False


def cpu_s(pid: int) -> float:
    """Return the seconds of processor time that another process has used.

    Source: linux/posix-timers.h, MAKE_PROCESS_CPUCLOCK with CPUCLOCK_SCHED, as clock_getcpuclockid(3) gives it.
    """
    return time.clock_gettime((~pid << 3) | 2)
