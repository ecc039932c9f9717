"""What a look's address holds: the seed, every wish, and what was picked. A shared link shows the same look.

    look?seed=DR101-01&slot1=Wedges&slot3=product:BG7-02&avoid=Scarves&look=2&pick2=SH4-01

Slots and picks are parameters of their own, so that a plain form can change one and carry the others.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any, Self
from urllib.parse import urlencode

import numpy as np
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service import domain
from service.api.asked import Amount, Currency, Text, Texts
from service.api.problems import sentence
from service.api.queries import LOCK
from service.domain import SLOTS, Gender, Lock, OutfitRequest, Override, ProductSeed, VectorSeed, Wish
from service.errors import InvalidRequest
from service.index.base import Vector

K = 12
"""Candidates of a row: about two screens of a wide display."""

MANY = ("avoid",)
"""Parameters that may come several times."""

Packed = Annotated[str, Field(min_length=4, max_length=12_000, pattern=r"^[A-Za-z0-9_-]+$")]


class LookQuery(BaseModel):
    """The parameters of a look's address. Empty ones mean nothing, and unknown ones are what others hang on a link."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    seed: Text | None = None
    vector: Packed | None = None
    space: Text | None = None
    taxonomy: Text | None = None
    slot1: Text | None = None
    slot2: Text | None = None
    slot3: Text | None = None
    pick1: Text | None = None
    pick2: Text | None = None
    pick3: Text | None = None
    look: int = Field(default=1, ge=1, le=3)
    template: Text | None = None
    avoid: Texts = frozenset()
    sold_out: bool = False
    currency: Currency | None = None
    min_price: Amount | None = None
    max_price: Amount | None = None
    gender: Gender | None = None

    @model_validator(mode="after")
    def _has_a_seed(self) -> Self:
        if (self.seed is None) == (self.vector is None):
            raise ValueError("give a seed, or the vector of a photo")
        if self.vector is not None and self.taxonomy is None:
            raise ValueError("a vector needs its taxonomy")
        if self.currency is None and (self.min_price, self.max_price) != (None, None):
            raise ValueError("a price needs its currency")
        return self

    @classmethod
    def of(cls, request: Request) -> Self:
        """Read the address of `request`.

        Raises:
            InvalidRequest: a value is out of place.
        """
        given = [(name, value) for name, value in request.query_params.multi_items() if value]
        fields: dict[str, Any] = dict(given) | {
            many: frozenset(value for name, value in given if name == many) for many in MANY
        }
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise InvalidRequest(sentence(list(error.errors(include_input=False)))) from None

    @property
    def slots(self) -> tuple[str | None, str | None, str | None]:
        """What each slot is asked to hold: a taxonomy, `product:ID`, or nothing in particular."""
        return self.slot1, self.slot2, self.slot3

    @property
    def picks(self) -> tuple[str | None, str | None, str | None]:
        """The product that was picked in each slot."""
        return self.pick1, self.pick2, self.pick3

    def seed_reference(self) -> ProductSeed | VectorSeed:
        """Return what the look is for."""
        if self.seed is not None:
            return ProductSeed(self.seed)
        return VectorSeed(unpack(self.vector or ""), self.taxonomy or "", self.space)

    def request(self) -> OutfitRequest:
        """Return the wishes as the use case knows them."""
        first, second, third = map(_wish, self.slots)
        bounded = self.min_price is not None or self.max_price is not None
        price = domain.PriceRange(self.currency, self.min_price, self.max_price) if self.currency and bounded else None
        return OutfitRequest(
            slots=(first, second, third),
            avoid=self.avoid,
            template=self.template,
            looks=SLOTS,
            k=K,
            filters=domain.Filters(in_stock=not self.sold_out, price=price, gender=self.gender),
        )

    def parameters(self, **changes: Any) -> list[tuple[str, str]]:
        """Return the parameters of this look with some changed; what has its default is left out."""
        changed = self.model_copy(update=changes)
        found: list[tuple[str, str]] = []
        for name, field in type(self).model_fields.items():
            value = getattr(changed, name)
            if value == field.default:
                continue
            values: Sequence[Any] = sorted(value) if isinstance(value, frozenset) else [value]
            found += [(name, _written(one)) for one in values]
        return found

    def address(self, **changes: Any) -> str:
        """Return the address of this look with some parameters changed."""
        return f"look?{urlencode(self.parameters(**changes))}"

    def without(self, *names: str) -> list[tuple[str, str]]:
        """Return the parameters that a form must carry which asks for `names` itself."""
        return [(name, value) for name, value in self.parameters() if name not in names]


def _wish(asked: str | None) -> Wish:
    if asked is None:
        return None
    return Lock(asked.removeprefix(LOCK)) if asked.startswith(LOCK) else Override(asked)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def pack(vector: Vector) -> str:
    """Write a vector [d] for an address, in half precision: two bytes a number cost a cosine less than 0.001."""
    return base64.urlsafe_b64encode(vector.astype("<f2").tobytes()).decode().rstrip("=")


def unpack(packed: str) -> tuple[float, ...]:
    """Read what `pack` wrote.

    Raises:
        InvalidRequest: nothing of that kind.
    """
    try:
        content = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        return tuple(np.frombuffer(content, "<f2").astype(float).tolist())
    except (binascii.Error, ValueError):
        raise InvalidRequest("The vector in the address is damaged; drop the photo again.") from None
