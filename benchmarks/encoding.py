"""Images a second through onnxruntime, as the service encodes them, against the better of torch's two layouts.

Two threads each; the contenders take turns, a batch each, and are timed over the whole batch, so that the figures hold
on a coarse clock. onnxruntime with spinning threads is what the service does not do: they would take the cores from
the event loop.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from benchmarks.made import SEED
from benchmarks.reports import Report
from model.backbones import Backbone, build_backbone, export_onnx
from model.inference import ENCODER_THREADS, VIEWS, ImageBackbone

BACKBONES = ("efficientnet_lite0", "torchvision/efficientnet_b0")
PHOTOS = 8
ROUNDS = 7
GOAL = 2.0

NCHW, CHANNELS_LAST = "torch, NCHW", "torch, channels last"
SERVED, SPINNING = "onnxruntime", "onnxruntime, spinning"

WITHIN = 1e-3
"""How far features may differ, relative to the largest."""

Array = NDArray[np.float32]
Encode = Callable[[Array], Array]


def main() -> None:
    """Measure, print and write the report."""
    images = PHOTOS * VIEWS
    report = Report("encoding", {"threads": ENCODER_THREADS, "images_a_run": images, "rounds": ROUNDS})
    torch.set_num_threads(ENCODER_THREADS)
    for name in BACKBONES:
        with tempfile.TemporaryDirectory() as folder:
            backbone = _backbone(name, Path(folder))
            contenders = _contenders(backbone, Path(folder) / "backbone.onnx")
            views = np.random.default_rng(SEED).standard_normal(
                (PHOTOS, VIEWS, 3, backbone.size_px, backbone.size_px), np.float32
            )
            _check(contenders, views)
            _compare(report, name, _measure(contenders, views))
    report.finish()


def _backbone(name: str, folder: Path) -> Backbone:
    """Build a backbone; torchvision's with random weights, which cost the same and need no download."""
    if not name.startswith("torchvision/"):
        return build_backbone(name)
    import torchvision  # noqa: PLC0415 - takes a second

    torch.manual_seed(SEED)
    weights = folder / "weights.pth"
    torch.save(torchvision.models.get_model(name.removeprefix("torchvision/")).state_dict(), weights)
    return build_backbone(name, weights)


def _contenders(backbone: Backbone, path: Path) -> dict[str, Encode]:
    export_onnx(backbone, path)
    return {
        NCHW: _torch(backbone, torch.contiguous_format),
        CHANNELS_LAST: _torch(deepcopy(backbone), torch.channels_last),
        SERVED: ImageBackbone(path, backbone.size_px).features,
        SPINNING: _spinning(path),
    }


def _torch(backbone: Backbone, layout: torch.memory_format) -> Encode:
    net = backbone.to(memory_format=layout)

    @torch.inference_mode()
    def features(views: Array) -> Array:
        images = torch.from_numpy(views.reshape(-1, *views.shape[2:])).contiguous(memory_format=layout)
        found: Array = net(images).numpy().reshape(len(views), -1)
        return found

    return features


def _spinning(path: Path) -> Encode:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = ENCODER_THREADS
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def features(views: Array) -> Array:
        found: Array = session.run(None, {"images": views.reshape(-1, *views.shape[2:])})[0]
        return found.reshape(len(views), -1)

    return features


def _check(contenders: Mapping[str, Encode], views: Array) -> None:
    """Make sure that all compute the same; this warms them up, too."""
    expected, *others = [features(views) for features in contenders.values()]
    scale = np.abs(expected).max()
    assert all(np.abs(found - expected).max() <= WITHIN * scale for found in others), "the contenders disagree"


def _measure(contenders: Mapping[str, Encode], views: Array) -> dict[str, NDArray[np.float64]]:
    """Return the images a second of each contender [rounds]."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, features in contenders.items():
            start = time.perf_counter()
            features(views)
            taken[name].append(time.perf_counter() - start)
    return {name: len(views) * VIEWS / np.array(seconds) for name, seconds in taken.items()}


def _compare(report: Report, backbone: str, rates: Mapping[str, NDArray[np.float64]]) -> None:
    for name, rate in rates.items():
        report.add(f"{backbone}: {name}", "images/s", rate)
    torch_rate = max(rates[NCHW], rates[CHANNELS_LAST], key=np.median)
    report.add(f"{backbone}: {SERVED} over the better torch", "x", rates[SERVED] / torch_rate, at_least=GOAL)
    # Where others use the machine, a best round comes nearest to what two free processors would give.
    best = rates[SERVED].max() / max(rates[NCHW].max(), rates[CHANNELS_LAST].max())
    report.add(f"{backbone}: {SERVED} over the better torch, best rounds", "x", [best], at_least=GOAL)
    report.add(f"{backbone}: {SPINNING} over {SERVED}", "x", rates[SPINNING] / rates[SERVED])


if __name__ == "__main__":
    main()
