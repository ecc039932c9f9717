"""Texts as seeds; the rest of the door is tested by those who go through it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.errors import InvalidRequest
from service.generation import BundleModel
from tests.unit.model import tiny

pytestmark = pytest.mark.anyio


def opened(folder: Path, **parts: Any) -> BundleModel:
    tiny.write_tiny_bundle(folder, **parts)
    return BundleModel.open(folder)


@pytest.fixture
def model(tmp_path: Path) -> Iterator[BundleModel]:
    model = opened(tmp_path / "bundle")
    yield model
    model.close()


async def test_a_text_becomes_a_vector_of_unit_length(model: BundleModel) -> None:
    vector = await model.encode_text("Red dress", "Of silk.", "Dresses")
    assert vector.shape == (tiny.DIMENSIONS,)
    assert np.linalg.norm(vector) == pytest.approx(1)


async def test_title_and_description_are_read_alike_and_together(model: BundleModel) -> None:
    title = await model.encode_text("silk", None, "Dresses")
    description = await model.encode_text(None, "silk", "Dresses")
    np.testing.assert_array_equal(title, description)
    assert (await model.encode_text("silk", "red", "Dresses") != title).any()


async def test_a_text_without_a_word_is_refused(model: BundleModel) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await model.encode_text("👗 !!", None, "Dresses")
    assert refused.value.code == "no_words"


async def test_a_bundle_that_reads_photos_alone_refuses_texts(tmp_path: Path) -> None:
    model = opened(tmp_path / "blind", text=None)
    with pytest.raises(InvalidRequest) as refused:
        await model.encode_text("Red dress", None, "Dresses")
    assert refused.value.code == "no_text_encoder"
    model.close()
