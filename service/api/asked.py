"""What may be asked: models that validate strictly and turn into the words of `service.domain`."""

import math
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

from service import domain
from service.domain import Gender

SHORTEST_VECTOR, LONGEST_VECTOR = 1e-6, 1e6

# No store and no engine agrees with the next about a NUL.
Text = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00]*$")]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=r"^[^\x00]*$")]
Texts = Annotated[frozenset[Text], Field(max_length=100)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["EUR"])]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Asked(BaseModel):
    """A part of a request: unknown fields are refused, and `false` is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ProductSeed(Asked):
    """A product of the catalogue."""

    product_id: Text

    def as_domain(self) -> domain.ProductSeed:
        """Return the seed as the use case knows it."""
        return domain.ProductSeed(self.product_id)


class VectorSeed(Asked):
    """A vector as `GET /v1/products/{product_id}?vector=true` gives it, of any length within [1e-6, 1e6]."""

    vector: Annotated[list[Finite], Field(min_length=1, max_length=4096)]
    taxonomy: Text
    space_id: Text | None = None

    @model_validator(mode="after")
    def _has_a_direction(self) -> Self:
        if not SHORTEST_VECTOR <= math.hypot(*self.vector) <= LONGEST_VECTOR:
            raise ValueError("the vector's length must be within [1e-6, 1e6]")
        return self

    def as_domain(self) -> domain.VectorSeed:
        """Return the seed as the use case knows it."""
        return domain.VectorSeed(tuple(self.vector), self.taxonomy, self.space_id)


class TextSeed(Asked):
    """What a shop writes about a product; a bundle without a text encoder refuses it (`no_text_encoder`)."""

    taxonomy: Text
    title: Text | None = None
    description: LongText | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.title is None and self.description is None:
            raise ValueError("give a product_id, a vector, or a title or description")
        return self

    def as_domain(self) -> domain.TextSeed:
        """Return the seed as the use case knows it."""
        return domain.TextSeed(self.taxonomy, self.title, self.description)


class PhotoSeed(Asked):
    """Where the thing in the photo would be filed."""

    taxonomy: Text


class Override(Asked):
    """This taxonomy in the slot; a parent stands for its children."""

    taxonomy: Text

    def as_domain(self) -> domain.Override:
        """Return the wish as the use case knows it."""
        return domain.Override(self.taxonomy)


class Lock(Asked):
    """This very product in the slot."""

    product_id: Text

    def as_domain(self) -> domain.Lock:
        """Return the wish as the use case knows it."""
        return domain.Lock(self.product_id)


def _seed_tag(value: Any) -> str:
    fields = value if isinstance(value, dict) else ()
    return "product seed" if "product_id" in fields else "vector seed" if "vector" in fields else "text seed"


def _wish_tag(value: Any) -> str:
    return "lock wish" if isinstance(value, dict) and "product_id" in value else "override wish"


# Tags have a space, fields have none: `service.api.problems` leaves them out of the paths it shows.
AnySeed = Annotated[
    Annotated[ProductSeed, Tag("product seed")]
    | Annotated[VectorSeed, Tag("vector seed")]
    | Annotated[TextSeed, Tag("text seed")],
    Discriminator(_seed_tag),
]
AnyWish = Annotated[
    Annotated[Lock, Tag("lock wish")] | Annotated[Override, Tag("override wish")], Discriminator(_wish_tag)
]


class PriceRange(Asked):
    """Inclusive bounds on what the shopper pays; products without a price in `currency` are left out."""

    currency: Currency
    min: Amount | None = None
    max: Amount | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min must not be above max")
        return self

    def as_domain(self) -> domain.PriceRange:
        """Return the range as the use case knows it."""
        return domain.PriceRange(self.currency, self.min, self.max)


class Filters(Asked):
    """What every candidate must satisfy."""

    in_stock: bool = True
    price: PriceRange | None = None
    brands: Texts = frozenset()
    exclude_brands: Texts = frozenset()
    gender: Gender | None = None
    exclude_ids: Texts = frozenset()

    def as_domain(self) -> domain.Filters:
        """Return the filters as the use case knows them."""
        return domain.Filters(
            in_stock=self.in_stock,
            price=None if self.price is None else self.price.as_domain(),
            brands=self.brands,
            exclude_brands=self.exclude_brands,
            gender=self.gender,
            exclude_ids=self.exclude_ids,
        )


class Wishes(Asked):
    """What a shopper asks of a seed."""

    slots: list[AnyWish | None] = Field(default=[], max_length=domain.SLOTS)
    avoid: Texts = frozenset()
    template: Text | None = None
    looks: int = Field(default=1, ge=1, le=3)
    k: int = Field(default=10, ge=1, le=50)
    filters: Filters = Filters()

    def as_domain(self) -> domain.OutfitRequest:
        """Return the wishes as the use case knows them; a slot that is not named is left to the template."""
        wishes = [None if slot is None else slot.as_domain() for slot in self.slots]
        first, second, third = wishes + [None] * (domain.SLOTS - len(wishes))
        return domain.OutfitRequest(
            slots=(first, second, third),
            avoid=self.avoid,
            template=self.template,
            looks=self.looks,
            k=self.k,
            filters=self.filters.as_domain(),
        )


class OutfitBody(Wishes):
    """What goes with this seed?"""

    seed: AnySeed


class PhotoOutfitBody(Wishes):
    """What goes with the thing in the photo?"""

    seed: PhotoSeed
