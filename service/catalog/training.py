"""Training out of the record: the encoder from photos and attributes, the generator from outfits.

Importing this module needs the [train] extra.

Notation used for array shapes: n rows, one a photo; f features of a view (two views make 2f); e embedding, d vector.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.attributes import Attribute, Kind, learn_attribute
from model.backbones import Backbone, build_backbone, export_onnx
from model.bundle import Bundle, complete_bundle, write_bundle
from model.compression import Compression, compression_report, fit_compression
from model.encoder import EncoderOptions, TrainedEncoder, train_backbone, train_neck
from model.errors import PhotoRefused
from model.evaluation import training_outfits
from model.generator import GeneratorOptions, train_generator
from model.histogram import COLOURS
from model.inference import Generator, ImageBackbone, Neck
from model.manifest import EncoderInfo
from model.outfits import HeadDatasets, Permutations, head_datasets, reduce_outfits, shared_pairs
from model.photos import views
from model.profile import Profile, count_words, make_profile
from model.projection import Block, Projection, ProjectionOptions, train_projection
from service.catalog.encoding import open_cache, product_features
from service.catalog.features import photo_features
from service.catalog.outfits import Part, split_of
from service.catalog.record import RecordedProduct
from service.catalog.stages import Progress, Reporter
from service.catalog.tasks import learn_readout, task_report
from service.catalog.titles import learn_text
from service.errors import FeedError

DIMENSIONS = 50

LEAST_OUTFITS = 300
"""So many outfits teach a projection more than the principal components know; see benchmarks/generators.py."""

_COLOUR_SCALE = 10.0
"""Brings colour shares to the size of a backbone's features, for the optimizer; folded into the weights afterwards."""


def train_encoder(
    rows: Sequence[RecordedProduct],
    kinds: Mapping[str, Kind],
    outfits: Sequence[Sequence[str]],
    *,
    data: Path,
    work: Path,
    draft: Path,
    options: EncoderOptions,
    reporter: Reporter,
    git_revision: str | None,
    data_digest: str,
) -> None:
    """Train an encoder and its compression on photos, attributes and outfits, and leave a draft bundle.

    With outfits enough, the last `DIMENSIONS` numbers of an embedding are a projection that was learned from them, and
    the compression keeps these. Otherwise the compression is a PCA of what the attributes taught. A readout names the
    attributes out of the vectors that come of it. With titles enough, a text encoder learns to lead where photos do.

    Attributes of the test part's products are held out: the accuracy in the manifest is theirs. Of outfits only the
    products of the training part are learnt from.

    Args:
        rows: the products; those without photos teach nothing but what their texts say of attributes.
        kinds: the attributes to learn, and whether a product has one label or several.
        outfits: product ids of each outfit; there may be none.
        data: the folder that the photos are in.
        work: the home's folder for caches.
        draft: where the draft goes.
        options: backbone and training.
        reporter: shows how far it is.
        git_revision: of the code, for the manifest.
        data_digest: stands for rows and outfits, for the manifest.

    Raises:
        FeedError: no photo can be read, or no attribute has labels enough.
    """
    photographed = [(row, photo) for row in rows for photo in row.photos]
    attributes = _learn_attributes(kinds, photographed)
    backbone = build_backbone(options.backbone, options.weights, options.seed)
    if options.backbone == "small" and options.weights is None:
        _train_backbone(backbone, photographed, attributes, data=data, options=options, reporter=reporter)
    exported = work / "image_backbone.onnx"
    export_onnx(backbone, exported)
    with reporter.task("photos") as progress, open_cache(work, exported) as cache:
        session = ImageBackbone(exported, backbone.size_px)
        read = photo_features([photo for _, photo in photographed], data, session, cache, progress, colours=True)
    readable = [row for row in rows if any(photo in read.features for photo in row.photos)]
    lessons = _Lessons.of([pair for pair in photographed if pair[1] in read.features], attributes)
    members = _training_members(readable, outfits)
    taught = len(members) >= LEAST_OUTFITS
    with reporter.task("attributes") as progress:
        features = np.stack([read.features[photo] for photo in lessons.photos])
        trained = _train_neck(features, lessons, attributes, options, progress, spare=DIMENSIONS if taught else 0)
    features = product_features(readable, read.features)
    if taught:
        with reporter.task("outfits") as progress:
            projection = _train_projection(features, readable, members, options.seed, progress)
        trained = _joined(trained, projection)
    embeddings = Neck(trained.tensors["neck.weight"], trained.tensors["neck.bias"]).embed(features)
    compression = _last(embeddings, DIMENSIONS) if taught else fit_compression(embeddings, DIMENSIONS)
    readout, from_vector = learn_readout(compression.compress(embeddings), readable, trained.attributes)
    told = learn_text(
        rows, readable, embeddings, trained=trained, compression=compression, seed=options.seed, reporter=reporter
    )
    # What was learned from outfits is no summary of the embedding: how much of that it keeps says nothing.
    costs = {} if taught else {"compression": compression_report(embeddings, compression)}
    write_bundle(
        draft,
        image_backbone=exported,
        encoder=trained.tensors | backbone.tensors(),
        encoder_info=EncoderInfo(backbone.name, backbone.size_px, COLOURS),
        attributes=trained.attributes,
        compression=compression,
        readout=readout,
        text=told.encoder,
        training={
            "encoder": _plain(asdict(options))
            | {
                "products": len(readable),
                "photos": len(lessons.photos),
                "outfits": len(members) if taught else 0,
                "data": data_digest,
            }
        }
        | told.options,
        metrics={"encoder": task_report(trained, from_vector, kinds)} | costs | told.report,
        git_revision=git_revision,
    )


