"""Trains a text encoder: titles and descriptions learn to say what the photos of their products show.

Three things are learned at once: the photo's embedding, number by number; the vector that the compression makes of it,
by its cosine; and what the encoder's own heads, which stay as they are, read off the embedding. A product without a
photo has only its attributes to teach. In every batch a tenth of the words is left out, so that no word is relied on.

Importing this module needs the [train] extra.

Notation used for array shapes: n texts, b texts of one batch, t words of the longest, e embedding, w width.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.attributes import Attribute, label_matrix
from model.compression import Compression
from model.errors import ModelError, train_extra
from model.text import Array, TextConfig, TextEncoder, tokenize
from model.training import Progress, cyclic_learning_rate, deterministic

with train_extra():
    import torch
    from torch import Tensor, nn
    from torch.nn.functional import (
        binary_cross_entropy_with_logits,
        cosine_similarity,
        cross_entropy,
        linear,
        mse_loss,
    )

LEFT_OUT = 0.1
"""Share of the words that a batch does without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOptions:
    """How to train a text encoder. The defaults were chosen by benchmarks/text.py on validation products."""

    rows: int = 4096
    width: int = 64
    hidden: int = 128
    epochs: int = 30
    batch_size: int = 64
    learning_rate: float = 1e-2
    """At the top of the one cycle; it begins and ends at a twentieth of this."""
    weight_decay: float = 1e-2
    dropout: float = 0.1
    attributes: float = 0.5
    """Weight of what the heads read, beside embedding and vector."""
    seed: int = 0

    @property
    def config(self) -> TextConfig:
        """The shape of the encoder."""
        return TextConfig(self.rows, self.width, self.hidden)


@dataclass(frozen=True, slots=True, eq=False)
class TextLessons:
    """Texts, each with a word, and what is known of their products; a product may be there with several texts.

    Shapes:
        embeddings: [n, e], of the products' photos; anything where there is none. photographed: [n].
        train: [n], what is learned from. validation: [n], what chooses the epoch.
    """

    texts: Sequence[str]
    embeddings: Array
    photographed: NDArray[np.bool_]
    values: Sequence[Sequence[tuple[str, ...]]]
    """For each attribute, the values of each text's product; an empty tuple where they are missing."""
    train: NDArray[np.bool_]
    validation: NDArray[np.bool_]


def train_text(
    lessons: TextLessons,
    attributes: Sequence[Attribute],
    heads: Mapping[str, NDArray[Any]],
    compression: Compression,
    *,
    options: TextOptions,
    progress: Progress,
) -> tuple[TextEncoder, dict[str, Any]]:
    """Train a text encoder and return it with a report; the epoch whose vectors are nearest the photos' is kept.

    Args:
        lessons: the texts and what they teach.
        attributes: what the heads tell apart.
        heads: the image encoder's tensors: of each attribute head.<name>.weight [labels, e] and .bias [labels].
        compression: makes vectors of embeddings.
        options: how to train; the same seed gives the same weights.
        progress: told after each epoch.

    Raises:
        ModelError: no product with a photo is left to train on, or to choose the epoch by.
    """
    if not (lessons.photographed & lessons.train).any() or not (lessons.photographed & lessons.validation).any():
        raise ModelError("No text of a product with a photo is left to learn from. Give more products, with titles.")
    goal = _Goal(lessons, attributes, heads, compression, options.attributes)
    with deterministic(options.seed):
        net = _TextNet(options, goal.embeddings.shape[1])
        report = _fit(net, lessons, goal, options, progress)
    return TextEncoder(goal.unstandardised(net), options.config), report


