"""What is worn together, by occasion. The mapping's templates and the outfits are both made of these looks.

A look of four taxonomies is a template for each of them: the taxonomy is the seed's, the other three are the slots.
Every look is for women or for men; unisex taxonomies are in looks of both kinds.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from service.demo.assortment import ALL_YEAR, Line
from service.demo.catalogue import LINES

Wearer = Literal["women", "men"]


@dataclass(frozen=True, slots=True)
class LookPlan:
    """Four taxonomies that make a look for an occasion."""

    name: str
    """How the template is called: "work", "winter weekend"; its last word is the occasion."""
    wearer: Wearer
    taxonomies: tuple[str, str, str, str]

    @property
    def occasion(self) -> str:
        """What the look is worn to."""
        return self.name.split()[-1]

    def suits(self, occasions: Collection[str], seasons: Collection[str]) -> bool:
        """Say whether what is made for these can be part of the look: for its season, too, where its name has one."""
        named = [word for word in self.name.split() if word in ALL_YEAR]
        return self.occasion in occasions and all(season in seasons for season in named)


_WOMEN = """
weekend: Dresses, Sneakers, Shoulder Bags, Denim Jackets
holiday: Dresses, Wedges, Totes, Sun Hats
summer weekend: Dresses, Wedges, Totes, Sunglasses
work: Dresses, Ballet Flats, Totes, Cardigans
winter weekend: Dresses, Tall Boots, Women's Coats, Scarves
work: Shift Dresses, Pumps, Totes, Women's Blazers
evening: Shift Dresses, Pumps, Clutches, Earrings
winter work: Shift Dresses, Tall Boots, Women's Coats, Scarves
autumn work: Shift Dresses, Trench Coats, Ballet Flats, Shoulder Bags
evening: Evening Dresses, Heeled Sandals, Clutches, Earrings
winter evening: Evening Dresses, Pumps, Women's Coats, Clutches
gala evening: Evening Dresses, Heeled Sandals, Necklaces, Bracelets
cocktail evening: Evening Dresses, Pumps, Women's Blazers, Clutches
evening: Jumpsuits, Heeled Sandals, Clutches, Bracelets
work: Jumpsuits, Pumps, Women's Blazers, Totes
winter evening: Jumpsuits, Ankle Boots, Women's Coats, Clutches
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
beach holiday: Women's Shorts, Women's T-Shirts, Wedges, Totes
weekend: Blouses, Women's Jeans, Ballet Flats, Trench Coats
evening: Blouses, Women's Trousers, Pumps, Necklaces
work: Women's Shirts, Women's Trousers, Belts, Ballet Flats
holiday: Women's T-Shirts, Midi Skirts, Wedges, Totes
weekend: Women's Sweaters, Women's Jeans, Scarves, Ankle Boots
work: Cardigans, Midi Skirts, Ballet Flats, Necklaces
evening: Women's Blazers, Camisoles, Women's Trousers, Heeled Sandals
holiday: Camisoles, Women's Trousers, Wedges, Totes
winter weekend: Women's Coats, Women's Sweaters, Scarves, Shoulder Bags
weekend: Trench Coats, Women's Jeans, Scarves, Shoulder Bags
weekend: Women's Leather Jackets, Dresses, Ankle Boots, Shoulder Bags
evening: Pumps, Evening Dresses, Clutches, Necklaces
winter weekend: Tall Boots, Women's Sweaters, Mini Skirts, Scarves
work: Watches, Blouses, Women's Trousers, Totes
work: Bracelets, Shift Dresses, Pumps, Totes
holiday: Bracelets, Dresses, Wedges, Sunglasses
weekend: Bracelets, Women's T-Shirts, Women's Jeans, Sneakers
weekend: Earrings, Dresses, Shoulder Bags, Ankle Boots
work: Earrings, Blouses, Midi Skirts, Pumps
weekend: Necklaces, Women's Sweaters, Women's Jeans, Ankle Boots
holiday: Necklaces, Dresses, Heeled Sandals, Sun Hats
holiday: Clutches, Dresses, Heeled Sandals, Earrings
summer weekend: Sun Hats, Dresses, Wedges, Shoulder Bags
weekend: Felt Hats, Women's Sweaters, Women's Jeans, Ankle Boots
autumn work: Felt Hats, Trench Coats, Shift Dresses, Ankle Boots
winter work: Felt Hats, Women's Coats, Shift Dresses, Tall Boots
weekend: Watches, Women's T-Shirts, Women's Jeans, Sneakers
weekend: Belts, Women's Shirts, Women's Jeans, Ankle Boots
weekend: Caps, Women's T-Shirts, Women's Shorts, Sneakers
weekend: Backpacks, Hoodies, Women's Jeans, Sneakers
weekend: Beanies, Women's Sweaters, Women's Jeans, Puffer Jackets
weekend: Hoodies, Mini Skirts, Sneakers, Denim Jackets
weekend: Puffer Jackets, Women's Sweaters, Women's Jeans, Sneakers
"""
_MEN = """
work: Dress Shirts, Suit Trousers, Brogues, Ties
evening: Dress Shirts, Men's Blazers, Suit Trousers, Brogues
work: Dress Shirts, Chinos, Men's Blazers, Loafers
weekend: Men's Shirts, Men's Jeans, Chelsea Boots, Men's Leather Jackets
holiday: Men's Shirts, Men's Shorts, Loafers, Sunglasses
summer weekend: Men's Shirts, Chinos, Sneakers, Sunglasses
weekend: Men's T-Shirts, Men's Jeans, Sneakers, Bomber Jackets
holiday: Men's T-Shirts, Men's Shorts, Sneakers, Caps
summer weekend: Men's T-Shirts, Men's Jeans, Sneakers, Denim Jackets
weekend: Polo Shirts, Chinos, Loafers, Sunglasses
holiday: Polo Shirts, Men's Shorts, Loafers, Watches
work: Polo Shirts, Chinos, Men's Blazers, Loafers
work: Men's Sweaters, Chinos, Chelsea Boots, Men's Coats
weekend: Men's Sweaters, Men's Jeans, Chelsea Boots, Scarves
winter weekend: Men's Sweaters, Men's Jeans, Puffer Jackets, Beanies
work: Men's Blazers, Dress Shirts, Suit Trousers, Ties
holiday: Men's Blazers, Men's Shirts, Chinos, Loafers
winter work: Men's Coats, Suit Trousers, Brogues, Briefcases
evening: Men's Coats, Dress Shirts, Suit Trousers, Brogues
weekend: Men's Coats, Men's Sweaters, Men's Jeans, Chelsea Boots
weekend: Men's Leather Jackets, Men's T-Shirts, Men's Jeans, Chelsea Boots
autumn weekend: Men's Leather Jackets, Men's Sweaters, Men's Jeans, Chelsea Boots
weekend: Bomber Jackets, Hoodies, Men's Jeans, Sneakers
autumn weekend: Bomber Jackets, Men's Sweaters, Chinos, Sneakers
spring weekend: Bomber Jackets, Men's T-Shirts, Chinos, Caps
weekend: Men's Shorts, Men's T-Shirts, Sneakers, Sunglasses
weekend: Brogues, Men's Shirts, Men's Jeans, Belts
work: Loafers, Dress Shirts, Chinos, Belts
evening: Loafers, Dress Shirts, Men's Blazers, Watches
work: Chelsea Boots, Dress Shirts, Chinos, Men's Coats
evening: Ties, Dress Shirts, Men's Blazers, Suit Trousers
winter work: Ties, Dress Shirts, Men's Coats, Suit Trousers
work: Briefcases, Dress Shirts, Suit Trousers, Brogues
work: Briefcases, Men's Blazers, Dress Shirts, Loafers
work: Watches, Dress Shirts, Suit Trousers, Loafers
weekend: Belts, Men's Shirts, Men's Jeans, Chelsea Boots
work: Belts, Suit Trousers, Dress Shirts, Brogues
weekend: Scarves, Men's Coats, Men's Sweaters, Men's Jeans
weekend: Sunglasses, Men's T-Shirts, Men's Shorts, Sneakers
weekend: Caps, Men's T-Shirts, Men's Shorts, Sneakers
weekend: Backpacks, Hoodies, Men's Jeans, Sneakers
holiday: Backpacks, Men's T-Shirts, Men's Shorts, Sneakers
weekend: Beanies, Men's Sweaters, Men's Jeans, Bomber Jackets
weekend: Denim Jackets, Men's T-Shirts, Chinos, Sneakers
weekend: Hoodies, Men's Jeans, Sneakers, Puffer Jackets
"""


def _plans(text: str, wearer: Wearer) -> list[LookPlan]:
    plans = []
    for line in text.strip().splitlines():
        name, _, listed = line.partition(": ")
        first, second, third, fourth = listed.split(", ")
        plans.append(LookPlan(name, wearer, (first, second, third, fourth)))
    return plans


PLANS = (*_plans(_WOMEN, "women"), *_plans(_MEN, "men"))
"""All looks, women's first."""

