"""The client that sends when requests are due, before a server that can be told to stall, to refuse and to hang up."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import numpy as np
import pytest

from benchmarks import openloop
from benchmarks.openloop import asked_at
from benchmarks.traffic import answered, get

STALL_S = 0.5
REQUESTS = [get("/")]

Says = Callable[[int], bytes]
Answering = Callable[[Says], AbstractContextManager[int]]


def said(status: int) -> bytes:
    return b"HTTP/1.1 %d Whatever\r\ncontent-length: 2\r\n\r\n{}" % status


def stalls_once(number: int) -> bytes:
    if number == 40:
        time.sleep(STALL_S)  # as an event loop does that is held up: nobody is answered
    return said(200)


@contextmanager
def answering(says: Says) -> Iterator[int]:
    """Answer the n-th request of all with what `says` makes of n; nothing at all hangs up."""
    loop, count = asyncio.new_event_loop(), iter(range(1_000_000))
    transports: list[asyncio.Transport] = []

    class Answers(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport = transport
            transports.append(transport)

        def data_received(self, data: bytes) -> None:
            assert data.endswith(b"\r\n\r\n")
            if answer := says(next(count)):
                self.transport.write(answer)
            else:
                self.transport.close()

    server = loop.run_until_complete(loop.create_server(Answers, "127.0.0.1", 0, backlog=1024))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server.sockets[0].getsockname()[1]
    server.close()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    for transport in transports:
        transport.abort()
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()


def test_a_stall_that_a_closed_loop_hides_is_seen() -> None:
    with answering(stalls_once) as port:
        closed_s = answered(port, REQUESTS, connections=1, duration_s=2 * STALL_S)
    with answering(stalls_once) as port:
        asked = asked_at(200, port, REQUESTS, duration_s=2 * STALL_S)
    assert max(closed_s) >= STALL_S
    assert np.quantile(closed_s, 0.95) < STALL_S / 4
    assert np.quantile(asked.taken_s, 0.95) > STALL_S / 2
    # It went on asking meanwhile, and was answered in the end.
    assert asked.late_s.max() < STALL_S / 2
    assert not asked.failed


def test_a_request_that_waits_for_a_connection_counts_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openloop, "MOST_CONNECTIONS", 1)
    with answering(stalls_once) as port:
        asked = asked_at(200, port, REQUESTS, duration_s=0.4)
    assert asked.late_s.max() > STALL_S / 2
    assert asked.taken_s.max() > STALL_S / 2


def test_other_answers_than_200_are_failures() -> None:
    with answering(lambda number: said(503 if number % 4 == 0 else 200)) as port:
        asked = asked_at(400, port, REQUESTS, duration_s=0.1)
    assert np.unique(asked.status).tolist() == [200, 503]
    assert asked.failed == 10


def test_a_connection_that_ends_is_a_failure_that_took_for_ever() -> None:
    with answering(lambda number: b"" if number == 5 else said(200)) as port:
        asked = asked_at(400, port, REQUESTS, duration_s=0.1)
    assert asked.failed == 1
    assert np.isinf(asked.taken_s[asked.status == 0]).all()


def test_an_answer_that_never_comes_is_waited_for_within_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openloop, "PATIENCE_S", 1.0)
    with answering(lambda number: said(200)[:10] if number == 5 else said(200)) as port:
        asked = asked_at(400, port, REQUESTS, duration_s=0.1)
    assert asked.failed  # one, and on a busy machine those that came after it too late
