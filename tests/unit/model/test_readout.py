import numpy as np
import pytest

from model.attributes import Attribute
from model.readout import Readout, ReadoutConfig
from tests.unit.model.tiny import normal

COLOUR = Attribute("colour", "single", ("black", "red", "white"))
HEEL = Attribute("heel", "single", ("high", "low"))
SEASON = Attribute("season", "multi", ("summer", "winter"))
APPLIES = {"Pumps": ("colour", "heel", "season"), "T-shirts": ("colour", "season"), "Shoes": ("colour", "heel")}


def readout(scale: float = 20) -> Readout:
    """Each label reads one number of the vector."""
    weight = np.eye(7, dtype=np.float32) * scale
    tensors = {
        "colour.weight": weight[:3],
        "colour.bias": np.zeros(3, np.float32),
        "heel.weight": weight[3:5],
        "heel.bias": np.zeros(2, np.float32),
        "season.weight": weight[5:],
        "season.bias": np.full(2, -5, np.float32),
    }
    return Readout(tensors, (COLOUR, HEEL, SEASON), ReadoutConfig(APPLIES))


RED_HIGH_SUMMER = np.array([[0, 1, 0, 1, 0, 1, 0]], np.float32)


def test_a_vector_is_named_by_its_likeliest_values() -> None:
    [named] = readout().read(RED_HIGH_SUMMER, [[("Shoes", "Pumps")]])
    assert named == {"colour": {"red": 1.0}, "heel": {"high": 1.0}, "season": {"summer": 1.0}}


def test_what_does_not_apply_is_never_named() -> None:
    [named] = readout().read(RED_HIGH_SUMMER, [[("Tops", "T-shirts")]])
    assert named.keys() == {"colour", "season"}


def test_an_attribute_has_to_apply_to_all_taxonomies_of_a_vector() -> None:
    [named] = readout().read(RED_HIGH_SUMMER, [[("Shoes", "Pumps"), ("Tops", "T-shirts")]])
    assert named.keys() == {"colour", "season"}


def test_an_unknown_taxonomy_has_what_its_nearest_known_ancestor_has() -> None:
    [named] = readout().read(RED_HIGH_SUMMER, [[("Women", "SHOES", "Clogs")]])
    assert named.keys() == {"colour", "heel"}


def test_a_stranger_has_what_every_known_taxonomy_has() -> None:
    [named] = readout().read(RED_HIGH_SUMMER, [[("Damen", "Schuhe")]])
    assert named.keys() == {"colour"}


def test_a_value_that_is_less_likely_than_not_is_left_out() -> None:
    undecided = np.array([[1, 1, 1, 1, 0, 0, 0]], np.float32)
    [named] = readout().read(undecided, [[("Shoes", "Pumps")]])
    assert named == {"heel": {"high": 1.0}}


def test_probabilities_are_softmax_and_sigmoid_of_the_scores() -> None:
    vectors = normal(5, 7)
    found = readout(scale=1).probabilities(vectors)
    powers = np.exp(vectors)
    np.testing.assert_allclose(found[:, :3], powers[:, :3] / powers[:, :3].sum(1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(found[:, 3:5], powers[:, 3:5] / powers[:, 3:5].sum(1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(found[:, 5:], 1 / (1 + np.exp(5 - vectors[:, 5:])), rtol=1e-5)


@pytest.mark.parametrize("scale", [1e4, -1e4])
def test_huge_scores_stay_probabilities(scale: float) -> None:
    found = readout(scale=scale).probabilities(RED_HIGH_SUMMER)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()
