import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.errors import BundleCorrupt, ModelError, PhotoRefused
from model.histogram import COLOURS
from model.inference import PHOTOS_A_RUN, Encoder, Generator, GeneratorConfig, ImageBackbone, Neck, garment_colours
from model.photos import views
from tests.unit.model import tiny


def photo(colour: tuple[int, int, int]) -> bytes:
    file = BytesIO()
    Image.new("RGB", (20, 30), colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def backbone(tmp_path: Path) -> ImageBackbone:
    return ImageBackbone(tiny.save_backbone(tmp_path / "image_backbone.onnx"), tiny.SIZE_PX)


@pytest.fixture
def encoder(backbone: ImageBackbone) -> Encoder:
    return Encoder(backbone, Neck(tiny.normal(tiny.EMBEDDING, 2 * tiny.FEATURES), tiny.normal(tiny.EMBEDDING)))


# Backbone.


def test_a_photos_features_are_those_of_its_whole_and_then_of_its_centre(backbone: ImageBackbone) -> None:
    two_views = tiny.normal(5, 2, 3, tiny.SIZE_PX, tiny.SIZE_PX)
    features = backbone.features(two_views)
    expected = two_views.mean(axis=(3, 4)) @ tiny.normal(3, tiny.FEATURES)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features[:, : tiny.FEATURES], expected[:, 0], atol=1e-5)
    np.testing.assert_allclose(features[:, tiny.FEATURES :], expected[:, 1], atol=1e-5)


def test_many_threads_open_one_session(backbone: ImageBackbone) -> None:
    with ThreadPoolExecutor(8) as pool:
        sessions = list(pool.map(lambda _: backbone.open(), range(32)))
    assert len({id(session) for session in sessions}) == 1


def test_a_backbone_is_not_opened_before_it_is_used(tmp_path: Path) -> None:
    absent = ImageBackbone(tmp_path / "absent.onnx", tiny.SIZE_PX)
    with pytest.raises(BundleCorrupt, match=r"absent\.onnx is no model"):
        absent.open()


def test_a_backbone_for_other_photos_is_refused(tmp_path: Path) -> None:
    backbone = ImageBackbone(tiny.save_backbone(tmp_path / "small.onnx", size_px=4), tiny.SIZE_PX)
    with pytest.raises(BundleCorrupt, match=r"small\.onnx takes .*\[3, 4, 4\].* expected images \[b, 3, 8, 8\]"):
        backbone.open()


# Encoder.


def test_a_photo_is_encoded_by_backbone_and_neck(encoder: Encoder) -> None:
    photos = [photo((200, 30, 90)), photo((0, 0, 0))]
    features = encoder.backbone.features(np.stack([views(photo, tiny.SIZE_PX) for photo in photos]))
    expected = features @ encoder.neck.weight.T + encoder.neck.bias
    np.testing.assert_array_equal(encoder.encode(photos), expected)


def test_the_garments_colours_follow_the_features(backbone: ImageBackbone) -> None:
    weight = tiny.normal(tiny.EMBEDDING, 2 * tiny.FEATURES + COLOURS)
    encoder = Encoder(backbone, Neck(weight, tiny.normal(tiny.EMBEDDING)), colours=True)
    photos = [photo((200, 30, 90)), photo((0, 0, 0))]
    features = backbone.features(np.stack([views(photo, tiny.SIZE_PX) for photo in photos]))
    colours = np.stack([garment_colours(photo) for photo in photos])
    assert colours.shape == (2, COLOURS)
    expected = np.hstack([features, colours]) @ weight.T + encoder.neck.bias
    np.testing.assert_allclose(encoder.encode(photos), expected, atol=1e-5)


def test_a_photo_is_encoded_alike_alone_and_among_more_than_a_run_takes(encoder: Encoder) -> None:
    photos = [photo((5 * i, 255 - 5 * i, 90)) for i in range(2 * PHOTOS_A_RUN + 1)]
    alone = np.concatenate([encoder.encode([photo]) for photo in photos])
    np.testing.assert_allclose(encoder.encode(photos), alone, atol=1e-5)


