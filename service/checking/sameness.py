"""Does an answer stay as it is when nothing changes that it may depend on?"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from service.checking.checks import Case
from service.checking.subject import LOOKS, Subject, generator, ids, without_seed
from service.domain import Filters, Money, Outfit, PhotoSeed, Product
from service.index.base import Item

SEEDS = 100
COMPANY = 30
"""Requests under way at a time."""

NOISE = 0.01
"""Standard deviation of the noise, as a share of each dimension's own over the catalogue."""

SCALES = (1e-3, 0.5, 7.0, 1e3)

ADDED_TO = "Products that were added"
"""The taxonomy of what no slot asks for."""


async def vectors_answer_as_products(subject: Subject) -> list[Case]:
    """Ask about a product's vector as about something that was never seen."""
    cases = []
    for seed in await subject.served(SEEDS):
        product, vector = await subject.ask(seed), await subject.ask_vector(seed, seed.vector)
        cases.append(_differs(seed, product, vector))
    return cases


async def photos_answer_as_products(subject: Subject) -> list[Case]:
    """Ask about a product's photo, encoded by itself; in the catalogue it was encoded among others."""
    cases = []
    for seed, photo in await subject.photographed():
        filters = without_seed(Filters(), seed.product)
        by_photo = await subject.ask(PhotoSeed(photo, seed.product.taxonomy), filters=filters)
        cases.append(_differs(seed, await subject.ask(seed), by_photo))
    return cases


async def words_and_prices_do_not_matter(subject: Subject) -> list[Case]:
    """Change the ids, titles, brands, prices and addresses of all products, one kind after the other."""
    before = [(seed, ids(await subject.ask(seed))) for seed in await subject.served(SEEDS)]
    cases = []
    for name, change in _CHANGES.items():
        async with subject.dressing(Item(change(item.product), item.vector) for item in subject.items) as other:
            for seed, plain in before:
                after = ids(await subject.ask(Item(change(seed.product), seed.vector), other))
                same = [[product_id.removeprefix(_PREFIX) for product_id in slot] for slot in after] == plain
                cases.append(Case(f"{seed.product.product_id}, {name}", float(not same)))
    return cases


_PREFIX = "another "
"""Before every id, so that products of equal vectors stay in order: ties go by id."""


def _priced(product: Product) -> Product:
    price = product.asking_price
    return replace(product, price=Money(3 * price.amount, price.currency) if price else None, sale_price=None)


_CHANGES: dict[str, Callable[[Product], Product]] = {
    "id": lambda product: replace(product, product_id=_PREFIX + product.product_id),
    "title case": lambda product: replace(product, title=(product.title or "").swapcase()),
    "brand": lambda product: replace(product, brand="Another brand"),
    "price": _priced,
    "link": lambda product: replace(product, link="https://shop.example/", image_url="https://shop.example/photo"),
}


async def a_new_index_answers_alike(subject: Subject) -> list[Case]:
    """Index the record's products anew, in the embedded engine, whichever engine serves."""
    async with subject.dressing(subject.items) as other:
        return [
            _differs(seed, await subject.ask(seed), await subject.ask(seed, other))
            for seed in await subject.served(SEEDS)
        ]


async def other_taxonomies_do_not_matter(subject: Subject) -> list[Case]:
    """Add what the heads look for, and file it where no slot looks."""
    seeds = await subject.served(SEEDS)
    targets = [target for seed in seeds for target in subject.release.model.generate(seed.vector)]
    added = (Item(Product(product_id=f"added {n}", taxonomy=ADDED_TO), target) for n, target in enumerate(targets))
    async with subject.dressing([*subject.items, *added]) as other:
        return [_differs(seed, await subject.ask(seed), await subject.ask(seed, other)) for seed in seeds]


async def company_does_not_matter(subject: Subject) -> list[Case]:
    """Ask many at once, and each by itself."""
    seeds = await subject.served(SEEDS)
    together: list[Outfit] = []
    for start in range(0, len(seeds), COMPANY):
        together += await asyncio.gather(*(subject.ask(seed, looks=LOOKS) for seed in seeds[start : start + COMPANY]))
    return [
        _differs(seed, await subject.ask(seed, looks=LOOKS), answer)
        for seed, answer in zip(seeds, together, strict=True)
    ]


async def precision_does_not_matter(subject: Subject) -> list[Case]:
    """Ask about a vector in double precision, with digits that float32 cannot hold."""
    rng = generator("digits")
    cases = []
    for seed in await subject.served(SEEDS):
        digits = seed.vector * (1 + np.finfo(np.float32).epsneg * rng.uniform(-1, 1, len(seed.vector)) / 2)
        single, double = await subject.ask_vector(seed, seed.vector), await subject.ask_vector(seed, digits)
        cases.append(_differs(seed, single, double))
    return cases


async def length_does_not_matter(subject: Subject) -> list[Case]:
    """Ask about a vector a thousand times as long, and shorter ones."""
    cases = []
    for number, seed in enumerate(await subject.served(SEEDS)):
        scaled = seed.vector.astype(np.float64) * SCALES[number % len(SCALES)]
        cases.append(
            _differs(seed, await subject.ask_vector(seed, seed.vector), await subject.ask_vector(seed, scaled))
        )
    return cases


async def noise_changes_little(subject: Subject) -> list[Case]:
    """Add noise of a hundredth of each dimension's spread, and count what stays among the first."""
    rng = generator("noise")
    spread = NOISE * np.std([item.vector for item in subject.items], axis=0)
    cases = []
    for seed in await subject.served(SEEDS):
        plain = await subject.ask_vector(seed, seed.vector)
        noisy = await subject.ask_vector(seed, seed.vector + rng.normal(0, spread))
        cases.append(Case(seed.product.product_id, subject.overlap(plain, noisy)))
    return cases


def _differs(seed: Item, one: Outfit, other: Outfit) -> Case:
    """Compare all looks, product by product."""
    looks = range(max(len(one.looks), len(other.looks)))
    same = len(one.looks) == len(other.looks) and all(ids(one, look) == ids(other, look) for look in looks)
    return Case(seed.product.product_id, float(not same))
