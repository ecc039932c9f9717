"""What the demo shop sells to everybody."""

from functools import partial

from service.demo.assortment import (
    CLOTHES_SIZES,
    COLD,
    MILD,
    NOT_SUMMER,
    NOT_WINTER,
    ONE_SIZE,
    SNEAKERS,
    WARM,
    line,
    style,
)
from service.demo.vocabulary import AUTUMN, BRIGHTS, DENIMS, NEUTRALS

_CASUAL, _SHOES, _ACCESSORIES = "Casualwear", "Leisure Shoes", "Accessories"
_DAILY = "work|weekend|evening|holiday"
_unisex = partial(line, department="Unisex", gender="unisex")

# One line a thought, not one an argument.
# fmt: off
UNISEX = (
    _unisex(
        "Hoodies", "hoodie", "hoodie", "HO",
        style(
            "cotton", (*NEUTRALS, *BRIGHTS, "lilac", "mint", "olive"), "weekend", "casual", NOT_SUMMER, sleeve="long",
            detail="zip|", metal="silver",
        ),
        family=_CASUAL, models=5, prices=(35, 89), sizes=CLOTHES_SIZES,
    ),
    _unisex(
        "Denim Jackets", "denim jacket", "denim_jacket", "DJ",
        style("denim", DENIMS, "weekend|holiday", "casual", NOT_WINTER, sleeve="long", fit="straight|boxy"),
        family=_CASUAL, models=4, prices=(59, 129), sizes=CLOTHES_SIZES,
    ),
    _unisex(
        "Puffer Jackets", "puffer jacket", "puffer", "PJ",
        style(
            "nylon", ("black", "navy", "red", "olive", "mustard", "teal", "cream", "purple"), "weekend", "casual",
            COLD, sleeve="long", metal="silver",
        ),
        family=_CASUAL, models=5, prices=(79, 249), sizes=CLOTHES_SIZES,
    ),
    _unisex(
        "Sneakers", "sneakers", "sneaker", "SN",
        style(
            "leather", ("white", "white", "black", "cream", "navy"), "weekend|work", "casual",
            accents=("red", "green", "navy", "black", "pink", "grey"), heel="flat",
        ),
        style(
            "canvas", ("navy", "white", "red", "black", "mustard", "olive"), "weekend|holiday", "casual",
            accents=("white", "cream", "black"), heel="flat", detail="high-top|",
        ),
        family=_SHOES, models=8, prices=(49, 159), sizes=SNEAKERS,
    ),
    _unisex(
        "Backpacks", "backpack", "backpack", "BP",
        style("canvas", ("olive", "navy", "camel", "grey", "burgundy"), "weekend|holiday", "casual", detail="straps"),
        style(
            "nylon", ("black", "navy", "teal", "orange", "grey"), "weekend|work|holiday", "casual", detail="zip",
            metal="silver",
        ),
        style("leather", ("black", "brown", "camel"), "work|weekend", "smart", detail="straps|zip"),
        family=_ACCESSORIES, models=6, prices=(45, 179), sizes=ONE_SIZE,
    ),
    _unisex(
        "Watches", "watch", "watch", "WA",
        style(
            "leather", ("brown", "black", "camel", "navy", "burgundy"), _DAILY, "smart",
            accents=("white", "cream", "navy", "black", "green"), detail="strap", metal="gold|silver|rose gold",
        ),
        style(
            "metal", ("silver", "gold", "rose gold"), _DAILY, "smart", accents=("navy", "black", "white", "green"),
            detail="links", metal="silver",
        ),
        family=_ACCESSORIES, models=6, prices=(59, 299), sizes=ONE_SIZE,
    ),
    _unisex(
        "Belts", "belt", "belt", "BE",
        style(
            "leather", ("black", "brown", "camel", "navy", "burgundy"), _DAILY, "smart",
            detail="plain|wide|plain", metal="gold|silver",
        ),
        style(
            "leather", ("brown", "camel", "black"), "weekend|holiday", "casual", detail="braided", metal="gold|silver",
        ),
        family=_ACCESSORIES, models=5, prices=(19, 79), sizes=("80", "90", "100", "110"),
    ),
    _unisex(
        "Scarves", "scarf", "scarf", "SC",
        style(
            "wool", (*NEUTRALS, *AUTUMN, "red"), "weekend|work", "smart", COLD,
            patterns="check|plain|stripe|herringbone", detail="fringe",
        ),
        style(
            "silk", (*BRIGHTS, "navy", "pink", "purple"), "work|weekend", "smart", MILD,
            patterns="floral|dot|animal|stripe", detail="hem",
        ),
        family=_ACCESSORIES, models=8, prices=(19, 99), sizes=ONE_SIZE,
    ),
    _unisex(
        "Beanies", "beanie", "beanie", "BN",
        style(
            "knit", (*NEUTRALS, *AUTUMN, "red", "pink", "blue"), "weekend", "casual", COLD,
            accents=("white", "cream", "grey", "black"), detail="pompom|",
        ),
        family=_ACCESSORIES, models=5, prices=(15, 45), sizes=ONE_SIZE,
    ),
    _unisex(
        "Caps", "cap", "cap", "CP",
        style(
            "cotton", ("navy", "black", "white", "olive", "red", "beige", "blue"), "weekend|holiday", "casual",
            NOT_WINTER, accents=("red", "white", "navy", "black", "camel"),
        ),
        family=_ACCESSORIES, models=4, prices=(15, 39), sizes=ONE_SIZE,
    ),
    _unisex(
        "Sunglasses", "sunglasses", "sunglasses", "SG",
        style(
            "acetate", ("black", "brown", "burgundy", "navy", "cream"), "holiday|weekend", "casual", WARM,
            patterns="plain", accents=("charcoal", "brown", "olive"), detail="square|cat-eye",
        ),
        style(
            "metal", ("gold", "silver", "rose gold"), "holiday|weekend", "casual", WARM,
            accents=("green", "charcoal", "brown", "blue"), detail="aviator|round",
        ),
        family=_ACCESSORIES, models=6, prices=(25, 169), sizes=ONE_SIZE,
    ),
)
# fmt: on
