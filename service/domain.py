"""The words of the trade as frozen dataclasses. Standard library only.

The field names are those of the REST answer: what the service computes is what it sends, with no second set of classes
between. `service.api.schemas` documents the same shapes for OpenAPI, and a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SLOTS = 3

Availability = Literal["in_stock", "out_of_stock", "preorder", "backorder"]
Gender = Literal["female", "male", "unisex"]
AgeGroup = Literal["newborn", "infant", "toddler", "kids", "adult"]
Arm = Literal["control", "trial"]
Source = Literal["mapping", "override", "lock", "fallback"]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency's main unit (12.5 EUR), as feeds give it."""

    amount: float
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One colourway of the catalogue. Everything but `product_id` and `taxonomy` may be missing."""

    product_id: str
    taxonomy: str
    group_id: str | None = None
    title: str | None = None
    description: str | None = None
    taxonomy_path: tuple[str, ...] = ()
    """Ancestors of `taxonomy`, the root first, `taxonomy` itself left out."""
    brand: str | None = None
    gender: Gender | None = None
    age_group: AgeGroup | None = None
    price: Money | None = None
    sale_price: Money | None = None
    availability: Availability = "in_stock"
    sizes: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    link: str | None = None
    image_url: str | None = None

    @property
    def in_stock(self) -> bool:
        """Whether a shopper can have it now: a pre-order or a back-order cannot be worn tonight."""
        return self.availability == "in_stock"

    @property
    def asking_price(self) -> Money | None:
        """What the shopper pays: the sale price where there is one."""
        return self.sale_price or self.price


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Inclusive bounds on the asking price. A product without a price in `currency` is outside every range."""

    currency: str
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What every candidate must satisfy, whichever slot it is in.

    Brands compare without regard to case. A gender lets through its own products, unisex ones, and those that state
    none. `exclude_groups` drops all variants that share a `group_id`.
    """

    in_stock: bool = True
    price: PriceRange | None = None
    brands: frozenset[str] = frozenset()
    exclude_brands: frozenset[str] = frozenset()
    gender: Gender | None = None
    exclude_ids: frozenset[str] = frozenset()
    exclude_groups: frozenset[str] = frozenset()

    def admit(self, product: Product) -> bool:
        """Say whether `product` passes: the definition that every engine's own filter must equal."""
        brand = (product.brand or "").casefold()
        return (
            (product.in_stock or not self.in_stock)
            and (self.price is None or _within(product.asking_price, self.price))
            and (not self.brands or brand in {b.casefold() for b in self.brands})
            and brand not in {b.casefold() for b in self.exclude_brands}
            and (self.gender is None or product.gender in (None, "unisex", self.gender))
            and product.product_id not in self.exclude_ids
            and (product.group_id is None or product.group_id not in self.exclude_groups)
        )


def _within(price: Money | None, allowed: PriceRange) -> bool:
    if price is None or price.currency != allowed.currency:
        return False
    at_least = allowed.minimum is None or price.amount >= allowed.minimum
    return at_least and (allowed.maximum is None or price.amount <= allowed.maximum)


@dataclass(frozen=True, slots=True)
class Override:
    """The shopper wants this taxonomy in the slot ("wedges, not heels"); a parent stands for its children."""

    taxonomy: str


@dataclass(frozen=True, slots=True)
class Lock:
    """The shopper keeps this very product in the slot."""

    product_id: str


Wish = Override | Lock | None


@dataclass(frozen=True, slots=True)
class ProductSeed:
    """A product of the catalogue."""

    product_id: str


@dataclass(frozen=True, slots=True)
class VectorSeed:
    """A vector [d] of this bundle's space, of any length but zero; `space_id` is checked when it is given."""

    vector: tuple[float, ...]
    taxonomy: str
    space_id: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoSeed:
    """A photo (JPEG, PNG or WebP bytes) of something that is filed under `taxonomy`."""

    photo: bytes
    taxonomy: str


@dataclass(frozen=True, slots=True)
class TextSeed:
    """What a shop writes about a product that is filed under `taxonomy`."""

    taxonomy: str
    title: str | None = None
    description: str | None = None


SeedReference = ProductSeed | VectorSeed | PhotoSeed | TextSeed


@dataclass(frozen=True, slots=True, kw_only=True)
class OutfitRequest:
    """What a shopper asks of a seed: wishes for each slot, and what every candidate must satisfy."""

    slots: tuple[Wish, Wish, Wish] = (None, None, None)
    avoid: frozenset[str] = frozenset()
    template: str | None = None
    looks: int = 1
    k: int = 10
    filters: Filters = Filters()


PredictedAttributes = Mapping[str, Mapping[str, float]]
"""What a vector holds: for each attribute its values, and how likely each is, 0.5 to 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ranked product: `score` is the cosine between its vector and the head's target."""

    product: Product
    score: float


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the three places of a look. `head` is None where no head was asked: a lock."""

    head: int | None
    taxonomy: str
    source: Source
    candidates: tuple[Candidate, ...]
    reason: str | None = None
    """Why the slot is empty; None when it is not."""
    why: tuple[str, ...] = ()
    """What was searched for, in words: the values that the head's target holds. None for a lock."""


@dataclass(frozen=True, slots=True)
class Look:
    """Three slots, in the order of the request and the template."""

    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Seed:
    """What was asked about: a product of the catalogue, or only a taxonomy when it came as a vector or a photo."""

    taxonomy: str
    product: Product | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """The release that an answer came from."""

    bundle: str
    space: str
    generation: str
    mapping: str


@dataclass(frozen=True, slots=True)
class Variant:
    """The part that an answer has in an experiment."""

    experiment: str
    arm: Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """The answer: one or more looks for a seed."""

    outfit_id: str
    seed: Seed
    template: str | None
    looks: tuple[Look, ...]
    versions: Versions
    degraded: tuple[str, ...] = ()
    """Reasons why the answer is less than what was asked: `looks_reduced`, `empty_slot`."""
    variant: Variant | None = None
    """None where no experiment had a part in the answer."""
    prediction_logged: bool | None = None
    """Whether the answer is on its way into the prediction log; None where the log is off."""
