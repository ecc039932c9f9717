import numpy as np

from model.attributes import Attribute, label_matrix, learn_applicability, learn_attribute


def test_labels_are_sorted_and_rare_values_left_out() -> None:
    values = [("red",)] * 5 + [("blue",)] * 7 + [("mauve",)] * 4 + [()]
    assert learn_attribute("colour", "single", values) == Attribute("colour", "single", ("blue", "red"))


def test_a_value_that_a_product_repeats_counts_once() -> None:
    assert learn_attribute("style", "multi", [("boho", "boho")], min_count=2).labels == ()


def test_single_targets_are_label_positions() -> None:
    attribute = Attribute("colour", "single", ("blue", "red"))
    targets, known = label_matrix(attribute, [("red",), (), ("mauve",), ("mauve", "blue")])
    assert targets.dtype == np.int64
    assert targets.tolist() == [1, -1, -1, 0]
    assert known.tolist() == [True, False, False, True]


def test_multi_targets_are_rows_of_zeros_and_ones() -> None:
    attribute = Attribute("style", "multi", ("boho", "chic", "sport"))
    targets, known = label_matrix(attribute, [("sport", "boho"), (), ("grunge",), ("chic", "grunge")])
    assert targets.dtype == np.float32
    assert targets.tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert known.tolist() == [True, False, False, True]


def test_no_products_give_empty_targets() -> None:
    for kind, shape in (("single", (0,)), ("multi", (0, 2))):
        targets, known = label_matrix(Attribute("colour", kind, ("blue", "red")), [])  # type: ignore[arg-type]
        assert targets.shape == shape
        assert known.shape == (0,)


def test_an_attribute_applies_where_enough_products_state_it() -> None:
    attributes = [Attribute("colour", "single", ("red",)), Attribute("heel", "single", ("high", "low"))]
    paths = (
        [("Women", "Tops", "T-shirts")] * 30 + [("Women", "Shoes", "Pumps")] * 30 + [("Women", "Shoes", "Mules")] * 4
    )
    heels = [("high",)] + [()] * 29 + [("high",), ("low",), *[()] * 28] + [("low",)] * 4
    found = learn_applicability(attributes, [[("red",)] * 64, heels], paths)
    assert found["T-shirts"] == ("colour",), "one T-shirt with a heel is a slip"
    assert found["Pumps"] == found["Mules"] == found["Shoes"] == ("colour", "heel")
    assert found["Women"] == ("colour",), "an ancestor has what all below it have"


def test_a_value_that_is_no_label_states_nothing() -> None:
    found = learn_applicability([Attribute("heel", "single", ("high", "low"))], [[("?",)] * 9], [("Pumps",)] * 9)
    assert found == {"Pumps": ()}
