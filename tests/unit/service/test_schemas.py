from dataclasses import fields

import msgspec
import pytest
from pydantic import BaseModel

from mappings import Template
from service import domain, taxonomy
from service.api import schemas
from service.index import base
from tests.fakes import fake_release, shop_items

PAIRS: list[tuple[type, type[BaseModel]]] = [
    (domain.Money, schemas.Money),
    (domain.Product, schemas.Product),
    (domain.Candidate, schemas.Candidate),
    (domain.Slot, schemas.Slot),
    (domain.Look, schemas.Look),
    (domain.Seed, schemas.Seed),
    (domain.Versions, schemas.Versions),
    (domain.Variant, schemas.Variant),
    (domain.Outfit, schemas.Outfit),
    (base.Page, schemas.Page),
    (taxonomy.TaxonomyCount, schemas.TaxonomyCount),
    (Template, schemas.Template),
]


@pytest.mark.parametrize(("sent", "documented"), PAIRS, ids=lambda pair: pair.__name__)
def test_what_is_sent_has_the_fields_that_are_documented(sent: type, documented: type[BaseModel]) -> None:
    assert sorted(field.name for field in fields(sent)) == sorted(documented.model_fields)


def test_every_field_is_always_there() -> None:
    for _, documented in PAIRS:
        assert all(field.is_required() for field in documented.model_fields.values())


def test_a_full_and_an_empty_product_are_as_documented() -> None:
    full = domain.Product(
        product_id="p",
        taxonomy="Dresses",
        group_id="g",
        title="t",
        description="d",
        taxonomy_path=("Women",),
        brand="b",
        gender="unisex",
        age_group="adult",
        price=domain.Money(2.5, "EUR"),
        sale_price=domain.Money(1, "EUR"),
        availability="preorder",
        sizes=("S",),
        attributes={"colour": ("navy", "white")},
        link="https://shop.example",
        image_url="https://shop.example/p.jpg",
    )
    for product in (full, domain.Product(product_id="p", taxonomy="Dresses")):
        read = schemas.Product.model_validate_json(msgspec.json.encode(product))
        assert read.model_dump() == msgspec.to_builtins(product, builtin_types=()) | {
            "taxonomy_path": product.taxonomy_path,
            "sizes": product.sizes,
            "attributes": dict(product.attributes),
        }


def test_an_outfit_is_as_documented() -> None:
    dress = shop_items()[1].product
    slots = (
        domain.Slot(0, "Wedges", "mapping", (domain.Candidate(dress, 0.5),), why=("red", "leather")),
        domain.Slot(None, "Totes", "lock", (domain.Candidate(dress, -0.5),)),
        domain.Slot(1, "Hats", "fallback", (), "nothing is in stock"),
    )
    outfit = domain.Outfit(
        outfit_id="o",
        seed=domain.Seed("Dresses", dress),
        template=None,
        looks=(domain.Look(slots),),
        versions=fake_release().versions,
        degraded=("empty_slot",),
    )
    read = schemas.Outfit.model_validate_json(msgspec.json.encode(outfit))
    assert [slot.reason for slot in read.looks[0].slots] == [None, None, "nothing is in stock"]
    assert [slot.why for slot in read.looks[0].slots] == [("red", "leather"), (), ()]
