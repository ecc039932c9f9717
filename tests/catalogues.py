"""Made catalogues, for tests and benchmarks: as uneven as real ones, and the same for the same seed.

Taxonomies are Zipf-sized and have a few departments above them. A taxonomy's vectors lie around a direction of their
own; one in twenty is an exact copy of the one before, as a shop's re-listed products are.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from service.domain import Availability, Gender, Money, Product
from service.index.base import Item

DEPARTMENTS = ("Women", "Men", "Kids", "Home")
BRANDS = ("Aldona", "Brennan & Sons", "Ça Va", "DUSK", "Elm")
COLOURS = ("black", "blue", "écru", "green", "red")
GARMENTS = ("boots", "coat", "dress", "scarf", "shirt")
GENDERS: tuple[Gender | None, ...] = ("female", "male", "unisex", None)
STOCK: tuple[Availability, ...] = ("in_stock",) * 8 + ("out_of_stock", "preorder")


def zipf_sizes(n: int, taxonomies: int) -> list[int]:
    """Return how many of `n` products each taxonomy has, by rank: the second has half of the first, and so on."""
    shares = 1 / np.arange(1, taxonomies + 1)
    sizes = np.maximum(1, np.floor(n * shares / shares.sum())).astype(int)
    sizes[0] += n - sizes.sum()
    return [int(size) for size in sizes]


def taxonomy_name(rank: int) -> str:
    """Return the name of the taxonomy that is the `rank`-th by size, from 0."""
    return f"Taxonomy {rank:04d}"


def made_items(n: int, taxonomies: int, d: int, seed: int) -> Iterator[Item]:
    """Yield `n` items ordered by (taxonomy, product_id)."""
    rng = np.random.default_rng(seed)
    for rank, size in enumerate(zipf_sizes(n, taxonomies)):
        vectors = _vectors(rng, size, d)
        drawn = rng.integers(0, 1 << 30, (size, 6)).tolist()
        for place, (vector, numbers) in enumerate(zip(vectors, drawn, strict=True)):
            yield Item(_product(rank, place * taxonomies + rank, numbers), vector)


def unit_vectors(rng: np.random.Generator, n: int, d: int) -> NDArray[np.float32]:
    """Return `n` directions.

    Shapes:
        [n, d]
    """
    vectors = rng.standard_normal((n, d))
    unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _vectors(rng: np.random.Generator, n: int, d: int) -> NDArray[np.float32]:
    around = unit_vectors(rng, 1, d) + unit_vectors(rng, n, d)
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    around[20::20] = around[19:-1:20]
    return around


def _product(rank: int, number: int, drawn: list[int]) -> Product:
    brand, colour, garment, gender, stock, price = drawn
    return Product(
        product_id=f"P{number:08d}",
        taxonomy=taxonomy_name(rank),
        group_id=f"G{number // 3:08d}" if drawn[0] % 7 else None,
        title=f"{COLOURS[colour % 5]} {GARMENTS[garment % 5]} no. {number}".capitalize(),
        taxonomy_path=(DEPARTMENTS[rank % 4],),
        brand=(*BRANDS, None)[brand % 6],
        gender=GENDERS[gender % 4],
        age_group="adult",
        price=Money(price % 20_000 / 100, "EUR" if price % 11 else "USD") if price % 13 else None,
        sale_price=Money(price % 10_000 / 100, "EUR") if price % 17 == 0 else None,
        availability=STOCK[stock % 10],
        sizes=("S", "M", "L"),
        attributes={"colour": (COLOURS[colour % 5],), "garment": (GARMENTS[garment % 5],)},
        link=f"https://shop.example/p/{number}",
        image_url=f"https://shop.example/p/{number}.jpg",
    )