def _train_backbone(
    backbone: Backbone,
    photographed: Sequence[tuple[RecordedProduct, str]],
    attributes: Sequence[Attribute],
    *,
    data: Path,
    options: EncoderOptions,
    reporter: Reporter,
) -> None:
    """Train a backbone that has no weights of its own yet; the neck that it learns with is thrown away."""
    lessons = _Lessons.of([pair for pair in photographed if _readable(data / pair[1], backbone.size_px)], attributes)
    photos = [(data / photo).read_bytes() for photo in lessons.photos]
    with reporter.task("backbone") as progress:
        train_backbone(
            backbone, photos, attributes, lessons.values, lessons.held_out, options=options, progress=progress
        )


def _train_neck(
    features: NDArray[np.float32],
    lessons: "_Lessons",
    attributes: Sequence[Attribute],
    options: EncoderOptions,
    progress: Progress,
    *,
    spare: int,
) -> TrainedEncoder:
    """Train on the attributes; `spare` numbers of the embedding are left for something else."""
    scale = np.ones(features.shape[1], np.float32)
    scale[-COLOURS:] = _COLOUR_SCALE
    trained = train_neck(
        features * scale,
        attributes,
        lessons.values,
        lessons.held_out,
        options=replace(options, embedding=options.embedding - spare),
        progress=progress,
    )
    weight = trained.tensors["neck.weight"] * scale
    return replace(trained, tensors=trained.tensors | {"neck.weight": weight})


def _training_members(rows: Sequence[RecordedProduct], outfits: Sequence[Sequence[str]]) -> list[NDArray[np.int64]]:
    """Return each outfit's products of the training part, as places in `rows`; what is left needs at least two."""
    row_of = {row.product.product_id: place for place, row in enumerate(rows)}
    members = [np.array([row_of[id_] for id_ in outfit if id_ in row_of], np.int64) for outfit in outfits]
    return training_outfits(members, np.array([split_of(product_id) == "train" for product_id in row_of], np.bool_))


def _train_projection(
    features: NDArray[np.float32],
    rows: Sequence[RecordedProduct],
    members: Sequence[NDArray[np.int64]],
    seed: int,
    progress: Progress,
) -> Projection:
    """Colours weigh twice what the backbone's features do; benchmarks/generators.py shows other choices."""
    blocks = (
        Block(slice(0, features.shape[1] - COLOURS), components=512, weight=1, standardised=True),
        Block(slice(features.shape[1] - COLOURS, features.shape[1]), components=128, weight=2),
    )
    taxonomies = np.unique([row.product.taxonomy for row in rows], return_inverse=True)[1]
    options = ProjectionOptions(dimensions=DIMENSIONS, seed=seed)
    return train_projection(features, blocks, taxonomies, members, options=options, progress=progress)


