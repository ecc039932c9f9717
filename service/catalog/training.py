"""Training out of the record: the encoder from photos and attributes, the generator from outfits.

Importing this module needs the [train] extra.

Notation used for array shapes: n rows, one a photo; f features of a view (two views make 2f).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.attributes import Attribute, Kind, learn_attribute
from model.backbones import build_backbone, export_onnx
from model.bundle import Bundle, complete_bundle, write_bundle
from model.compression import compression_report, fit_compression
from model.encoder import EncoderOptions, train_backbone, train_neck
from model.errors import PhotoRefused
from model.evaluation import training_outfits
from model.generator import GeneratorOptions, train_generator
from model.inference import ImageBackbone, Neck
from model.manifest import EncoderInfo
from model.outfits import Permutations, head_datasets, reduce_outfits
from model.photos import views
from service.catalog.encoding import open_cache, product_embeddings
from service.catalog.features import photo_features
from service.catalog.outfits import Part, split_of
from service.catalog.record import RecordedProduct
from service.catalog.stages import Reporter
from service.errors import FeedError

DIMENSIONS = 50


def train_encoder(
    rows: Sequence[RecordedProduct],
    kinds: Mapping[str, Kind],
    *,
    data: Path,
    work: Path,
    draft: Path,
    options: EncoderOptions,
    reporter: Reporter,
    git_revision: str | None,
) -> None:
    """Train an encoder and its compression on the products' photos and attributes, and leave a draft bundle.

    Attributes of the test part's products are held out: the accuracy in the manifest is theirs.

    Args:
        rows: the products; those without photos teach nothing.
        kinds: the attributes to learn, and whether a product has one label or several.
        data: the folder that the photos are in.
        work: the home's folder for caches.
        draft: where the draft goes.
        options: backbone and training.
        reporter: shows how far it is.
        git_revision: of the code, for the manifest.

    Raises:
        FeedError: no photo can be read, or no attribute has labels enough.
    """
    photographed = [(row, photo) for row in rows for photo in row.photos]
    attributes = _learn_attributes(kinds, photographed)
    backbone = build_backbone(options.backbone, options.weights, options.seed)
    from_scratch = options.backbone == "small" and options.weights is None
    if from_scratch:
        lessons = _Lessons.of(
            [pair for pair in photographed if _readable(data / pair[1], backbone.size_px)], attributes
        )
        photos = [(data / photo).read_bytes() for photo in lessons.photos]
        with reporter.task("backbone") as progress:
            trained = train_backbone(
                backbone, photos, attributes, lessons.values, lessons.held_out, options=options, progress=progress
            )
    exported = work / "image_backbone.onnx"
    export_onnx(backbone, exported)
    with reporter.task("photos") as progress, open_cache(work, exported) as cache:
        session = ImageBackbone(exported, backbone.size_px)
        read = photo_features([photo for _, photo in photographed], data, session, cache, progress)
    lessons = _Lessons.of([pair for pair in photographed if pair[1] in read.features], attributes)
    if not from_scratch:
        features = np.stack([read.features[photo] for photo in lessons.photos])
        with reporter.task("attributes") as progress:
            trained = train_neck(
                features, attributes, lessons.values, lessons.held_out, options=options, progress=progress
            )
    readable = [row for row in rows if any(photo in read.features for photo in row.photos)]
    neck = Neck(trained.tensors["neck.weight"], trained.tensors["neck.bias"])
    embeddings = product_embeddings(readable, read.features, neck)
    compression = fit_compression(embeddings, DIMENSIONS)
    write_bundle(
        draft,
        image_backbone=exported,
        encoder=trained.tensors | backbone.tensors(),
        encoder_info=EncoderInfo(backbone.name, backbone.size_px),
        attributes=trained.attributes,
        compression=compression,
        training={"encoder": _plain(asdict(options)) | {"products": len(readable), "photos": len(lessons.photos)}},
        metrics={"encoder": trained.report, "compression": compression_report(embeddings, compression)},
        git_revision=git_revision,
    )


@dataclass(frozen=True, slots=True)
class _Lessons:
    """Photos, each with the values of its product's attributes."""

    photos: list[str]
    values: list[list[tuple[str, ...]]]
    """For each attribute, those of each photo."""
    held_out: NDArray[np.bool_]

    @classmethod
    def of(cls, photographed: Sequence[tuple[RecordedProduct, str]], attributes: Sequence[Attribute]) -> Self:
        if not photographed:
            raise FeedError("None of the photos can be read; check --data and the profile's photos.")
        return cls(
            [photo for _, photo in photographed],
            [[row.product.attributes.get(attribute.name, ()) for row, _ in photographed] for attribute in attributes],
            np.array([split_of(row.product.product_id) == "test" for row, _ in photographed]),
        )


def _readable(photo: Path, size_px: int) -> bool:
    try:
        views(photo.read_bytes(), size_px)
    except (OSError, PhotoRefused):
        return False
    return True


def _learn_attributes(
    kinds: Mapping[str, Kind], photographed: Sequence[tuple[RecordedProduct, str]]
) -> list[Attribute]:
    return [
        learn_attribute(name, kind, [row.product.attributes.get(name, ()) for row, _ in photographed])
        for name, kind in kinds.items()
    ]


def train_outfits(
    draft: Bundle,
    outfits: Sequence[Sequence[str]],
    product_ids: Sequence[str],
    vectors: NDArray[np.float32],
    *,
    target: Path,
    options: GeneratorOptions,
    permutations: Permutations,
    reporter: Reporter,
    git_revision: str | None,
    refit_all: bool,
) -> None:
    """Train a generator on outfits and complete the draft with it.

    Only products of the training part are learnt from, so that the others stay cold; the validation part chooses the
    epoch. `refit_all` learns from every product, after which no figure of this bundle is an honest one.

    Shapes:
        product_ids: [n]
        vectors: [n, d]

    Raises:
        FeedError: fewer than two products of an outfit are left anywhere.
    """
    row_of = {product_id: row for row, product_id in enumerate(product_ids)}
    rows = [np.array([row_of[id_] for id_ in outfit if id_ in row_of], np.int64) for outfit in outfits]
    parts = np.array([split_of(product_id) for product_id in product_ids])
    learnt: tuple[Part, ...] = ("train", "validation", "test") if refit_all else ("train",)
    train = training_outfits(rows, np.isin(parts, learnt))
    held_back = training_outfits(rows, parts == "validation")
    if not train or not held_back:
        raise FeedError("The outfits share too few products with the catalogue to train on; check the profile.")
    with reporter.task("generator") as progress:
        trained = train_generator(
            vectors,
            head_datasets(reduce_outfits(train, options.seed), permutations, options.seed),
            head_datasets(reduce_outfits(held_back, options.seed), "dedupe", options.seed),
            options=options,
            progress=progress,
        )
    complete_bundle(
        draft,
        target,
        generator=trained.generator,
        training={
            "generator": _plain(asdict(options))
            | {
                "permutations": permutations,
                "refit_all": refit_all,
                "outfits": len(train),
                "products": len(product_ids),
            }
        },
        metrics={"generator": trained.report},
        git_revision=git_revision,
    )


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """Options as JSON values; of the weights' path, which is this machine's own, only the name."""
    return {name: value.name if isinstance(value, Path) else value for name, value in options.items()}
