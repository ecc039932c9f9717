"""The rules by which the demo's outfits are composed; code, so that any look can be held against them.

- colour: beside neutrals, colours are neighbours on the wheel (30 degrees), or opposites (150 and more)
- pattern: at most one piece is boldly patterned
- leather: shoes, bag and belt are not black beside brown
- season: there is a season in which all of it is worn
- occasion: there is an occasion for which all of it is worn
- formality: nothing formal beside something casual
- wearer: nothing of men's beside something of women's
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Literal

from service.demo.assortment import FORMALITIES
from service.demo.vocabulary import COLOURS
from service.domain import Product

Rule = Literal["colour", "pattern", "leather", "season", "occasion", "formality", "wearer"]

NEIGHBOURS_DEGREES = 30.0
OPPOSITES_DEGREES = 150.0
QUIET_PATTERNS = frozenset({"plain", "pinstripe", "herringbone"})

_BLACKS = frozenset({"black", "charcoal", "grey"})
_BROWNS = frozenset({"brown", "camel", "beige"})


def broken_rules(products: Sequence[Product]) -> frozenset[Rule]:
    """Return the rules that products break when they are worn together: a seed and its three slots, say.

    What a product does not state breaks nothing, so any catalogue with these attributes can be judged.
    """
    broken: dict[Rule, bool] = {
        "colour": not _harmonious(_labels(products, "colour")),
        "pattern": sum(label not in QUIET_PATTERNS for label in _labels(products, "pattern")) > 1,
        "leather": _mixes_leather(products),
        "season": not _in_common(products, "season"),
        "occasion": not _in_common(products, "occasion"),
        "formality": _formality_span(products) > 1,
        "wearer": {"female", "male"} <= {product.gender for product in products},
    }
    return frozenset(rule for rule, is_broken in broken.items() if is_broken)


def _labels(products: Iterable[Product], attribute: str) -> list[str]:
    return [label for product in products for label in product.attributes.get(attribute, ())]


def _harmonious(colours: Iterable[str]) -> bool:
    hues = [COLOURS[name].hue for name in set(colours) if name in COLOURS and not COLOURS[name].neutral]
    return all(_fit(one, other) for one, other in combinations(hues, 2))


def _fit(one: float, other: float) -> bool:
    apart = abs(one - other) % 360
    apart = min(apart, 360 - apart)
    return apart <= NEIGHBOURS_DEGREES or apart >= OPPOSITES_DEGREES


def _mixes_leather(products: Iterable[Product]) -> bool:
    colours = {
        colour for product in products if _is_leather_good(product) for colour in product.attributes.get("colour", ())
    }
    return bool(colours & _BLACKS) and bool(colours & _BROWNS)


def _is_leather_good(product: Product) -> bool:
    filed = (*product.taxonomy_path, product.taxonomy)
    return any(name.endswith(("Shoes", "bags")) or name in ("Belts", "Briefcases", "Backpacks") for name in filed)


def _in_common(products: Iterable[Product], attribute: str) -> set[str]:
    stated = [set(product.attributes[attribute]) for product in products if product.attributes.get(attribute)]
    return set.intersection(*stated) if stated else {"any"}


def _formality_span(products: Iterable[Product]) -> int:
    levels = [FORMALITIES.index(label) for label in _labels(products, "formality") if label in FORMALITIES]
    return max(levels, default=0) - min(levels, default=0)
