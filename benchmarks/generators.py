"""What each part of the model brings: true partners found on a shop's outfits, one change at a time.

It needs the home of a built shop, whose photos' features are kept, and the folder of its data:

    python -m benchmarks.generators --home HOME --profile examples/mango.toml --data ../shared/data/mango

Products of the validation part are judged, which no training outfit contains; `--part test` is for once.
Every figure is the value with its 95 % bootstrap interval over outfits.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reports import Report
from model.baselines import DotProduct, chance, cosine, generator_rows, ridge
from model.bundle import open_bundle
from model.compression import fit_compression, unit_rows
from model.estimates import Estimate
from model.evaluation import cold_pairs, evaluate, training_outfits
from model.generator import BASELINE, GeneratorOptions, train_generator
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
PRODUCT = "all of it: what a build makes"
GOALS = {"recall_at_10": 1.15, "recall_at_50": 1.3}


@dataclass(frozen=True, slots=True, eq=False)
class Shop:
    """Arrays of a shop's products [n], and its outfits."""

    cnn: Array
    colours: Array
    attributes: Array
    """The embedding of the bundle's attributes, colours read beside the photo."""
    names: Sequence[str]
    taxonomies: Rows
    train: list[Rows]
    validation: list[Rows]
    outfits: list[Rows]
    judged: NDArray[np.bool_]


def main() -> None:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generators", description="Measure the model's parts.")
    for name in ("--home", "--profile", "--data"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    given = parser.parse_args()
    shop = _open(Home(given.home), given.profile, given.data, given.part)
    table: dict[str, Sequence[DotProduct]] = dict(_naive(shop))
    for name, row in _experiments(shop):
        table[name] = row
        print(name, flush=True)
    pairs = cold_pairs(shop.outfits, shop.judged)
    found = evaluate(pairs, shop.names, table, judged=PRODUCT)
    setting = {"part": given.part, "pairs": found.pairs, "candidates_median": found.candidates_median}
    report = Report("generators", setting | {"taxonomies": found.taxonomies, "products": len(shop.names)})
    report.command += " --home HOME --profile examples/mango.toml --data ../shared/data/mango"
    rows = {row.name: row.measures for row in found.rows}
    for name, measures in rows.items():
        for measure in GOALS:
            report.add(f"{name}: {_short(measure)}", "", _interval(measures[measure]))
    against = next(difference for difference in found.differences if difference.against == NAIVE)
    for measure, goal in GOALS.items():
        margin, ratio = against.measures[measure], rows[PRODUCT][measure].value / rows[NAIVE][measure].value
        report.add(f"{PRODUCT} minus {NAIVE}: {_short(measure)}", "", _interval(margin))
        report.add(f"{PRODUCT} over {NAIVE}: {_short(measure)}", "x", [ratio], at_least=goal)
    report.finish()


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
        names=[row.product.taxonomy for row in rows],
        taxonomies=np.unique([row.product.taxonomy for row in rows], return_inverse=True)[1],
        train=training_outfits(outfits, parts == "train"),
        validation=training_outfits(outfits, parts == "validation"),
        outfits=outfits,
        judged=parts == part,
    )


def _naive(shop: Shop) -> Iterator[tuple[str, Sequence[DotProduct]]]:
    cnn = unit_rows(shop.cnn - shop.cnn.mean(axis=0))
    vectors = fit_compression(shop.attributes).compress(shop.attributes)
    yield "random", (chance(len(cnn)),)
    yield "attributes' vector copied", (cosine(vectors, vectors),)
    yield "ImageNet features copied", (cosine(cnn, cnn),)
    yield "colour histogram copied", (cosine(shop.colours, shop.colours),)
    together = np.hstack([unit_rows(shop.colours), cnn])
    yield NAIVE, (cosine(together, together),)
    yield "ridge on the attributes' vector", (ridge(vectors, shop.train),)


def _experiments(shop: Shop) -> Iterator[tuple[str, Sequence[DotProduct]]]:
    """Yield a row for each change, the earlier ones kept unless the name says otherwise."""
    vectors = fit_compression(shop.attributes).compress(shop.attributes)
    yield "baseline: attributes' PCA, cosine distance on dedupe", _heads(shop, vectors, BASELINE)
    yield "contrastive heads on all pairs instead", _heads(shop, vectors)
    yield "contrastive heads, vectors centred by taxonomy", _heads(shop, unit_rows(_centred(vectors, shop.taxonomies)))
    wide = fit_compression(shop.attributes, 128).compress(shop.attributes)
    yield "contrastive heads, 128 dimensions of the PCA", _heads(shop, wide)
    yield "projection of the attributes' embedding", _heads(shop, _projected(shop, attributes=1))
    yield "projection of ImageNet features", _heads(shop, _projected(shop, cnn=1))
    yield "projection of colours", _heads(shop, _projected(shop, colours=1))
    product = _projected(shop, cnn=1, colours=2)
    yield PRODUCT, _heads(shop, product)
    yield "all of it, the seed's vector copied", (cosine(product, product),)
    yield "all of it, ridge", (ridge(product, shop.train),)
    yield "all of it, cosine distance on dedupe", _heads(shop, product, BASELINE)
    yield "all of it, a trunk of 64 and 128", _heads(shop, product, replace(GeneratorOptions(), widths=(64, 128)))
    anything = replace(shop, taxonomies=np.zeros_like(shop.taxonomies))
    yield "all of it, negatives of any taxonomy", _heads(anything, _projected(anything, cnn=1, colours=2))
    centred = replace(shop, cnn=_centred(shop.cnn, shop.taxonomies), colours=_centred(shop.colours, shop.taxonomies))
    yield "all of it, features centred by taxonomy", _heads(centred, _projected(centred, cnn=1, colours=2))
    yield "all of it, 128 dimensions", _heads(shop, _projected(shop, cnn=1, colours=2, dimensions=128))
    for seed in (1, 2):
        again = _projected(shop, cnn=1, colours=2, seed=seed)
        yield f"all of it, seed {seed}", _heads(shop, again, replace(GeneratorOptions(), seed=seed))
    for outfits in (100, 300, 1000):
        fewer = replace(shop, train=shop.train[:: len(shop.train) // outfits][:outfits])
        yield f"all of it, {outfits} outfits", _heads(fewer, _projected(fewer, cnn=1, colours=2))
        yield f"attributes' PCA, contrastive heads, {outfits} outfits", _heads(fewer, vectors)


def _projected(shop: Shop, *, dimensions: int = 50, seed: int = 0, **weights: float) -> Array:
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


def _heads(shop: Shop, vectors: Array, options: GeneratorOptions | None = None) -> Sequence[DotProduct]:
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


def _centred(table: Array, taxonomies: Rows) -> Array:
    means = np.stack([table[taxonomies == code].mean(axis=0) for code in range(taxonomies.max() + 1)])
    return np.asarray(table - means[taxonomies], np.float32)


def _interval(estimate: Estimate) -> list[float]:
    return [estimate.low, estimate.value, estimate.high]


def _short(measure: str) -> str:
    return measure.replace("recall_at_", "R@")


if __name__ == "__main__":
    main()
