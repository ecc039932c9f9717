"""The attribute encoder: two views of a photo through a backbone, a neck to the embedding, one head per attribute.

The neck is a linear layer with batch norm, folded into one weight and one bias when training ends. Each head reads the
rectified embedding. Training is multi-task with one task a batch, so that a product counts for every attribute that it
has a value of and for no other.

Notation used for array shapes: b batch, e embedding, f features, n products, S side in pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.attributes import Attribute, label_matrix
from model.backbones import Backbone
from model.errors import ModelError, train_extra
from model.photos import views
from model.training import Progress, cyclic_learning_rate, deterministic

with train_extra():
    import torch
    from torch import Tensor, nn
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
    from torch.nn.utils.fusion import fuse_linear_bn_eval

EVALUATION_BATCH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderOptions:
    """How to train an encoder. The defaults suit a neck on a frozen backbone; `FROM_SCRATCH` suits a small net."""

    backbone: str = "efficientnet_lite0"
    weights: Path | None = None
    embedding: int = 256
    epochs: int = 15
    batch_size: int = 256
    learning_rate: float = 2e-3
    """At the top of the one cycle; it begins and ends at a twentieth of this."""
    dropout: float = 0.2
    seed: int = 0


FROM_SCRATCH = EncoderOptions(backbone="small", epochs=15, batch_size=32, learning_rate=4e-3, dropout=0.1)


@dataclass(frozen=True, slots=True)
class TrainedEncoder:
    """The weights of an encoder and what they were seen to do.

    `tensors` holds neck.weight [e, 2f], neck.bias [e] and, for each attribute, head.<name>.weight [labels, e] and
    head.<name>.bias [labels]; after `train_backbone` the backbone's own weights, too.
    """

    attributes: tuple[Attribute, ...]
    """Those that got a head: the ones with at least two labels."""
    tensors: dict[str, NDArray[np.float32]]
    report: dict[str, Any]


def train_neck(
    features: NDArray[np.float32],
    attributes: Sequence[Attribute],
    values: Sequence[Sequence[tuple[str, ...]]],
    held_out: NDArray[np.bool_],
    *,
    options: EncoderOptions,
    progress: Progress,
) -> TrainedEncoder:
    """Train neck and heads on the features of a frozen backbone.

    Args:
        features: of each product's two views [n, 2f].
        attributes: what the heads learn.
        values: for each attribute, each product's values; an empty tuple where they are missing.
        held_out: products [n] that are only reported on.
        options: how to train; the same seed gives the same weights.
        progress: told after each step.

    Raises:
        ModelError: nothing can be learned: no attribute has two labels, or no product is left to train on.
    """
    tasks = _tasks(attributes, values, held_out)
    inputs = torch.tensor(features)  # a copy: features may be mapped from a file, read-only
    with deterministic(options.seed):
        net = _AttributeNet(None, features.shape[1], tasks, options)
        losses = _fit(net, inputs, tasks, options, progress)
    return _trained(net, inputs, tasks, losses)


def train_backbone(
    backbone: Backbone,
    photos: Sequence[bytes],
    attributes: Sequence[Attribute],
    values: Sequence[Sequence[tuple[str, ...]]],
    held_out: NDArray[np.bool_],
    *,
    options: EncoderOptions,
    progress: Progress,
) -> TrainedEncoder:
    """Train backbone, neck and heads end to end on both views of each photo; `backbone` itself is changed.

    The views are kept in memory as half floats: 12 S² bytes a photo, which is 0.11 MB for the small backbone.

    Args:
        backbone: what to train.
        photos: one of each product.
        attributes: what the heads learn.
        values: for each attribute, each product's values; an empty tuple where they are missing.
        held_out: products [n] that are only reported on.
        options: how to train; the same seed gives the same weights.
        progress: told after each step.

    Raises:
        ModelError: nothing can be learned: no attribute has two labels, or no product is left to train on.
        PhotoRefused: a photo cannot be used.
    """
    tasks = _tasks(attributes, values, held_out)
    images = torch.empty((len(photos), 2, 3, backbone.size_px, backbone.size_px), dtype=torch.float16)
    for i, photo in enumerate(photos):
        images[i] = torch.from_numpy(views(photo, backbone.size_px))
    with deterministic(options.seed):
        net = _AttributeNet(backbone, 2 * backbone.features, tasks, options)
        losses = _fit(net, images, tasks, options, progress)
    return _trained(net, images, tasks, losses)


@dataclass(frozen=True, slots=True)
class _Task:
    """An attribute with its targets, the rows to train on and the rows to report on."""

    attribute: Attribute
    targets: Tensor
    train: Tensor
    held_out: Tensor

    def loss(self, scores: Tensor, rows: Tensor) -> Tensor:
        measure = cross_entropy if self.attribute.kind == "single" else binary_cross_entropy_with_logits
        return measure(scores, self.targets[rows])

    def share_right(self, label: Tensor, rows: Tensor) -> float | None:
        """Return the share of `rows` that have the label guessed for them; None where there are no rows."""
        if not len(rows):
            return None
        if self.attribute.kind == "single":
            return (self.targets[rows] == label).double().mean().item()
        return self.targets[rows].gather(1, label.expand(len(rows)).unsqueeze(1)).double().mean().item()

    def most_frequent(self) -> Tensor:
        """Return the label that most training rows have: what a guess without a photo would be."""
        targets = self.targets[self.train]
        return targets.mode().values if self.attribute.kind == "single" else targets.sum(0).argmax()


class _AttributeNet(nn.Module):
    def __init__(
        self, backbone: Backbone | None, features: int, tasks: Sequence[_Task], options: EncoderOptions
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.neck = nn.Linear(features, options.embedding, bias=False)
        self.norm = nn.BatchNorm1d(options.embedding)
        self.dropout = nn.Dropout(options.dropout)
        self.heads = nn.ModuleList(nn.Linear(options.embedding, len(task.attribute.labels)) for task in tasks)

    def forward(self, inputs: Tensor, task: int) -> Tensor:
        """Shapes: inputs [b, 2f], or [b, 2, 3, S, S] where there is a backbone; returns [b, labels]."""
        if self.backbone is not None:
            inputs = self.backbone(inputs.float().flatten(0, 1)).reshape(
                len(inputs), -1
            )  # whole and centre side by side
        scores: Tensor = self.heads[task](self.dropout(self.norm(self.neck(inputs)).relu()))
        return scores


def _tasks(
    attributes: Sequence[Attribute], values: Sequence[Sequence[tuple[str, ...]]], held_out: NDArray[np.bool_]
) -> list[_Task]:
    tasks = []
    for attribute, column in zip(attributes, values, strict=True):
        targets, known = label_matrix(attribute, column)
        train, report = (torch.from_numpy(np.flatnonzero(known & part)) for part in (~held_out, held_out))
        # One label teaches nothing, and batch norm needs two rows.
        if len(attribute.labels) > 1 and len(train) > 1:
            tasks.append(_Task(attribute, torch.from_numpy(targets), train, report))
    if not tasks:
        raise ModelError(
            "There is nothing to learn: no attribute has two labels on products that are not held out."
            " Name more attribute columns in the feed profile."
        )
    return tasks


def _batches(tasks: Sequence[_Task], size: int) -> list[tuple[int, Tensor]]:
    """Cut every task's rows into batches without replacement, and shuffle the batches of all tasks."""
    cut = [
        (number, rows)
        for number, task in enumerate(tasks)
        for rows in torch.split(task.train[torch.randperm(len(task.train))], size)
        if len(rows) > 1
    ]
    return [cut[i] for i in torch.randperm(len(cut))]


