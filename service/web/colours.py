"""Colours to look for: the words that the served bundle knows, with a swatch where the word is a common one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ATTRIBUTES = ("colour", "color")

SWATCHES = {
    "beige": "#d9c4a0", "black": "#1d1b1b", "blue": "#2f5fae", "brown": "#6d4430", "burgundy": "#6e1b2f",
    "camel": "#b98a54", "charcoal": "#45464b", "coral": "#ef7361", "cream": "#f4ead2", "dark denim": "#27365a",
    "denim blue": "#4f6f9f", "ecru": "#e9dfc6", "fuchsia": "#c82a7c", "gold": "#c69a3d", "gray": "#8f9094",
    "green": "#3c7a48", "grey": "#8f9094", "khaki": "#a39a6b", "light blue": "#a3c4e4", "lilac": "#b9a2d6",
    "mint": "#a9dcc3", "mustard": "#cf9a26", "navy": "#1f2b4d", "olive": "#6c6b34", "orange": "#e4762b",
    "pale denim": "#9db6d3", "pink": "#eea6b9", "purple": "#6b3c8c", "red": "#bf2530", "rose gold": "#d59a88",
    "silver": "#c3c6ca", "teal": "#1f7378", "turquoise": "#3fb5b3", "white": "#ffffff", "yellow": "#f0cf45",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colour:
    """A word that finds products, and how it looks (None where the word does not say)."""

    word: str
    swatch: str | None


def colours(card: Mapping[str, Any]) -> tuple[Colour, ...]:
    """Return the colours that the bundle was taught; none where it learnt no such attribute."""
    label_sets = card.get("label_sets", {})
    labels = next((label_sets[name]["labels"] for name in ATTRIBUTES if name in label_sets), ())
    return tuple(Colour(label, SWATCHES.get(label.casefold())) for label in labels)
