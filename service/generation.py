"""The online door into `model`: what the use case needs of a bundle, and no more.

Notation used for array shapes: s slots, d vector.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from model.bundle import Bundle, open_bundle
from model.errors import BundleCorrupt, PhotoRefused
from model.text import has_words, product_text
from service.domain import PredictedAttributes
from service.errors import BundleError, InvalidRequest, KitsuneError, NotReady, PhotoTooLarge, UnreadablePhoto

Vector = NDArray[np.float32]

ENCODER_THREADS = 1
"""Photos are encoded one after the other: onnxruntime already spreads one photo over the cores."""


class OutfitModel(Protocol):
    """What turns a seed into targets."""

    @property
    def space_id(self) -> str:
        """The space of every vector that goes in and comes out."""
        ...

    @property
    def dimensions(self) -> int:
        """Length d of a vector."""
        ...

    @property
    def card(self) -> Mapping[str, Any]:
        """The bundle's manifest as plain containers: what it is made of, how it was trained, what was measured."""
        ...

    def generate(self, vector: Vector) -> Vector:
        """Map a seed's vector to the targets of three heads.

        Shapes:
            vector: [d], unit length.
            returns: [s, d].
        """
        ...

    def describe(self, vectors: Vector, taxonomies: Sequence[Collection[tuple[str, ...]]]) -> list[PredictedAttributes]:
        """Say which values of attributes vectors hold: those that are more likely than not, and that apply.

        Args:
            vectors: unit length [b, d].
            taxonomies: of each vector, each after its ancestors; an attribute has to apply to all that are given.
        """
        ...

    async def encode_photo(self, photo: bytes, taxonomy: str) -> Vector:
        """Return the vector [d] of a photo.

        Raises:
            UnreadablePhoto: the bytes are no JPEG, PNG or WebP photo.
            PhotoTooLarge: it has too many pixels.
        """
        ...

    async def encode_text(self, title: str | None, description: str | None, taxonomy: str) -> Vector:
        """Return the vector [d] of a product's text.

        Raises:
            InvalidRequest: the bundle has no text encoder (code `no_text_encoder`), or the text no word (`no_words`).
        """
        ...

    def close(self) -> None:
        """Release the threads that encode."""
        ...


class BundleModel:
    """An `OutfitModel` out of a bundle; photos are encoded off the event loop."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._encoding = ThreadPoolExecutor(ENCODER_THREADS, thread_name_prefix="encode")

    @classmethod
    def open(cls, directory: Path) -> "BundleModel":
        """Load the bundle in `directory`.

        Raises:
            BundleError: it is damaged, or of another format or shape; the message names the file.
        """
        try:
            return cls(open_bundle(directory))
        except BundleCorrupt as error:
            raise BundleError(str(error)) from error

    @property
    def bundle_id(self) -> str:
        """Hash of the bundle's files."""
        return self._bundle.bundle_id

    @property
    def space_id(self) -> str:
        """The space of every vector that goes in and comes out."""
        return self._bundle.space_id

    @property
    def dimensions(self) -> int:
        """Length d of a vector."""
        return self._bundle.dimensions

    @property
    def card(self) -> Mapping[str, Any]:
        """The bundle's manifest as plain containers."""
        card: Mapping[str, Any] = msgspec.to_builtins(self._bundle.manifest)
        return card

    def generate(self, vector: Vector) -> Vector:
        """Map a seed's vector [d] to the targets [s, d] of three heads."""
        targets: Vector = self._bundle.generator.generate(vector[None])[0]
        return targets

    def describe(self, vectors: Vector, taxonomies: Sequence[Collection[tuple[str, ...]]]) -> list[PredictedAttributes]:
        """Say which values of attributes vectors [b, d] hold; nothing where the bundle has no readout."""
        readout = self._bundle.readout
        return [{} for _ in taxonomies] if readout is None else [*readout.read(vectors, taxonomies)]

    async def encode_photo(self, photo: bytes, taxonomy: str) -> Vector:
        """Return the vector [d] of a photo, encoded off the event loop."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._encoding, self._encode, photo, taxonomy)
        except PhotoRefused as error:
            raise _photo_error(error) from error
        except BundleCorrupt as error:
            raise NotReady("The bundle's image encoder cannot be used; the operator must build it again.") from error

    def _encode(self, photo: bytes, taxonomy: str) -> Vector:
        vectors = self._bundle.compression.compress(self._bundle.encoder.encode([photo]), [taxonomy])
        vector: Vector = vectors[0]
        return vector

    async def encode_text(self, title: str | None, description: str | None, taxonomy: str) -> Vector:
        """Return the vector [d] of a product's text; at 0.2 ms, a thread would cost as much."""
        if self._bundle.encoder.text is None:
            raise InvalidRequest(
                "This bundle has no text encoder; give a product_id, a vector or a photo.", code="no_text_encoder"
            )
        text = product_text(title, description)
        if not has_words(text):
            raise InvalidRequest("There is no word in the seed's title and description.", code="no_words")
        vector: Vector = self._bundle.compression.compress(self._bundle.encoder.encode([None], [text]), [taxonomy])[0]
        return vector

    def close(self) -> None:
        """Release the threads that encode."""
        self._encoding.shutdown(wait=False, cancel_futures=True)


def joint_targets(targets: Sequence[Vector]) -> Vector:
    """Return what goes with several products at once, each of which counts alike.

    Shapes:
        targets: [s, d] each, what the heads generate for one product.
        returns: [s, d], of any length; what there was if it is one product's.

    Source: chosen by benchmarks/locks.py.
    """
    if len(targets) == 1:
        return targets[0]
    joint: Vector = np.sum([each / np.linalg.norm(each, axis=1, keepdims=True) for each in targets], axis=0)
    return joint


def _photo_error(error: PhotoRefused) -> KitsuneError:
    return PhotoTooLarge(str(error)) if error.code == "too_large" else UnreadablePhoto(str(error))
