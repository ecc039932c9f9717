"""One suite, every engine: a new engine joins by a class beside these and a name in `ENGINES`."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from service.index import embedded
from service.index.base import GenerationInfo, Item, ProductIndex
from service.index.elastic.building import Meta, create_index, fill_index, open_index
from service.index.elastic.connection import Connection
from service.index.elastic.sampling import Sample
from tests.catalogues import taxonomy_name
from tests.contract.reference import ReferenceIndex

DIMENSIONS = 12


class Engine(Protocol):
    """Opens indexes of one kind, and closes them after the test."""

    async def make(self, items: Sequence[Item]) -> ProductIndex:
        """Build and open a generation of `items`, which come ordered by (taxonomy, product_id)."""
        ...

    async def reopen(self) -> ProductIndex:
        """Close the generation made last, and open it again."""
        ...

    async def close(self) -> None: ...


class ReferenceEngine:
    def __init__(self, _: Path) -> None:
        self._items: Sequence[Item] = ()

    async def make(self, items: Sequence[Item]) -> ProductIndex:
        self._items = items
        return await self.reopen()

    async def reopen(self) -> ProductIndex:
        return ReferenceIndex(self._items, GenerationInfo("generation", "space", DIMENSIONS, len(self._items), 7))

    async def close(self) -> None:
        pass


class EmbeddedEngine:
    def __init__(self, folder: Path) -> None:
        self._folder = folder / "generation"
        self._open: ProductIndex | None = None

    async def make(self, items: Sequence[Item]) -> ProductIndex:
        embedded.build_embedded(
            self._folder, items, generation_id="generation", space_id="space", dimensions=DIMENSIONS, sequence=7
        )
        return await self.reopen()

    async def reopen(self) -> ProductIndex:
        await self.close()
        self._open = embedded.open_embedded(self._folder)
        return self._open

    async def close(self) -> None:
        if self._open is not None:
            await self._open.close()


class ElasticEngine:
    """Makes indices of its own on the session's server, and removes them."""

    def __init__(self, url: str, partitions: tuple[str, ...], shards: int) -> None:
        self._meta = Meta("generation", "space", DIMENSIONS, 7, partitions=partitions, shards=shards)
        self._connection = Connection(url, alias=f"contract-{secrets.token_hex(4)}")
        self._index = f"{self._connection.alias}-generation"
        self._open: ProductIndex | None = None

    async def make(self, items: Sequence[Item]) -> ProductIndex:
        with self._connection.client() as client:
            create_index(client, self._index, self._meta)
            assert fill_index(client, self._index, items, self._meta, sample=Sample()) == []
        return await self.reopen()

    async def reopen(self) -> ProductIndex:
        if self._open is not None:
            await self._open.close()
        self._open = open_index(self._connection, self._index)
        return self._open

    async def close(self) -> None:
        if self._open is not None:
            await self._open.close()
        with self._connection.client() as client:
            client.indices.delete(index=self._index, ignore_unavailable=True)


ENGINES: dict[str, Callable[[Path], Engine]] = {
    "reference": ReferenceEngine,
    "embedded": EmbeddedEngine,
    "embedded-in-threads": EmbeddedEngine,
}


GRAPHS = (taxonomy_name(0), taxonomy_name(2))
"""The largest taxonomy, and the third: searches that name several mix graphs and exact parts."""

ELASTIC_LAYOUTS: dict[str, tuple[tuple[str, ...], int]] = {
    "elasticsearch": ((), 1),
    "elasticsearch-partitioned": (GRAPHS, 1),
    "elasticsearch-on-3-shards": (GRAPHS, 3),
}
"""The taxonomies that have a graph, and how many shards there are."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=[*ENGINES, *(pytest.param(name, marks=pytest.mark.slow) for name in ELASTIC_LAYOUTS)])
async def engine(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Engine]:
    if request.param == "embedded-in-threads":
        monkeypatch.setattr(embedded, "INLINE_ROWS", -1)
    if request.param in ELASTIC_LAYOUTS:
        # Asked for by name, so that the other engines' tests start no server.
        engine: Engine = ElasticEngine(request.getfixturevalue("elasticsearch_url"), *ELASTIC_LAYOUTS[request.param])
    else:
        engine = ENGINES[request.param](tmp_path)
    yield engine
    await engine.close()
