"""What titles and descriptions teach: a text encoder that leads where the photos of the same products do.

Importing this module needs the [train] extra.

Notation used for array shapes: n products with photos, e embedding, t texts.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.compression import Compression
from model.encoder import TrainedEncoder
from model.text import TextEncoder, has_words
from model.text_training import TextLessons, TextOptions, train_text
from service.catalog.encoding import text_of
from service.catalog.outfits import split_of
from service.catalog.record import RecordedProduct
from service.catalog.stages import Reporter

LEAST_TEXTS = 50
"""Texts of the training part's products with photos: fewer say too few words twice."""


@dataclass(frozen=True, slots=True)
class Told:
    """A text encoder, or nothing where a shop writes too little; with the manifest's lines about it."""

    encoder: TextEncoder | None = None
    options: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)


def learn_text(
    rows: Sequence[RecordedProduct],
    photographed: Sequence[RecordedProduct],
    embeddings: NDArray[np.float32],
    *,
    trained: TrainedEncoder,
    compression: Compression,
    seed: int,
    reporter: Reporter,
) -> Told:
    """Train a text encoder on the training part's products; the validation part's choose the epoch.

    Args:
        rows: all products.
        photographed: those of them that have an embedding.
        embeddings: of their photos [n, e].
        trained: the encoder that made them.
        compression: makes vectors of them.
        seed: the same seed gives the same weights.
        reporter: shows how far it is.
    """
    lessons = text_lessons(rows, photographed, embeddings, trained)
    learnt, judged = (part & lessons.photographed for part in (lessons.train, lessons.validation))
    if learnt.sum() < LEAST_TEXTS or not judged.any():
        return Told()
    options = TextOptions(seed=seed)
    with reporter.task("texts") as progress:
        encoder, report = train_text(
            lessons, trained.attributes, trained.tensors, compression, options=options, progress=progress
        )
    return Told(encoder, {"text": asdict(options)}, {"text": report})


def text_lessons(
    rows: Sequence[RecordedProduct],
    photographed: Sequence[RecordedProduct],
    embeddings: NDArray[np.float32],
    trained: TrainedEncoder,
) -> TextLessons:
    """Return the products' texts with what they teach: each title alone, and with its description.

    Shapes:
        embeddings: [n, e], of `photographed`
    """
    place = {row.product.product_id: number for number, row in enumerate(photographed)}
    told = [(row, text) for row in rows for text in _texts(row)]
    places = np.array([place.get(row.product.product_id, -1) for row, _ in told], np.int64)
    parts = np.array([split_of(row.product.product_id) for row, _ in told], np.str_)
    return TextLessons(
        texts=[text for _, text in told],
        embeddings=embeddings[places],
        photographed=places >= 0,
        values=[[row.product.attributes.get(one.name, ()) for row, _ in told] for one in trained.attributes],
        train=parts == "train",
        validation=parts == "validation",
    )


def _texts(row: RecordedProduct) -> list[str]:
    return [text for text in dict.fromkeys((row.product.title or "", text_of(row))) if has_words(text)]