def _fit(
    net: _AttributeNet, inputs: Tensor, tasks: Sequence[_Task], options: EncoderOptions, progress: Progress
) -> list[float]:
    """Train `net` and leave it in evaluation mode; return each epoch's mean loss."""
    steps = options.epochs * len(_batches(tasks, options.batch_size))
    optimizer = torch.optim.AdamW(net.parameters(), lr=options.learning_rate)
    schedule = cyclic_learning_rate(optimizer, options.learning_rate / 20, options.learning_rate, steps)
    losses, done = [], 0
    net.train()
    for _ in range(options.epochs):
        total = 0.0
        batches = _batches(tasks, options.batch_size)
        for number, rows in batches:
            loss = tasks[number].loss(net(inputs[rows], number), rows)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            total += loss.item()
            progress(done := done + 1, steps)
        losses.append(total / len(batches))
    net.eval()
    return losses


@torch.inference_mode()
def _trained(net: _AttributeNet, inputs: Tensor, tasks: Sequence[_Task], losses: list[float]) -> TrainedEncoder:
    layers: dict[str, nn.Module] = {"neck": fuse_linear_bn_eval(net.neck, net.norm)}
    layers |= {f"head.{task.attribute.name}": head for task, head in zip(tasks, net.heads, strict=True)}
    tensors = {f"{name}.{key}": value for name, layer in layers.items() for key, value in layer.state_dict().items()}
    arrays = {name: tensor.numpy().copy() for name, tensor in tensors.items()}
    return TrainedEncoder(
        tuple(task.attribute for task in tasks),
        arrays | (net.backbone.tensors() if net.backbone else {}),
        {"attributes": dict(_report(net, inputs, tasks)), "loss": losses},
    )


def _report(net: _AttributeNet, inputs: Tensor, tasks: Sequence[_Task]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what each head gets right on held-out rows, beside always guessing the most frequent label.

    Of several labels a row may have, guessing any one is right.
    """
    for number, task in enumerate(tasks):
        guesses = [net(inputs[rows], number).argmax(1) for rows in torch.split(task.held_out, EVALUATION_BATCH)]
        yield (
            task.attribute.name,
            {
                "labels": len(task.attribute.labels),
                "train_rows": len(task.train),
                "held_out_rows": len(task.held_out),
                "accuracy": task.share_right(torch.cat(guesses), task.held_out),
                "majority_accuracy": task.share_right(task.most_frequent(), task.held_out),
            },
        )
