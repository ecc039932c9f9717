"""Drawn photos (a garment of one colour, plain or striped, on a light ground), and a tiny bundle."""

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.unit.model import tiny

COLOURS = {"red": (200, 30, 40), "green": (30, 140, 60), "blue": (40, 60, 190)}
PATTERNS = ("plain", "striped")

Draw = Callable[[str, str, int], bytes]


def draw(colour: str, pattern: str, seed: int) -> bytes:
    """Return a PNG of 120 x 168 pixels; the seed moves the garment and shades its colour."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (120, 168), (240, 240, 238))
    canvas = ImageDraw.Draw(image)
    left, top = (int(start) for start in rng.integers(5, 25, 2))
    fill = tuple(int(value) for value in np.clip(np.array(COLOURS[colour]) + rng.integers(-25, 25, 3), 0, 255))
    canvas.rectangle((left, top, left + 85, top + 130), fill=fill)
    if pattern == "striped":
        for row in range(top, top + 130, 10):
            canvas.rectangle((left, row, left + 85, row + 4), fill=(250, 250, 250))
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


@pytest.fixture(name="draw")
def _draw() -> Draw:
    return draw


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("made") / "bundle"
    tiny.write_tiny_bundle(directory)
    return directory


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    """A bundle of the test's own, to be damaged."""
    return Path(shutil.copytree(made, tmp_path / "bundle"))
