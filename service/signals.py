"""What signals do to a process that serves: SIGHUP loads the current release, SIGTERM ends it without a request lost.

Only a process's main thread can hear signals; elsewhere nothing is set up.
"""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.api.deps import Runtime


@contextmanager
def heard(opened: Runtime, drain_s: float) -> Iterator[None]:
    """Listen to signals as long as the block runs."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGHUP"):
        yield
        return
    with _reload_on_hangup(opened), _drain_on_terminate(opened, drain_s):
        yield


@contextmanager
def _reload_on_hangup(opened: Runtime) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = loop.create_task(opened.reload_or_keep())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


@contextmanager
def _drain_on_terminate(opened: Runtime, drain_s: float) -> Iterator[None]:
    """Say for a while that requests should go elsewhere, and answer those that come; then have the server end.

    The server's own way of ending is taken over from it, and given back. A second signal changes nothing.
    """
    end = signal.getsignal(signal.SIGTERM)
    if not callable(end):
        # Nobody serves: the signal keeps its meaning.
        yield
        return
    loop = asyncio.get_running_loop()
    draining = False

    def drain() -> None:
        nonlocal draining
        if not draining:
            draining = True
            opened.drain()
            loop.call_later(drain_s, end, signal.SIGTERM, None)

    loop.add_signal_handler(signal.SIGTERM, drain)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, end)
