"""The Elasticsearch that is measured, on a processor of its own, and made catalogues on it.

What was filled stays in the folder for temporary files and is used again; a build that was cut off is gone on with.
"""

import fcntl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from elasticsearch import Elasticsearch
from numpy.typing import NDArray

from benchmarks.clocks import apart, cpu_s
from benchmarks.columns import Columns, recall
from benchmarks.made import FOLDER
from benchmarks.memory import Memory, memory_bytes
from benchmarks.reports import Report
from service.domain import Candidate, Filters
from service.index.base import Item, ProductIndex, Query
from service.index.elastic import planning
from service.index.elastic.connection import Connection
from service.index.elastic.generations import ElasticGenerations
from service.index.elastic.layouts import LayoutName
from service.index.elastic.sending import Action
from tests.elasticsearch.artefact import VERSION
from tests.elasticsearch.java import find_java
from tests.elasticsearch.server import Server, free_port

HEAP = "2g"
PATIENCE_S = 60.0
ACTIONS_AT_ONCE = 1000
SETTLING_STEP_S = 1.0

WARMING = 300
"""Requests of a round that warms the server up."""

LEAST_ROUNDS, MOST_ROUNDS = 4, 30
STILL_FALLING = 0.95

BARE_SETTINGS: Mapping[str, Any] = {
    "number_of_shards": 1,
    "number_of_replicas": 0,
    "refresh_interval": "-1",
    "translog.durability": "async",
}
"""As a generation has them while it is filled."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server that runs."""

    server: Server

    def connection(self, alias: str) -> Connection:
        """Return what the engine needs to know of it."""
        return Connection(self.server.url, alias)

    def client(self) -> Elasticsearch:
        """Return the client that the engine builds with."""
        return self.connection("kitsune").client()

    def settle(self) -> float:
        """Wait until the server merges nothing any more, and return the seconds that it took."""
        start = time.perf_counter()
        with self.client() as client:
            while client.indices.stats(metric="merge")["_all"]["primaries"]["merges"]["current"]:
                time.sleep(SETTLING_STEP_S)
        return time.perf_counter() - start

    def heap_bytes(self) -> int:
        """Return how much of its heap the server has in use, what it no longer needs included."""
        with self.client() as client:
            (node,) = client.nodes.stats(metric="jvm")["nodes"].values()
        used: int = node["jvm"]["mem"]["heap_used_in_bytes"]
        return used

    def memory(self) -> Memory:
        """Return the memory of the server's process."""
        return memory_bytes(self._pid)

    def cpu_s(self) -> float:
        """Return the seconds of processor time that the server has used: neighbours on the machine add little to it."""
        return cpu_s(self._pid)

    @property
    def _pid(self) -> int:
        pid = self.server.pid
        assert pid is not None
        return pid


@contextmanager
def running(report: Report) -> Iterator[Cluster]:
    """Run a server beside this process, which keeps to a processor whose clock is fine."""
    with apart() as (cpu, processor):
        server = Server(FOLDER / "elasticsearch", free_port(), HEAP, processor=processor)
        report.setting |= {
            "elasticsearch": VERSION,
            "java": find_java().version,
            "heap": HEAP,
            "server_on_processor": processor,
            "client_on_processor": cpu,
        }
        with _alone():
            # One that a run left which was killed listens elsewhere.
            server.stop()
            try:
                server.start()
                yield Cluster(server)
            finally:
                server.stop()


