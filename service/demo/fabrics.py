"""Cloth as pixels: materials are fine differences of light, patterns are where the second colour is.

Everything is computed on a grid that can be turned (stripes run along a sleeve) and is slightly bent, as cloth is.

Shapes: h and w are those of the window that is woven.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from service.demo.canvas import RGB, flat, tone
from service.demo.masks import Mask
from service.demo.outlines import HEIGHT, MIDDLE, WIDTH, Array

GLOSS: Mapping[str, float] = {
    "satin": 0.9, "leather": 0.75, "patent": 1.6, "nylon": 0.45, "silk": 0.7, "denim": 0.1, "metal": 1.5,
}  # fmt: skip
"""How much materials shine; those that are not named hardly do."""

_GRAINED = frozenset({"denim", "knit", "rib", "satin", "silk", "straw", "canvas"})
"""Materials that look otherwise when they are turned."""

_CELL = 24.0
_FINE = 5.0
_SPARE = 64
"""How far, in px, a cut of fine noise may be from another one."""


@dataclass(frozen=True, slots=True)
class Fabric:
    """What a piece is made of: the main colour, the pattern's, the material and the pattern."""

    colour: RGB
    accent: RGB
    material: str = "cotton"
    pattern: str = "plain"

    @property
    def gloss(self) -> float:
        """How much it shines."""
        return GLOSS.get(self.material, 0.0)

    @property
    def plain(self) -> "Fabric":
        """The same without its pattern, for trimmings."""
        return Fabric(self.colour, self.accent, self.material)

    @property
    def ribbed(self) -> "Fabric":
        """The same as ribbing, for cuffs and hems of what is knitted."""
        return Fabric(self.colour, self.accent, "rib")

    def shaded(self, factor: float) -> "Fabric":
        """The same in darker (below 1) or lighter (above 1)."""
        return Fabric(tone(self.colour, factor), tone(self.accent, factor), self.material, self.pattern)

    def woven(self, mask: Mask, rng: np.random.Generator, turn: float = 0.0) -> Array:
        """Return the cloth under a mask, its grain turned by `turn` degrees.

        Shapes: returns [3, h, w].
        """
        is_grained = self.material in _GRAINED or self.pattern in _PATTERNS
        u, v = _grid(mask.window, rng, turn) if is_grained else (np.zeros_like(mask.cover),) * 2
        light = _MATERIALS.get(self.material, _cotton)(u, v, rng)
        sheen = np.maximum(light - 1, 0) * np.float32(0.25)
        levels: Iterable[Array] = flat(self.colour)
        if self.pattern in _PATTERNS:
            cover = _PATTERNS[self.pattern](u, v)
            levels = (main + (accent - main) * cover for main, accent in zip(levels, flat(self.accent), strict=True))
        return np.stack([(level * light + sheen).clip(0, 1) for level in levels])


def noise(rng: np.random.Generator, shape: tuple[int, int], grain: float, *, stretch: float = 1.0) -> Array:
    """Return smooth noise of unit strength, its blobs `grain` px wide and `stretch` times as high.

    Fine noise is cut out of a piece that is made once: nobody sees that two cloths share their grain.

    Shapes: returns `shape`.
    """
    if grain <= _FINE:
        y, x = rng.integers(_SPARE, size=2)
        return _fine_noise(grain, stretch)[y : y + shape[0], x : x + shape[1]]
    return _made_noise(rng, shape, grain, stretch)


@cache
def _fine_noise(grain: float, stretch: float) -> Array:
    return _made_noise(np.random.default_rng(0), (HEIGHT + _SPARE, WIDTH + _SPARE), grain, stretch)


def _made_noise(rng: np.random.Generator, shape: tuple[int, int], grain: float, stretch: float) -> Array:
    rows, columns = int(shape[0] / (grain * stretch)) + 3, int(shape[1] / grain) + 3
    coarse = Image.fromarray(rng.standard_normal((rows, columns), np.float32))
    return np.asarray(coarse.resize((shape[1], shape[0]), Image.Resampling.BICUBIC), np.float32)


