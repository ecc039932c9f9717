"""Requests that are sent when they are due, whatever became of those before: shoppers do not wait for each other.

An answer's time counts from when its request was due. A closed loop waits for an answer before it asks again: while the
server stalls it asks nothing, and a stall that a thousand shoppers would have met shows up as one slow answer.

Source: Gil Tene, "How NOT to Measure Latency", on coordinated omission.
"""

import selectors
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import numpy as np
from numpy.typing import NDArray

from benchmarks.traffic import Connection

MOST_CONNECTIONS = 512
"""A request that is due while all of them wait for answers is sent late; the wait counts."""

PATIENCE_S = 30.0
"""How long after the last request answers are waited for."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What became of each request, in the order in which they were due.

    Shapes:
        status: [n], 0 where no answer came
        taken_s: [n], from when a request was due to the end of its answer; infinite where none came
        late_s: [n], how long after it was due a request was sent
    """

    status: NDArray[np.int64]
    taken_s: NDArray[np.float64]
    late_s: NDArray[np.float64]

    @property
    def failed(self) -> int:
        """How many were not answered as they should be."""
        return int(np.count_nonzero(self.status != HTTPStatus.OK))


def asked_at(rate: float, port: int, requests: Sequence[bytes], *, duration_s: float) -> Asked:
    """Send requests a second apart by 1 / `rate`, for a while, and wait for the answers."""
    count = round(rate * duration_s)
    asked = Asked(np.zeros(count, np.int64), np.full(count, np.inf), np.full(count, np.inf))
    with selectors.DefaultSelector() as selector:
        _Client(rate, port, requests, asked, selector).run()
    return asked


class _Client:
    """Connections that are opened as they are needed, each with at most one request under way."""

    def __init__(
        self, rate: float, port: int, requests: Sequence[bytes], asked: Asked, selector: selectors.BaseSelector
    ) -> None:
        self._port = port
        self._requests = requests
        self._asked = asked
        self._selector = selector
        self._due_s = time.perf_counter() + np.arange(len(asked.status)) / rate
        self._idle: list[Connection] = []
        self._under_way: dict[Connection, int] = {}
        self._sent = 0

    def run(self) -> None:
        """Ask all there is to ask, and close every connection in the end."""
        end_s = self._due_s[-1] + PATIENCE_S
        while (self._unsent() or self._under_way) and (left_s := end_s - time.perf_counter()) > 0:
            self._send_what_is_due()
            for key, _ in self._selector.select(min(left_s, self._pause_s())):
                self._read(key.data)
        for connection in [*self._idle, *self._under_way]:
            self._close(connection)

    def _unsent(self) -> bool:
        return self._sent < len(self._due_s)

    def _connectable(self) -> bool:
        return bool(self._idle) or len(self._under_way) < MOST_CONNECTIONS

    def _pause_s(self) -> float:
        """Return how long there is nothing to send."""
        if self._unsent() and self._connectable():
            return max(0.0, float(self._due_s[self._sent]) - time.perf_counter())
        return PATIENCE_S

    def _send_what_is_due(self) -> None:
        while self._unsent() and self._connectable():
            late_s = time.perf_counter() - self._due_s[self._sent]
            if late_s < 0:
                return
            self._asked.late_s[self._sent] = late_s
            # The one used last: the others may be closed for want of use.
            connection = self._idle.pop() if self._idle else self._opened()
            self._under_way[connection] = self._sent
            connection.socket.sendall(self._requests[self._sent % len(self._requests)])
            self._sent += 1

    def _opened(self) -> Connection:
        connection = Connection(self._port)
        connection.socket.settimeout(PATIENCE_S)
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        return connection

    def _read(self, connection: Connection) -> None:
        """Note an answer; a connection that ends, or stays silent within an answer, gave none."""
        number = self._under_way.pop(connection, None)
        try:
            status, _ = connection.reply()
        except OSError:
            if number is None:
                self._idle.remove(connection)
            self._close(connection)
            return
        assert number is not None, "the server answered what nobody asked"
        self._asked.status[number] = status
        self._asked.taken_s[number] = time.perf_counter() - self._due_s[number]
        self._idle.append(connection)

    def _close(self, connection: Connection) -> None:
        self._selector.unregister(connection.socket)
        connection.close()
