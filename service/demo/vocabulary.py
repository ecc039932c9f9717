"""The words of the demo shop: colours with what vendors call them, brands with how they write titles."""

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass

from service.demo.canvas import RGB


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour: `name` is the attribute's label, `words` are what shops call it in titles."""

    name: str
    rgb: RGB
    words: tuple[str, ...]
    neutral: bool = False
    """Goes with anything."""

    @property
    def hue(self) -> float:
        """Where it lies on the colour wheel, in degrees."""
        return colorsys.rgb_to_hsv(*(level / 255 for level in self.rgb))[0] * 360


_COLOURS = (
    Colour("black", (40, 40, 44), ("black", "jet", "noir", "ink"), neutral=True),
    Colour("white", (246, 244, 239), ("white", "off-white", "chalk", "optic white"), neutral=True),
    Colour("cream", (238, 228, 206), ("cream", "ivory", "ecru", "vanilla"), neutral=True),
    Colour("grey", (142, 144, 149), ("grey", "gray", "grey marl", "silver grey"), neutral=True),
    Colour("charcoal", (78, 80, 88), ("charcoal", "anthracite", "slate", "dark gray"), neutral=True),
    Colour("navy", (36, 48, 88), ("navy", "midnight", "dark blue", "marine"), neutral=True),
    Colour("beige", (214, 196, 166), ("beige", "sand", "stone", "oatmeal"), neutral=True),
    Colour("camel", (191, 145, 94), ("camel", "caramel", "tan", "toffee"), neutral=True),
    Colour("brown", (106, 70, 48), ("brown", "chocolate", "chestnut", "espresso"), neutral=True),
    Colour("red", (190, 34, 46), ("red", "ruby", "scarlet", "cherry")),
    Colour("burgundy", (114, 26, 46), ("burgundy", "wine", "bordeaux", "oxblood")),
    Colour("pink", (232, 164, 180), ("pink", "blush", "rose", "powder pink")),
    Colour("fuchsia", (204, 48, 118), ("fuchsia", "magenta", "hot pink", "raspberry")),
    Colour("coral", (236, 118, 96), ("coral", "salmon", "peach", "living coral")),
    Colour("orange", (222, 112, 38), ("orange", "rust", "tangerine", "burnt orange")),
    Colour("mustard", (212, 160, 44), ("mustard", "ochre", "saffron", "curry")),
    Colour("yellow", (242, 212, 96), ("yellow", "lemon", "butter", "sunshine")),
    Colour("olive", (108, 110, 64), ("olive", "khaki", "moss", "army green")),
    Colour("green", (38, 112, 78), ("green", "emerald", "forest", "bottle green")),
    Colour("mint", (168, 212, 190), ("mint", "sage", "pistachio", "seafoam")),
    Colour("teal", (22, 112, 120), ("teal", "petrol", "peacock", "deep teal")),
    Colour("blue", (46, 94, 168), ("blue", "cobalt", "royal blue", "azure")),
    Colour("light blue", (160, 190, 222), ("light blue", "sky", "baby blue", "powder blue")),
    Colour("lilac", (186, 166, 212), ("lilac", "lavender", "wisteria", "mauve")),
    Colour("purple", (98, 58, 128), ("purple", "plum", "aubergine", "violet")),
    Colour("denim blue", (74, 98, 144), ("mid blue", "denim", "stonewash", "medium wash"), neutral=True),
    Colour("dark denim", (46, 58, 92), ("indigo", "rinse", "dark wash", "raw denim"), neutral=True),
    Colour("pale denim", (146, 172, 206), ("bleached", "light wash", "ice blue", "super light"), neutral=True),
    Colour("gold", (208, 168, 86), ("gold", "gold-tone", "champagne", "golden"), neutral=True),
    Colour("silver", (190, 194, 201), ("silver", "silver-tone", "steel", "pewter"), neutral=True),
    Colour("rose gold", (214, 156, 136), ("rose gold", "rosé", "pink gold", "rose-gold"), neutral=True),
)