def _grid(window: tuple[slice, slice], rng: np.random.Generator, turn: float) -> tuple[Array, Array]:
    y, x = np.mgrid[window].astype(np.float32)
    x, y = x - MIDDLE, y - HEIGHT / 2
    angle = np.float32(np.radians(turn))
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    shape = (u.shape[0], u.shape[1])
    return u + 0.8 * noise(rng, shape, 46), v + 0.9 * noise(rng, shape, 46)


def _band(at: Array, period: float, width: float) -> Array:
    """Return 1 on stripes of `width` px every `period` px, with smooth edges."""
    apart = np.abs(at / period - np.round(at / period)) * period
    return np.asarray((width / 2 - apart + 0.5).clip(0, 1), np.float32)


def _wave(at: Array, period: float) -> Array:
    return np.asarray(np.sin(at * np.float32(2 * np.pi / period)), np.float32)


def _stripe(u: Array, v: Array) -> Array:  # noqa: ARG001 - patterns take both directions
    return _band(v, 15, 5.5)


def _pinstripe(u: Array, v: Array) -> Array:  # noqa: ARG001 - patterns take both directions
    return 0.75 * _band(u, 9, 1.2)


def _check(u: Array, v: Array) -> Array:
    broad = 0.5 * _band(u, 18, 9) + 0.5 * _band(v, 18, 9)
    return np.asarray((broad + 0.35 * (_band(u + 9, 18, 1.2) + _band(v + 9, 18, 1.2))).clip(0, 1), np.float32)


def _dot(u: Array, v: Array) -> Array:
    period = 15.0
    row = np.round(v / (period / 2))
    shifted = u + (row % 2) * (period / 2)
    dx = shifted - np.round(shifted / period) * period
    dy = v - row * (period / 2)
    return np.asarray((3.0 - np.hypot(dx, dy) + 0.5).clip(0, 1), np.float32)


def _herringbone(u: Array, v: Array) -> Array:
    width = 9.0
    leaning = np.where(np.floor(u / width) % 2 == 0, u, -u)
    return 0.6 * _band(v + leaning, 6, 2.6)


def _cells(u: Array, v: Array, cell: float) -> tuple[Array, Array, Array]:
    """Scatter points, one a cell: return the offset from the nearest cell's point, and its random number."""
    column, row = np.floor(u / cell), np.floor(v / cell)
    dice = np.abs(np.sin(column * 127.1 + row * 311.7) * 43758.5) % 1
    jitter_x, jitter_y = (dice - 0.5) * cell * 0.4, ((dice * 7.3) % 1 - 0.5) * cell * 0.4
    return u - (column + 0.5) * cell - jitter_x, v - (row + 0.5) * cell - jitter_y, dice


def _floral(u: Array, v: Array) -> Array:
    dx, dy, dice = _cells(u, v, _CELL)
    angle, far = np.arctan2(dy, dx) + dice * 6, np.hypot(dx, dy)
    size = _CELL * (0.24 + 0.10 * dice)
    petals = (size * (0.68 + 0.32 * np.cos(5 * angle)) - far + 0.5).clip(0, 1)
    heart = (2.0 - far + 0.5).clip(0, 1)
    bx, by, small = _cells(u + _CELL / 2, v + _CELL / 2, _CELL)
    c, s = np.cos(small * 6), np.sin(small * 6)
    leaves = (3.2 - np.hypot(0.55 * (bx * c + by * s), 1.5 * (by * c - bx * s)) + 0.5).clip(0, 1)
    return np.asarray(np.maximum(petals * (1 - 0.8 * heart), 0.65 * leaves), np.float32)


def _animal(u: Array, v: Array) -> Array:
    dx, dy, dice = _cells(u, v, 15.0)
    angle, far = np.arctan2(dy, dx), np.hypot(dx, dy)
    ring = (2.1 - np.abs(far - 4.2 - np.sin(3 * angle + dice * 9)) + 0.5).clip(0, 1)
    broken = (np.cos(2 * angle + dice * 12) > -0.75).astype(np.float32)  # noqa: PLR2004 - most of the ring is there
    return np.asarray(ring * broken, np.float32)


