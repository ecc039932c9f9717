"""Fits a readout: a logistic regression of each attribute on the vectors, fitted whole, with a small penalty.

Importing this module needs the [train] extra.

Notation used for array shapes: n products, d vector.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.attributes import Attribute, label_matrix
from model.errors import train_extra
from model.readout import Array, Readout, ReadoutConfig
from model.training import deterministic

with train_extra():
    import torch
    from torch import nn
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

PENALTY = 1e-3
"""On the squared weights of standardised numbers; benchmarks/attributes.py shows other choices."""

STEPS = 100


def train_readout(
    vectors: Array,
    attributes: Sequence[Attribute],
    values: Sequence[Sequence[tuple[str, ...]]],
    held_out: NDArray[np.bool_],
    config: ReadoutConfig,
    *,
    penalty: float = PENALTY,
) -> Readout:
    """Fit a readout on the products that are not held out.

    Args:
        vectors: unit length [n, d].
        attributes: what to name.
        values: for each attribute, each product's values; an empty tuple where they are missing.
        held_out: products [n] to leave out.
        config: which attributes apply where.
        penalty: what keeps the weights small.
    """
    tensors: dict[str, Array] = {}
    for attribute, column in zip(attributes, values, strict=True):
        targets, known = label_matrix(attribute, column)
        rows = known & ~held_out
        weight, bias = _fit(vectors[rows], targets[rows], attribute, penalty)
        tensors |= {f"{attribute.name}.weight": weight, f"{attribute.name}.bias": bias}
    return Readout(tensors, attributes, config)


def _fit(vectors: Array, targets: NDArray[Any], attribute: Attribute, penalty: float) -> tuple[Array, Array]:
    """Return weight [labels, d] and bias [labels] for vectors as they are."""
    mean, spread = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-6)
    inputs, answers = torch.from_numpy((vectors - mean) / spread), torch.from_numpy(targets)
    measure = cross_entropy if attribute.kind == "single" else binary_cross_entropy_with_logits
    with deterministic(0):
        layer = nn.Linear(vectors.shape[1], len(attribute.labels))
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
        optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=STEPS, line_search_fn="strong_wolfe")

        def loss() -> torch.Tensor:
            optimizer.zero_grad()
            found = measure(layer(inputs), answers) + penalty * layer.weight.square().sum()
            found.backward()  # type: ignore[no-untyped-call]
            return found

        optimizer.step(loss)  # type: ignore[no-untyped-call]
    weight = layer.weight.detach().numpy() / spread
    return weight.astype(np.float32), (layer.bias.detach().numpy() - weight @ mean).astype(np.float32)


def readout_accuracy(
    readout: Readout,
    vectors: Array,
    attributes: Sequence[Attribute],
    values: Sequence[Sequence[tuple[str, ...]]],
    rows: NDArray[np.bool_],
) -> Mapping[str, float | None]:
    """Return the share of `rows` whose likeliest label is right, by attribute; None where no row has a value.

    Of several labels a row may have, naming any one is right.
    """
    probabilities = readout.probabilities(vectors)
    accuracies: dict[str, float | None] = {}
    start = 0
    for attribute, column in zip(attributes, values, strict=True):
        _, known = label_matrix(attribute, column)
        judged = np.flatnonzero(known & rows)
        likeliest = probabilities[judged, start : start + len(attribute.labels)].argmax(axis=1)
        guesses = zip(judged.tolist(), likeliest.tolist(), strict=True)
        right = [attribute.labels[label] in column[row] for row, label in guesses]
        accuracies[attribute.name] = float(np.mean(right)) if right else None
        start += len(attribute.labels)
    return accuracies
