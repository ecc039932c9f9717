"""What is worn together, by occasion. The mapping's templates and the outfits are both made of these looks.

A look of four taxonomies is a template for each of them: the taxonomy is the seed's, the other three are the slots.
Every look is for women or for men; unisex taxonomies are in looks of both kinds.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Wearer = Literal["women", "men"]
_PIECES = 4


@dataclass(frozen=True, slots=True)
class LookPlan:
    """Four taxonomies that make a look for an occasion."""

    name: str
    """How the template is called: "work", "winter weekend"."""
    occasion: str
    wearer: Wearer
    taxonomies: tuple[str, str, str, str]


_WOMEN = """
work: Dresses, Pumps, Totes, Women's Blazers
evening: Dresses, Heeled Sandals, Clutches, Earrings
weekend: Dresses, Sneakers, Shoulder Bags, Denim Jackets
holiday: Dresses, Wedges, Totes, Sun Hats
winter work: Dresses, Tall Boots, Women's Coats, Scarves
evening: Jumpsuits, Heeled Sandals, Clutches, Bracelets
holiday: Jumpsuits, Wedges, Totes, Sunglasses
weekend: Jumpsuits, Sneakers, Shoulder Bags, Denim Jackets
work: Midi Skirts, Blouses, Pumps, Totes
evening: Midi Skirts, Camisoles, Heeled Sandals, Clutches
weekend: Midi Skirts, Women's T-Shirts, Sneakers, Shoulder Bags
winter work: Midi Skirts, Women's Sweaters, Tall Boots, Women's Coats
weekend: Mini Skirts, Women's Sweaters, Ankle Boots, Shoulder Bags
summer weekend: Mini Skirts, Women's T-Shirts, Sneakers, Denim Jackets
evening: Mini Skirts, Camisoles, Ankle Boots, Women's Leather Jackets
work: Mini Skirts, Cardigans, Tall Boots, Totes
work: Women's Trousers, Blouses, Women's Blazers, Pumps
evening: Women's Trousers, Camisoles, Heeled Sandals, Earrings
holiday: Women's Trousers, Women's Shirts, Wedges, Totes
autumn work: Women's Trousers, Women's Shirts, Trench Coats, Ballet Flats
winter work: Women's Trousers, Women's Sweaters, Women's Coats, Ankle Boots
weekend: Women's Jeans, Women's T-Shirts, Sneakers, Women's Leather Jackets
city weekend: Women's Jeans, Women's Shirts, Ballet Flats, Shoulder Bags
winter weekend: Women's Jeans, Women's Sweaters, Ankle Boots, Women's Coats
snow weekend: Women's Jeans, Hoodies, Puffer Jackets, Beanies
autumn weekend: Women's Jeans, Cardigans, Ankle Boots, Trench Coats
holiday: Women's Shorts, Women's T-Shirts, Wedges, Sun Hats
weekend: Women's Shorts, Women's Shirts, Sneakers, Sunglasses
beach holiday: Women's Shorts, Blouses, Wedges, Bracelets
weekend: Blouses, Women's Jeans, Ballet Flats, Trench Coats
evening: Blouses, Women's Trousers, Pumps, Necklaces
work: Women's Shirts, Women's Trousers, Belts, Ballet Flats
holiday: Women's T-Shirts, Midi Skirts, Wedges, Totes
weekend: Women's Sweaters, Women's Jeans, Scarves, Ankle Boots
work: Cardigans, Midi Skirts, Ballet Flats, Necklaces
evening: Women's Blazers, Camisoles, Women's Trousers, Heeled Sandals
winter weekend: Women's Coats, Women's Sweaters, Scarves, Shoulder Bags
weekend: Trench Coats, Women's Jeans, Scarves, Shoulder Bags
weekend: Women's Leather Jackets, Dresses, Ankle Boots, Shoulder Bags
evening: Pumps, Dresses, Clutches, Necklaces
winter weekend: Tall Boots, Women's Sweaters, Mini Skirts, Scarves
work: Watches, Blouses, Women's Trousers, Totes
work: Bracelets, Dresses, Pumps, Totes
holiday: Bracelets, Dresses, Wedges, Sunglasses
weekend: Bracelets, Women's T-Shirts, Women's Jeans, Sneakers
weekend: Earrings, Dresses, Shoulder Bags, Ankle Boots
work: Earrings, Blouses, Midi Skirts, Pumps
weekend: Necklaces, Women's Sweaters, Women's Trousers, Ankle Boots
holiday: Necklaces, Dresses, Heeled Sandals, Sun Hats
holiday: Clutches, Dresses, Heeled Sandals, Earrings
weekend: Sun Hats, Women's Sweaters, Women's Jeans, Ankle Boots
weekend: Watches, Women's T-Shirts, Women's Jeans, Sneakers
weekend: Belts, Women's Shirts, Women's Jeans, Ankle Boots
weekend: Caps, Women's T-Shirts, Women's Shorts, Sneakers
weekend: Backpacks, Hoodies, Women's Jeans, Sneakers
weekend: Beanies, Women's Sweaters, Women's Jeans, Puffer Jackets
weekend: Hoodies, Mini Skirts, Sneakers, Denim Jackets
weekend: Puffer Jackets, Women's Sweaters, Women's Jeans, Sneakers
"""
_MEN = """
work: Men's Shirts, Men's Trousers, Brogues, Ties
evening: Men's Shirts, Men's Blazers, Men's Trousers, Brogues
weekend: Men's Shirts, Men's Jeans, Chelsea Boots, Men's Leather Jackets
holiday: Men's Shirts, Men's Shorts, Loafers, Sunglasses
weekend: Men's T-Shirts, Men's Jeans, Sneakers, Bomber Jackets
holiday: Men's T-Shirts, Men's Shorts, Sneakers, Caps
summer weekend: Men's T-Shirts, Men's Jeans, Sneakers, Denim Jackets
weekend: Polo Shirts, Men's Trousers, Loafers, Sunglasses
holiday: Polo Shirts, Men's Shorts, Loafers, Watches
work: Polo Shirts, Men's Trousers, Men's Blazers, Loafers
work: Men's Sweaters, Men's Trousers, Chelsea Boots, Men's Coats
weekend: Men's Sweaters, Men's Jeans, Chelsea Boots, Scarves
winter weekend: Men's Sweaters, Men's Jeans, Puffer Jackets, Beanies
work: Men's Blazers, Men's Shirts, Men's Trousers, Ties
holiday: Men's Blazers, Men's Shirts, Men's Trousers, Loafers
winter work: Men's Coats, Men's Trousers, Brogues, Briefcases
evening: Men's Coats, Men's Shirts, Men's Trousers, Brogues
weekend: Men's Coats, Men's Sweaters, Men's Jeans, Chelsea Boots
weekend: Men's Leather Jackets, Men's T-Shirts, Men's Jeans, Chelsea Boots
weekend: Bomber Jackets, Hoodies, Men's Jeans, Sneakers
weekend: Men's Shorts, Men's T-Shirts, Sneakers, Sunglasses
weekend: Brogues, Men's Shirts, Men's Jeans, Belts
work: Loafers, Men's Shirts, Men's Trousers, Belts
evening: Loafers, Men's Shirts, Men's Blazers, Watches
work: Chelsea Boots, Men's Shirts, Men's Trousers, Men's Coats
evening: Ties, Men's Shirts, Men's Blazers, Men's Trousers
winter work: Ties, Men's Shirts, Men's Coats, Men's Trousers
work: Briefcases, Men's Shirts, Men's Trousers, Brogues
work: Briefcases, Men's Blazers, Men's Shirts, Loafers
work: Watches, Men's Shirts, Men's Trousers, Loafers
weekend: Belts, Men's Shirts, Men's Jeans, Chelsea Boots
work: Belts, Men's Trousers, Men's Shirts, Brogues
weekend: Scarves, Men's Coats, Men's Sweaters, Men's Jeans
weekend: Sunglasses, Men's T-Shirts, Men's Shorts, Sneakers
weekend: Caps, Men's T-Shirts, Men's Shorts, Sneakers
weekend: Backpacks, Hoodies, Men's Jeans, Sneakers
holiday: Backpacks, Men's T-Shirts, Men's Shorts, Sneakers
weekend: Beanies, Men's Sweaters, Men's Jeans, Bomber Jackets
weekend: Denim Jackets, Men's T-Shirts, Men's Trousers, Sneakers
weekend: Hoodies, Men's Jeans, Sneakers, Puffer Jackets
"""


def _plans(text: str, wearer: Wearer) -> list[LookPlan]:
    plans = []
    for line in text.strip().splitlines():
        name, _, listed = line.partition(": ")
        first, second, third, fourth = listed.split(", ")
        plans.append(LookPlan(name, name.split()[-1], wearer, (first, second, third, fourth)))
    return plans


PLANS = (*_plans(_WOMEN, "women"), *_plans(_MEN, "men"))
"""All looks, women's first; the first of a taxonomy is its default template."""

MOST_OF_A_NAME = 2
"""How many templates of a seed may have the same name, the second of them numbered."""


def templates() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the slots of each template by seed taxonomy and template id.

    Ids are the looks' names; where women and men share a taxonomy they say whose look it is.
    """
    mapping: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    shared = _shared()
    for plan in PLANS:
        for seed in plan.taxonomies:
            name = f"{plan.wearer} {plan.name}" if seed in shared else plan.name
            if template := _unused(name.replace(" ", "-"), mapping[seed]):
                mapping[seed][template] = tuple(taxonomy for taxonomy in plan.taxonomies if taxonomy != seed)
    return mapping


def _shared() -> set[str]:
    """Return the taxonomies that are in looks of both women and men."""
    women, men = (
        {name for plan in PLANS if plan.wearer == wearer for name in plan.taxonomies} for wearer in ("women", "men")
    )
    return women & men


def _unused(name: str, known: Mapping[str, object]) -> str | None:
    """Number an id that stands already; None when there are enough of that name."""
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, MOST_OF_A_NAME + 1))
    return next((one for one in names if one not in known), None)
