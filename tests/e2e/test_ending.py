"""SIGTERM to a real process: nobody notices but the balancer, which is told first."""

import signal
import socket
import threading
import time

import httpx
import msgspec
import pytest

from service.serving import GRACE_S
from tests.conftest import MadeHome
from tests.e2e.test_serving import SEED, serving

pytestmark = pytest.mark.slow

DRAIN_S = 3.0
CLIENTS = 4
ROOM_S = 5.0
"""What a machine that is busy may take longer."""


def wait_until_ready(client: httpx.Client) -> None:
    give_up = time.monotonic() + 30
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < give_up
        time.sleep(0.05)


def half_of_a_request(client: httpx.Client) -> tuple[socket.socket, bytes]:
    """Send the head of a request and the first byte of its body; return the rest."""
    body = msgspec.json.encode({"seed": {"product_id": SEED}})
    head = (
        f"POST /v1/outfits HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=30)
    connection.sendall(head.encode() + body[:1])
    time.sleep(0.5)
    return connection, body[1:]


class Balancer:
    """Sends requests for as long as the service says that it is ready, each on a connection of its own."""

    def __init__(self, base_url: httpx.URL) -> None:
        self._base_url = base_url
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(CLIENTS)]
        self.statuses: list[int] = []
        self.failures: list[httpx.TransportError] = []
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        while not self._stop.is_set():
            try:
                self.statuses.append(httpx.get(self._base_url.join(f"/v1/outfits/{SEED}"), timeout=30).status_code)
            except httpx.TransportError as error:
                self.failures.append(error)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_no_request_is_lost_behind_a_balancer_that_asks_whether_the_service_is_ready(made_home: MadeHome) -> None:
    with serving(made_home.path, KITSUNE_DRAIN_S=str(DRAIN_S)) as (client, process):
        wait_until_ready(client)
        balancer = Balancer(client.base_url)
        time.sleep(1)
        told = time.monotonic()
        process.send_signal(signal.SIGTERM)
        while client.get("/readyz").status_code == 200:
            assert time.monotonic() < told + 1, "it goes on saying that it is ready"
        asked_before = len(balancer.statuses)
        time.sleep(DRAIN_S / 3)
        process.send_signal(signal.SIGTERM)
        balancer.stop()
        assert process.wait(DRAIN_S + GRACE_S + ROOM_S) == 0
        assert time.monotonic() - told >= DRAIN_S
    assert len(balancer.statuses) > asked_before
    assert set(balancer.statuses) == {200}
    assert balancer.failures == []


def test_a_request_that_is_under_way_is_finished(made_home: MadeHome) -> None:
    with serving(made_home.path) as (client, process):
        wait_until_ready(client)
        connection, rest = half_of_a_request(client)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(rest)
        with connection:
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert process.wait(GRACE_S + ROOM_S) == 0


def test_a_client_that_stalls_holds_nothing_up(made_home: MadeHome) -> None:
    with serving(made_home.path, KITSUNE_DEADLINE_S="1") as (client, process):
        wait_until_ready(client)
        connection, _ = half_of_a_request(client)
        told = time.monotonic()
        process.send_signal(signal.SIGTERM)
        with connection:
            assert process.wait(1 + GRACE_S + ROOM_S) == 0
        assert time.monotonic() - told >= GRACE_S
