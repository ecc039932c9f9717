from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from model.attributes import Attribute
from model.compression import unit_rows
from model.readout import ReadoutConfig
from model.readout_training import readout_accuracy, train_readout
from tests.unit.model.tiny import normal

COLOUR = Attribute("colour", "single", ("black", "red", "white"))
SEASON = Attribute("season", "multi", ("summer", "winter"))
VECTORS = unit_rows(normal(400, 6))
VALUES: list[list[tuple[str, ...]]] = [
    [(COLOUR.labels[label],) for label in VECTORS[:, :3].argmax(1)],
    [tuple(label for label, score in zip(SEASON.labels, row, strict=True) if score > 0) for row in VECTORS[:, 3:5]],
]
HELD_OUT = np.arange(400) >= 300
NOWHERE = ReadoutConfig({})


def trained(values: list[list[tuple[str, ...]]] = VALUES, **options: Any) -> Any:
    return train_readout(VECTORS, (COLOUR, SEASON), values, HELD_OUT, NOWHERE, **options)


def test_what_a_vector_holds_is_read_off_it() -> None:
    accuracy = readout_accuracy(trained(), VECTORS, (COLOUR, SEASON), VALUES, HELD_OUT)
    assert accuracy["colour"] is not None
    assert accuracy["colour"] > 0.9
    assert accuracy["season"] is not None
    assert accuracy["season"] > 0.9


def test_held_out_products_teach_nothing() -> None:
    spoilt = [[("black",) if held else value for held, value in zip(HELD_OUT, VALUES[0], strict=True)], VALUES[1]]
    for name, tensor in trained().tensors.items():
        np.testing.assert_array_equal(tensor, trained(spoilt).tensors[name])


def test_a_label_that_only_held_out_products_have_is_never_guessed() -> None:
    unseen = [[value if value != ("white",) or held else () for held, value in zip(HELD_OUT, VALUES[0], strict=True)]]
    readout = train_readout(VECTORS, (COLOUR,), unseen, HELD_OUT, NOWHERE)
    assert readout.probabilities(VECTORS)[:, 2].max() < 0.05


def test_an_attribute_that_nobody_judges_has_no_accuracy() -> None:
    assert readout_accuracy(trained(), VECTORS, (COLOUR, SEASON), VALUES, HELD_OUT & False) == {
        "colour": None,
        "season": None,
    }
