"""Vectors of products without photos; those of photos are tested by `test_training.py`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.bundle import Bundle, open_bundle
from service.catalog.encoding import EncodeReport, encode_catalogue
from service.catalog.record import Record, RecordedProduct
from service.domain import Product
from tests.unit.model import tiny

TITLED = RecordedProduct(Product(product_id="titled", taxonomy="Dresses", title="Red dress", description="Of silk."))
BARE = RecordedProduct(Product(product_id="bare", taxonomy="Dresses", title="★"))


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with Record.open(tmp_path / "catalog.sqlite") as record:
        record.upsert([TITLED, BARE])
        yield record


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    tiny.write_tiny_bundle(tmp_path / "bundle")
    return open_bundle(tmp_path / "bundle")


def encode(record: Record, bundle: Bundle, tmp_path: Path) -> EncodeReport:
    return encode_catalogue(record, bundle, tmp_path, tmp_path / "work", lambda *_: None)


def test_a_product_without_a_photo_is_encoded_from_its_text(record: Record, bundle: Bundle, tmp_path: Path) -> None:
    report = encode(record, bundle, tmp_path)
    ids, vectors = record.vectors(bundle.space_id)
    expected = bundle.compression.compress(tiny.text().encode(["Red dress\nOf silk."]))
    assert ids == ["titled"]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert report.encoded == 1
    assert report.refused == {"bare": "has no photo, and no text that the bundle reads"}


def test_it_is_encoded_again_when_its_text_changes_and_not_before(
    record: Record, bundle: Bundle, tmp_path: Path
) -> None:
    encode(record, bundle, tmp_path)
    assert encode(record, bundle, tmp_path).encoded == 0
    before = record.vectors(bundle.space_id)[1]
    record.upsert([replace(TITLED, product=replace(TITLED.product, title="Blue dress"))])
    assert encode(record, bundle, tmp_path).encoded == 1
    assert (record.vectors(bundle.space_id)[1] != before).any()


def test_a_bundle_that_reads_photos_alone_refuses_it(record: Record, tmp_path: Path) -> None:
    tiny.write_tiny_bundle(tmp_path / "blind", text=None)
    report = encode(record, open_bundle(tmp_path / "blind"), tmp_path)
    assert report.encoded == 0
    assert set(report.refused) == {"titled", "bare"}
