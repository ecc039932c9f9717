"""A shop on a real Elasticsearch: the same answers, and what a shopper sees when the engine is away."""

import asyncio
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from service.app import create_app
from service.domain import Filters, Outfit, OutfitRequest, ProductSeed
from service.home import Home
from service.outfitting import make_outfit
from service.runtime import load_release
from service.settings import Settings
from tests.conftest import MadeHome, kitsune
from tests.contract.expect import assert_same
from tests.e2e.conftest import served
from tests.elasticsearch.running import own_server
from tests.elasticsearch.server import Server

# The server starts four times, which takes a minute each on a machine that is busy.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SEED = {"seed": {"product_id": "dresses-red-plain-0"}}
DEADLINE_S = 1.0
RECOVERY_S = 5.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of these tests' own: they stop it."""
    with own_server() as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("KITSUNE_ELASTICSEARCH_URL", server.url)
        yield server


@pytest.fixture(scope="module")
def shop(server: Server, made_home: MadeHome, tmp_path_factory: pytest.TempPathFactory) -> MadeHome:
    """A copy of the made home, released on the server; the release before is the embedded engine's."""
    del server
    copy = MadeHome(made_home.shop, Path(shutil.copytree(made_home.path, tmp_path_factory.mktemp("es") / "home")))
    kitsune(["index", "build", *copy.arguments(), "--engine", "elasticsearch"])
    return copy


@pytest.fixture
def client(shop: MadeHome) -> Iterator[httpx.Client]:
    with serving(shop) as client:
        yield client


@contextmanager
def serving(shop: MadeHome, deadline_s: float = DEADLINE_S) -> Iterator[httpx.Client]:
    with served(create_app(Settings.load(home=shop.path, deadline_s=deadline_s))) as client:
        client.timeout = httpx.Timeout(10 * deadline_s)
        yield client


def ask(client: httpx.Client) -> tuple[httpx.Response, float]:
    """Ask for an outfit; return the answer and the seconds that it took."""
    start = time.monotonic()
    return client.post("/v1/outfits", json=SEED), time.monotonic() - start


def wait_until(happened: Callable[[], bool], within_s: float) -> None:
    give_up = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < give_up, f"not within {within_s} s"
        time.sleep(0.05)


def assert_away(client: httpx.Client, reason: str) -> None:
    """The process lives, says why it is not ready, and refuses requests in time and in the usual shape."""
    assert client.get("/livez").status_code == 200
    wait_until(lambda: client.get("/readyz").status_code == 503, within_s=3)
    assert reason in client.get("/readyz").json()["detail"]
    answer, took_s = ask(client)
    assert took_s < DEADLINE_S + 0.5
    assert answer.status_code in (503, 504)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.headers["retry-after"] == "1"


async def answers(home: Home, engine: str, seeds: list[str], request: OutfitRequest) -> list[Outfit]:
    pointer = next(p for p in (home.current(), home.previous()) if p is not None and p.engine == engine)
    release = load_release(home, pointer, Settings.load())
    try:
        return [await make_outfit(release, ProductSeed(seed), request, timeout_s=30) for seed in seeds]
    finally:
        await release.close()


def start_warm(server: Server, shop: MadeHome) -> None:
    """Start the server and wait until it is no longer cold: how long that takes is not the service's matter."""
    server.start()
    for _ in range(3):
        asyncio.run(answers(Home(shop.path), "elasticsearch", list(shop.shop.product_ids[:9]), OutfitRequest()))


def assert_recovers(client: httpx.Client) -> None:
    """Requests are answered again, and that is said."""
    wait_until(lambda: client.get("/readyz").status_code == 200 and ask(client)[0].status_code == 200, RECOVERY_S)


@pytest.mark.parametrize("filters", [Filters(), Filters(in_stock=False)], ids=["in stock", "all"])
def test_every_seed_has_the_answer_that_the_embedded_engine_gives(shop: MadeHome, filters: Filters) -> None:
    home, seeds = Home(shop.path), list(shop.shop.product_ids)
    request = OutfitRequest(looks=3, k=10, filters=filters)
    embedded = asyncio.run(answers(home, "embedded", seeds, request))
    elastic = asyncio.run(answers(home, "elasticsearch", seeds, request))
    assert len(seeds) > 100
    for one, other in zip(embedded, elastic, strict=True):
        assert (one.template, one.seed, one.degraded) == (other.template, other.seed, other.degraded)
        for look, same_look in zip(one.looks, other.looks, strict=True):
            for slot, same_slot in zip(look.slots, same_look.slots, strict=True):
                assert (slot.head, slot.taxonomy, slot.source) == (same_slot.head, same_slot.taxonomy, same_slot.source)
                assert_same(same_slot.candidates, slot.candidates)


