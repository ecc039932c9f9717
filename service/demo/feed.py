"""The catalogue as files: an ordinary feed, its outfits, profile, mapping and photos."""

import csv
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import resources
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import yaml

from service.demo.catalogue import DemoProduct
from service.demo.drawing import draw
from service.demo.looks import templates
from service.domain import Money, Product

Progress = Callable[[int, int], object]
"""Told how many photos are drawn, of how many."""

PHOTO_QUALITY = 86
SEPARATOR = "|"
_CHUNK = 8
ATTRIBUTES = (
    "colour", "colours", "pattern", "material", "sleeve", "length", "neckline", "heel", "fit", "metal", "season",
    "occasion", "formality",
)  # fmt: skip

_GENDERS = {"female": "Women", "male": "Men", "unisex": "Unisex"}
_HEADER = (
    "id", "model", "title", "description", "department", "family", "category", "brand", "gender", "age group",
    "availability", "price", "sale price", "sizes", "photo", "link", *ATTRIBUTES,
)  # fmt: skip


def write_feed(folder: Path, products: Iterable[DemoProduct]) -> None:
    """Write products.csv."""
    rows = ([*_row(one.product), one.photo, one.product.link or "", *_attribute_cells(one.product)] for one in products)
    _write_csv(folder / "products.csv", _HEADER, rows)


def write_outfits(folder: Path, outfits: Sequence[Sequence[str]]) -> None:
    """Write outfits.csv, one row an outfit and product."""
    rows = ((number, product_id) for number, outfit in enumerate(outfits, start=1) for product_id in outfit)
    _write_csv(folder / "outfits.csv", ("outfit", "product"), rows)


def write_profile(folder: Path) -> None:
    """Write profile.toml, as it comes with the package."""
    text = resources.files("service.demo").joinpath("profile.toml").read_text(encoding="utf-8")
    (folder / "profile.toml").write_text(text, encoding="utf-8")


def write_mapping(folder: Path) -> None:
    """Write mapping.yaml."""
    taxonomies = {
        seed: [{"id": name, "slots": list(slots)} for name, slots in of_seed.items()]
        for seed, of_seed in templates().items()
    }
    content = {"version": 1, "name": "kitsune-demo", "taxonomies": taxonomies}
    text = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=200, allow_unicode=True)
    (folder / "mapping.yaml").write_text(text, encoding="utf-8")


def write_photos(folder: Path, products: Sequence[DemoProduct], progress: Progress) -> None:
    """Draw the photos, with a process for each core."""
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(
        mp_context=get_context("spawn")
    ) as processes:  # forking would copy the caller's threads' locks
        drawn = processes.map(write_photo, repeat(folder), products, chunksize=_CHUNK)
        for done, _ in enumerate(drawn, start=1):
            progress(done, len(products))


def write_photo(folder: Path, product: DemoProduct) -> None:
    """Draw a product's photo."""
    draw(product.design).save(folder / product.photo, "WEBP", quality=PHOTO_QUALITY, method=0)


def _row(product: Product) -> list[str]:
    department, family = product.taxonomy_path
    return [
        product.product_id, product.group_id or "", product.title or "", product.description or "", department, family,
        product.taxonomy, product.brand or "", _GENDERS[product.gender or "unisex"], product.age_group or "",
        product.availability.replace("_", " "), _money(product.price), _money(product.sale_price),
        SEPARATOR.join(product.sizes),
    ]  # fmt: skip


def _attribute_cells(product: Product) -> list[str]:
    return [SEPARATOR.join(product.attributes.get(name, ())) for name in ATTRIBUTES]


def _money(money: Money | None) -> str:
    return f"{money.amount:.2f} {money.currency}" if money else ""


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
