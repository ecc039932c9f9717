"""What a bundle computes when it serves: photos and texts to embeddings, seeds' vectors to targets. No torch.

Notation used for array shapes: b batch, c colours, d vector, e embedding, f features of one view, n photos or texts,
S pixels a side, w width of a layer.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from model.compression import unit_rows
from model.errors import BundleCorrupt, ModelError
from model.histogram import SIZE_PX as COLOUR_SIZE_PX
from model.histogram import garment_histogram
from model.photos import rgb, views
from model.text import TextEncoder

if TYPE_CHECKING:
    import onnxruntime

Array = NDArray[np.float32]

HEADS = 3
VIEWS = 2

ENCODER_THREADS = 2
"""Threads of one run: shopper photos come one at a time, and the searches beside them need the other cores."""

PHOTOS_A_RUN = 16
"""Photos decoded and run together: the views of so many take 19 MB at 224 pixels a side."""


class ImageBackbone:
    """Views to features, by the ONNX file at `path`, which is opened at first use. Safe to use from several threads."""

    def __init__(self, path: Path, size_px: int, threads: int = ENCODER_THREADS) -> None:
        self.path = path
        self.size_px = size_px
        self.threads = threads
        self._opening = Lock()
        self._session: onnxruntime.InferenceSession | None = None

    def features(self, views: Array) -> Array:
        """Return each photo's features, those of the whole photo before those of its centre crop.

        Shapes:
            views: [n, 2, 3, S, S]
            returns: [n, 2f]

        Raises:
            BundleCorrupt: the file is no backbone for photos of this size.
        """
        images = views.reshape(-1, *views.shape[2:])  # [n, 2, 3, S, S] -> [2n, 3, S, S]
        features: Array = self.open().run(["features"], {"images": images})[0]  # [2n, f]
        return features.reshape(len(views), -1)

    def open(self) -> "onnxruntime.InferenceSession":
        """Return the session, opened now if nobody has used it before.

        Raises:
            BundleCorrupt: the file is no backbone for photos of this size.
        """
        with self._opening:
            if self._session is None:
                self._session = self._opened()
            return self._session

    def _opened(self) -> "onnxruntime.InferenceSession":
        import onnxruntime  # noqa: PLC0415 - most processes never see a photo

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        # Idle threads sleep: spinning ones would take the cores from the event loop and the searches.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session = onnxruntime.InferenceSession(self.path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base class
            raise BundleCorrupt(f"{self.path} is no model that onnxruntime can open. Make the bundle again.") from error
        _check_backbone(session, self.path, self.size_px)
        return session


def _check_backbone(session: "onnxruntime.InferenceSession", path: Path, size_px: int) -> None:
    takes = {node.name: node.shape[1:] for node in session.get_inputs()}
    gives = {node.name: len(node.shape) for node in session.get_outputs()}
    expected = {"images": [3, size_px, size_px]}
    if takes != expected or gives != {"features": 2}:
        raise BundleCorrupt(
            f"{path} takes {takes} and gives {sorted(gives)}; expected images [b, 3, {size_px}, {size_px}] to features "
            "[b, f]. Make the bundle again."
        )


class Neck:
    """Features of both views, and the garment's colours where the encoder reads them, to the embedding: linear.

    Shapes:
        weight: [e, 2f + c]
        bias: [e]
    """

    def __init__(self, weight: Array, bias: Array) -> None:
        self.weight = weight
        self.bias = bias

    def embed(self, features: Array) -> Array:
        """Return the embeddings.

        Shapes:
            features: [n, 2f + c]
            returns: [n, e]

        Raises:
            BundleCorrupt: the features are not as long as the neck expects.
        """
        if features.shape[1] != self.weight.shape[1]:
            raise BundleCorrupt(
                f"image_backbone.onnx gives {features.shape[1]} features a photo, but neck.weight of "
                f"encoder.safetensors takes {self.weight.shape[1]}. Make the bundle again."
            )
        return np.asarray(features @ self.weight.T + self.bias, np.float32)


class Encoder:
    """Photos and texts to embeddings. Safe to use from several threads.

    `colours` says whether the neck reads the garment's colours beside the backbone's features; `text` is None where the
    bundle reads photos alone.
    """

    def __init__(
        self, backbone: ImageBackbone, neck: Neck, text: TextEncoder | None = None, *, colours: bool = False
    ) -> None:
        self.backbone = backbone
        self.neck = neck
        self.text = text
        self.colours = colours

    def encode(self, photos: Sequence[bytes | None], texts: Sequence[str | None] | None = None) -> Array:
        """Return the embeddings of photos (JPEG, PNG or WebP bytes), and of the text where there is no photo.

        Shapes:
            returns: [n, e]

        Raises:
            PhotoRefused: a photo cannot be decoded, or is too large.
            BundleCorrupt: backbone and neck do not fit each other.
            ModelError: there is neither photo nor text, or only a text and the bundle reads photos alone.
        """
        embeddings = np.empty((len(photos), len(self.neck.bias)), np.float32)
        shown = [(row, photo) for row, photo in enumerate(photos) if photo is not None]
        for start in range(0, len(shown), PHOTOS_A_RUN):
            rows, run = zip(*shown[start : start + PHOTOS_A_RUN], strict=True)
            embeddings[list(rows)] = self.neck.embed(self._features(run))
        told = [row for row, photo in enumerate(photos) if photo is None]
        if told:
            embeddings[told] = self._told([None if texts is None else texts[row] for row in told])
        return embeddings

    def _told(self, texts: Sequence[str | None]) -> Array:
        known = [text for text in texts if text is not None]
        if self.text is None or len(known) < len(texts):
            raise ModelError("This bundle needs a photo of each product. Give one.")
        return self.text.encode(known)

    def _features(self, photos: Sequence[bytes]) -> Array:
        features = self.backbone.features(np.stack([views(photo, self.backbone.size_px) for photo in photos]))
        if not self.colours:
            return features
        return np.hstack([features, [garment_colours(photo) for photo in photos]])


def garment_colours(photo: bytes) -> Array:
    """Return the garment's colour histogram [c], whatever is behind the garment.

    Raises:
        PhotoRefused: the bytes are no photo, or too large a one.
    """
    return garment_histogram(rgb(photo, COLOUR_SIZE_PX))


class GeneratorConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of a generator: the widths of its trunk, and what is applied between its layers."""

    widths: tuple[Annotated[int, Meta(ge=1)], ...]
    activation: Literal["linear", "relu"]

    def shapes(self, dimensions: int) -> dict[str, tuple[int, ...]]:
        """Return the name and shape of every tensor of a generator for vectors [dimensions]."""
        sizes = (dimensions, *self.widths)
        layers = {f"trunk.{i}": (sizes[i + 1], sizes[i]) for i in range(len(self.widths))}
        layers |= {f"heads.{h}": (dimensions, sizes[-1]) for h in range(HEADS)}
        weights = {f"{name}.weight": shape for name, shape in layers.items()}
        return weights | {f"{name}.bias": shape[:1] for name, shape in layers.items()}


