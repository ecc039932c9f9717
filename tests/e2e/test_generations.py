"""Builds that are killed, refused or swapped in one after the other, under a service that answers throughout."""

import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from elasticsearch import Elasticsearch
from typer.testing import CliRunner, Result

from model.bundle import open_bundle
from service.app import create_app
from service.catalog import releasing
from service.catalog.record import Change, Record
from service.cli import app
from service.domain import Money
from service.errors import HomeError, IndexUnavailable
from service.home import Home, ReleasePointer
from service.index.base import Item, Patch
from service.index.elastic import building
from service.index.elastic.documents import fields
from service.index.generations import generations_of
from service.settings import Engine, Settings
from tests.conftest import MadeHome
from tests.e2e.conftest import ADMIN_KEY, served
from tests.e2e.test_elasticsearch import SEED, ask, serving, wait_until
from tests.slow import SlowProxy, slow_proxy

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

BUILDING = "service.index.elastic.generations"
KILLS = [
    ("before", BUILDING, "check_index"),
    ("after", BUILDING, "finish_index"),
    ("before", f"{BUILDING}:ElasticGenerations", "activate"),
    ("after", f"{BUILDING}:ElasticGenerations", "_swap"),
    ("before", "service.home:Home", "release"),
    ("after", "service.home:Home", "release"),
]
EMBEDDED_KILLS = [
    ("before", "service.index.lifecycle", "_check"),
    ("before", "service.index.lifecycle", "sync_folder"),
    *KILLS[-2:],
]
PATIENCE_S = 30
SWAPS = 100
READERS = 3


