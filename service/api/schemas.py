"""What is answered, as OpenAPI documents it.

Nothing is validated on its way out: the dataclasses of `service.domain` are encoded as they are. A test holds their
fields and these together, and every answer of the end-to-end tests is checked against these models.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mappings import Wearer
from service.domain import AgeGroup, Arm, Availability, Gender, Source


class Answered(BaseModel):
    """A part of an answer; every field is always present."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Money(Answered):
    """An amount in a currency's main unit."""

    amount: float
    currency: str = Field(examples=["EUR"])


class Product(Answered):
    """One colourway of the catalogue."""

    product_id: str
    taxonomy: str = Field(examples=["Ankle Boots"])
    group_id: str | None = Field(description="Joins the variants of one model.")
    title: str | None
    description: str | None
    taxonomy_path: tuple[str, ...] = Field(description="Ancestors of the taxonomy, the root first.")
    brand: str | None
    gender: Gender | None
    age_group: AgeGroup | None
    price: Money | None
    sale_price: Money | None
    availability: Availability
    sizes: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]] = Field(examples=[{"colour": ["navy"]}])
    link: str | None
    image_url: str | None = Field(
        description="Where the photo is: a URL of the shop's, or a path of this service, which takes `width`.",
        examples=["/photos/dresses/d1-red.jpg"],
    )


class DescribedProduct(Product):
    """A product, and what its vector says of it."""

    predicted_attributes: dict[str, dict[str, float]] = Field(
        description="Values that are more likely than not, with their probability, by attribute. Never an attribute"
        " that does not apply to the taxonomy; empty where the bundle has no readout.",
        examples=[{"colour": {"navy": 0.93}}],
    )


class ProductWithVector(DescribedProduct):
    """A product and what a vector seed needs; the last two fields only with `vector=true`."""

    vector: tuple[float, ...] = Field(description="Unit length.")
    space_id: str


class Candidate(Answered):
    """A ranked product."""

    product: Product
    score: float = Field(description="Cosine between the product's vector and what was searched for.")


class Slot(Answered):
    """One of the three places of a look."""

    head: int | None = Field(description="Which head was asked, from 0; null for a lock.")
    taxonomy: str
    source: Source = Field(description="Where the taxonomy comes from; `fallback` is an ancestor's template.")
    candidates: tuple[Candidate, ...] = Field(description="Best first.")
    reason: str | None = Field(description="Why the slot is empty; null when it is not.")
    why: tuple[str, ...] = Field(
        description="What was searched for, in words: attribute values that the head's target holds.",
        examples=[["black", "leather"]],
    )


class Look(Answered):
    """Three slots, in the order of the request and the template."""

    slots: Annotated[tuple[Slot, ...], Field(min_length=3, max_length=3)]


class Seed(Answered):
    """What was asked about."""

    taxonomy: str
    product: Product | None


class Variant(Answered):
    """The part that an answer has in an experiment."""

    experiment: str
    arm: Arm = Field(description="`control`: what is served otherwise; `trial`: what is tried.")


class Versions(Answered):
    """The release that an answer came from."""

    bundle: str
    space: str
    generation: str
    mapping: str


class Outfit(Answered):
    """One or more looks for a seed."""

    outfit_id: str
    seed: Seed
    template: str | None
    looks: tuple[Look, ...]
    versions: Versions
    degraded: tuple[str, ...] = Field(description="Why this is less than what was asked.", examples=[["looks_reduced"]])
    variant: Variant | None = Field(description="Null where no experiment has a part in the answer.")
    prediction_logged: bool | None = Field(
        description="Whether the answer is on its way into the prediction log; null where the log is off."
    )


class Taken(Answered):
    """What became of the events that were sent."""

    accepted: int = Field(description="Events that are new and kept.")
    repeated: int = Field(description="Events whose id was known, which were left as they are.")


class Page(Answered):
    """Products in a stable order."""

    products: tuple[Product, ...]
    cursor: str | None = Field(description="Give it back to get the next page; null on the last.")


class Similar(Answered):
    """The nearest products of the same taxonomy; never the product itself or a variant of it."""

    product_id: str
    candidates: tuple[Candidate, ...]


class TaxonomyCount(Answered):
    """A taxonomy and how many products are filed under it."""

    taxonomy: str
    path: tuple[str, ...] = Field(description="Ancestors, the root first.")
    count: int


class Taxonomies(Answered):
    """The taxonomies that hold products, by name."""

    taxonomies: tuple[TaxonomyCount, ...]


class Template(Answered):
    """The taxonomies of the three slots, in order."""

    id: str
    slots: Annotated[tuple[str, ...], Field(min_length=3, max_length=3)]
    wearers: tuple[Wearer, ...] = Field(description="Whom it suits; empty: everybody.")


class Mapping(Answered):
    """What a seed of this taxonomy may be dressed with; the first template that fits is the default."""

    taxonomy: str
    templates: tuple[Template, ...]
    inherited: bool = Field(description="Whether the templates are an ancestor's.")


class Health(Answered):
    """The process answers."""

    status: str


class Problem(Answered):
    """What went wrong (RFC 9457); the same six fields for every error."""

    type: str
    title: str
    status: int
    code: str = Field(description="For machines; it does not change.", examples=["unknown_product"])
    detail: str = Field(description="For people: what to do next.")
    request_id: str
