"""A canvas that lights what is laid on it, always from the upper left.

Light, cloth and shadow are computed on the picture's own pixels, which keeps a picture at a few hundredths of a second.

Shapes: H is `HEIGHT`, W is `WIDTH`; h and w are those of a mask's window.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from PIL import Image

from service.demo.masks import Mask, dashes, fill, stroke, strokes
from service.demo.outlines import HEIGHT, WIDTH, Array, Point, curve, oval

RGB = tuple[int, int, int]
_VISIBLE = 0.12
_LIGHT_X, _LIGHT_Y = 0.5, 0.8


def tone(rgb: RGB | Array, factor: float) -> RGB:
    """Make a colour darker (below 1) or lighter (above 1, towards white)."""
    level = np.asarray(rgb, np.float32)
    shaded = level * factor if factor <= 1 else level + (255 - level) * (factor - 1)
    red, green, blue = (int(c) for c in shaded.clip(0, 255))
    return red, green, blue


def is_dark(rgb: RGB, below: float = 0.5) -> bool:
    """Say whether a colour's mean level, from 0 to 1, is under a limit."""
    return sum(rgb) < below * 3 * 255


class Canvas:
    """A picture in the making: `pixels` [H, W, 3] from 0 to 1, and the randomness of its details."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.pixels = _STUDIO.copy()

    def lay(
        self, mask: Mask, cloth: Array | RGB, *, swell: float = 12.0, depth: float = 0.5, gloss: float = 0.0,
        lift: float = 2.0,
    ) -> Self:  # fmt: skip
        """Lay a piece on the picture, with its shadow, as if it were stuffed.

        Args:
            mask: where the piece is.
            cloth: its colour, one for all, or [h, w, 3] from 0 to 1.
            swell: how far its edge is round, px.
            depth: how strongly light and shade fall on that.
            gloss: how much it shines.
            lift: how far above what lies below it floats, px; 0 casts no shadow.
        """
        if lift:
            self.shade(mask.softened(lift * 1.1).moved(round(lift * 0.5), round(lift)) - mask, 0.3)
        colour = np.asarray(cloth, np.float32) / 255 if isinstance(cloth, tuple) else cloth
        self._blend(mask, _lit(np.broadcast_to(colour, (*mask.cover.shape, 3)), mask, swell, depth, gloss))
        return self

    def tint(self, mask: Mask, rgb: RGB, opacity: float = 1.0) -> Self:
        """Paint a flat colour."""
        colour: Array = np.asarray(rgb, np.float32) / np.float32(255)
        self._blend(Mask(mask.cover * np.float32(opacity), mask.window), colour)
        return self

    def shade(self, mask: Mask, amount: float) -> Self:
        """Darken, or lighten by a negative amount."""
        here = self.pixels[mask.window]
        weight = (mask.cover * np.float32(abs(amount)))[..., None]
        here += (-here if amount >= 0 else 1 - here) * weight
        return self

    def hang(self, mask: Mask) -> Self:
        """Cast the shadow that a whole garment throws on the wall behind it."""
        self.shade(mask.softened(11).moved(7, 11) - mask, 0.26)
        return self.shade(mask.softened(3.5).moved(2, 3) - mask, 0.22)

    def fold(self, lines: Sequence[Sequence[Point]], inside: Mask, width: float = 5.0, depth: float = 0.22) -> Self:
        """Press soft creases into a piece: a shade each, and the light on its far side."""
        curves = [curve(line) for line in lines]
        soft = strokes(curves, width, np.concatenate(curves)).softened(width * 0.6)
        light = soft.moved(round(width * 0.9), round(width * 0.4))
        return self.shade(soft & inside, depth).shade(light & inside, -depth * 0.45)

    def seam(self, points: Sequence[Point], inside: Mask, depth: float = 0.3) -> Self:
        """Draw a fine dark line, with a hint of light beside it."""
        line = stroke(points, 1.0)
        return self.shade(line & inside, depth).shade(line.moved(1, 1) & inside, -depth * 0.25)

    def stitch(self, points: Sequence[Point], rgb: RGB, opacity: float = 0.75) -> Self:
        """Draw stitches."""
        return self.tint(dashes(points), rgb, opacity)

    def floor(self, x0: float, x1: float, y: float) -> Self:
        """Let something stand: a soft shadow from `x0` to `x1` on the ground at `y`."""
        middle, half = (x0 + x1) / 2, (x1 - x0) / 2
        self.shade(fill(oval(middle + 6, y + 3, half * 1.04, 9)).softened(9), 0.3)
        return self.shade(fill(oval(middle + 2, y, half * 0.97, 4)).softened(3), 0.42)

    def image(self) -> Image.Image:
        """Return the picture, what is on it moved up or down to its middle."""
        drawn = self.pixels - _STUDIO
        rows = np.flatnonzero((np.abs(drawn) > _VISIBLE).any((1, 2)))
        if rows.size:
            drawn = _lowered(drawn, round((HEIGHT - 1 - rows[0] - rows[-1]) / 2))
        return Image.fromarray(((drawn + _STUDIO).clip(0, 1) * 255 + 0.5).astype(np.uint8))

    def _blend(self, mask: Mask, colour: Array) -> None:
        here = self.pixels[mask.window]
        here += (colour - here) * mask.cover[..., None]


def _lowered(drawn: Array, dy: int) -> Array:
    """Move a picture down; what comes in above it is 0."""
    padded = np.pad(drawn, ((max(dy, 0), max(-dy, 0)), (0, 0), (0, 0)))
    return padded[max(-dy, 0) :][:HEIGHT]


def _studio() -> Array:
    """Return the empty set: a light ground, brightest above the middle."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    far = np.hypot((x - 150) / WIDTH, (y - 150) / HEIGHT)
    level = (0.945 - 0.085 * far**1.6)[..., None]
    return np.asarray(level * np.array([1.0, 0.994, 0.984], np.float32), np.float32)


def _lit(colour: Array, mask: Mask, swell: float, depth: float, gloss: float) -> Array:
    """Light a piece as a cushion: the blurred mask is its height, and the slope of that its angle to the light."""
    broad = _slope(mask, swell)
    narrow = _slope(mask, max(1.2, swell * 0.16))
    light = depth * (broad * 0.9 + narrow * 0.28)
    shaded = colour * (1 + np.minimum(light, 0)[..., None])
    glow = np.maximum(light, 0)[..., None]
    lit = shaded + (1 - shaded) * glow * (0.16 + 0.45 * gloss) + shaded * glow * 0.22
    return np.asarray(lit.clip(0, 1), np.float32)


def _slope(mask: Mask, radius: float) -> Array:
    """Return how much each pixel of a mask faces the light, about -1 to 1.

    Shapes: returns that of the mask's window.
    """
    height = mask.softened(radius)
    rise_y, rise_x = np.gradient(height.cover)
    facing: Array = np.asarray((rise_x * _LIGHT_X + rise_y * _LIGHT_Y) * (radius * 2.4), np.float32)
    return Mask(facing, height.window).seen(mask.window).clip(-1, 1)


_STUDIO = _studio()
