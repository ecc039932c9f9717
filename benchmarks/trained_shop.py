"""A shop's products and outfits as arrays, and what is trained on them: for benchmarks that ask about a real shop.

It needs the home of a built shop, whose photos' features are kept, and the folder of its data.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.baselines import DotProduct, chance, cosine, generator_rows, ridge
from model.bundle import open_bundle
from model.compression import fit_compression, unit_rows
from model.estimates import Estimate
from model.evaluation import training_outfits
from model.generator import GeneratorOptions, train_generator
from model.outfits import head_datasets, reduce_outfits, shared_pairs
from model.projection import Block, ProjectionOptions, train_projection
from service.catalog.encoding import open_cache, product_features
from service.catalog.features import photo_features
from service.catalog.outfits import read_outfits, split_of
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.home import Home
from service.runtime import named_release

Array = NDArray[np.float32]
Rows = NDArray[np.int64]

NAIVE = "histogram and ImageNet together, copied"


@dataclass(frozen=True, slots=True, eq=False)
class Shop:
    """Arrays of a shop's products [n], and its outfits."""

    cnn: Array
    colours: Array
    attributes: Array
    """The embedding of the bundle's attributes, colours read beside the photo."""
    ids: Sequence[str]
    names: Sequence[str]
    """Of the taxonomies; `taxonomies` has a number for each."""
    taxonomies: Rows
    train: list[Rows]
    validation: list[Rows]
    outfits: list[Rows]
    judged: NDArray[np.bool_]

    @property
    def attribute_vectors(self) -> Array:
        """What a PCA makes of the attributes' embedding [n, 50]."""
        return fit_compression(self.attributes).compress(self.attributes)


def shop_arguments(name: str, description: str) -> argparse.ArgumentParser:
    """Return what a benchmark is told: the shop, and which part of it is judged."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    for option in ("--home", "--profile", "--data"):
        parser.add_argument(option, type=Path, required=True)
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    return parser


def asked_shop(given: argparse.Namespace) -> Shop:
    """Open the shop that a benchmark was told."""
    return _open(Home(given.home), given.profile, given.data, given.part)


def _open(at: Home, profile: Path, data: Path, part: str) -> Shop:
    loaded = load_profile(profile)
    bundle = open_bundle(at.bundles / named_release(at).bundle)
    with Record.open(at.record_path, read_only=True) as record:
        rows = list(record.products())
    with open_cache(at.work, bundle.encoder.backbone.path) as cache:
        photos = [photo for row in rows for photo in row.photos]
        read = photo_features(photos, data, bundle.encoder.backbone, cache, lambda *_: None, colours=True)
    rows = [row for row in rows if any(photo in read.features for photo in row.photos)]
    ids = [row.product.product_id for row in rows]
    row_of = {product_id: place for place, product_id in enumerate(ids)}
    if loaded.outfits is None:
        raise SystemExit("The profile names no outfits.")
    outfits = [
        np.array([row_of[id_] for id_ in own], np.int64) for own in read_outfits(loaded.outfits, data, ids).outfits
    ]
    parts = np.array([split_of(product_id) for product_id in ids])
    features = product_features(rows, read.features)
    split = 2 * bundle.manifest.dims.features
    embeddings = bundle.encoder.neck.embed(features)
    return Shop(
        cnn=features[:, :split],
        colours=features[:, split:],
        attributes=embeddings[:, : -bundle.dimensions],
        ids=ids,
        names=[row.product.taxonomy for row in rows],
        taxonomies=np.unique([row.product.taxonomy for row in rows], return_inverse=True)[1],
        train=training_outfits(outfits, parts == "train"),
        validation=training_outfits(outfits, parts == "validation"),
        outfits=outfits,
        judged=parts == part,
    )


def naive_rows(shop: Shop) -> Iterator[tuple[str, Sequence[DotProduct]]]:
    """Yield what has learned nothing, or next to nothing, from outfits."""
    cnn = unit_rows(shop.cnn - shop.cnn.mean(axis=0))
    vectors = shop.attribute_vectors
    yield "random", (chance(len(cnn)),)
    yield "attributes' vector copied", (cosine(vectors, vectors),)
    yield "ImageNet features copied", (cosine(cnn, cnn),)
    yield "colour histogram copied", (cosine(shop.colours, shop.colours),)
    together = np.hstack([unit_rows(shop.colours), cnn])
    yield NAIVE, (cosine(together, together),)
    yield "ridge on the attributes' vector", (ridge(vectors, shop.train),)


def projected(shop: Shop, *, dimensions: int = 50, seed: int = 0, **weights: float) -> Array:
    """Return vectors of a projection of the named features, each with its weight."""
    tables = [getattr(shop, name) for name in weights]
    ends = np.cumsum([table.shape[1] for table in tables])
    blocks = [
        Block(slice(end - table.shape[1], end), 128 if name == "colours" else 512, weight, name == "cnn")
        for (name, weight), table, end in zip(weights.items(), tables, ends, strict=True)
    ]
    features = np.hstack(tables)
    options = ProjectionOptions(dimensions=dimensions, seed=seed)
    made = train_projection(features, blocks, shop.taxonomies, shop.train, options=options, progress=lambda *_: None)
    return unit_rows(features @ made.weight.T + made.bias)


def heads(shop: Shop, vectors: Array, options: GeneratorOptions | None = None) -> Sequence[DotProduct]:
    """Train heads on the shop's outfits, and return how they score."""
    options = options or GeneratorOptions()
    if options.loss == "contrastive":
        train, validation = (shared_pairs(outfits, options.seed) for outfits in (shop.train, shop.validation))
    else:
        train, validation = (
            head_datasets(reduce_outfits(outfits, options.seed), "dedupe", options.seed)
            for outfits in (shop.train, shop.validation)
        )
    trained = train_generator(
        vectors, train, validation, options=options, progress=lambda *_: None, taxonomies=shop.taxonomies
    )
    return generator_rows(trained.generator.generate(vectors), vectors)["generator"]


def interval(estimate: Estimate) -> list[float]:
    """Return a value between its bounds."""
    return [estimate.low, estimate.value, estimate.high]


def short(measure: str) -> str:
    """Return a measure's name as tables have it."""
    return measure.replace("recall_at_", "R@")
