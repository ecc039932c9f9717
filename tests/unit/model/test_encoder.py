from dataclasses import replace
from itertools import product

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from model.attributes import Attribute
from model.backbones import build_backbone, export_onnx
from model.encoder import FROM_SCRATCH, EncoderOptions, TrainedEncoder, train_backbone, train_neck
from model.errors import ModelError
from model.photos import views
from tests.unit.model.conftest import COLOURS, PATTERNS, Draw

COLOUR = Attribute("colour", "single", ("blue", "green", "red"))
STYLE = Attribute("style", "multi", ("boho", "chic", "sport"))
CONSTANT = Attribute("gender", "single", ("female",))
OPTIONS = EncoderOptions(embedding=16, epochs=8, batch_size=16)
ROWS = 120

Values = list[tuple[str, ...]]


def silent(done: int, total: int) -> None:
    """Take no note."""


def features() -> tuple[NDArray[np.float32], Values, Values]:
    """Return features that show colour and style in noise; every third colour and every fourth style is missing."""
    rng = np.random.default_rng(0)
    colour, style = rng.integers(0, 3, ROWS), rng.random((ROWS, 3)) < 0.5
    style[:, 0] |= ~style.any(axis=1)
    noise = rng.normal(0, 0.2, (ROWS, 10)).astype(np.float32)
    noise[:, :3] += np.eye(3, dtype=np.float32)[colour]
    noise[:, 3:6] += style
    colours: Values = [(COLOUR.labels[c],) if i % 3 else () for i, c in enumerate(colour)]
    styles: Values = [tuple(np.array(STYLE.labels)[row]) if i % 4 else () for i, row in enumerate(style)]
    return noise, colours, styles


def held_out() -> NDArray[np.bool_]:
    return np.asarray(np.arange(ROWS) % 5 == 0)


def trained(options: EncoderOptions = OPTIONS) -> TrainedEncoder:
    inputs, colours, styles = features()
    inputs.setflags(write=False)  # as a cache mapped from a file is
    return train_neck(inputs, [COLOUR, STYLE], [colours, styles], held_out(), options=options, progress=silent)


@pytest.fixture(scope="module", name="neck")
def _neck() -> TrainedEncoder:
    return trained()


def test_the_neck_learns_from_rows_that_lack_labels(neck: TrainedEncoder) -> None:
    for name, report in neck.report["attributes"].items():
        assert report["accuracy"] > report["majority_accuracy"] + 0.2, name
    assert neck.report["loss"][-1] < neck.report["loss"][0]


def test_the_report_counts_the_rows_that_have_the_attribute(neck: TrainedEncoder) -> None:
    colour, style = (neck.report["attributes"][name] for name in ("colour", "style"))
    assert (colour["train_rows"], colour["held_out_rows"], colour["labels"]) == (64, 16, 3)
    assert (style["train_rows"], style["held_out_rows"]) == (72, 18)


def test_the_tensors_alone_give_the_reported_accuracy(neck: TrainedEncoder) -> None:
    inputs, colours, _ = features()
    tensors = neck.tensors
    embeddings = inputs @ tensors["neck.weight"].T + tensors["neck.bias"]
    scores = np.maximum(embeddings, 0) @ tensors["head.colour.weight"].T + tensors["head.colour.bias"]
    rows = [i for i in np.flatnonzero(held_out()) if colours[i]]
    right = [COLOUR.labels[scores[i].argmax()] == colours[i][0] for i in rows]
    assert np.mean(right) == pytest.approx(neck.report["attributes"]["colour"]["accuracy"])


def test_the_tensors_have_their_names_shapes_and_type(neck: TrainedEncoder) -> None:
    assert {name: tensor.shape for name, tensor in neck.tensors.items()} == {
        "neck.weight": (16, 10),
        "neck.bias": (16,),
        "head.colour.weight": (3, 16),
        "head.colour.bias": (3,),
        "head.style.weight": (3, 16),
        "head.style.bias": (3,),
    }
    assert {tensor.dtype for tensor in neck.tensors.values()} == {np.dtype(np.float32)}


