"""Outfits, composed of the catalogue's products by the plans of `looks` and the rules of `styling`, with some noise."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random

from service.demo.looks import PLANS, LookPlan
from service.demo.styling import broken_rules
from service.domain import Product

OUTFITS = 3600
NOISE = 0.06
"""The share of products that are drawn without regard to any rule, as real outfits have them."""

_ATTEMPTS = 20
_ECHO = 8.0
"""How much likelier a piece is taken that repeats a colour of the outfit."""


def compose_outfits(products: Sequence[Product], count: int = OUTFITS, seed: int = 0) -> list[tuple[str, ...]]:
    """Compose outfits of four product ids each; the same seed composes the same ones.

    The plans take turns. One that cannot be followed, however often it is tried, is left out from then on.
    """
    rng = Random(f"{seed}/outfits")  # noqa: S311 - no secret
    by_taxonomy = _by_taxonomy(products)
    plans = [plan for plan in PLANS if all(name in by_taxonomy for name in plan.taxonomies)]
    outfits: list[tuple[str, ...]] = []
    while plans and len(outfits) < count:
        plan = plans.pop(0)
        if outfit := _compose(plan, by_taxonomy, rng):
            outfits.append(tuple(product.product_id for product in outfit))
            plans.append(plan)
    return outfits


def _by_taxonomy(products: Sequence[Product]) -> Mapping[str, list[Product]]:
    shelves: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        shelves[product.taxonomy].append(product)
    return shelves


def _compose(plan: LookPlan, shelves: Mapping[str, list[Product]], rng: Random) -> list[Product]:
    """Return an outfit; an empty one where no attempt succeeded."""
    for _ in range(_ATTEMPTS):
        outfit: list[Product] = []
        for taxonomy in rng.sample(plan.taxonomies, len(plan.taxonomies)):
            piece = _piece(outfit, plan, shelves[taxonomy], rng)
            if piece is None:
                break
            outfit.append(piece)
        else:
            return outfit
    return []


def _piece(outfit: Sequence[Product], plan: LookPlan, shelf: Sequence[Product], rng: Random) -> Product | None:
    if rng.random() < NOISE:
        return rng.choice(shelf)
    left = [product for product in shelf if _suits(plan, product)]
    while left:
        piece = rng.choices(left, [_weight(outfit, product) for product in left])[0]
        if not broken_rules([*outfit, piece]):
            return piece
        left.remove(piece)
    return None


def _suits(plan: LookPlan, product: Product) -> bool:
    return plan.suits(product.attributes["occasion"], product.attributes["season"])


def _weight(outfit: Sequence[Product], product: Product) -> float:
    """Prefer what repeats a colour that is there already."""
    worn = {colour for piece in outfit for colour in piece.attributes["colours"]}
    return _ECHO if worn.intersection(product.attributes["colours"]) else 1.0
