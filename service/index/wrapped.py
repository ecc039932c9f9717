"""A `ProductIndex` around another: something is done around each call that may go to the engine."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager

from service.domain import Candidate, Filters
from service.index.base import GenerationInfo, Item, Page, Patch, ProductIndex, Query
from service.taxonomy import TaxonomyTree

Around = Callable[[], AbstractContextManager[None]]


class WrappedIndex:
    """Passes every call on, within what `around` gives; the taxonomies are at hand, and are passed on as they are."""

    def __init__(self, index: ProductIndex, around: Around) -> None:
        self._index = index
        self._around = around

    @property
    def info(self) -> GenerationInfo:
        """What this generation was built from."""
        return self._index.info

    @property
    def retries(self) -> int:
        """How often something was sent to the engine once more."""
        return self._index.retries

    async def check(self) -> None:
        """Find out whether questions would be answered now."""
        with self._around():
            await self._index.check()

    async def taxonomies(self) -> TaxonomyTree:
        """Return the taxonomies that hold products."""
        return await self._index.taxonomies()

    async def get(self, product_ids: Collection[str]) -> Mapping[str, Item]:
        """Return the items that exist among `product_ids`."""
        with self._around():
            return await self._index.get(product_ids)

    async def search(
        self, queries: Sequence[Query], filters: Filters, *, timeout_s: float
    ) -> list[tuple[Candidate, ...]]:
        """Answer all queries in one go."""
        with self._around():
            return await self._index.search(queries, filters, timeout_s=timeout_s)

    async def browse(
        self, *, text: str | None, taxonomies: Sequence[str] | None, cursor: str | None, limit: int
    ) -> Page:
        """List products by taxonomy and id."""
        with self._around():
            return await self._index.browse(text=text, taxonomies=taxonomies, cursor=cursor, limit=limit)

    async def upsert(self, items: Sequence[Item]) -> None:
        """Add or replace items."""
        with self._around():
            await self._index.upsert(items)

    async def delete(self, product_ids: Collection[str]) -> None:
        """Remove products."""
        with self._around():
            await self._index.delete(product_ids)

    async def patch(self, patches: Mapping[str, Patch]) -> None:
        """Change volatile fields."""
        with self._around():
            await self._index.patch(patches)

    async def close(self) -> None:
        """Release what the index holds open."""
        await self._index.close()
