"""A shop whose vectors hold a colour and a style, and a model that dresses by colour: one that keeps every limit."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from mappings import SlotMapping, Template
from service.checking.subject import Subject, temporary_index
from service.domain import Money, Product, Versions
from service.index.base import Item, Vector
from service.release import Release
from tests.fakes import SPACE, FakeModel

COLOURS = {"black": (30, 30, 30), "red": (190, 40, 40), "blue": (40, 60, 190)}
STYLES = 5
DIMENSIONS = len(COLOURS) + STYLES
TAXONOMIES = ("Bags", "Boots", "Coats", "Dresses")
OF_EACH = 6
HEADS_APART = 1.5

MAPPING = SlotMapping(
    "checked",
    {name: (Template("day", (*TAXONOMIES, *TAXONOMIES)[n + 1 : n + 4]),) for n, name in enumerate(TAXONOMIES)},  # type: ignore[arg-type]
)


class DressingModel(FakeModel):
    """Keeps the seed's colour; each head likes a style of its own. Reads the colour in the middle of a photo."""

    dimensions = DIMENSIONS

    def __init__(self, items: Mapping[str, Item]) -> None:
        super().__init__()
        self._items = items

    def generate(self, vector: Vector) -> Vector:
        length = np.linalg.norm(vector)
        heads = [vector / length + HEADS_APART * np.eye(DIMENSIONS)[len(COLOURS) + head] for head in range(3)]
        return np.array([head / np.linalg.norm(head) for head in heads], np.float32)

    async def encode_photo(self, photo: bytes, taxonomy: str) -> Vector:
        image = Image.open(BytesIO(photo)).convert("RGB")
        seen = np.array(image.getpixel((image.width // 2, image.height // 2)), float)
        nearest = min(COLOURS, key=lambda name: float(np.linalg.norm(seen - COLOURS[name])))
        return self._items[f"{taxonomy}-{nearest}-0"].vector


def make_items() -> list[Item]:
    rng = np.random.default_rng(0)
    return [
        Item(_product(taxonomy, colour, number), _vector(rng, place))
        for taxonomy in TAXONOMIES
        for place, colour in enumerate(COLOURS)
        for number in range(OF_EACH)
    ]


def _vector(rng: np.random.Generator, colour: int) -> Vector:
    vector = np.concatenate([np.eye(len(COLOURS))[colour], 0.6 * rng.standard_normal(STYLES)])
    unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def _product(taxonomy: str, colour: str, number: int) -> Product:
    black = colour == "black"
    return Product(
        product_id=f"{taxonomy}-{colour}-{number}",
        taxonomy=taxonomy,
        taxonomy_path=("Women",),
        group_id=f"{taxonomy}-{colour}-{number // 3}",
        title=f"{colour} {taxonomy}",
        brand=f"Brand {number % 3}",
        gender="female",
        price=Money(10 * 2**number, "EUR"),
        availability="out_of_stock" if number == OF_EACH - 1 else "in_stock",
        attributes={
            "colour": (colour,),
            "season": ("autumn", "winter") if black else ("autumn",),
            "formality": ("formal" if black else "casual",),
        },
    )


def draw(colour: str) -> bytes:
    photo = Image.new("RGB", (80, 100), (235, 232, 228))
    ImageDraw.Draw(photo).rectangle((20, 20, 60, 80), fill=COLOURS[colour])
    photo.save(file := BytesIO(), "PNG")
    return file.getvalue()


def make_release(folder: Path) -> Release:
    items = make_items()
    model = DressingModel({item.product.product_id: item for item in items})
    index = temporary_index(folder, items, SPACE, DIMENSIONS)
    return Release(Versions("checked-bundle", SPACE, "temporary", MAPPING.mapping_id), model, index, MAPPING)


async def make_subject(release: Release) -> Subject:
    photos = {f"{taxonomy}-{colour}-0": draw(colour) for taxonomy in TAXONOMIES for colour in COLOURS}
    return await Subject.of(release, make_items(), photos)