@contextmanager
def _alone() -> Iterator[None]:
    """Be the only one that uses the server's folder; the kernel ends that with the process, however it ends."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "elasticsearch.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("Another benchmark uses the server: wait until it is done.") from None
        yield


def layouts_of(columns: Columns) -> Sequence[LayoutName]:
    """Return the layouts that a catalogue can have: without a large taxonomy there is nothing to give a graph to."""
    large = max(columns.taxonomy_sizes("").values()) >= planning.GRAPH_FROM
    return ("exact", "partitioned") if large else ("exact",)


@dataclass(frozen=True, slots=True)
class Filled:
    """A complete generation, behind its alias."""

    connection: Connection
    generation_id: str
    seconds: float
    """Of the build: from the first product to the last check."""
    making_s: float
    """Of those, the seconds in which products were made: a shop reads its own from the record."""

    def open(self, columns: Columns, space_id: str) -> ProductIndex:
        """Open it to be searched."""
        return ElasticGenerations(self.connection).open(self.generation_id, columns, space_id)

    def disk_bytes(self) -> int:
        """Return what it takes of the disk."""
        with self.connection.client() as client:
            client.indices.flush(index=self.connection.alias)
            stats = client.indices.stats(index=self.connection.alias, metric="store")
        size: int = stats["_all"]["primaries"]["store"]["size_in_bytes"]
        return size

    def remove(self) -> None:
        """Remove it: the next run builds it anew."""
        with self.connection.client() as client:
            client.indices.delete(index=list(client.indices.get_alias(name=self.connection.alias)))


def filled(cluster: Cluster, columns: Columns, layout: LayoutName, space_id: str) -> Filled:
    """Build a generation as `kitsune index build` does, unless it is there."""
    connection = cluster.connection(f"bench-{layout}-{len(columns)}-{columns.dimensions}")
    generations = ElasticGenerations(connection, layout)
    journal = FOLDER / f"{connection.alias}.json"
    states = generations.all()
    if not states:
        journal.unlink(missing_ok=True)
    if not any(state.complete for state in states):
        watched = _Watched(columns, journal)
        generations.build(watched, space_id, columns.dimensions, watched.note, bundle_id="made")
        watched.note()
    (state,) = [state for state in generations.all() if state.complete]
    generations.activate(state.generation_id, columns)
    return Filled(connection, state.generation_id, *_noted(journal))


class _Watched:
    """Columns on their way into an index, and a file that says how long it took so far."""

    def __init__(self, columns: Columns, journal: Path) -> None:
        self.sequence = columns.sequence
        self.changes_since = columns.changes_since
        self.taxonomy_sizes = columns.taxonomy_sizes
        self._columns = columns
        self._journal = journal
        self._before_s, self._making_s = _noted(journal) if journal.exists() else (0.0, 0.0)
        self._start = time.perf_counter()

    def items(self, space_id: str) -> Iterator[Item]:
        """Make the items, and time that."""
        made = self._columns.items(space_id)
        while True:
            start = time.perf_counter()
            item = next(made, None)
            self._making_s += time.perf_counter() - start
            if item is None:
                return
            yield item

    def note(self, products: int = 0) -> None:
        """Write down how long it took."""
        del products
        seconds = self._before_s + time.perf_counter() - self._start
        self._journal.write_bytes(msgspec.json.encode((seconds, self._making_s)))


def _noted(journal: Path) -> tuple[float, float]:
    return msgspec.json.decode(journal.read_bytes(), type=tuple[float, float])


def fill_bare(client: Elasticsearch, index: str, actions: Iterator[Action]) -> None:
    """Send documents, and wait until they can be searched: nothing is tried again, nothing looked at."""
    while batch := list(islice(actions, ACTIONS_AT_ONCE)):
        answer = client.bulk(index=index, operations=[line for action in batch for line in action])
        assert not answer["errors"]
    client.indices.refresh(index=index)


class Asked(NamedTuple):
    """How long each request took, in seconds, its answer, and the server's processor time a request."""

    seconds: NDArray[np.float64]
    answers: Sequence[Sequence[Sequence[Candidate]]]
    server_ms: float


async def timed_searches(cluster: Cluster, index: ProductIndex, requests: Sequence[Sequence[Query]]) -> Asked:
    """Ask for products in stock, one request after the other."""
    taken, answers = [], []
    before_s = cluster.cpu_s()
    for request in requests:
        start = time.perf_counter()
        answers.append(await index.search(request, Filters(), timeout_s=PATIENCE_S))
        taken.append(time.perf_counter() - start)
    return Asked(np.array(taken), answers, 1000 * (cluster.cpu_s() - before_s) / len(requests))


async def warm(cluster: Cluster, index: ProductIndex, requests: Sequence[Sequence[Query]]) -> None:
    """Ask until the server is as fast as it gets."""
    costs: list[float] = []
    while not is_warm(costs):
        costs.append((await timed_searches(cluster, index, requests[:WARMING])).server_ms)


def is_warm(costs_ms: Sequence[float]) -> bool:
    """Say whether the last two rounds of requests cost the server no less than one before them.

    Java compiles what it does often, with more care the more often it is: on one processor that goes on for thousands
    of requests, of which the first cost several times what the last do.
    """
    if len(costs_ms) < LEAST_ROUNDS:
        return False
    return len(costs_ms) == MOST_ROUNDS or min(costs_ms[-2:]) > STILL_FALLING * min(costs_ms[:-2])


def recalls(
    columns: Columns, requests: Sequence[Sequence[Query]], answers: Sequence[Sequence[Sequence[Candidate]]]
) -> list[float]:
    """Return the recall of each search for products in stock."""
    return [
        recall([candidate.product.product_id for candidate in found], columns.best(query, Filters()))
        for request, answer in zip(requests, answers, strict=True)
        for query, found in zip(request, answer, strict=True)
    ]