def test_a_rollback_goes_back_to_the_other_engine_and_forth(shop: MadeHome) -> None:
    for engine in ("embedded", "elasticsearch"):
        kitsune(["rollback", "--home", str(shop.path)])
        pointer = Home(shop.path).current()
        assert pointer is not None
        assert pointer.engine == engine


def test_a_build_without_a_server_says_so_and_leaves_the_release(
    shop: MadeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITSUNE_ELASTICSEARCH_URL", "http://127.0.0.1:9")
    before = Home(shop.path).current()
    run = kitsune(["index", "build", *shop.arguments(), "--engine", "elasticsearch"], check=False)
    assert run.returncode == 4
    assert "index_unavailable: Elasticsearch cannot be reached" in run.stderr
    assert Home(shop.path).current() == before


def test_no_request_notices_that_a_generation_is_swapped(shop: MadeHome, client: httpx.Client) -> None:
    seen: list[tuple[int, str]] = []
    stop = threading.Event()

    def hammer() -> None:
        while not stop.is_set():
            answer, _ = ask(client)
            seen.append((answer.status_code, answer.json().get("versions", {}).get("generation", "")))

    hammering = threading.Thread(target=hammer)
    hammering.start()
    before = Home(shop.path).current()
    kitsune(["catalog", "import", *shop.arguments()])
    (shop.path / "work" / "stages.json").unlink()
    kitsune(["build", *shop.arguments(), "--bundle", str(bundle_of(shop)), "--engine", "elasticsearch"])
    after = Home(shop.path).current()
    assert before is not None
    assert after is not None
    wait_until(lambda: seen[-1][1] == after.generation, within_s=10)
    stop.set()
    hammering.join()
    assert {status for status, _ in seen} == {200}
    served_in_turn = [generation for _, generation in seen]
    assert served_in_turn == sorted(served_in_turn)
    assert {*served_in_turn} == {before.generation, after.generation}


def bundle_of(shop: MadeHome) -> Path:
    pointer = Home(shop.path).current()
    assert pointer is not None
    return shop.path / "bundles" / pointer.bundle


def test_a_server_that_hangs_is_told_within_the_deadline_and_forgiven(server: Server, client: httpx.Client) -> None:
    assert ask(client)[0].status_code == 200
    server.signal(signal.SIGSTOP)
    try:
        answer, took_s = ask(client)
        assert answer.status_code == 504
        assert took_s < DEADLINE_S + 0.5
        assert_away(client, "does not answer in time")
    finally:
        server.signal(signal.SIGCONT)
    assert_recovers(client)


def test_a_server_that_is_killed_has_all_of_a_generation_that_was_just_built(server: Server, shop: MadeHome) -> None:
    (shop.path / "work" / "stages.json").unlink()
    kitsune(["build", *shop.arguments(), "--bundle", str(bundle_of(shop)), "--engine", "elasticsearch"])
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: server.pid is None, within_s=10)
    server.start()
    found = asyncio.run(answers(Home(shop.path), "elasticsearch", list(shop.shop.product_ids), OutfitRequest()))
    assert len(found) == len(shop.shop.product_ids)


def test_a_server_that_is_killed_is_told_at_once_and_its_return_noticed(
    server: Server, shop: MadeHome, client: httpx.Client
) -> None:
    assert ask(client)[0].status_code == 200
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: server.pid is None, within_s=10)
    assert_away(client, "cannot be reached")
    # The watch asks once a second: after three failures nobody else does.
    wait_until(lambda: "kitsune_engine_breaker_state 2.0" in client.get("/metrics").text, within_s=10)
    assert_away(client, "cannot be reached")
    start_warm(server, shop)
    assert_recovers(client)


def test_a_server_that_is_not_there_at_the_start_is_waited_for(server: Server, shop: MadeHome) -> None:
    server.stop()
    with serving(shop) as client:
        assert_away(client, "cannot be reached")
        start_warm(server, shop)
        assert_recovers(client)
