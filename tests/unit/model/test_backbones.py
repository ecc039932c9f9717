from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import safetensors.numpy
import torch
from numpy.typing import NDArray

from model.backbones import BACKBONES, Backbone, build_backbone, export_onnx
from model.errors import ModelError

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module", name="small")
def _small() -> Backbone:
    return build_backbone("small")


@pytest.fixture(scope="module", name="exported")
def _exported(small: Backbone, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "small.onnx"
    export_onnx(small, path)
    return path


def images(backbone: Backbone, count: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal((count, 3, backbone.size_px, backbone.size_px), np.float32)


@torch.inference_mode()
def features(backbone: Backbone, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    result: NDArray[np.float32] = backbone(torch.from_numpy(batch)).numpy()
    return result


def run(path: Path, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    result: NDArray[np.float32] = onnxruntime.InferenceSession(path).run(["features"], {"images": batch})[0]
    return result


def test_the_small_backbone_is_small(small: Backbone, exported: Path) -> None:
    assert features(small, images(small, 2)).shape == (2, small.features)
    assert exported.stat().st_size <= 1_000_000


@pytest.mark.parametrize("count", [1, 5])
def test_the_export_equals_torch_for_any_batch(small: Backbone, exported: Path, count: int) -> None:
    batch = images(small, count)
    np.testing.assert_allclose(run(exported, batch), features(small, batch), atol=1e-4)


def test_the_export_is_reproducible_and_tells_no_path(small: Backbone, exported: Path, tmp_path: Path) -> None:
    export_onnx(small, tmp_path / "again.onnx")
    content = exported.read_bytes()
    assert (tmp_path / "again.onnx").read_bytes() == content
    assert str(ROOT).encode() not in content
    assert b"site-packages" not in content


@pytest.mark.slow
def test_efficientnet_lite0_comes_with_weights_and_exports(tmp_path: Path) -> None:
    backbone = build_backbone("efficientnet_lite0")
    batch = images(backbone, 2)
    expected = features(backbone, batch)
    export_onnx(backbone, tmp_path / "lite.onnx")
    assert (backbone.size_px, backbone.features) == (224, 1280)
    np.testing.assert_allclose(run(tmp_path / "lite.onnx", batch), expected, atol=1e-4)


def test_efficientnet_lite0_gets_pixels_as_it_was_trained_on_them() -> None:
    backbone = build_backbone("efficientnet_lite0")
    black = torch.tensor([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]).reshape(1, 3, 1, 1)
    torch.testing.assert_close(backbone.rescale(black), torch.full((1, 3, 1, 1), -127 / 128))


def test_weights_depend_on_the_seed_alone(small: Backbone) -> None:
    before = torch.get_rng_state()
    batch = images(small, 1)
    np.testing.assert_array_equal(features(build_backbone("small"), batch), features(small, batch))
    assert not np.array_equal(features(build_backbone("small", seed=1), batch), features(small, batch))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_backbone_comes_back_from_its_bundle(small: Backbone, tmp_path: Path) -> None:
    path = tmp_path / "encoder.safetensors"
    safetensors.numpy.save_file(small.tensors() | {"neck.bias": np.zeros(3, np.float32)}, path)
    batch = images(small, 1)
    np.testing.assert_array_equal(features(build_backbone("small", path, seed=7), batch), features(small, batch))


def test_torchvision_weights_come_from_a_file_with_its_classifier(tmp_path: Path) -> None:
    torchvision = pytest.importorskip("torchvision")
    with torch.random.fork_rng(devices=[]):
        whole = torchvision.models.mobilenet_v3_small().eval()
    torch.save(whole.state_dict(), tmp_path / "weights.pth")
    backbone = build_backbone("torchvision/mobilenet_v3_small", tmp_path / "weights.pth")
    batch = images(backbone, 1)
    with torch.inference_mode():
        scores = whole(torch.from_numpy(batch)).numpy()
        ours = whole.classifier[-1](torch.from_numpy(features(backbone, batch))).numpy()
    assert (backbone.size_px, backbone.features) == (224, 1024)
    np.testing.assert_allclose(ours, scores, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("resnet50", "torchvision/<name>"),
        ("efficientnet_lite1", "efficientnet_lite0, small"),
        ("torchvision/resnet5", "resnet50"),
        ("torchvision/squeezenet1_1", "cannot|does not end in a linear classifier"),
    ],
)
def test_an_unknown_or_unfit_name_is_refused_with_what_there_is(name: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=hint):
        build_backbone(name, tmp_path / "never read.pth")


def test_every_documented_name_is_built_or_explained() -> None:
    with pytest.raises(ModelError) as refused:
        build_backbone("another")
    assert all(name in str(refused.value) for name in BACKBONES)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("content", [None, b"nonsense" * 4, b"root:x:0"], ids=["missing", "damaged", "text"])
def test_weights_that_cannot_be_read_are_refused_by_name(tmp_path: Path, suffix: str, content: bytes | None) -> None:
    path = tmp_path / f"weights{suffix}"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=rf"weights\{suffix} cannot be read"):
        build_backbone("small", path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"backbone.0.0.weight": np.zeros((1, 1), np.float32)}, "another shape"),
        ({"backbone.9.weight": np.zeros(1, np.float32)}, r"no state of this backbone.*9\.weight"),
    ],
)
def test_weights_of_another_net_are_refused(
    small: Backbone, tmp_path: Path, change: dict[str, NDArray[np.float32]], reason: str
) -> None:
    path = tmp_path / "weights.safetensors"
    safetensors.numpy.save_file(small.tensors() | change, path)
    with pytest.raises(ModelError, match=reason):
        build_backbone("small", path)
