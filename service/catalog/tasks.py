"""The attribute tasks that a feed holds: which were found in its columns and titles, and how well each was learned.

Importing this module needs the [train] extra.

Notation used for array shapes: n products, d vector.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.attributes import Attribute, learn_applicability
from model.encoder import TrainedEncoder
from model.readout import Readout, ReadoutConfig
from model.readout_training import readout_accuracy, train_readout
from service.catalog.outfits import split_of
from service.catalog.record import RecordedProduct


def learn_readout(
    vectors: NDArray[np.float32], rows: Sequence[RecordedProduct], attributes: Sequence[Attribute]
) -> tuple[Readout, Mapping[str, float | None]]:
    """Fit a readout on all but the test part's products, and return with it its accuracy on these.

    Shapes:
        vectors: [n, d]
    """
    held_out = np.array([split_of(row.product.product_id) == "test" for row in rows])
    taught = [row for row, judged in zip(rows, held_out, strict=True) if not judged]
    paths = [(*row.product.taxonomy_path, row.product.taxonomy) for row in taught]
    config = ReadoutConfig(learn_applicability(attributes, _values(attributes, taught), paths))
    values = _values(attributes, rows)
    readout = train_readout(vectors, attributes, values, held_out, config)
    return readout, readout_accuracy(readout, vectors, attributes, values, held_out)


def task_report(
    trained: TrainedEncoder, from_vector: Mapping[str, float | None], named: Iterable[str]
) -> dict[str, Any]:
    """Return what the encoder's training reports, with what a vector still tells, and the tasks that came to nothing.

    Args:
        trained: the encoder.
        from_vector: accuracy by attribute.
        named: the attributes that the profile names.
    """
    tasks = {
        name: found | {"accuracy_from_vector": from_vector[name]}
        for name, found in trained.report["attributes"].items()
    }
    not_learned = {name: "fewer than two labels that five products have" for name in named if name not in tasks}
    return trained.report | {"attributes": tasks, "not_learned": not_learned}


def _values(attributes: Sequence[Attribute], rows: Sequence[RecordedProduct]) -> list[list[tuple[str, ...]]]:
    return [[row.product.attributes.get(attribute.name, ()) for row in rows] for attribute in attributes]
