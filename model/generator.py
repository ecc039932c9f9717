"""Training the generator: a seed's vector to the vectors of three items that go with it.

Three linear heads read the vector, or a trunk of linear layers that widens like a decoder. There are two losses, both
of them blind to length, because an index ranks by cosine:

contrastive: a head has to find the true item among others of its taxonomy (`model.contrastive`). A target may lie
anywhere, as long as the true item is nearest.
cosine: the cosine distance between a head's target and the true item's vector. A target is drawn to the mean of all
that go with the seed, wherever that lies. This is the baseline.

Notation used for array shapes: b batch, d vector, n products, w width of a layer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import ceil
from statistics import fmean
from time import perf_counter
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from model.compression import unit_rows
from model.contrastive import Batch, Rows, TaxonomyPairs
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
    """How to train a generator. The defaults suit the contrastive loss; `BASELINE` suits the cosine distance."""

    loss: Literal["contrastive", "cosine"] = "contrastive"
    widths: tuple[int, ...] = ()
    activation: Literal["linear", "relu"] = "linear"
    epochs: int = 8
    batch_size: int = 256
    pairs_an_epoch: int = 60_000
    """At most so many with the contrastive loss, drawn anew for each epoch."""
    base_lr: float = 1e-4
    max_lr: float = 5e-3
    cycles: int = 1
    """How often the learning rate rises to `max_lr` and falls back in the whole training."""
    seed: int = 0


BASELINE = GeneratorOptions(loss="cosine", widths=(64, 128), epochs=20, max_lr=2e-3, cycles=4)


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
    taxonomies: Rows | None = None,
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
        taxonomies: a number for each product's [n], for the contrastive loss; None takes all products as of one.

    Raises:
        ModelError: a head has nothing to learn from.
    """
    if not all(len(pairs.seeds) for pairs in train):
        raise ModelError("No outfit has two known products, so there is nothing to train on. Check the outfits file.")
    start = perf_counter()
    judge = validation if all(len(pairs.seeds) for pairs in validation) else train
    config = GeneratorConfig(options.widths, options.activation)
    if taxonomies is None:
        taxonomies = np.zeros(len(vectors), np.int64)
    with deterministic(options.seed):
        net = GeneratorNet(vectors.shape[1], config)
        lessons = _lessons(torch.tensor(vectors), train, taxonomies, options)
        exam = list(_lessons(torch.tensor(vectors), judge, taxonomies, options).batches())
        report = _fit(net, lessons, exam, options=options, progress=progress)
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


class _Pairs(Protocol):
    """Pairs of one head."""

    @property
    def head(self) -> int: ...

    def loss(self, net: GeneratorNet) -> Tensor: ...

    def __len__(self) -> int: ...


class _Lessons(Protocol):
    """What there is to learn."""

    def batches(self) -> Iterator[_Pairs]:
        """Walk through it once, in a new order each time."""
        ...


@dataclass(frozen=True, slots=True)
class _CosinePairs:
    """Pairs whose loss is the distance from the true vectors."""

    head: int
    seeds: Tensor
    targets: Tensor

    def loss(self, net: GeneratorNet) -> Tensor:
        return net.loss(self.seeds, self.targets, self.head)

    def __len__(self) -> int:
        return len(self.seeds)


@dataclass(frozen=True, slots=True)
class _ContrastivePairs:
    """Pairs whose loss is that the true item is not found among its like."""

    head: int
    vectors: Tensor
    batch: Batch

    def loss(self, net: GeneratorNet) -> Tensor:
        seeds, candidates = self.vectors[self.batch.seeds], self.vectors[self.batch.candidates]
        return self.batch.loss(net(seeds, self.head), candidates)

    def __len__(self) -> int:
        return len(self.batch.seeds)


class _CosineLessons:
    def __init__(self, vectors: Tensor, datasets: HeadDatasets, size: int) -> None:
        self._vectors = vectors
        self._datasets = datasets
        self._size = size

    def batches(self) -> Iterator[_Pairs]:
        """Cut every head's pairs, shuffled, into batches, and shuffle the batches."""
        cut = []
        for head, pairs in enumerate(self._datasets):
            seeds, targets = torch.from_numpy(pairs.seeds), torch.from_numpy(pairs.targets)
            cut += [(head, seeds[rows], targets[rows]) for rows in torch.split(torch.randperm(len(seeds)), self._size)]
        for i in torch.randperm(len(cut)):
            head, seeds, targets = cut[i]
            yield _CosinePairs(head, self._vectors[seeds], self._vectors[targets])


class _ContrastiveLessons:
    def __init__(self, vectors: Tensor, datasets: HeadDatasets, taxonomies: Rows, options: GeneratorOptions) -> None:
        pairs = [np.stack([own.seeds, own.targets], axis=1) for own in datasets]
        known = np.concatenate(pairs)  # what another head learns is no negative of this one
        self._vectors = vectors
        self._heads = [TaxonomyPairs(own, known, taxonomies) for own in pairs]
        self._size = options.batch_size
        self._at_most = options.pairs_an_epoch // len(datasets)

    def batches(self) -> Iterator[_Pairs]:
        """Walk through the batches of all heads, a head's turn drawn by lot."""
        walks = [pairs.batches(self._size, self._at_most) for pairs in self._heads]
        left = list(range(len(walks)))
        while left:
            head = left[int(torch.randint(len(left), ()))]
            batch = next(walks[head], None)
            if batch is None:
                left.remove(head)
            else:
                yield _ContrastivePairs(head, self._vectors, batch)


def _lessons(vectors: Tensor, datasets: HeadDatasets, taxonomies: Rows, options: GeneratorOptions) -> _Lessons:
    if options.loss == "cosine":
        return _CosineLessons(vectors, datasets, options.batch_size)
    return _ContrastiveLessons(vectors, datasets, taxonomies, options)


def _fit(
    net: GeneratorNet,
    lessons: _Lessons,
    exam: Sequence[_Pairs],
    *,
    options: GeneratorOptions,
    progress: Progress,
) -> dict[str, Any]:
    """Train `net`, leave it with the weights of its best epoch, and return what was lost on the way."""
    steps_an_epoch = sum(1 for _ in lessons.batches())
    steps = options.epochs * steps_an_epoch
    optimizer = torch.optim.Adam(net.parameters(), lr=options.base_lr, fused=True)
    schedule = cyclic_learning_rate(optimizer, options.base_lr, options.max_lr, ceil(steps / options.cycles))
    report: dict[str, Any] = {"best_epoch": 0, "train_loss": [], "validation_loss": [], "validation_loss_by_head": []}
    best: dict[str, Tensor] = {}
    for epoch in range(options.epochs):
        losses = [_step(batch.loss(net), optimizer, schedule) for batch in lessons.batches()]
        by_head = _losses(net, exam)
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


@torch.inference_mode()
def _losses(net: GeneratorNet, exam: Sequence[_Pairs]) -> list[float]:
    """Return each head's mean loss over all of its pairs."""
    sums, pairs = [0.0] * HEADS, [0] * HEADS
    for batch in exam:
        sums[batch.head] += batch.loss(net).item() * len(batch)
        pairs[batch.head] += len(batch)
    return [total / max(1, count) for total, count in zip(sums, pairs, strict=True)]
