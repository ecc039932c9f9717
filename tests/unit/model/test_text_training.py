from dataclasses import replace
from itertools import product

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from model.attributes import Attribute
from model.compression import Compression, unit_rows
from model.errors import ModelError
from model.text import Array, TextEncoder
from model.text_training import TextLessons, TextOptions, _Goal, _TextNet, train_text
from tests.unit.model.tiny import normal

COLOURS = ("black", "red", "green", "white")
GARMENTS = ("dress", "skirt", "boots", "clutch", "jeans")
WORDS = ("long", "soft", "new", "cotton", "fine", "wide")
EMBEDDING = 8
COLOUR = Attribute("colour", "single", COLOURS)
HEADS = {"head.colour.weight": 5 * np.eye(4, EMBEDDING, dtype=np.float32), "head.colour.bias": np.zeros(4, np.float32)}
COMPRESSION = Compression(np.zeros(EMBEDDING, np.float32), normal(5, EMBEDDING))
OPTIONS = TextOptions(rows=512, width=16, hidden=32, epochs=40, batch_size=16)

MADE = list(product(COLOURS, GARMENTS, WORDS))
"""A product is of one colour; its embedding says which, beside noise."""


def lessons() -> TextLessons:
    colours = np.array([COLOURS.index(colour) for colour, _, _ in MADE])
    part = np.random.default_rng(0).choice(3, len(MADE), p=(0.7, 0.1, 0.2))
    return TextLessons(
        texts=[f"{word} {colour} {garment}" for colour, garment, word in MADE],
        embeddings=np.eye(EMBEDDING, dtype=np.float32)[colours] + 0.1 * normal(len(MADE), EMBEDDING),
        photographed=np.ones(len(MADE), np.bool_),
        values=[[(colour,) for colour, _, _ in MADE]],
        train=part == 0,
        validation=part == 1,
    )


def trained(given: TextLessons | None = None, options: TextOptions = OPTIONS) -> TextEncoder:
    return train_text(given or lessons(), (COLOUR,), HEADS, COMPRESSION, options=options, progress=lambda *_: None)[0]


def right(encoder: TextEncoder, given: TextLessons) -> float:
    """Return the share of cold texts whose nearest photo is of the colour that they name."""
    vectors = COMPRESSION.compress(given.embeddings)
    cold = np.flatnonzero(~given.train & ~given.validation).tolist()
    nearest = (unit_rows(COMPRESSION.compress(encoder.encode([given.texts[row] for row in cold]))) @ vectors.T).argmax(
        1
    )
    return float(np.mean([MADE[row][0] == MADE[other][0] for row, other in zip(cold, nearest, strict=True)]))


def test_titles_lead_to_photos_of_the_colour_that_they_name() -> None:
    assert right(trained(), lessons()) > 0.9


def test_numpy_computes_what_torch_does() -> None:
    given, options = lessons(), OPTIONS
    torch.manual_seed(0)
    net = _TextNet(options, EMBEDDING).eval()
    torch.nn.init.normal_(net.attention)
    goal = _Goal(given, (COLOUR,), HEADS, COMPRESSION, options.attributes)
    served = TextEncoder(goal.unstandardised(net), options.config).encode(given.texts)
    with torch.inference_mode():
        expected: Array = (net(given.texts) * goal.spread + goal.mean).numpy()
    np.testing.assert_allclose(served, expected, atol=1e-5)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    options = replace(OPTIONS, epochs=2)
    one, same, other = trained(options=options), trained(options=options), trained(options=replace(options, seed=1))
    for name, tensor in one.tensors.items():
        np.testing.assert_array_equal(tensor, same.tensors[name])
    assert (one.tensors["table"] != other.tensors["table"]).any()


def test_texts_that_are_held_out_teach_nothing() -> None:
    given, options = lessons(), replace(OPTIONS, epochs=2)
    spoilt = replace(
        given,
        texts=[
            text if train or judged else "spoilt"
            for text, train, judged in zip(given.texts, given.train, given.validation, strict=True)
        ],
        embeddings=np.where((given.train | given.validation)[:, None], given.embeddings, 9).astype(np.float32),
    )
    for name, tensor in trained(given, options).tensors.items():
        np.testing.assert_array_equal(tensor, trained(spoilt, options).tensors[name])


def test_a_product_without_a_photo_teaches_its_attributes() -> None:
    given = lessons()
    told = np.array([colour == "green" for colour, _, _ in MADE])
    blind = replace(given, photographed=~told, embeddings=np.where(told[:, None], np.float32(7), given.embeddings))

    def green(given: TextLessons) -> float:
        scores = np.maximum(trained(given).encode(["green dress"])[0], 0) @ HEADS["head.colour.weight"].T
        return float(scores[COLOURS.index("green")] - scores.max())

    assert green(blind) > green(replace(blind, train=blind.train & ~told))


def test_the_best_epoch_by_the_validation_part_is_kept() -> None:
    _, report = train_text(lessons(), (COLOUR,), HEADS, COMPRESSION, options=OPTIONS, progress=lambda *_: None)
    cosines = report["validation_cosine"]
    assert len(cosines) == OPTIONS.epochs
    assert cosines[report["epoch"] - 1] == max(cosines)


@pytest.mark.parametrize("part", ["train", "validation"])
def test_nothing_is_learned_without_photos(part: str) -> None:
    given = lessons()
    with pytest.raises(ModelError, match="No text of a product with a photo"):
        trained(replace(given, photographed=given.photographed & ~getattr(given, part)))