def test_no_photos_give_no_embeddings(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, tiny.EMBEDDING)


def test_a_photo_counts_alone_and_a_text_where_there_is_none(backbone: ImageBackbone) -> None:
    neck, text = Neck(tiny.normal(tiny.EMBEDDING, 2 * tiny.FEATURES), tiny.normal(tiny.EMBEDDING)), tiny.text()
    encoder, shown = Encoder(backbone, neck, text), photo((200, 30, 90))
    found = encoder.encode([None, shown, None, shown], ["red dress", "blue shoes", "shoes", None])
    np.testing.assert_array_equal(found[[0, 2]], text.encode(["red dress", "shoes"]))
    np.testing.assert_allclose(found[[1, 3]], encoder.encode([shown, shown]), atol=1e-6)


@pytest.mark.parametrize("texts", [None, [None], ["red dress"]])
def test_without_a_photo_a_text_and_its_encoder_are_needed(
    encoder: Encoder, backbone: ImageBackbone, texts: list[str | None] | None
) -> None:
    known = Encoder(backbone, encoder.neck, tiny.text()) if texts != ["red dress"] else encoder
    with pytest.raises(ModelError, match="needs a photo"):
        known.encode([None], texts)


def test_an_empty_file_is_refused_as_a_photo(encoder: Encoder) -> None:
    with pytest.raises(PhotoRefused):
        encoder.encode([b""])


def test_a_text_file_is_refused(encoder: Encoder) -> None:
    with pytest.raises(PhotoRefused):
        encoder.encode([b"no photo"])


def test_a_neck_for_another_backbone_is_refused(backbone: ImageBackbone) -> None:
    encoder = Encoder(backbone, Neck(tiny.normal(tiny.EMBEDDING, 3), tiny.normal(tiny.EMBEDDING)))
    with pytest.raises(BundleCorrupt, match=r"gives 8 features a photo, but neck.weight .* takes 3"):
        encoder.encode([photo((1, 2, 3))])


# Generator. That it equals torch is tested beside its training.


@pytest.mark.parametrize("dimensions", [5, 50])
def test_targets_are_three_unit_vectors_a_seed(dimensions: int) -> None:
    generator = Generator(tiny.generator_tensors(dimensions=dimensions), tiny.CONFIG)
    targets = generator.generate(tiny.normal(4, dimensions))
    assert targets.shape == (4, 3, dimensions)
    assert targets.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(targets, axis=-1), 1, atol=1e-6)


def test_the_layers_are_applied_in_order() -> None:
    config = GeneratorConfig(widths=(2,), activation="relu")
    tensors = {
        "trunk.0.weight": np.array([[1, 0], [0, -1]], np.float32),
        "trunk.0.bias": np.array([1, 0], np.float32),
        **{f"heads.{h}.weight": np.eye(2, dtype=np.float32) for h in range(3)},
        **{f"heads.{h}.bias": np.array([0, h], np.float32) for h in range(3)},
    }
    # [0, 1] -> trunk [1, -1] -> relu [1, 0] -> heads [1, 0], [1, 1], [1, 2] -> unit length
    expected = np.array([[1, 0], [1, 1], [1, 2]]) / np.sqrt([[1], [2], [5]])
    np.testing.assert_allclose(
        Generator(tensors, config).generate(np.array([[0, 1]], np.float32))[0], expected, atol=1e-6
    )


@pytest.mark.parametrize("length", [1e-20, 3, 1e20])
def test_a_seeds_length_does_not_matter(length: float) -> None:
    generator = Generator(tiny.generator_tensors(), tiny.CONFIG)
    seeds = tiny.normal(4, tiny.DIMENSIONS)
    np.testing.assert_allclose(generator.generate(np.float32(length) * seeds), generator.generate(seeds), atol=1e-5)


def test_serving_loads_neither_torch_nor_onnxruntime_before_a_photo_comes() -> None:
    code = "import sys, model.bundle; print(sorted({'torch', 'onnxruntime', 'sklearn'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
