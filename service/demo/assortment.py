"""What a shop's range is made of: lines (one a taxonomy) of styles that share material, occasion and season."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain import Gender

ALL_YEAR = ("spring", "summer", "autumn", "winter")
WARM = ("spring", "summer")
COLD = ("autumn", "winter")
MILD = ("spring", "autumn")
NOT_WINTER = ("spring", "summer", "autumn")
NOT_SUMMER = ("spring", "autumn", "winter")

FORMALITIES = ("casual", "smart", "formal")
"""From the least formal to the most."""

CLOTHES_SIZES = ("XS", "S", "M", "L", "XL")
WOMENS_SHOES = tuple(str(size) for size in range(36, 42))
MENS_SHOES = tuple(str(size) for size in range(40, 47))
SNEAKERS = tuple(str(size) for size in range(36, 47))
WAISTS = ("W26", "W28", "W30", "W32", "W34", "W36")
ONE_SIZE = ("One Size",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Models that are made and worn alike."""

    material: str
    colours: tuple[str, ...]
    occasions: tuple[str, ...]
    formality: str
    seasons: tuple[str, ...] = ALL_YEAR
    patterns: tuple[str, ...] = ("plain",)
    accents: tuple[str, ...] = ()
    """Second colours, where they are not those that patterns have: soles, gems, lenses."""
    cut: Mapping[str, tuple[str, ...]]
    """What varies, by name; each model takes one value of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A taxonomy with its styles."""

    taxonomy: str
    noun: str
    kind: str
    """The drawing."""
    code: str
    """What the ids of its products begin with."""
    path: tuple[str, ...]
    gender: Gender
    styles: tuple[Style, ...]
    models: int
    prices: tuple[int, int]
    """From the cheapest to the dearest, in euros."""
    sizes: tuple[str, ...] = ONE_SIZE

    def style_of(self, model: int) -> Style:
        """Return the style of a model by its number: they take turns."""
        return self.styles[model % len(self.styles)]


def style(
    material: str, colours: tuple[str, ...], occasions: str, formality: str, seasons: tuple[str, ...] = ALL_YEAR, *,
    patterns: str = "plain", accents: tuple[str, ...] = (), **cut: str,
) -> Style:  # fmt: skip
    """Write a style briefly: several values are parted by bars, `length="midi|maxi"`."""
    return Style(
        material=material, colours=colours, occasions=tuple(occasions.split("|")), formality=formality, seasons=seasons,
        patterns=tuple(patterns.split("|")), accents=accents,
        cut={name: tuple(of.split("|")) for name, of in cut.items()},
    )  # fmt: skip


def line(
    taxonomy: str, noun: str, kind: str, code: str, *styles: Style, department: str, family: str, gender: Gender,
    models: int,
    prices: tuple[int, int], sizes: tuple[str, ...],
) -> Line:  # fmt: skip
    """Write a line briefly."""
    return Line(
        taxonomy=taxonomy,
        noun=noun,
        kind=kind,
        code=code,
        path=(department, family),
        gender=gender,
        styles=styles,
        models=models,
        prices=prices,
        sizes=sizes,
    )
