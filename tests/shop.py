"""A made shop on disk: a feed with drawn photos, outfits that go by colour, a mapping and a profile."""

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

COLOURS: Mapping[str, tuple[int, int, int]] = {
    "red": (200, 30, 40),
    "blue": (40, 60, 190),
    "green": (40, 150, 70),
    "black": (25, 25, 25),
    "white": (235, 235, 230),
    "yellow": (230, 200, 50),
}
PATTERNS = ("plain", "stripe", "dot")

WOMEN: Mapping[str, str] = {
    "Dresses": "Clothing",
    "Jackets": "Clothing",
    "Ankle Boots": "Shoes",
    "Wedges": "Shoes",
    "Totes": "Bags",
    "Clutches": "Bags",
}
"""Taxonomies of the shop that trains, each with its parent."""

MEN: Mapping[str, str] = {"Shirts": "Menswear", "Chinos": "Menswear", "Brogues": "Footwear", "Belts": "Accessories"}
"""Taxonomies of another shop, which shares none with the first."""

_WOMEN_TEMPLATES = {
    "Clothing": ["Shoes", "Bags", "Jackets"],
    "Shoes": ["Dresses", "Bags", "Jackets"],
    "Bags": ["Dresses", "Shoes", "Jackets"],
}
_MEN_TEMPLATES = {
    "Shirts": ["Chinos", "Brogues", "Belts"],
    "Chinos": ["Shirts", "Brogues", "Belts"],
    "Brogues": ["Chinos", "Shirts", "Belts"],
    "Belts": ["Chinos", "Shirts", "Brogues"],
}


@dataclass(frozen=True, slots=True)
class MadeShop:
    """Where the shop's files are."""

    data: Path
    profile: Path
    product_ids: tuple[str, ...]


def make_shop(
    folder: Path, taxonomies: Mapping[str, str] = WOMEN, *, variants: int = 1, outfits: int = 150, seed: int = 0
) -> MadeShop:
    """Draw every colour and pattern in every taxonomy, and compose outfits of one or two colours."""
    rng = random.Random(seed)  # noqa: S311 - drawings, not secrets
    data = folder / "data"
    (data / "photos").mkdir(parents=True)
    products = [
        (f"{taxonomy.lower().replace(' ', '-')}-{colour}-{pattern}-{variant}", taxonomy, colour, pattern)
        for taxonomy in taxonomies
        for colour in COLOURS
        for pattern in PATTERNS
        for variant in range(variants)
    ]
    _write_feed(data, products, taxonomies, rng)
    _write_outfits(data, products, outfits, rng)
    templates = _WOMEN_TEMPLATES if taxonomies is WOMEN else _MEN_TEMPLATES
    return MadeShop(data, _write_profile(folder, templates), tuple(product[0] for product in products))


def _write_feed(
    data: Path, products: Sequence[tuple[str, str, str, str]], taxonomies: Mapping[str, str], rng: random.Random
) -> None:
    with (data / "products.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "model", "name", "category", "parent", "colour", "pattern", "price", "stock", "photo"])
        for product_id, taxonomy, colour, pattern in products:
            photo = f"photos/{product_id}.png"
            draw_photo(colour, pattern, rng).save(data / photo)
            stock = "out of stock" if rng.random() < 0.1 else "in stock"
            price = f"{rng.randrange(10, 200)}.00 EUR"
            name = f"{colour} {pattern} {taxonomy.lower()}"
            model = f"{taxonomy}-{pattern}"
            writer.writerow(
                [product_id, model, name, taxonomy, taxonomies[taxonomy], colour, pattern, price, stock, photo]
            )


def draw_photo(colour: str, pattern: str, rng: random.Random) -> Image.Image:
    """Draw a garment of a colour and a pattern on a bright ground; no two are quite alike."""
    photo = Image.new("RGB", (60, 80), (250 - rng.randrange(12),) * 3)
    pen = ImageDraw.Draw(photo)
    red, green, blue = (max(0, min(255, level + rng.randrange(-12, 13))) for level in COLOURS[colour])
    left, top = rng.randrange(8, 16), rng.randrange(8, 16)
    pen.rectangle((left, top, 60 - left, 80 - top), fill=(red, green, blue))
    ink = (255 - red, 255 - green, 255 - blue)
    if pattern == "stripe":
        for y in range(top, 80 - top, 6):
            pen.line((left, y, 60 - left, y), fill=ink, width=2)
    if pattern == "dot":
        for x in range(left + 4, 58 - left, 8):
            for y in range(top + 4, 78 - top, 8):
                pen.ellipse((x, y, x + 3, y + 3), fill=ink)
    return photo


def _write_outfits(data: Path, products: Sequence[tuple[str, str, str, str]], outfits: int, rng: random.Random) -> None:
    taxonomies = list(dict.fromkeys(product[1] for product in products))
    with (data / "outfits.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["outfit", "product"])
        for outfit in range(outfits):
            colours = rng.sample(sorted(COLOURS), 2)
            for taxonomy in rng.sample(taxonomies, 4):
                fitting = [p[0] for p in products if p[1] == taxonomy and p[2] in colours]
                writer.writerow([outfit, rng.choice(fitting)])


def _write_profile(folder: Path, templates: Mapping[str, Sequence[str]]) -> Path:
    lines = [f"  {seed}:\n    - {{id: day, slots: [{', '.join(slots)}]}}" for seed, slots in templates.items()]
    (folder / "mapping.yaml").write_text("version: 1\nname: made\ntaxonomies:\n" + "\n".join(lines) + "\n")
    profile = folder / "profile.toml"
    profile.write_text(
        """\
mapping = "mapping.yaml"

[feed]
path = "products.csv"

[columns]
id = "id"
group = "model"
title = "name"
taxonomy = "category"
taxonomy_path = "parent"
photos = "photo"
price = "price"
availability = "stock"

[columns.attributes]
colour = "colour"
pattern = "pattern"

[outfits]
path = "outfits.csv"
outfit = "outfit"
product = "product"
"""
    )
    return profile
