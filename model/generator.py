"""Training the generator: a seed's vector to the vectors of three items that go with it.

A trunk of linear layers widens like a decoder, and three linear heads read it. The loss of a head is the cosine
distance between its target and the true item's vector: an index ranks by cosine, so length does not matter.

Notation used for array shapes: b batch, d vector, n products, w width of a layer.
"""

from dataclasses import dataclass
from itertools import combinations, pairwise
from math import ceil
from statistics import fmean
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model.compression import unit_rows
from model.errors import ModelError, train_extra
from model.inference import HEADS, Generator, GeneratorConfig
from model.outfits import HeadDatasets
from model.training import Progress, cyclic_learning_rate, deterministic

with train_extra():
    import torch
    from torch import Tensor, nn
    from torch.nn.functional import cosine_similarity
    from torch.optim.lr_scheduler import LRScheduler

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorOptions:
    """How to train a generator."""

    widths: tuple[int, ...] = (64, 128)
    activation: Literal["linear", "relu"] = "linear"
    epochs: int = 20
    batch_size: int = 256
    base_lr: float = 1e-4
    max_lr: float = 2e-3
    cycles: int = 4
    """How often the learning rate rises to `max_lr` and falls back in the whole training."""
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class TrainedGenerator:
    """The weights of the best epoch, as `config.shapes(d)` names them, and how the training went."""

    tensors: dict[str, Array]
    config: GeneratorConfig
    report: dict[str, Any]

    @property
    def generator(self) -> Generator:
        """What serves these weights, without torch."""
        return Generator(self.tensors, self.config)


class GeneratorNet(nn.Module):
    """The generator while it learns; its parameters have the names that a bundle keeps."""

    def __init__(self, dimensions: int, config: GeneratorConfig) -> None:
        super().__init__()
        sizes = (dimensions, *config.widths)
        self.trunk = nn.ModuleList(nn.Linear(narrow, wide) for narrow, wide in pairwise(sizes))
        self.heads = nn.ModuleList(nn.Linear(sizes[-1], dimensions) for _ in range(HEADS))
        self.activation = nn.ReLU() if config.activation == "relu" else nn.Identity()

    def forward(self, seeds: Tensor, head: int) -> Tensor:
        """Return one head's targets, of any length.

        Shapes:
            seeds: [b, d]
            returns: [b, d]
        """
        hidden = seeds
        for layer in self.trunk:
            hidden = self.activation(layer(hidden))  # [b, w]
        targets: Tensor = self.heads[head](hidden)
        return targets

    def loss(self, seeds: Tensor, targets: Tensor, head: int) -> Tensor:
        """Return the mean cosine distance, 0 to 2, between a head's targets and the true ones [b, d]."""
        return 1 - cosine_similarity(self(seeds, head), targets).mean()


def train_generator(
    vectors: Array,
    train: HeadDatasets,
    validation: HeadDatasets,
    *,
    options: GeneratorOptions,
    progress: Progress,
) -> TrainedGenerator:
    """Train a generator and keep the epoch with the lowest validation loss.

    An epoch walks every head's pairs once, in shuffled batches of one head each. Where there is nothing to validate on,
    the loss on the training pairs decides instead.

    Args:
        vectors: of all products, unit length [n, d].
        train: the pairs to learn, as rows of `vectors`.
        validation: pairs of other outfits.
        options: how to train; the same seed gives the same weights.
        progress: told after each epoch how many of all batches are done.

    Raises:
        ModelError: a head has nothing to learn from.
    """
    if not all(len(pairs.seeds) for pairs in train):
        raise ModelError("No outfit has two known products, so there is nothing to train on. Check the outfits file.")
    start = perf_counter()
    judge = validation if all(len(pairs.seeds) for pairs in validation) else train
    config = GeneratorConfig(options.widths, options.activation)
    with deterministic(options.seed):
        net = GeneratorNet(vectors.shape[1], config)
        report = _fit(net, torch.tensor(vectors), train=train, judge=judge, options=options, progress=progress)
    tensors = {name: tensor.numpy().copy() for name, tensor in net.state_dict().items()}
    judged = np.unique(np.concatenate([pairs.seeds for pairs in judge]))
    report |= {
        "head_to_head_cosine": head_to_head_cosine(Generator(tensors, config).generate(vectors[judged])),
        "train_pairs": [len(pairs.seeds) for pairs in train],
        "validation_pairs": [len(pairs.seeds) for pairs in validation],
        "seconds": round(perf_counter() - start, 2),
    }
    return TrainedGenerator(tensors, config, report)


def head_to_head_cosine(targets: Array) -> float:
    """Return the mean cosine between the targets that different heads give the same seed: 1 when all heads are alike.

    Shapes:
        targets: [b, 3, d]
    """
    unit = unit_rows(targets)
    cosines = [(unit[:, one] * unit[:, other]).sum(axis=-1) for one, other in combinations(range(HEADS), 2)]
    return float(np.mean(cosines))


def _fit(
    net: GeneratorNet,
    vectors: Tensor,
    *,
    train: HeadDatasets,
    judge: HeadDatasets,
    options: GeneratorOptions,
    progress: Progress,
) -> dict[str, Any]:
    """Train `net`, leave it with the weights of its best epoch, and return what was lost on the way."""
    steps_an_epoch = len(_batches(train, options.batch_size))
    steps = options.epochs * steps_an_epoch
    optimizer = torch.optim.Adam(net.parameters(), lr=options.base_lr, fused=True)
    schedule = cyclic_learning_rate(optimizer, options.base_lr, options.max_lr, ceil(steps / options.cycles))
    report: dict[str, Any] = {"best_epoch": 0, "train_loss": [], "validation_loss": [], "validation_loss_by_head": []}
    best: dict[str, Tensor] = {}
    for epoch in range(options.epochs):
        losses = [
            _step(net.loss(vectors[seeds], vectors[targets], head), optimizer, schedule)
            for head, seeds, targets in _batches(train, options.batch_size)
        ]
        by_head = _losses(net, vectors, judge)
        report["train_loss"].append(fmean(losses))
        report["validation_loss"].append(fmean(by_head))
        report["validation_loss_by_head"].append(by_head)
        if not best or fmean(by_head) < report["validation_loss"][report["best_epoch"]]:
            report["best_epoch"] = epoch
            best = {name: tensor.clone() for name, tensor in net.state_dict().items()}
        progress((epoch + 1) * steps_an_epoch, steps)
    net.load_state_dict(best)
    return report


def _step(loss: Tensor, optimizer: torch.optim.Optimizer, schedule: LRScheduler) -> float:
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    schedule.step()
    return loss.item()


def _batches(datasets: HeadDatasets, size: int) -> list[tuple[int, Tensor, Tensor]]:
    """Cut every head's pairs, shuffled, into batches (head, seeds [b], targets [b]), and shuffle the batches."""
    cut = []
    for head, pairs in enumerate(datasets):
        seeds, targets = torch.from_numpy(pairs.seeds), torch.from_numpy(pairs.targets)
        cut += [(head, seeds[rows], targets[rows]) for rows in torch.split(torch.randperm(len(seeds)), size)]
    return [cut[i] for i in torch.randperm(len(cut))]


@torch.inference_mode()
def _losses(net: GeneratorNet, vectors: Tensor, judge: HeadDatasets) -> list[float]:
    """Return each head's mean loss over all of its pairs."""
    return [net.loss(vectors[pairs.seeds], vectors[pairs.targets], head).item() for head, pairs in enumerate(judge)]