COLOURS: Mapping[str, Colour] = {colour.name: colour for colour in _COLOURS}
"""All colours by name."""

NEUTRALS = ("black", "white", "cream", "grey", "charcoal", "navy", "beige", "camel", "brown")
DARKS = ("black", "charcoal", "navy", "brown", "grey")
LEATHERS = ("black", "brown", "camel", "black", "burgundy", "beige")
JEWELS = ("red", "green", "blue", "purple", "burgundy", "teal", "fuchsia", "black", "navy")
BRIGHTS = ("red", "fuchsia", "coral", "orange", "yellow", "green", "teal", "blue")
PASTELS = ("pink", "mint", "light blue", "lilac", "yellow", "cream", "coral")
AUTUMN = ("burgundy", "mustard", "olive", "orange", "brown", "teal", "camel")
DENIMS = ("denim blue", "dark denim", "pale denim", "black", "white")
ANY = (*NEUTRALS, *BRIGHTS, *PASTELS, *AUTUMN)

PAIRED: Mapping[str, tuple[str, ...]] = {
    "black": ("white", "cream", "camel"), "white": ("navy", "black", "red", "blue"), "cream": ("brown", "red", "navy"),
    "grey": ("black", "white", "navy"), "charcoal": ("grey", "light blue", "white"),
    "navy": ("white", "red", "light blue"),
    "beige": ("brown", "black", "white"), "camel": ("brown", "black", "cream"),
    "brown": ("cream", "camel", "light blue"),
    "red": ("white", "black", "navy"), "burgundy": ("cream", "pink", "navy"), "pink": ("white", "red", "burgundy"),
    "fuchsia": ("white", "black", "orange"), "coral": ("white", "cream", "navy"), "orange": ("cream", "brown", "navy"),
    "mustard": ("navy", "white", "brown"), "yellow": ("white", "navy", "green"), "olive": ("cream", "black", "mustard"),
    "green": ("white", "yellow", "navy"), "mint": ("white", "green", "navy"), "teal": ("yellow", "white", "coral"),
    "blue": ("white", "yellow", "navy"), "light blue": ("white", "navy", "yellow"),
    "lilac": ("white", "purple", "navy"),
    "purple": ("lilac", "white", "mustard"),
}  # fmt: skip
"""The second colours that patterns have on a colour."""


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand, and how its vendor fills in the title."""

    name: str
    title: str
    """With the fields model, colour, pattern, material, cut and noun."""


BRANDS = (
    Brand("Aldona", "{Colour} {pattern} {material} {cut} {noun}"),
    Brand("Brennan & Sons", "{Material} {Cut} {Noun}, {colour}"),
    Brand("Ça Va", "{Model} {noun} in {colour} {pattern} {material}"),
    Brand("DUSK", "{MODEL} {CUT} {NOUN} {COLOUR}"),
    Brand("Elm & Ivy", "{Pattern} {cut} {noun} - {colour}"),
    Brand("Fjordlys", "{Model} {material} {noun} {colour}"),
    Brand("Marlowe", "{Cut} {noun} in {colour} {material}"),
    Brand("Nord/Sud", "{noun} {model} {colour}"),
    Brand("Olivetta", '{Colour} {cut} {noun} "{Model}"'),
    Brand("Sable Lane", "{Material} {noun} with {pattern} {cut} - {colour}"),
)

MODELS = (
    "Alma", "Bea", "Carla", "Dora", "Edie", "Fleur", "Greta", "Hazel", "Ines", "Juno", "Kaya", "Lotte", "Mira", "Nell",
    "Otis", "Pia", "Quinn", "Rosa", "Sven", "Tess", "Ugo", "Vera", "Wilf", "Xenia", "Yann", "Zoe", "Arlo", "Bruno",
    "Cosmo", "Dario", "Emil", "Finn",
)  # fmt: skip
