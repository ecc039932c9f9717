import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from model.bundle import open_bundle
from model.compression import unit_rows
from service.catalog import exporting
from service.catalog.exporting import described_products
from service.catalog.record import Record, RecordedProduct
from service.domain import Product
from service.errors import BundleError
from tests.unit.model import tiny

DRESS = Product(product_id="d", taxonomy="Dresses", attributes={"colour": ("ruby",)})
BAG = Product(product_id="b", taxonomy="Bags")
VECTORS = unit_rows(tiny.normal(2, tiny.DIMENSIONS, seed=3))


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with Record.open(tmp_path / "catalog.sqlite") as record:
        record.replace_all(RecordedProduct(product, (), "") for product in (DRESS, BAG))
        yield record


@pytest.mark.parametrize("chunk", [1, 2, 100])
def test_every_product_is_exported_with_what_its_vector_says(
    record: Record, tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "CHUNK", chunk)
    tiny.write_tiny_bundle(tmp_path / "bundle")
    bundle = open_bundle(tmp_path / "bundle")
    record.set_vectors(bundle.space_id, ["d", "b"], VECTORS)
    lines = {line["product_id"]: line for line in map(json.loads, described_products(record, bundle))}
    assert lines["d"]["attributes"] == {"colour": ["ruby"]}
    for vector, product in zip(VECTORS, (DRESS, BAG), strict=True):
        [named] = tiny.readout().read(vector[None], [[(product.taxonomy,)]])
        assert lines[product.product_id]["predicted_attributes"] == named
    assert "pattern" in lines["d"]["predicted_attributes"]
    assert "pattern" not in lines["b"]["predicted_attributes"], "a pattern does not apply to bags here"


def test_a_bundle_without_a_readout_exports_nothing(record: Record, tmp_path: Path) -> None:
    tiny.write_tiny_bundle(tmp_path / "bundle", readout=None)
    with pytest.raises(BundleError, match="has no readout"):
        next(described_products(record, open_bundle(tmp_path / "bundle")))


def test_a_shop_without_vectors_exports_nothing(record: Record, tmp_path: Path) -> None:
    tiny.write_tiny_bundle(tmp_path / "bundle")
    record.set_vectors("another space", ["d"], np.ones((1, 3), np.float32))
    assert list(described_products(record, open_bundle(tmp_path / "bundle"))) == []
