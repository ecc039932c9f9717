"""The projection: a linear map from a photo's features to vectors in which products that go together are told apart.

It is learned from outfits, as one half of a pair: a seed's vector, sent through a second linear map, has to find its
partner among the partner's own taxonomy. The second map is thrown away; the generator learns three better ones.

Features are many and products few, so that the map is learned on their principal components.

Notation used for array shapes: n products, f features of all kinds, p principal components, d vector.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.contrastive import Rows, TaxonomyPairs, distinct_pairs
from model.errors import ModelError, train_extra
from model.training import Progress, cyclic_learning_rate, deterministic

with train_extra():
    import torch
    from torch import nn

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionOptions:
    """How to train a projection. The defaults were chosen by benchmarks/generators.py on validation products."""

    dimensions: int = 50
    epochs: int = 12
    batch_size: int = 512
    pairs_an_epoch: int = 60_000
    """At most so many, drawn anew for each epoch, so that many outfits do not take longer."""
    learning_rate: float = 3e-3
    """At the top of the one cycle; it begins and ends at a twentieth of this."""
    weight_decay: float = 1e-2
    dropout: float = 0.2
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Features of one kind: which columns, how many principal components to keep, and their weight beside others."""

    columns: slice
    components: int
    weight: float
    standardised: bool = False
    """Whether each column counts alike, however little it varies."""


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A linear map.

    Shapes:
        weight: [d, f]
        bias: [d]
    """

    weight: Array
    bias: Array
    report: dict[str, Any]


def train_projection(
    features: Array,
    blocks: Sequence[Block],
    taxonomies: Rows,
    outfits: Sequence[Rows],
    *,
    options: ProjectionOptions,
    progress: Progress,
) -> Projection:
    """Train a projection on outfits.

    Args:
        features: of all products [n, f].
        blocks: what the columns of `features` are.
        taxonomies: a number for each product's [n].
        outfits: rows of the products of each outfit to learn from.
        options: how to train; the same seed gives the same weights.
        progress: told after each epoch.

    Raises:
        ModelError: no outfit has two products.
    """
    known = distinct_pairs(outfits)
    if not len(known):
        raise ModelError("No outfit has two known products, so there is nothing to train on. Check the outfits file.")
    pairs = TaxonomyPairs(known, known, taxonomies)
    mean, directions = _principal_components(features, blocks)
    reduced = ((features - mean) @ directions).astype(np.float32)  # [n, p]
    with deterministic(options.seed):
        linear, losses = _fit(torch.from_numpy(reduced), pairs, options, progress)
    # Of all products' vectors the lengths are about 1, so that they weigh neither more nor less than other embeddings.
    linear /= np.sqrt(np.square(reduced @ linear.T).sum(axis=1).mean())
    weight = linear @ directions.T
    report = {"train_pairs": len(pairs), "train_loss": losses, "components": reduced.shape[1]}
    return Projection(weight.astype(np.float32), (-weight @ mean).astype(np.float32), report)


def _fit(
    reduced: torch.Tensor, pairs: TaxonomyPairs, options: ProjectionOptions, progress: Progress
) -> tuple[NDArray[np.float64], list[float]]:
    """Return the weights [d, p] and the mean loss of each epoch."""
    project = nn.Linear(reduced.shape[1], options.dimensions, bias=False)
    partner = nn.Linear(options.dimensions, options.dimensions)
    dropout = nn.Dropout(options.dropout)
    optimizer = torch.optim.AdamW(
        [*project.parameters(), *partner.parameters()], lr=options.learning_rate, weight_decay=options.weight_decay
    )
    steps = options.epochs * sum(1 for _ in pairs.batches(options.batch_size, options.pairs_an_epoch))
    schedule = cyclic_learning_rate(optimizer, options.learning_rate / 20, options.learning_rate, max(1, steps))
    losses = []
    for epoch in range(options.epochs):
        found = []
        for batch in pairs.batches(options.batch_size, options.pairs_an_epoch):
            seeds, candidates = (project(dropout(reduced[rows])) for rows in (batch.seeds, batch.candidates))
            loss = batch.loss(partner(nn.functional.normalize(seeds)), candidates)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            found.append(loss.item())
        losses.append(fmean(found or [0.0]))
        progress(epoch + 1, options.epochs)
    return project.weight.detach().numpy().astype(np.float64), losses


def _principal_components(features: Array, blocks: Sequence[Block]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean [f] and directions [f, p]; along them, a block's features have its weight as mean deviation."""
    mean = features.mean(axis=0, dtype=np.float64)
    parts = []
    for block in blocks:
        own = features[:, block.columns] - mean[block.columns].astype(np.float32)
        scale = _inverse(own.std(axis=0)) if block.standardised else np.ones(own.shape[1], np.float32)
        own = own * scale
        values, vectors = np.linalg.eigh((own.T @ own).astype(np.float64) / len(own))
        kept = vectors[:, ::-1][:, : block.components] * scale[:, None]
        spread = np.sqrt(np.maximum(values[::-1][: block.components], 0).mean())
        directions = np.zeros((features.shape[1], kept.shape[1]))
        directions[block.columns] = kept * block.weight * _inverse(spread)
        parts.append(directions)
    return mean, np.concatenate(parts, axis=1)


def _inverse(values: Any) -> Any:
    """Return one over the values, zero where they are."""
    return np.divide(1, values, out=np.zeros_like(values), where=np.asarray(values) > 0)