class Generator:
    """A seed's vector to three targets: a trunk of linear layers, then one linear head for each target.

    Shapes:
        tensors: those of `config.shapes(d)`, weights [out, in]
    """

    def __init__(self, tensors: Mapping[str, Array], config: GeneratorConfig) -> None:
        self.tensors = tensors
        self.config = config
        trunk = [_layer(tensors, f"trunk.{i}") for i in range(len(config.widths))]
        heads = [_layer(tensors, f"heads.{h}") for h in range(HEADS)]
        joined = np.concatenate([weight for weight, _ in heads]), np.concatenate([bias for _, bias in heads])
        layers = [*trunk, joined]
        self._layers = [_product(layers)] if config.activation == "linear" else layers

    def generate(self, vectors: Array) -> Array:
        """Return three unit-length targets for each seed vector, which may have any length but zero.

        Shapes:
            vectors: [b, d]
            returns: [b, 3, d]
        """
        hidden = unit_rows(vectors)  # [b, d]
        for weight, bias in self._layers[:-1]:
            hidden = np.maximum(hidden @ weight.T + bias, 0)  # [b, w]
        weight, bias = self._layers[-1]
        return unit_rows((hidden @ weight.T + bias).reshape(len(vectors), HEADS, -1))  # [b, 3d] -> [b, 3, d]


def _product(layers: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Multiply layers with nothing between them into the one layer that they are."""
    weight, bias = (values.astype(np.float64) for values in layers[0])
    for next_weight, next_bias in layers[1:]:
        weight, bias = next_weight @ weight, next_weight @ bias + next_bias
    return weight.astype(np.float32), bias.astype(np.float32)


def _layer(tensors: Mapping[str, Array], name: str) -> tuple[Array, Array]:
    return tensors[f"{name}.weight"], tensors[f"{name}.bias"]
