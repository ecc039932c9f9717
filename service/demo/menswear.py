"""What the demo shop sells to men."""

from functools import partial

from service.demo.assortment import (
    CLOTHES_SIZES,
    COLD,
    MENS_SHOES,
    MILD,
    NOT_SUMMER,
    NOT_WINTER,
    ONE_SIZE,
    WAISTS,
    WARM,
    line,
    style,
)
from service.demo.vocabulary import AUTUMN, BRIGHTS, DARKS, DENIMS, JEWELS, NEUTRALS

_CLOTHING, _SHOES, _ACCESSORIES = "Men's Clothing", "Men's Shoes", "Men's Accessories"
_men = partial(line, department="Men", gender="male")

# One line a thought, not one an argument.
# fmt: off
MENSWEAR = (
    _men(
        "Dress Shirts", "dress shirt", "shirt", "DS",
        style(
            "cotton", ("white", "light blue", "pink", "lilac"), "work|evening", "formal",
            patterns="plain|pinstripe|plain", sleeve="long",
        ),
        family=_CLOTHING, models=6, prices=(49, 119), sizes=CLOTHES_SIZES,
    ),
    _men(
        "Men's Shirts", "shirt", "shirt", "MH",
        style(
            "cotton", ("red", "green", "navy", "mustard", "burgundy"), "weekend", "casual", NOT_SUMMER,
            patterns="check", sleeve="long",
        ),
        style(
            "linen", ("white", "olive", "light blue", "coral", "beige"), "weekend|holiday", "casual", WARM,
            patterns="plain|stripe", sleeve="short|long",
        ),
        family=_CLOTHING, models=7, prices=(39, 89), sizes=CLOTHES_SIZES,
    ),
    _men(
        "Men's T-Shirts", "T-shirt", "t_shirt", "ME",
        style(
            "cotton", (*NEUTRALS, *BRIGHTS, "olive"), "weekend|holiday", "casual", patterns="plain|stripe|plain",
            neckline="crew|v-neck", sleeve="short|long",
        ),
        family=_CLOTHING, models=6, prices=(15, 39), sizes=CLOTHES_SIZES,
    ),
    _men(
        "Polo Shirts", "polo shirt", "polo", "PO",
        style(
            "cotton", (*NEUTRALS, *BRIGHTS, "mint"), "weekend|holiday|work", "smart", NOT_WINTER,
            patterns="plain|stripe|plain", sleeve="short",
        ),
        family=_CLOTHING, models=5, prices=(29, 79), sizes=CLOTHES_SIZES,
    ),
    _men(
        "Men's Sweaters", "sweater", "sweater", "MK",
        style(
            "knit", (*AUTUMN, *NEUTRALS), "weekend", "casual", COLD, neckline="crew|high", sleeve="long",
            detail="cable|",
        ),
        style(
            "knit", (*DARKS, "burgundy", "light blue", "green"), "work|weekend", "smart", NOT_SUMMER,
            neckline="v-neck|crew|high", sleeve="long",
        ),
        family=_CLOTHING, models=7, prices=(49, 149), sizes=CLOTHES_SIZES,
    ),
    _men(
        "Suit Trousers", "suit trousers", "trousers", "ST",
        style("wool", DARKS, "work|evening", "formal", patterns="plain|plain|pinstripe|check", fit="straight|tapered"),
        family=_CLOTHING, models=5, prices=(69, 149), sizes=WAISTS,
    ),
    _men(
        "Chinos", "chinos", "trousers", "CH",
        style("cotton", ("beige", "navy", "olive", "camel", "burgundy"), "work|weekend", "smart", fit="slim|straight"),
        style("linen", ("white", "beige", "light blue", "olive"), "holiday|weekend", "casual", WARM, fit="straight"),
        family=_CLOTHING, models=5, prices=(45, 99), sizes=WAISTS,
    ),
    _men(
        "Men's Jeans", "jeans", "jeans", "MJ",
        style("denim", DENIMS, "weekend", "casual", fit="slim|straight|tapered"),
        family=_CLOTHING, models=4, prices=(49, 119), sizes=WAISTS,
    ),
    _men(
        "Men's Shorts", "shorts", "shorts", "MO",
        style(
            "cotton", ("beige", "navy", "olive", "coral", "light blue"), "holiday|weekend", "casual", WARM,
            fit="straight",
        ),
        style("denim", DENIMS, "weekend|holiday", "casual", WARM, fit="straight"),
        family=_CLOTHING, models=4, prices=(25, 69), sizes=WAISTS,
    ),
    _men(
        "Men's Blazers", "blazer", "blazer", "MB",
        style(
            "wool", DARKS, "work|evening", "formal", patterns="plain|plain|pinstripe|check|herringbone", sleeve="long",
            detail="double-breasted||",
        ),
        style("linen", ("beige", "light blue", "white", "navy"), "work|holiday", "smart", WARM, sleeve="long"),
        family=_CLOTHING, models=6, prices=(89, 279), sizes=CLOTHES_SIZES,
    ),
    _men(
        "Men's Coats", "coat", "coat", "MC",
        style(
            "wool", (*DARKS, "camel"), "work|evening|weekend", "smart", COLD, patterns="plain|plain|herringbone|check",
            sleeve="long", detail="double-breasted|",
        ),
        family=_CLOTHING, models=5, prices=(129, 399), sizes=CLOTHES_SIZES,
    ),
    _men(
        "Men's Leather Jackets", "biker jacket", "biker", "ML",
        style("leather", ("black", "brown", "camel"), "weekend", "casual", MILD, sleeve="long", metal="silver|gold"),
        family=_CLOTHING, models=3, prices=(159, 399), sizes=CLOTHES_SIZES,
    ),
    _men(
        "Bomber Jackets", "bomber jacket", "bomber", "BO",
        style(
            "nylon", ("olive", "black", "navy", "burgundy", "orange"), "weekend", "casual", MILD, sleeve="long",
            metal="silver",
        ),
        family=_CLOTHING, models=5, prices=(59, 159), sizes=CLOTHES_SIZES,
    ),
    _men(
        "Brogues", "brogues", "brogue", "BG",
        style("leather", ("brown", "black", "camel", "burgundy"), "work|evening", "formal", heel="flat"),
        style("suede", ("camel", "navy", "brown", "grey"), "work|weekend", "smart", heel="flat"),
        family=_SHOES, models=5, prices=(79, 229), sizes=MENS_SHOES,
    ),
    _men(
        "Loafers", "loafers", "loafer", "LO",
        style(
            "leather", ("black", "brown", "burgundy", "camel"), "work|evening|weekend", "smart", NOT_WINTER,
            heel="flat", detail="penny|bit|tassel",
        ),
        style(
            "suede", ("camel", "navy", "olive", "beige"), "holiday|weekend", "casual", WARM, heel="flat",
            detail="penny|tassel",
        ),
        family=_SHOES, models=5, prices=(69, 189), sizes=MENS_SHOES,
    ),
    _men(
        "Chelsea Boots", "Chelsea boots", "ankle_boot", "CB",
        style(
            "leather", ("black", "brown", "burgundy"), "work|evening|weekend", "smart", NOT_SUMMER, heel="low",
            heel_kind="stacked", detail="elastic",
        ),
        style(
            "suede", ("camel", "brown", "grey", "olive"), "weekend", "casual", NOT_SUMMER, heel="low",
            heel_kind="stacked", detail="elastic|laces",
        ),
        family=_SHOES, models=4, prices=(89, 229), sizes=MENS_SHOES,
    ),
    _men(
        "Ties", "tie", "tie", "TI",
        style(
            "silk", (*JEWELS, "navy", "mustard", "pink", "light blue"), "work|evening", "formal",
            patterns="plain|stripe|dot|check", fit="slim",
        ),
        style(
            "wool", ("grey", "burgundy", "olive", "camel", "navy"), "work", "formal", COLD,
            patterns="herringbone|check|plain", fit="slim",
        ),
        family=_ACCESSORIES, models=6, prices=(19, 69), sizes=ONE_SIZE,
    ),
    _men(
        "Briefcases", "briefcase", "briefcase", "BC",
        style("leather", ("brown", "black", "camel", "navy"), "work", "formal", metal="gold|silver"),
        family=_ACCESSORIES, models=4, prices=(119, 349), sizes=ONE_SIZE,
    ),
)
# fmt: on