def _joined(trained: TrainedEncoder, projection: Projection) -> TrainedEncoder:
    """Append the projection to the neck; the attributes' heads do not read it."""
    tensors = dict(trained.tensors)
    tensors["neck.weight"] = np.concatenate([tensors["neck.weight"], projection.weight])
    tensors["neck.bias"] = np.concatenate([tensors["neck.bias"], projection.bias])
    for attribute in trained.attributes:
        name = f"head.{attribute.name}.weight"
        tensors[name] = np.pad(tensors[name], ((0, 0), (0, len(projection.bias))))
    return replace(trained, tensors=tensors, report=trained.report | {"projection": projection.report})


def _last(embeddings: NDArray[np.float32], dimensions: int) -> Compression:
    """Return the compression that keeps an embedding's last numbers as they are."""
    kept = np.eye(embeddings.shape[1], dtype=np.float32)[-dimensions:]
    return Compression(embeddings.mean(axis=0), kept)


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
    taxonomies: Sequence[str],
    vectors: NDArray[np.float32],
    *,
    target: Path,
    options: GeneratorOptions,
    permutations: Permutations,
    reporter: Reporter,
    git_revision: str | None,
    data_digest: str,
    refit_all: bool,
) -> None:
    """Train a generator on outfits and complete the draft with it.

    Only products of the training part are learnt from, so that the others stay cold; the validation part chooses the
    epoch. `refit_all` learns from every product, after which no figure of this bundle is an honest one.

    The contrastive loss learns from all pairs of an outfit, the cosine distance from those that `permutations` says.
    `data_digest` stands for products and outfits in the manifest.

    Shapes:
        product_ids: [n]
        taxonomies: [n]
        vectors: [n, d]

    Raises:
        FeedError: fewer than two products of an outfit are left anywhere.
    """
    row_of = {product_id: row for row, product_id in enumerate(product_ids)}
    rows = [np.array([row_of[id_] for id_ in outfit if id_ in row_of], np.int64) for outfit in outfits]
    parts = np.array([split_of(product_id) for product_id in product_ids])
    learnt: tuple[Part, ...] = ("train", "validation", "test") if refit_all else ("train",)
    known = np.isin(parts, learnt)
    train = training_outfits(rows, known)
    held_back = training_outfits(rows, parts == "validation")
    if not train or not held_back:
        raise FeedError("The outfits share too few products with the catalogue to train on; check the profile.")
    with reporter.task("generator") as progress:
        trained = train_generator(
            vectors,
            _pairs(train, options, permutations),
            _pairs(held_back, options, "dedupe"),
            taxonomies=np.unique(np.asarray(taxonomies), return_inverse=True)[1],
            options=options,
            progress=progress,
        )
    complete_bundle(
        draft,
        target,
        generator=trained.generator,
        profile=_profile(
            draft, trained.generator, vectors[known], [taxonomies[row] for row in np.flatnonzero(known).tolist()]
        ),
        training={
            "generator": _plain(asdict(options))
            | {
                "permutations": permutations,
                "refit_all": refit_all,
                "outfits": len(train),
                "products": len(product_ids),
                "data": data_digest,
            }
        },
        metrics={"generator": trained.report},
        git_revision=git_revision,
    )


def _profile(draft: Bundle, generator: Generator, vectors: NDArray[np.float32], taxonomies: Sequence[str]) -> Profile:
    """Return what seeds look like to a service: what the shop had to train on, each product once."""
    words = count_words(draft.readout, vectors, [(taxonomy,) for taxonomy in taxonomies])
    return make_profile(vectors, generator.generate(vectors), taxonomies, words=words)


def _pairs(outfits: Sequence[NDArray[np.int64]], options: GeneratorOptions, permutations: Permutations) -> HeadDatasets:
    if options.loss == "contrastive":
        return shared_pairs(outfits, options.seed)
    return head_datasets(reduce_outfits(outfits, options.seed), permutations, options.seed)


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """Options as JSON values; of the weights' path, which is this machine's own, only the name."""
    return {name: value.name if isinstance(value, Path) else value for name, value in options.items()}
