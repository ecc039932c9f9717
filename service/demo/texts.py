"""Titles and descriptions as vendors write them: each brand in its own manner, colours by fancy names."""

import re
from collections.abc import Mapping
from random import Random

from service.demo.vocabulary import Brand

_PATTERNS = {
    "plain": "", "stripe": "striped", "pinstripe": "pinstriped", "check": "checked", "dot": "polka-dot",
    "floral": "floral",
    "herringbone": "herringbone", "animal": "leopard-print",
}  # fmt: skip
_DETAILS = {
    "wrap": "wrap", "belt": "belted", "buttons": "button-front", "tiers": "tiered", "puff": "puff-sleeve",
    "bow": "pussy-bow",
    "ruffle": "ruffled", "cable": "cable-knit", "double-breasted": "double-breasted", "lace": "lace-trim",
    "quilted": "quilted",
    "saddle": "saddle", "envelope": "envelope", "box": "box", "pouch": "pouch", "two-tone": "two-tone", "zip": "zip-up",
    "high-top": "high-top", "elastic": "chelsea", "laces": "lace-up", "buckle": "buckled", "block": "block-heel",
    "strap": "strappy",
    "penny": "penny", "bit": "horsebit", "tassel": "tassel", "straw": "espadrille", "cork": "cork",
    "cap toe": "cap-toe",
    "pendant": "pendant", "chain": "chain", "beads": "beaded", "hoops": "hoop", "drops": "drop", "studs": "stud",
    "bangle": "bangle", "charms": "charm", "links": "bracelet", "braided": "braided", "wide": "wide",
    "pompom": "bobble",
    "fringe": "fringed", "aviator": "aviator", "round": "round", "square": "square", "cat-eye": "cat-eye",
    "pocket": "pocket",
    "slit": "slit",
}  # fmt: skip
_MATERIALS = {
    "knit": "wool-blend",
    "patent": "patent leather",
    "metal": "",
    "acetate": "",
    "beads": "",
    "nylon": "recycled nylon",
}
_CARE = {
    "cotton": "100% cotton.", "wool": "80% wool, 20% polyamide. Dry clean only.",
    "knit": "60% wool, 40% acrylic. Hand wash.",
    "silk": "100% silk.", "satin": "100% viscose satin. Wash at 30 degrees.", "linen": "Pure European linen.",
    "leather": "Upper: genuine leather.", "suede": "Outer: suede. Protect from rain.",
    "denim": "98% cotton, 2% elastane.",
    "canvas": "Cotton canvas.", "nylon": "100% recycled polyamide.", "straw": "Natural straw.",
    "metal": "Plated brass, nickel free.", "acetate": "UV 400. Comes with a case.", "patent": "Outer: patent leather.",
}  # fmt: skip
_OPENINGS = (
    "A {noun} that does the work for you.", "Our best-loved {noun}, back in new colours.", "Cut to be lived in.",
    "The {noun} you will reach for first.", "New in: made in small runs.", "Easy to love, easier to wear.",
)  # fmt: skip
_OCCASIONS = {
    "work": "from desk to dinner", "weekend": "for slow Saturdays", "evening": "for nights out",
    "holiday": "for the suitcase",
}  # fmt: skip


def title_words(noun: str, attributes: Mapping[str, tuple[str, ...]], detail: str) -> dict[str, str]:
    """Return what a title may say of a product beside its model, colour and noun."""
    material = attributes["material"][0]
    length = attributes.get("length", ("",))[0]
    cut = [word for word in (length, _DETAILS.get(detail, "")) if word and word not in noun.casefold()]
    return {
        "pattern": _PATTERNS[attributes["pattern"][0]],
        "material": _MATERIALS.get(material, material),
        "cut": " ".join(cut),
    }


def titled(brand: Brand, words: Mapping[str, str]) -> str:
    """Fill in a brand's title; a field's capitals are the text's."""
    fields = {form(name): form(word) for name, word in words.items() for form in (str, _capital, str.upper)}
    text = re.sub(r"\s+", " ", brand.title.format_map(fields))
    return _capital(text.replace(" ,", ",").replace(" with -", " -").strip(" -,"))


def described(noun: str, attributes: Mapping[str, tuple[str, ...]], detail: str, rng: Random) -> str:
    """Write two or three sentences; a tenth of the products has none."""
    if rng.randrange(10) == 0:
        return ""
    features = _features(attributes, detail)
    sentences = [
        rng.choice(_OPENINGS).format(noun=noun),
        _capital(f"{', '.join(features)}." if features else ""),
        _capital(f"{_OCCASIONS[rng.choice(attributes['occasion'])]}."),
        _CARE.get(attributes["material"][0], ""),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _features(attributes: Mapping[str, tuple[str, ...]], detail: str) -> list[str]:
    said = {name: attributes.get(name, ("",))[0] for name in ("neckline", "sleeve", "fit", "heel")}
    features = [
        f"{said['neckline']} neck".replace("-neck neck", " neck").replace("high neck", "roll neck")
        if said["neckline"]
        else "",
        "sleeveless" if said["sleeve"] == "sleeveless" else said["sleeve"] and f"{said['sleeve']} sleeves",
        said["fit"] and f"{said['fit']} fit",
        said["heel"] and ("flat sole" if said["heel"] == "flat" else f"{said['heel']} heel"),
        f"{_DETAILS[detail]} detail" if detail in _DETAILS else "",
    ]
    return [feature for feature in features if feature]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
