"""Encoding: the record's photos, and texts where there are no photos, to vectors of a bundle's space.

Notation used for array shapes: n products, f features of a view (two views make 2f), c colours, e embedding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.bundle import Bundle
from model.inference import Neck
from model.text import has_words, product_text
from service.catalog.features import FeatureCache, photo_features
from service.catalog.record import Record, RecordedProduct
from service.catalog.stages import Progress, file_digest

CHUNK = 256
"""Products a step: vectors are committed step by step, so that a killed run goes on where it was."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncodeReport:
    """What encoding did. Products that could not be encoded are not in the index; `refused` says why, by product."""

    encoded: int
    refused: Mapping[str, str]


def encode_catalogue(record: Record, bundle: Bundle, data: Path, work: Path, progress: Progress) -> EncodeReport:
    """Give every product of the record that lacks one a vector in the bundle's space.

    Args:
        record: products in, vectors out.
        bundle: a bundle, or a draft of one.
        data: the folder that the feed's photos are in.
        work: the home's folder for caches.
        progress: told how many products are done.
    """
    missing = list(record.missing_vectors(bundle.space_id))
    refused: dict[str, str] = {}
    backbone = bundle.encoder.backbone
    with open_cache(work, backbone.path) as cache:
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            photos = [photo for row in chunk for photo in row.photos]
            read = photo_features(photos, data, backbone, cache, _silent, colours=bundle.encoder.colours)
            shown = [row for row in chunk if _has_features(row, read.features)]
            told = [] if bundle.encoder.text is None else [row for row in chunk if _has_only_text(row)]
            if shown:
                _keep(record, bundle, shown, product_embeddings(shown, read.features, bundle.encoder.neck))
            if told:
                _keep(record, bundle, told, bundle.encoder.encode([None] * len(told), [text_of(row) for row in told]))
            ready = {row.product.product_id for row in shown + told}
            refused |= {
                id_: _why_not(row, read.refused) for row in chunk if (id_ := row.product.product_id) not in ready
            }
            progress(start + len(chunk), len(missing))
    return EncodeReport(len(missing) - len(refused), refused)


def text_of(row: RecordedProduct) -> str:
    """Return what the shop writes about a product."""
    return product_text(row.product.title, row.product.description)


def _keep(record: Record, bundle: Bundle, rows: Sequence[RecordedProduct], embeddings: Array) -> None:
    """Store the vectors of embeddings [n, e]."""
    vectors = bundle.compression.compress(embeddings, [row.product.taxonomy for row in rows])
    record.set_vectors(bundle.space_id, [row.product.product_id for row in rows], vectors)


def open_cache(work: Path, backbone: Path) -> FeatureCache:
    """Open the cache of the features that this very backbone file computes."""
    return FeatureCache(work / "features" / f"{file_digest(backbone)[:16]}.sqlite")


def product_embeddings(rows: Sequence[RecordedProduct], features: Mapping[str, Array], neck: Neck) -> Array:
    """Embed products by the mean of their photos' features, which is the mean of the photos' embeddings.

    Shapes:
        features: [2f], or [2f + c], a photo
        returns: [n, e]
    """
    return neck.embed(product_features(rows, features))


def product_features(rows: Sequence[RecordedProduct], features: Mapping[str, Array]) -> Array:
    """Return the mean of the features of each product's photos, of those that have any.

    Shapes:
        features: [2f], or [2f + c], a photo
        returns: [n, 2f], or [n, 2f + c]
    """
    photos = [[features[photo] for photo in row.photos if photo in features] for row in rows]
    starts = np.cumsum([0, *(len(of_product) for of_product in photos[:-1])])
    counts = np.array([len(of_product) for of_product in photos])[:, None]
    return np.asarray(np.add.reduceat(np.concatenate(photos), starts) / counts, np.float32)


def _has_features(row: RecordedProduct, features: Mapping[str, Array]) -> bool:
    return any(photo in features for photo in row.photos)


def _has_only_text(row: RecordedProduct) -> bool:
    return not row.photos and has_words(text_of(row))


def _why_not(row: RecordedProduct, refused: Mapping[str, str]) -> str:
    if not row.photos:
        return "has no photo, and no text that the bundle reads"
    return f"no photo can be read: {refused[row.photos[0]]}"


def _silent(done: int, total: int) -> None:
    """Leave the count of photos unsaid: products are counted."""