_PATTERNS: Mapping[str, Callable[[Array, Array], Array]] = {
    "stripe": _stripe, "pinstripe": _pinstripe, "check": _check, "dot": _dot, "floral": _floral,
    "herringbone": _herringbone, "animal": _animal,
}  # fmt: skip


def _shape(u: Array) -> tuple[int, int]:
    return u.shape[0], u.shape[1]


def _cotton(u: Array, v: Array, rng: np.random.Generator) -> Array:  # noqa: ARG001 - materials take the same
    return 1 + 0.007 * noise(rng, _shape(u), 1.5) + 0.014 * noise(rng, _shape(u), 40)


def _denim(u: Array, v: Array, rng: np.random.Generator) -> Array:
    light: Array = (
        1 + 0.05 * _wave(u + v, 3.2) + 0.022 * noise(rng, _shape(u), 1.3, stretch=3) + 0.03 * noise(rng, _shape(u), 40)
    )
    return light


def _knit(u: Array, v: Array, rng: np.random.Generator) -> Array:
    column = np.abs(u / 7 - np.floor(u / 7) - 0.5)
    stitches = 0.085 * _wave(v + column * 7, 5) + 0.13 * (column - 0.25)
    return 1 + stitches + 0.02 * noise(rng, _shape(u), 2)


def _rib(u: Array, v: Array, rng: np.random.Generator) -> Array:  # noqa: ARG001 - materials take the same
    return 1 + 0.11 * _wave(u, 5.5) + 0.015 * noise(rng, _shape(u), 2)


def _leather(u: Array, v: Array, rng: np.random.Generator) -> Array:  # noqa: ARG001 - materials take the same
    return 1 + 0.01 * noise(rng, _shape(u), 2.2) + 0.028 * noise(rng, _shape(u), 40)


def _satin(u: Array, v: Array, rng: np.random.Generator) -> Array:
    flow = noise(rng, _shape(u), 70, stretch=2.4)
    return 1 + 0.10 * _wave(u + 0.25 * v + 13 * flow, 66) + 0.05 * _wave(u - 0.12 * v + 9 * flow, 31)


def _wool(u: Array, v: Array, rng: np.random.Generator) -> Array:  # noqa: ARG001 - materials take the same
    return 1 + 0.035 * noise(rng, _shape(u), 1.4) + 0.014 * noise(rng, _shape(u), 5)


def _linen(u: Array, v: Array, rng: np.random.Generator) -> Array:  # noqa: ARG001 - materials take the same
    across, along = noise(rng, _shape(u), 1.2, stretch=9), noise(rng, _shape(u), 12, stretch=0.1)
    return 1 + 0.024 * across + 0.024 * along


def _suede(u: Array, v: Array, rng: np.random.Generator) -> Array:  # noqa: ARG001 - materials take the same
    return 1 + 0.02 * noise(rng, _shape(u), 1.5) + 0.018 * noise(rng, _shape(u), 24)


def _straw(u: Array, v: Array, rng: np.random.Generator) -> Array:
    light: Array = 1 + 0.14 * _wave(u, 6) * _wave(v, 6) + 0.06 * _wave(v, 6) + 0.04 * noise(rng, _shape(u), 3)
    return light


def _canvas(u: Array, v: Array, rng: np.random.Generator) -> Array:
    return 1 + 0.045 * _wave(u, 2.6) * _wave(v, 2.6) + 0.03 * noise(rng, _shape(u), 2)


_MATERIALS: Mapping[str, Callable[[Array, Array, np.random.Generator], Array]] = {
    "denim": _denim, "knit": _knit, "rib": _rib, "leather": _leather, "patent": _cotton, "satin": _satin,
    "silk": _satin, "wool": _wool, "linen": _linen, "suede": _suede, "straw": _straw, "canvas": _canvas,
}  # fmt: skip
