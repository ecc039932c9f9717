"""Records and indexes as tests of builds need them: read whole, and changed while somebody reads."""

from collections.abc import Callable, Iterator, Mapping

from service.catalog.record import Change, Record
from service.domain import Product
from service.index.base import Item, ProductIndex


def recorded(record: Record) -> dict[str, Product]:
    return {row.product.product_id: row.product for row in record.products()}


async def products(index: ProductIndex) -> dict[str, Product]:
    page = await index.browse(text=None, taxonomies=None, cursor=None, limit=1000)
    return {product.product_id: product for product in page.products}


class RecordWithHook:
    """A record to which something happens when half of its items were read."""

    def __init__(self, record: Record, hook: Callable[[Record], None]) -> None:
        self._record = record
        self._hook = hook

    @property
    def sequence(self) -> int:
        return self._record.sequence

    def items(self, space_id: str) -> Iterator[Item]:
        for number, item in enumerate(self._record.items(space_id)):
            if number == 60:
                self._hook(self._record)
            yield item

    def taxonomy_sizes(self, space_id: str) -> Mapping[str, int]:
        return self._record.taxonomy_sizes(space_id)

    def changes_since(self, sequence: int, space_id: str) -> Iterator[Change]:
        return self._record.changes_since(sequence, space_id)