MOST_OF_A_NAME = 2
"""How many templates of a seed may have the same name, the second of them numbered."""

LEAST_SUITED = 0.4
"""The share of a taxonomy's models that must suit a look for it to be one of the taxonomy's templates."""


def templates() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the slots of each template by seed taxonomy and template id, what suits most models first.

    Ids are the looks' names; where women and men share a taxonomy they say whose look it is.
    """
    mapping: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for line in LINES:
        seed = line.taxonomy
        for plan in _suiting(line):
            name = f"{plan.wearer} {plan.name}" if line.gender == "unisex" else plan.name
            if template := _unused(name.replace(" ", "-"), mapping[seed]):
                mapping[seed][template] = tuple(taxonomy for taxonomy in plan.taxonomies if taxonomy != seed)
    return mapping


def _suiting(line: Line) -> list[LookPlan]:
    shares = {plan: _share_suited(line, plan) for plan in PLANS if line.taxonomy in plan.taxonomies}
    best_first = sorted(shares, key=lambda plan: (-shares[plan], len(plan.name.split())))
    return [plan for plan in best_first if shares[plan] >= LEAST_SUITED]


def _share_suited(line: Line, plan: LookPlan) -> float:
    styles = [line.style_of(model) for model in range(line.models)]
    return fmean(plan.suits(style.occasions, style.seasons) for style in styles)


def _unused(name: str, known: Mapping[str, object]) -> str | None:
    """Number an id that stands already; None when there are enough of that name."""
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, MOST_OF_A_NAME + 1))
    return next((one for one in names if one not in known), None)
