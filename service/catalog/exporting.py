"""The export: what products state of themselves, beside what their vectors say."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
import numpy as np

from model.bundle import Bundle
from service.catalog.record import Record
from service.errors import BundleError

CHUNK = 1024
"""Products that are read at once."""


def described_products(record: Record, bundle: Bundle) -> Iterator[str]:
    """Yield a line of JSON for each product with a vector: its id, taxonomy, attributes and predicted attributes.

    Raises:
        BundleError: the bundle is of a format without a readout.
    """
    readout = bundle.readout
    if readout is None:
        raise BundleError(f"{bundle.directory} has no readout: it predicts no attributes. Train it again.")
    items = record.items(bundle.space_id)
    while chunk := list(islice(items, CHUNK)):
        paths = [[(*item.product.taxonomy_path, item.product.taxonomy)] for item in chunk]
        named = readout.read(np.stack([item.vector for item in chunk]), paths)
        for item, predicted in zip(chunk, named, strict=True):
            product = item.product
            line: dict[str, Any] = {
                "product_id": product.product_id,
                "taxonomy": product.taxonomy,
                "attributes": product.attributes,
                "predicted_attributes": predicted,
            }
            yield msgspec.json.encode(line).decode() + "\n"