@pytest.fixture(scope="module")
def cluster(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    """The session's server, under an alias of these tests' own."""
    alias = f"e2e-{secrets.token_hex(4)}"
    with pytest.MonkeyPatch.context() as environment, Elasticsearch(elasticsearch_url) as cluster:
        environment.setenv("KITSUNE_ELASTICSEARCH_URL", elasticsearch_url)
        environment.setenv("KITSUNE_ELASTICSEARCH_ALIAS", alias)
        yield cluster
        for index in cluster.indices.get_mapping(index=f"{alias}-*"):
            cluster.indices.delete(index=index)


@pytest.fixture(scope="module")
def shop(cluster: Elasticsearch, made_home: MadeHome, tmp_path_factory: pytest.TempPathFactory) -> MadeHome:
    """A copy of the made home, released on the server; the release before is the embedded engine's."""
    del cluster
    copy = MadeHome(made_home.shop, Path(shutil.copytree(made_home.path, tmp_path_factory.mktemp("e2e") / "home")))
    assert build(copy, "elasticsearch").exit_code == 0
    return copy


def patient(shop: MadeHome) -> AbstractContextManager[httpx.Client]:
    """Serve where nothing is timed: a busy machine may take as long as it likes."""
    return serving(shop, deadline_s=PATIENCE_S)


def command(*words: str) -> Result:
    """Run a command in this process, which spares its start."""
    return CliRunner().invoke(app, words)


def build(shop: MadeHome, engine: Engine) -> Result:
    return command("index", "build", *shop.arguments(), "--engine", engine)


def current(home: Home) -> ReleasePointer:
    pointer = home.current()
    assert pointer is not None
    return pointer


def index_of(generation: str) -> str:
    return f"{Settings.load().elasticsearch_alias}-{generation.lower()}"


def behind_alias(cluster: Elasticsearch) -> str:
    """Return the one complete index that the alias names."""
    (index,) = cluster.indices.get_alias(name=Settings.load().elasticsearch_alias)
    assert building.read_meta(cluster, index).complete
    return str(index)


def generation_of(client: httpx.Client) -> str:
    answer, _ = ask(client)
    assert answer.status_code == 200
    return str(answer.json()["versions"]["generation"])


def wait_for(client: httpx.Client, generation: str) -> None:
    wait_until(lambda: generation_of(client) == generation, within_s=10)


def kill_build(where: tuple[str, str, str], shop: MadeHome, engine: Engine) -> None:
    """Give a build something to do, and have it killed there."""
    with Record.open(Home(shop.path).record_path) as record:
        price = Money(1 + secrets.randbelow(10_000) / 100, "EUR")
        record.patch({SEED["seed"]["product_id"]: Patch(price=price)})
    words = ["index", "build", *shop.arguments(), "--engine", engine]
    run = subprocess.run([sys.executable, "-m", "tests.killed", *where, *words], capture_output=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr


def assert_built(shop: MadeHome, engine: Engine, client: httpx.Client, before: str) -> None:
    """What was served before the kill, or is released since, answers; another build ends what was begun."""
    home = Home(shop.path)
    assert generation_of(client) in {before, current(home).generation}
    assert build(shop, engine).exit_code == 0
    assert current(home).generation != before
    wait_for(client, current(home).generation)


def kept(home: Home, engine: Engine) -> set[str]:
    return {pointer.generation for pointer in (home.current(), home.previous()) if pointer and pointer.engine == engine}


def test_wherever_a_build_is_killed_one_whole_index_serves_and_the_next_build_ends_it(
    shop: MadeHome, cluster: Elasticsearch
) -> None:
    home = Home(shop.path)
    with patient(shop) as client:
        for where in KILLS:
            before = current(home).generation
            kill_build(where, shop, "elasticsearch")
            behind_alias(cluster)
            assert_built(shop, "elasticsearch", client, before)
            assert behind_alias(cluster) == index_of(current(home).generation)
            # What the killed build left is gone: the lock, what it had half done, and what nobody ever served.
            there = set(cluster.indices.get_mapping(index=index_of("*")))
            assert there == {index_of(generation) for generation in kept(home, "elasticsearch")}


def test_wherever_a_build_of_the_embedded_engine_is_killed_the_next_one_ends_it(
    made_home: MadeHome, tmp_path: Path
) -> None:
    shop = MadeHome(made_home.shop, Path(shutil.copytree(made_home.path, tmp_path / "home")))
    home = Home(shop.path)
    with patient(shop) as client:
        for where in EMBEDDED_KILLS:
            before = current(home).generation
            kill_build(where, shop, "embedded")
            assert_built(shop, "embedded", client, before)
            assert {path.name for path in home.generations.iterdir()} == kept(home, "embedded")


def test_a_build_stops_before_a_full_disk_goes_on_when_there_is_room_and_the_service_answers_throughout(
    shop: MadeHome, cluster: Elasticsearch
) -> None:
    home = Home(shop.path)
    before = current(home).generation
    with Record.open(home.record_path) as record:
        record.patch({SEED["seed"]["product_id"]: Patch(availability="out_of_stock")})
    full = {"settings": {"index.blocks.read_only_allow_delete": True}}
    cluster.indices.put_index_template(name="full", index_patterns=[index_of("*")], template=full)
    with patient(shop) as client:
        for _ in range(2):
            stopped = build(shop, "elasticsearch")
            assert stopped.exit_code == IndexUnavailable.exit_code
            assert "disk is nearly full: the operator should make room" in stopped.stderr
            assert generation_of(client) == before
        cluster.indices.delete_index_template(name="full")
        states = generations_of("elasticsearch", home, Settings.load()).all()
        (begun,) = (state.generation_id for state in states if not state.complete)
        room = {"index.blocks.read_only_allow_delete": None}
        cluster.indices.put_settings(index=index_of(begun), settings=room)
        assert build(shop, "elasticsearch").exit_code == 0
        wait_for(client, begun)


def test_an_index_of_another_similarity_is_not_served_and_says_why(shop: MadeHome, cluster: Elasticsearch) -> None:
    home = Home(shop.path)
    good = current(home)
    meta = replace(building.read_meta(cluster, index_of(good.generation)), generation_id="bad")
    properties = fields(meta.dimensions)
    properties["vector"] |= {"similarity": "l2_norm"}
    cluster.indices.create(index=index_of("bad"), mappings={"properties": properties, "_meta": asdict(meta)})
    reason = "vector has similarity l2_norm instead of dot_product"
    with patient(shop) as client:
        refused = command("index", "swap", "bad", "--home", str(shop.path))
        assert refused.exit_code == HomeError.exit_code
        assert reason in refused.stderr
        assert current(home) == good
        assert behind_alias(cluster) == index_of(good.generation)
        home.release(replace(good, generation="bad"))
        with patient(shop) as other:
            ready = other.get("/readyz")
            assert (ready.status_code, reason in ready.json()["detail"]) == (503, True)
            assert ask(other)[0].status_code == 503
        assert generation_of(client) == good.generation
        assert client.get("/readyz").status_code == 200
    home.release(good)
    cluster.indices.delete(index=index_of("bad"))


class Marked:
    """A record whose products all bear a generation's mark."""

    def __init__(self, record: Record, mark: str) -> None:
        self._record = record
        self._mark = mark

    @property
    def sequence(self) -> int:
        return self._record.sequence

    def items(self, space_id: str) -> Iterator[Item]:
        for item in self._record.items(space_id):
            yield Item(replace(item.product, title=self._mark), item.vector)

    def taxonomy_sizes(self, space_id: str) -> Mapping[str, int]:
        return self._record.taxonomy_sizes(space_id)

    def changes_since(self, sequence: int, space_id: str) -> Iterator[Change]:
        return self._record.changes_since(sequence, space_id)


def marked_generations(home: Home, engine: Engine) -> dict[str, str]:
    """Build four generations, and return their ids with the mark of their products."""
    generations = generations_of(engine, home, Settings.load())
    bundle = open_bundle(home.bundles / current(home).bundle)
    built = {}
    with Record.open(home.record_path, read_only=True) as record:
        for mark in ("one", "two", "three", "four"):
            info = generations.build(
                Marked(record, mark), bundle.space_id, bundle.dimensions, lambda _: None, bundle_id=bundle.bundle_id
            ).info
            built[info.generation_id] = mark
    return built


def titles(answer: dict[str, Any]) -> set[str]:
    slots = [slot for look in answer["looks"] for slot in look["slots"]]
    return {candidate["product"]["title"] for slot in slots for candidate in slot["candidates"]}


class Reader(threading.Thread):
    """Asks on one connection until it is told to stop; keeps what came, and how many swaps had begun by then."""

    def __init__(self, url: httpx.URL, swapped: list[str]) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._swapped = swapped
        self.stop = threading.Event()
        self.answers: list[tuple[int, dict[str, Any], int]] = []

    def run(self) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self.stop.is_set():
                answer = client.post("/v1/outfits", json=SEED)
                self.answers.append((answer.status_code, answer.json(), len(self._swapped)))


@contextmanager
def reading(url: httpx.URL, swapped: list[str]) -> Iterator[list[Reader]]:
    readers = [Reader(url, swapped) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    yield readers
    for reader in readers:
        reader.stop.set()
    for reader in readers:
        reader.join(20)


@pytest.mark.parametrize("engine", ["embedded", "elasticsearch"])
def test_readers_of_a_hundred_swaps_see_whole_generations_in_their_order(
    shop: MadeHome, engine: Engine, tmp_path: Path
) -> None:
    home = Home(Path(shutil.copytree(shop.path, tmp_path / "home")))
    marks = marked_generations(home, engine)
    swapped: list[str] = []
    settings = Settings.load(home=home.path, admin_key=ADMIN_KEY, deadline_s=PATIENCE_S)
    with served(create_app(settings)) as client, home.writer():
        swapped.append(next(iter(marks)))
        releasing.swap(home, swapped[0], settings)
        reload(client)
        with reading(client.base_url, swapped) as readers:
            for generation in islice(cycle([*marks][1:] + [*marks][:1]), SWAPS):
                swapped.append(generation)
                releasing.swap(home, generation, settings)
                reload(client)
    for reader in readers:
        assert [answer for status, answer, _ in reader.answers if status != 200] == []
        seen = [(answer["versions"]["generation"], titles(answer), done) for _, answer, done in reader.answers]
        assert all(found == {marks[generation]} for generation, found, _ in seen)
        assert len({generation for generation, _, _ in seen}) == len(marks)
        at = 0
        for generation, _, done in seen:
            # The next swap to what was seen: it must have begun when the answer came.
            at = swapped.index(generation, at)
            assert at < done


def reload(client: httpx.Client) -> None:
    answer = client.post("/v1/admin/reload", headers={"Authorization": f"Bearer {ADMIN_KEY}"}, timeout=60)
    assert answer.status_code == 200, answer.text


@pytest.fixture
def slow(shop: MadeHome, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowProxy]:
    """A way to the server that a test makes slow."""
    del shop
    with slow_proxy(Settings.load().elasticsearch_url) as proxy:
        monkeypatch.setenv("KITSUNE_ELASTICSEARCH_URL", proxy.url)
        yield proxy


QUESTIONS = (
    "/v1/outfits/dresses-red-plain-0",
    "/v1/products/dresses-red-plain-0",
    "/v1/products/dresses-red-plain-0/similar",
    "/v1/products?q=red",
)


def test_a_slow_server_is_waited_for_until_the_deadline_and_no_longer(shop: MadeHome, slow: SlowProxy) -> None:
    with serving(shop) as client:
        assert generation_of(client)
        slow.delays_s = (0.05, 0.25, 0.45)
        for _ in range(10):
            answer, took_s = ask(client)
            assert answer.status_code in (200, 503, 504)
            assert took_s < 1.5
        wait_until(lambda: client.get("/v1/products/dresses-red-plain-0").status_code == 200, within_s=20)
        slow.delays_s = (3,)
        answers = [client.get(question) for question in QUESTIONS]
        assert all(answer.elapsed.total_seconds() < 1.5 for answer in answers)
        # After some that hung the breaker opens, and the next are told so at once.
        assert answers[0].status_code == 504
        assert {answer.status_code for answer in answers} <= {503, 504}
        for answer in answers:
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert answer.headers["retry-after"] == "1"
        assert client.get("/livez").status_code == 200
        wait_until(lambda: client.get("/readyz").status_code == 503, within_s=3)
        assert "does not answer in time" in client.get("/readyz").json()["detail"]
        slow.delays_s = (0,)
        wait_until(lambda: client.get("/readyz").status_code == 200 and ask(client)[0].status_code == 200, within_s=5)
