"""What the demo shop sells to women."""

from functools import partial

from service.demo.assortment import (
    CLOTHES_SIZES,
    COLD,
    MILD,
    NOT_SUMMER,
    NOT_WINTER,
    ONE_SIZE,
    WAISTS,
    WARM,
    WOMENS_SHOES,
    line,
    style,
)
from service.demo.vocabulary import AUTUMN, BRIGHTS, DARKS, DENIMS, JEWELS, LEATHERS, NEUTRALS, PASTELS

_CLOTHING, _SHOES, _BAGS, _JEWELLERY = "Women's Clothing", "Women's Shoes", "Handbags", "Jewellery"
_METALS = "gold|silver|rose gold"
_women = partial(line, department="Women", gender="female")

# One line a thought, not one an argument.
# fmt: off
WOMENSWEAR = (
    _women(
        "Dresses", "dress", "dress", "DR",
        style(
            "cotton", (*BRIGHTS, *PASTELS, "navy", "white"), "weekend|holiday", "casual", WARM,
            patterns="floral|dot|stripe|floral", length="midi|mini", neckline="v-neck|square|scoop", fit="flared",
            sleeve="short|sleeveless", detail="wrap|buttons|puff",
        ),
        style(
            "linen", (*PASTELS, "white", "beige", "olive"), "holiday|weekend", "casual", WARM,
            length="maxi|midi", neckline="halter|scoop|square", fit="flared", sleeve="sleeveless",
            detail="tiers|buttons",
        ),
        style(
            "knit", (*AUTUMN, "grey", "black", "cream"), "weekend|work", "smart", COLD, length="mini|midi",
            neckline="crew|v-neck", fit="slim|straight", sleeve="long", detail="belt|",
        ),
        family=_CLOTHING, models=12, prices=(39, 139), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Shift Dresses", "shift dress", "dress", "SD",
        style(
            "wool", (*DARKS, "burgundy", "camel"), "work|evening", "smart", NOT_SUMMER,
            patterns="plain|check|pinstripe|herringbone", length="midi", neckline="crew|boat|square", fit="straight",
            sleeve="short|3/4|long", detail="belt|",
        ),
        style(
            "cotton", ("navy", "white", "green", "red", "light blue"), "work|weekend", "smart", NOT_WINTER,
            patterns="plain|dot|stripe", length="midi", neckline="v-neck|square", fit="straight", sleeve="short|elbow",
            detail="belt|buttons",
        ),
        family=_CLOTHING, models=6, prices=(59, 159), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Evening Dresses", "dress", "dress", "ED",
        style(
            "satin", JEWELS, "evening", "formal", length="maxi|midi", neckline="sweetheart|halter|v-neck",
            fit="flared|straight", sleeve="sleeveless", detail="|slit",
        ),
        family=_CLOTHING, models=6, prices=(89, 249), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Jumpsuits", "jumpsuit", "jumpsuit", "JU",
        style(
            "satin", ("black", "navy", "green", "burgundy", "red"), "evening", "formal", neckline="v-neck|halter",
            fit="wide", sleeve="sleeveless",
        ),
        style(
            "wool", ("black", "navy", "cream", "camel", "teal"), "work|evening", "smart", neckline="v-neck|scoop",
            fit="straight|wide", sleeve="short|sleeveless",
        ),
        family=_CLOTHING, models=5, prices=(59, 149), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Midi Skirts", "midi skirt", "skirt", "MS",
        style("satin", (*JEWELS, "pink", "cream"), "work|evening", "smart", length="midi", fit="pleated|flared"),
        style(
            "wool", (*DARKS, "camel"), "work|weekend", "smart", NOT_SUMMER, patterns="plain|check|herringbone",
            length="midi", fit="straight|pleated", detail="slit|",
        ),
        style(
            "cotton", (*PASTELS, "white", "green", "red"), "weekend|holiday|work", "smart", WARM,
            patterns="floral|dot|plain", length="midi", fit="flared", detail="buttons|",
        ),
        family=_CLOTHING, models=8, prices=(35, 119), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Mini Skirts", "mini skirt", "skirt", "MN",
        style(
            "denim", DENIMS, "weekend", "casual", NOT_WINTER, length="mini", fit="flared|straight", detail="buttons|",
        ),
        style(
            "leather", ("black", "brown", "burgundy"), "evening|weekend", "smart", NOT_SUMMER, length="mini",
            fit="straight|flared",
        ),
        style(
            "wool", ("red", "navy", "grey", "camel", "green"), "work|weekend|evening", "smart", COLD, patterns="check",
            length="mini", fit="pleated",
        ),
        family=_CLOTHING, models=6, prices=(25, 89), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Women's Trousers", "trousers", "trousers", "WT",
        style(
            "wool", (*DARKS, "camel", "cream"), "work|evening", "smart", patterns="plain|plain|pinstripe|check",
            fit="straight|tapered|wide",
        ),
        style("satin", ("black", "navy", "green", "cream", "burgundy"), "evening|work", "smart", fit="wide"),
        style(
            "linen", ("white", "beige", "olive", "light blue", "camel"), "holiday|work", "smart", WARM,
            fit="wide|straight",
        ),
        family=_CLOTHING, models=8, prices=(45, 129), sizes=WAISTS,
    ),
    _women(
        "Women's Jeans", "jeans", "jeans", "WJ",
        style("denim", DENIMS, "weekend", "casual", fit="slim|straight|flared|wide"),
        family=_CLOTHING, models=5, prices=(49, 119), sizes=WAISTS,
    ),
    _women(
        "Women's Shorts", "shorts", "shorts", "WS",
        style("denim", DENIMS, "weekend|holiday", "casual", WARM, fit="straight"),
        style("linen", ("white", "beige", "navy", "pink", "olive"), "holiday|weekend", "casual", WARM, fit="straight"),
        family=_CLOTHING, models=4, prices=(25, 69), sizes=WAISTS,
    ),
    _women(
        "Blouses", "blouse", "blouse", "BL",
        style(
            "satin", (*PASTELS, *JEWELS, "white"), "work|evening", "smart", patterns="plain|dot|plain",
            neckline="v-neck|crew", sleeve="long", detail="bow|",
        ),
        style(
            "cotton", ("white", "light blue", "cream", "pink", "black"), "work|weekend", "smart", neckline="crew",
            sleeve="long|3/4", detail="ruffle",
        ),
        style(
            "silk", (*BRIGHTS, "navy", "cream"), "work|weekend|evening", "smart", NOT_WINTER,
            patterns="floral|animal|dot", neckline="v-neck", sleeve="3/4|long",
        ),
        family=_CLOTHING, models=9, prices=(35, 109), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Women's Shirts", "shirt", "shirt", "WH",
        style(
            "cotton", ("white", "light blue", "pink", "navy"), "work|weekend", "smart",
            patterns="plain|pinstripe|plain", sleeve="long",
        ),
        style(
            "linen", ("white", "olive", "mint", "coral", "beige"), "weekend|holiday", "casual", WARM,
            patterns="plain|stripe", sleeve="long|short",
        ),
        family=_CLOTHING, models=5, prices=(39, 89), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Women's T-Shirts", "T-shirt", "t_shirt", "WE",
        style(
            "cotton", (*NEUTRALS, *BRIGHTS, *PASTELS), "weekend|holiday", "casual", patterns="plain|stripe|plain",
            neckline="crew|v-neck|scoop|boat", sleeve="short|elbow|long",
        ),
        family=_CLOTHING, models=6, prices=(15, 45), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Camisoles", "camisole", "camisole", "CA",
        style("satin", (*JEWELS, "pink", "cream", "white"), "evening", "formal", detail="lace|", sleeve="sleeveless"),
        style(
            "silk", ("black", "cream", "lilac", "mint", "coral"), "evening|holiday", "smart", NOT_WINTER,
            patterns="plain|floral", detail="lace|", sleeve="sleeveless",
        ),
        family=_CLOTHING, models=5, prices=(25, 69), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Women's Sweaters", "sweater", "sweater", "WK",
        style(
            "knit", (*AUTUMN, *NEUTRALS, "pink", "lilac"), "weekend", "casual", COLD, neckline="crew|high",
            sleeve="long", detail="cable|cable|",
        ),
        style(
            "knit", (*NEUTRALS, "burgundy", "light blue", "green"), "work|weekend", "smart", NOT_SUMMER,
            patterns="plain|stripe", neckline="v-neck|high|crew", sleeve="long",
        ),
        family=_CLOTHING, models=8, prices=(45, 149), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Cardigans", "cardigan", "cardigan", "CD",
        style(
            "knit", (*AUTUMN, *NEUTRALS, "pink", "mint", "red"), "weekend|work", "smart", NOT_SUMMER,
            neckline="v-neck", sleeve="long", detail="pocket|",
        ),
        family=_CLOTHING, models=6, prices=(39, 129), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Women's Blazers", "blazer", "blazer", "WB",
        style(
            "wool", (*DARKS, "camel", "cream", "burgundy"), "work|evening", "smart",
            patterns="plain|check|pinstripe|herringbone", sleeve="long", detail="double-breasted|",
        ),
        style(
            "linen", ("pink", "white", "beige", "light blue", "mint"), "work|holiday", "smart", WARM, sleeve="long",
            detail="double-breasted|",
        ),
        style(
            "satin", ("black", "green", "fuchsia", "navy"), "evening|work", "formal", sleeve="long",
            detail="double-breasted|",
        ),
        family=_CLOTHING, models=6, prices=(79, 249), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Women's Coats", "coat", "coat", "WC",
        style(
            "wool", ("camel", "black", "grey", "cream", "red", "navy", "pink"), "work|weekend|evening", "smart", COLD,
            patterns="plain|plain|herringbone|check", sleeve="long", detail="belt|double-breasted|",
        ),
        family=_CLOTHING, models=6, prices=(119, 399), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Trench Coats", "trench coat", "trench", "TC",
        style(
            "cotton", ("beige", "navy", "olive", "black", "camel", "grey", "cream", "burgundy"), "work|weekend",
            "smart", MILD, sleeve="long",
        ),
        family=_CLOTHING, models=5, prices=(129, 349), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Women's Leather Jackets", "biker jacket", "biker", "WL",
        style(
            "leather", ("black", "brown", "burgundy", "camel"), "weekend|evening", "casual", MILD, sleeve="long",
            metal="silver|gold",
        ),
        family=_CLOTHING, models=5, prices=(149, 399), sizes=CLOTHES_SIZES,
    ),
    _women(
        "Pumps", "pumps", "pump", "PU",
        style(
            "leather", ("black", "navy", "beige", "burgundy", "brown"), "work|evening", "smart", heel="mid|low",
            detail="block|strap|",
        ),
        style("patent", ("red", "black", "fuchsia", "beige"), "evening", "formal", heel="high"),
        style("suede", (*JEWELS, "pink"), "evening|work", "formal", heel="high|mid", detail="strap|"),
        family=_SHOES, models=7, prices=(59, 199), sizes=WOMENS_SHOES,
    ),
    _women(
        "Heeled Sandals", "sandals", "sandal", "SA",
        style(
            "leather", ("gold", "silver", "black", "red", "rose gold"), "evening", "formal", heel="high",
            cross="yes|no",
        ),
        style(
            "suede", ("camel", "black", "coral", "green", "pink", "light blue"), "evening|holiday", "smart",
            NOT_WINTER, heel="mid|high", detail="block", cross="yes|no",
        ),
        family=_SHOES, models=6, prices=(49, 169), sizes=WOMENS_SHOES,
    ),
    _women(
        "Wedges", "wedges", "wedge", "WG",
        style(
            "canvas", ("navy", "white", "red", "yellow", "beige", "mint"), "holiday|weekend", "casual", WARM,
            heel="high", detail="straw",
        ),
        style(
            "leather", ("camel", "brown", "black", "coral", "white"), "holiday|weekend", "casual", WARM, heel="high",
            detail="cork|straw", cross="yes|no",
        ),
        family=_SHOES, models=5, prices=(45, 129), sizes=WOMENS_SHOES,
    ),
    _women(
        "Ballet Flats", "ballet flats", "ballet_flat", "BF",
        style(
            "leather", ("black", "beige", "pink", "red", "navy", "camel"), "work|weekend", "smart", NOT_WINTER,
            heel="flat", detail="cap toe|bow",
        ),
        family=_SHOES, models=5, prices=(39, 119), sizes=WOMENS_SHOES,
    ),
    _women(
        "Ankle Boots", "ankle boots", "ankle_boot", "AB",
        style(
            "leather", ("black", "brown", "burgundy", "cream"), "work|evening|weekend", "smart", NOT_SUMMER,
            heel="mid|high", heel_kind="block|stiletto", detail="zip|buckle",
        ),
        style(
            "suede", ("camel", "grey", "black", "olive", "brown"), "weekend", "casual", NOT_SUMMER, heel="low|mid",
            heel_kind="stacked|block", detail="elastic|zip",
        ),
        family=_SHOES, models=6, prices=(69, 219), sizes=WOMENS_SHOES,
    ),
    _women(
        "Tall Boots", "tall boots", "tall_boot", "TB",
        style(
            "leather", ("black", "brown", "camel", "burgundy"), "work|weekend|evening", "smart", COLD,
            heel="low|mid|high", heel_kind="stacked|block", detail="zip",
        ),
        family=_SHOES, models=4, prices=(99, 299), sizes=WOMENS_SHOES,
    ),
    _women(
        "Totes", "tote", "tote", "TO",
        style("leather", (*LEATHERS, "navy", "green"), "work|weekend", "smart"),
        style("suede", ("camel", "grey", "olive", "burgundy", "teal"), "work|weekend", "smart", NOT_SUMMER),
        style(
            "canvas", ("cream", "navy", "olive", "white"), "holiday|weekend", "casual", NOT_WINTER,
            patterns="stripe|plain", detail="two-tone",
        ),
        style("straw", ("beige", "camel"), "holiday|weekend", "casual", WARM, detail="two-tone|"),
        family=_BAGS, models=8, prices=(39, 229), sizes=ONE_SIZE,
    ),
    _women(
        "Shoulder Bags", "shoulder bag", "shoulder_bag", "SB",
        style(
            "leather", (*LEATHERS, "red", "teal", "green", "pink", "mustard"), "work|weekend", "smart",
            detail="saddle|saddle|",
        ),
        style("leather", ("black", "cream", "pink", "navy", "red"), "evening|work|weekend", "smart", detail="quilted"),
        family=_BAGS, models=7, prices=(49, 259), sizes=ONE_SIZE,
    ),
    _women(
        "Clutches", "clutch", "clutch", "CL",
        style("satin", (*JEWELS, "gold", "silver", "pink"), "evening", "formal", detail="envelope|box"),
        style(
            "leather", ("black", "gold", "red", "beige", "rose gold"), "evening|holiday", "smart",
            detail="envelope|pouch",
        ),
        family=_BAGS, models=6, prices=(29, 149), sizes=ONE_SIZE,
    ),
    _women(
        "Necklaces", "necklace", "necklace", "NE",
        style(
            "metal", ("teal", "red", "green", "blue", "pink"), "evening|work", "smart", detail="pendant",
            metal=_METALS,
        ),
        style("metal", ("gold", "silver"), "evening|weekend|work", "smart", detail="chain", metal="gold"),
        style(
            "beads", ("cream", "teal", "coral", "red", "green", "black"), "holiday|weekend|work", "smart",
            detail="beads", metal="gold",
        ),
        family=_JEWELLERY, models=6, prices=(19, 129), sizes=ONE_SIZE,
    ),
    _women(
        "Earrings", "earrings", "earrings", "EA",
        style(
            "metal", ("red", "cream", "blue", "black"), "weekend|evening|holiday", "smart", detail="hoops",
            metal=_METALS,
        ),
        style(
            "metal", ("teal", "green", "fuchsia", "purple", "navy"), "evening|holiday", "formal", detail="drops",
            metal=_METALS,
        ),
        style(
            "metal", ("cream", "pink", "blue", "mint"), "work|weekend|evening", "smart", detail="studs",
            metal=_METALS,
        ),
        family=_JEWELLERY, models=6, prices=(15, 99), sizes=ONE_SIZE,
    ),
    _women(
        "Bracelets", "bracelet", "bracelet", "BR",
        style(
            "metal", ("teal", "red", "cream", "purple"), "evening|work|weekend", "smart", detail="bangle",
            metal=_METALS,
        ),
        style(
            "beads", ("coral", "cream", "teal", "camel", "pink"), "holiday|weekend", "casual", NOT_WINTER,
            detail="beads",
        ),
        style("metal", ("pink", "light blue", "yellow"), "weekend", "casual", detail="charms", metal=_METALS),
        family=_JEWELLERY, models=5, prices=(15, 109), sizes=ONE_SIZE,
    ),
    _women(
        "Sun Hats", "hat", "sun_hat", "SH",
        style(
            "straw", ("beige", "camel", "cream"), "holiday|weekend", "casual", WARM,
            accents=("navy", "black", "red", "green", "coral"),
        ),
        family="Women's Accessories", models=4, prices=(25, 79), sizes=ONE_SIZE,
    ),
    _women(
        "Felt Hats", "felt hat", "sun_hat", "FH",
        style(
            "wool", ("black", "camel", "grey", "burgundy", "olive"), "weekend|work", "smart", COLD,
            accents=("brown", "black", "cream"),
        ),
        family="Women's Accessories", models=3, prices=(39, 89), sizes=ONE_SIZE,
    ),
)
# fmt: on
