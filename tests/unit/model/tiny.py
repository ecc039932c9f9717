"""A bundle small enough to make in a moment, with every part of a real one."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from model.attributes import Attribute
from model.bundle import write_bundle
from model.compression import Compression
from model.inference import Generator, GeneratorConfig
from model.manifest import EncoderInfo, Manifest
from model.readout import Readout, ReadoutConfig
from model.text import TextConfig, TextEncoder

SIZE_PX = 8
FEATURES = 4
EMBEDDING = 6
DIMENSIONS = 5

ATTRIBUTES = (Attribute("colour", "multi", ("black", "blue")), Attribute("pattern", "single", ("dotted", "plain")))
CONFIG = GeneratorConfig(widths=(6, 7), activation="linear")


def normal(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def save_backbone(path: Path, size_px: int = SIZE_PX) -> Path:
    """Write an ONNX file whose features are a linear function of an image's mean colour."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["images"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weight"], ["features"]),
    ]
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["b", 3, size_px, size_px])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["b", FEATURES])
    weight = numpy_helper.from_array(normal(3, FEATURES), "weight")
    graph = helper.make_graph(nodes, "tiny", [images], [features], [weight])
    opset = [helper.make_opsetid("", 17)]
    path.write_bytes(helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString())
    onnx.checker.check_model(onnx.load(path))
    return path


def encoder_tensors() -> dict[str, NDArray[Any]]:
    return {
        "neck.weight": normal(EMBEDDING, 2 * FEATURES),
        "neck.bias": normal(EMBEDDING),
        "head.colour.weight": normal(2, EMBEDDING),
        "head.colour.bias": normal(2),
        "head.pattern.weight": normal(2, EMBEDDING),
        "head.pattern.bias": normal(2),
        "backbone.norm.num_batches_tracked": np.array(7, np.int64),
        "backbone.norm.running_mean": normal(3),
    }


def compression(seed: int = 0) -> Compression:
    return Compression(normal(EMBEDDING, seed=seed), normal(DIMENSIONS, EMBEDDING, seed=seed))


def generator_tensors(config: GeneratorConfig = CONFIG, dimensions: int = DIMENSIONS) -> dict[str, NDArray[np.float32]]:
    return {name: normal(*shape, seed=i) for i, (name, shape) in enumerate(config.shapes(dimensions).items())}


def readout(seed: int = 0) -> Readout:
    tensors = {
        "colour.weight": normal(2, DIMENSIONS, seed=seed),
        "colour.bias": normal(2, seed=seed),
        "pattern.weight": normal(2, DIMENSIONS, seed=seed + 1),
        "pattern.bias": normal(2, seed=seed + 1),
    }
    return Readout(tensors, ATTRIBUTES, ReadoutConfig({"Dresses": ("colour", "pattern"), "Bags": ("colour",)}))


def text(seed: int = 0) -> TextEncoder:
    config = TextConfig(rows=16, width=3, hidden=4)
    shapes = config.shapes(EMBEDDING).items()
    return TextEncoder({name: normal(*shape, seed=seed + i) for i, (name, shape) in enumerate(shapes)}, config)


def write_tiny_bundle(directory: Path, **parts: Any) -> Manifest:
    """Write a bundle; `parts` replace what is given to `write_bundle` otherwise."""
    image_backbone = save_backbone(directory.with_name(f"{directory.name}.onnx"))
    given: dict[str, Any] = {
        "image_backbone": image_backbone,
        "encoder": encoder_tensors(),
        "encoder_info": EncoderInfo("tiny", SIZE_PX),
        "attributes": ATTRIBUTES,
        "compression": compression(),
        "generator": Generator(generator_tensors(), CONFIG),
        "readout": readout(),
        "text": text(),
        "training": {"outfits": 12},
        "metrics": {"recall@10": 0.125},
        "git_revision": "0123abc",
    }
    manifest = write_bundle(directory, **given | parts)
    image_backbone.unlink()
    return manifest