class _TextNet(nn.Module):
    """What `model.text.TextEncoder` computes; the embedding comes out standardised."""

    def __init__(self, options: TextOptions, embedding: int) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(options.rows, options.width, mode="mean")
        nn.init.normal_(self.table.weight, std=options.width**-0.5)
        self.attention = nn.Parameter(torch.zeros(options.width))
        self.hidden = nn.Linear(options.width, options.hidden)
        self.dropout = nn.Dropout(options.dropout)
        self.out = nn.Linear(options.hidden, embedding)

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Shapes: returns [b, e]."""
        tokens = tokenize(texts, self.table.num_embeddings)
        words = self.table(torch.from_numpy(tokens.pieces), torch.from_numpy(tokens.starts))
        mask, places = torch.from_numpy(tokens.mask), torch.from_numpy(tokens.words)  # [b, t]
        if self.training:
            kept = mask & (torch.rand(mask.shape) >= LEFT_OUT)
            mask = torch.where(kept.any(dim=1, keepdim=True), kept, mask)  # no text goes without a word
        shares = (words @ self.attention)[places].masked_fill(~mask, -torch.inf).softmax(dim=1)
        pooled = torch.einsum("bt,btw->bw", shares, words[places])
        found: Tensor = self.out(self.dropout(self.hidden(pooled).relu()))
        return found


class _Goal:
    """What a batch of texts has to come to."""

    def __init__(
        self,
        lessons: TextLessons,
        attributes: Sequence[Attribute],
        heads: Mapping[str, NDArray[Any]],
        compression: Compression,
        weight: float,
    ) -> None:
        shown = lessons.embeddings[lessons.photographed & lessons.train]
        self.embeddings = torch.from_numpy(lessons.embeddings)
        self.mean = torch.from_numpy(shown.mean(axis=0))
        self.spread = torch.from_numpy(np.maximum(shown.std(axis=0), 1e-6))
        self._photographed = torch.from_numpy(lessons.photographed)
        self._centre, self._components = torch.from_numpy(compression.mean), torch.from_numpy(compression.components)
        self._tasks = [
            _Task.of(attribute, column, heads) for attribute, column in zip(attributes, lessons.values, strict=True)
        ]
        self._weight = weight

    def loss(self, found: Tensor, rows: Tensor) -> Tensor:
        """Shapes: found [b, e], standardised. rows [b], of the lessons."""
        embedded = found * self.spread + self.mean
        losses = [self._weight * loss for loss in self._attribute_losses(embedded, rows)]
        shown = self._photographed[rows]
        if shown.any():
            wanted = self.embeddings[rows[shown]]
            losses.append(mse_loss(found[shown], (wanted - self.mean) / self.spread))
            losses.append(1 - self.cosine(found[shown], rows[shown]))
        return torch.stack(losses).sum() if losses else found.sum() * 0

    def cosine(self, found: Tensor, rows: Tensor) -> Tensor:
        """Return the mean cosine between the texts' vectors and the photos'."""
        told = (found * self.spread + self.mean - self._centre) @ self._components.T
        shown = (self.embeddings[rows] - self._centre) @ self._components.T
        return cosine_similarity(told, shown).mean()

    def unstandardised(self, net: _TextNet) -> dict[str, Array]:
        """Return the tensors of a net whose embeddings come out as they are."""
        tensors = {
            "table": net.table.weight,
            "attention": net.attention,
            "hidden.weight": net.hidden.weight,
            "hidden.bias": net.hidden.bias,
            "out.weight": net.out.weight * self.spread[:, None],
            "out.bias": net.out.bias * self.spread + self.mean,
        }
        return {name: tensor.detach().numpy().copy() for name, tensor in tensors.items()}

    def _attribute_losses(self, embedded: Tensor, rows: Tensor) -> list[Tensor]:
        losses = [task.loss(embedded, rows) for task in self._tasks if task.known[rows].any()]
        return [torch.stack(losses).mean()] if losses else []


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """An attribute with its targets, which rows have any, and the head that reads it, weight [labels, e] and bias."""

    attribute: Attribute
    targets: Tensor
    known: Tensor
    weight: Tensor
    bias: Tensor

    @classmethod
    def of(cls, attribute: Attribute, values: Sequence[tuple[str, ...]], heads: Mapping[str, NDArray[Any]]) -> "_Task":
        head = (torch.from_numpy(heads[f"head.{attribute.name}.{part}"]) for part in ("weight", "bias"))
        return cls(attribute, *(torch.from_numpy(part) for part in label_matrix(attribute, values)), *head)

    def loss(self, embedded: Tensor, rows: Tensor) -> Tensor:
        known = self.known[rows]
        measure = cross_entropy if self.attribute.kind == "single" else binary_cross_entropy_with_logits
        return measure(linear(embedded[known].relu(), self.weight, self.bias), self.targets[rows[known]])


def _fit(net: _TextNet, lessons: TextLessons, goal: _Goal, options: TextOptions, progress: Progress) -> dict[str, Any]:
    """Train `net` and leave it as it was after its best epoch; return the report."""
    train = torch.from_numpy(np.flatnonzero(lessons.train))
    judged = torch.from_numpy(np.flatnonzero(lessons.validation & lessons.photographed))
    optimizer = torch.optim.AdamW(net.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay)
    steps = options.epochs * -(-len(train) // options.batch_size)
    schedule = cyclic_learning_rate(optimizer, options.learning_rate / 20, options.learning_rate, steps)
    losses, cosines, best = [], [], net.state_dict()
    for epoch in range(options.epochs):
        found = []
        for rows in torch.split(train[torch.randperm(len(train))], options.batch_size):
            loss = goal.loss(net([lessons.texts[row] for row in rows.tolist()]), rows)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            found.append(loss.item())
        losses.append(fmean(found))
        cosines.append(_judged(net, lessons, goal, judged))
        if cosines[-1] == max(cosines):
            best = deepcopy(net.state_dict())
        progress(epoch + 1, options.epochs)
    net.load_state_dict(best)
    return {
        "train_texts": len(train),
        "train_loss": losses,
        "validation_cosine": cosines,
        "epoch": cosines.index(max(cosines)) + 1,
    }


def _judged(net: _TextNet, lessons: TextLessons, goal: _Goal, rows: Tensor) -> float:
    net.eval()
    with torch.inference_mode():
        cosine = goal.cosine(net([lessons.texts[row] for row in rows.tolist()]), rows).item()
    net.train()
    return cosine
