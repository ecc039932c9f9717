"""Which tasks a feed holds, and how well a vector tells them."""

import pytest

pytest.importorskip("torch")

from model.attributes import Attribute
from model.compression import unit_rows
from model.encoder import TrainedEncoder
from service.catalog.outfits import split_of
from service.catalog.record import RecordedProduct
from service.catalog.tasks import learn_readout, task_report
from service.domain import Product
from tests.unit.model.tiny import normal

COLOUR, HEEL = Attribute("colour", "single", ("black", "white")), Attribute("heel", "single", ("high", "low"))
VECTORS = unit_rows(normal(200, 6))


def product(number: int) -> RecordedProduct:
    vector = VECTORS[number]
    shoe = number % 2
    colour = ("black" if vector[0] > 0 else "white",)
    heels = {"heel": ("high" if vector[1] > 0 else "low",)} if shoe else {}
    taxonomy, path = ("Pumps", ("Shoes",)) if shoe else ("T-shirts", ("Tops",))
    made = Product(
        product_id=f"p{number}", taxonomy=taxonomy, taxonomy_path=path, attributes={"colour": colour, **heels}
    )
    return RecordedProduct(made, (), "")


ROWS = [product(number) for number in range(len(VECTORS))]


def test_a_readout_names_what_products_state_and_only_where_they_state_it() -> None:
    readout, accuracy = learn_readout(VECTORS, ROWS, (COLOUR, HEEL))
    assert readout.config.applies == {
        "Pumps": ("colour", "heel"),
        "Shoes": ("colour", "heel"),
        "T-shirts": ("colour",),
        "Tops": ("colour",),
    }
    assert min(share or 0 for share in accuracy.values()) > 0.85


def test_the_test_parts_products_teach_no_readout() -> None:
    spoilt = [
        RecordedProduct(
            Product(product_id=row.product.product_id, taxonomy="?", attributes={"colour": ("white",)}), (), ""
        )
        if split_of(row.product.product_id) == "test"
        else row
        for row in ROWS
    ]
    (honest, _), (judged, accuracy) = (learn_readout(VECTORS, rows, (COLOUR,)) for rows in (ROWS, spoilt))
    assert (honest.tensors["colour.weight"] == judged.tensors["colour.weight"]).all()
    assert honest.config == judged.config
    assert (accuracy["colour"] or 0) < 0.8


def test_the_report_lists_what_was_learned_and_what_came_to_nothing() -> None:
    trained = TrainedEncoder((COLOUR,), {}, {"attributes": {"colour": {"accuracy": 0.9}}, "loss": [1.0]})
    report = task_report(trained, {"colour": 0.75}, ["colour", "heel"])
    assert report == {
        "attributes": {"colour": {"accuracy": 0.9, "accuracy_from_vector": 0.75}},
        "not_learned": {"heel": "fewer than two labels that five products have"},
        "loss": [1.0],
    }
