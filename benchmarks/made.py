"""A made shop, ready to serve: the catalogue of tests/catalogues.py, a bundle with random weights, a mapping.

Made once and kept in the folder for temporary files, until it is no longer what this code reads.
"""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from mappings import SlotMapping, parse_mapping
from model.backbones import build_backbone, export_onnx
from model.bundle import write_bundle
from model.compression import Compression
from model.generator import BASELINE
from model.inference import VIEWS, Generator, GeneratorConfig
from model.manifest import EncoderInfo
from service.catalog.record import Record, RecordedProduct
from service.errors import KitsuneError
from service.home import Home, ReleasePointer
from service.index.base import Item
from service.index.lifecycle import build_generation
from service.runtime import load_release, named_release
from service.settings import Settings
from tests.catalogues import made_items, taxonomy_name, zipf_sizes
from tests.unit.model.tiny import generator_tensors, normal

DIMENSIONS = 50
EMBEDDING = 256
TAXONOMIES = 300
SEED = 0
FOLDER = Path(tempfile.gettempdir()) / "kitsune-benchmarks"

_ITEMS_AT_ONCE = 10_000


def made_home(products: int) -> Home:
    """Return the home of a made shop; made now, in 25 s for each 100,000 products, if it cannot be served as it is."""
    home = Home(FOLDER / f"home-{products}")
    try:
        release = load_release(home, named_release(home), Settings.load())
    except KitsuneError:
        shutil.rmtree(home.path, ignore_errors=True)
        with home.writer():
            space_id, bundle = write_made_bundle(home, random_generator())
            generation = _fill(home, space_id, bundle, products)
            home.release(ReleasePointer(bundle, generation, write_made_mapping(home)))
    else:
        release.model.close()
    return home


def shares(products: int) -> NDArray[np.float64]:
    """Return the share of the products that each taxonomy has [300]."""
    return np.array(zipf_sizes(products, TAXONOMIES)) / products


def write_made_bundle(home: Home, generator: Generator) -> tuple[str, str]:
    """Write a bundle of the usual size: EfficientNet-Lite0, and random weights behind it; return its space and id."""
    backbone = build_backbone("efficientnet_lite0")
    exported, new = home.work / "image_backbone.onnx", home.bundles / "new"
    export_onnx(backbone, exported)
    features = VIEWS * backbone.features
    manifest = write_bundle(
        new,
        image_backbone=exported,
        encoder={"neck.weight": normal(EMBEDDING, features), "neck.bias": normal(EMBEDDING)},
        encoder_info=EncoderInfo(backbone.name, backbone.size_px),
        attributes=(),
        compression=Compression(normal(EMBEDDING), normal(DIMENSIONS, EMBEDDING)),
        generator=generator,
        training={},
        metrics={},
    )
    new.rename(home.bundles / manifest.bundle_id)
    return manifest.space_id, manifest.bundle_id


def random_generator() -> Generator:
    """Return a generator of the default size: what its weights are does not change what it costs."""
    options = BASELINE
    config = GeneratorConfig(options.widths, options.activation)
    return Generator(generator_tensors(config, DIMENSIONS), config)


def _fill(home: Home, space_id: str, bundle_id: str, products: int) -> str:
    with Record.open(home.record_path) as record:
        for items in _batches(made_items(products, TAXONOMIES, DIMENSIONS, SEED)):
            record.upsert(RecordedProduct(item.product) for item in items)
            vectors = np.stack([item.vector for item in items])
            record.set_vectors(space_id, [item.product.product_id for item in items], vectors)
        return build_generation(home, record, space_id, DIMENSIONS, bundle_id=bundle_id).generation_id


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(islice(items, _ITEMS_AT_ONCE)):
        yield batch


def write_made_mapping(home: Home) -> str:
    """Write a mapping of one template a taxonomy, and return its id."""
    text = yaml.safe_dump({"version": 1, "name": "made", "taxonomies": _templates()})
    mapping: SlotMapping = parse_mapping(text)
    (home.mappings / f"{mapping.mapping_id}.yaml").write_text(text, encoding="utf-8")
    return mapping.mapping_id


def _templates() -> dict[str, list[dict[str, Any]]]:
    """Give each taxonomy three others, drawn by their products' share: large ones are worn with everything."""
    rng = np.random.default_rng(SEED)
    shared = shares(100_000)
    templates: dict[str, list[dict[str, Any]]] = {}
    for rank in range(TAXONOMIES):
        others = np.where(np.arange(TAXONOMIES) == rank, 0, shared)
        drawn = rng.choice(TAXONOMIES, 3, replace=False, p=others / others.sum())
        templates[taxonomy_name(rank)] = [{"id": "made", "slots": [taxonomy_name(int(other)) for other in drawn]}]
    return templates