def test_the_same_seed_gives_the_same_weights(neck: TrainedEncoder) -> None:
    before = torch.get_rng_state()
    again, other = trained(), trained(replace(OPTIONS, seed=1))
    assert all(np.array_equal(again.tensors[name], tensor) for name, tensor in neck.tensors.items())
    assert not np.array_equal(other.tensors["neck.weight"], neck.tensors["neck.weight"])
    assert torch.equal(torch.get_rng_state(), before)


def test_held_out_rows_do_not_shape_the_weights(neck: TrainedEncoder) -> None:
    inputs, colours, styles = features()
    inputs[held_out()] = 9
    other = train_neck(inputs, [COLOUR, STYLE], [colours, styles], held_out(), options=OPTIONS, progress=silent)
    np.testing.assert_array_equal(other.tensors["neck.weight"], neck.tensors["neck.weight"])


def test_progress_counts_up_to_the_total() -> None:
    inputs, colours, _ = features()
    seen: list[tuple[int, int]] = []
    train_neck(
        inputs,
        [COLOUR],
        [colours],
        held_out(),
        options=OPTIONS,
        progress=lambda done, total: seen.append((done, total)),
    )
    steps = OPTIONS.epochs * 4  # 64 rows in batches of 16
    assert seen == [(done, steps) for done in range(1, steps + 1)]


def test_an_attribute_with_one_label_gets_no_head() -> None:
    inputs, colours, _ = features()
    values: list[Values] = [[("female",)] * ROWS, colours]
    result = train_neck(inputs, [CONSTANT, COLOUR], values, held_out(), options=OPTIONS, progress=silent)
    assert result.attributes == (COLOUR,)
    assert "head.gender.weight" not in result.tensors


def test_nothing_held_out_leaves_the_accuracy_open() -> None:
    inputs, colours, _ = features()
    nothing = np.zeros(ROWS, bool)
    report = train_neck(inputs, [COLOUR], [colours], nothing, options=OPTIONS, progress=silent).report
    assert report["attributes"]["colour"]["accuracy"] is None


@pytest.mark.parametrize("attribute", [CONSTANT, Attribute("colour", "single", ("mauve", "ochre"))])
def test_nothing_to_learn_is_refused(attribute: Attribute) -> None:
    inputs, colours, _ = features()
    with pytest.raises(ModelError, match="nothing to learn"):
        train_neck(inputs, [attribute], [colours], held_out(), options=OPTIONS, progress=silent)


def test_a_last_batch_of_one_row_does_no_harm() -> None:
    inputs, colours, _ = features()
    options = replace(OPTIONS, batch_size=21)  # 64 training rows: three batches and one row
    result = train_neck(inputs, [COLOUR], [colours], held_out(), options=options, progress=silent)
    assert all(np.isfinite(tensor).all() for tensor in result.tensors.values())


@pytest.mark.slow
def test_a_small_backbone_learns_colour_and_pattern_from_drawings(
    draw: Draw, tmp_path_factory: pytest.TempPathFactory
) -> None:
    described = list(product(COLOURS, PATTERNS)) * 16
    photos = [draw(colour, pattern, seed) for seed, (colour, pattern) in enumerate(described)]
    attributes = [Attribute("colour", "single", tuple(sorted(COLOURS))), Attribute("pattern", "single", PATTERNS)]
    values = [[(row[i],) for row in described] for i in (0, 1)]
    backbone = build_backbone("small")
    result = train_backbone(
        backbone,
        photos,
        attributes,
        values,
        np.arange(96) >= 72,
        options=replace(FROM_SCRATCH, epochs=8),
        progress=silent,
    )
    assert {name: row["accuracy"] >= 0.9 for name, row in result.report["attributes"].items()} == {
        "colour": True,
        "pattern": True,
    }
    path = tmp_path_factory.mktemp("onnx") / "small.onnx"
    export_onnx(backbone, path)
    pair = views(photos[0], backbone.size_px)
    exported = onnxruntime.InferenceSession(path).run(None, {"images": pair})[0].reshape(-1)
    colour = np.maximum(result.tensors["neck.weight"] @ exported + result.tensors["neck.bias"], 0)
    scores = result.tensors["head.colour.weight"] @ colour + result.tensors["head.colour.bias"]
    assert attributes[0].labels[scores.argmax()] == described[0][0]
