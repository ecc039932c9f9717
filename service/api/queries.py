"""What may be asked by query: the same as by body, in the flat form that a link can carry."""

import csv
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from service import domain
from service.api.asked import Amount, Currency, OutfitBody, Text
from service.api.reading import parse
from service.domain import Gender
from service.errors import InvalidRequest

LOCK = "product:"

Repeated = Annotated[list[Text], Field(max_length=100)]


class AskedByQuery(BaseModel):
    """Query parameters: unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OutfitQuery(AskedByQuery):
    """Wishes as query parameters; lists repeat their parameter."""

    slots: str = Field(
        default="",
        max_length=1024,
        description="One CSV record of up to three slots: empty, a taxonomy, or product:ID for a lock.",
        examples=["Wedges,,product:J1-INDIGO"],
    )
    avoid: Repeated = Field(default=[], description="Taxonomies that no slot may have.")
    template: Text | None = None
    looks: int = Field(default=1, ge=1, le=3)
    k: int = Field(default=10, ge=1, le=50)
    in_stock: bool = True
    currency: Currency | None = None
    min_price: Amount | None = None
    max_price: Amount | None = None
    brands: Repeated = []
    exclude_brands: Repeated = []
    gender: Gender | None = None
    exclude_ids: Repeated = []

    def body(self, product_id: str) -> OutfitBody:
        """Return the body that asks the same, held to the same rules.

        Raises:
            InvalidRequest: a value is out of place.
        """
        asked = {
            "seed": {"product_id": product_id},
            "slots": _slots(self.slots),
            "filters": self.model_dump(include={"in_stock", "brands", "exclude_brands", "gender", "exclude_ids"})
            | {"price": self._price()},
        } | self.model_dump(include={"avoid", "template", "looks", "k"})
        return parse(OutfitBody, msgspec.json.encode(asked))

    def _price(self) -> dict[str, Any] | None:
        bounds = {"currency": self.currency, "min": self.min_price, "max": self.max_price}
        given = {name: value for name, value in bounds.items() if value is not None}
        return given or None


class BrowseQuery(AskedByQuery):
    """Which products to list."""

    q: Text | None = Field(default=None, description="Words that the product has; the last may be unfinished.")
    taxonomy: Text | None = Field(default=None, description="A taxonomy, or a parent that stands for its children.")
    cursor: str | None = Field(default=None, max_length=1024, description="The cursor of the page before.")
    limit: int = Field(default=20, ge=1, le=100)


class SimilarQuery(AskedByQuery):
    """How many similar products."""

    k: int = Field(default=10, ge=1, le=50)


class ProductQuery(AskedByQuery):
    """What to add to a product."""

    vector: bool = Field(default=False, description="Add `vector` and `space_id`, which a vector seed needs.")


def _slots(record: str) -> list[dict[str, str] | None]:
    """Read one CSV record: taxonomies may hold commas when they are quoted."""
    try:
        rows = list(csv.reader([record], strict=True))
    except csv.Error as error:
        raise InvalidRequest(
            f"slots is no CSV record ({error}); quote a taxonomy that holds a comma or a quote."
        ) from error
    cells = rows[0] if rows else []
    if len(cells) > domain.SLOTS:
        raise InvalidRequest(f"slots has {len(cells)} places; a look has {domain.SLOTS}.")
    return [_slot(cell) for cell in cells]


def _slot(cell: str) -> dict[str, str] | None:
    if not cell:
        return None
    field: Literal["product_id", "taxonomy"] = "product_id" if cell.startswith(LOCK) else "taxonomy"
    return {field: cell.removeprefix(LOCK)}
