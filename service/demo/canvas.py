"""A canvas that lights what is laid on it, always from the upper left.

Light, cloth and shadow are computed on the picture's own pixels, which keeps a picture at a few hundredths of a second.
The ground is white and nothing else, so that a photo can be multiplied onto any other ground.

Shapes: H is `HEIGHT`, W is `WIDTH`; h and w are those of a mask's window. Colours come first, [3, h, w], and take
turns: numpy is several times as fast along long rows, and on arrays that fit into the processor's cache.
"""

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.demo.masks import Mask, dashes, fill, stroke, strokes
from service.demo.outlines import HEIGHT, WIDTH, Array, Point, curve, oval

RGB = tuple[int, int, int]
GROUND = 1.0
"""The level of all three colours where nothing is drawn."""

_VISIBLE = 0.12
_LIGHT_X, _LIGHT_Y = np.float32(0.5), np.float32(0.8)


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
    """A picture in the making: `pixels` [3, H, W] from 0 to 1, and the randomness of its details."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.pixels = np.full((3, HEIGHT, WIDTH), GROUND, np.float32)

    def lay(
        self, mask: Mask, cloth: Array | RGB, *, swell: float = 12.0, depth: float = 0.5, gloss: float = 0.0,
        lift: float = 2.0,
    ) -> Self:  # fmt: skip
        """Lay a piece on the picture, with its shadow, as if it were stuffed.

        Args:
            mask: where the piece is.
            cloth: its colour, one for all, or [3, h, w] from 0 to 1.
            swell: how far its edge is round, px.
            depth: how strongly light and shade fall on that.
            gloss: how much it shines.
            lift: how far above what lies below it floats, px; 0 casts no shadow.
        """
        if lift:
            self.shade(mask.softened(lift * 1.1).moved(round(lift * 0.5), round(lift)) - mask, 0.3)
        strength, shine = _light(mask, swell, depth, gloss)
        levels = flat(cloth) if isinstance(cloth, tuple) else cloth
        self._blend(mask, ((level * strength + shine).clip(0, 1) for level in levels))
        return self

    def tint(self, mask: Mask, rgb: RGB, opacity: float = 1.0) -> Self:
        """Paint a flat colour."""
        self._blend(Mask(mask.cover * np.float32(opacity), mask.window), flat(rgb))
        return self

    def shade(self, mask: Mask, amount: float) -> Self:
        """Darken, or lighten by a negative amount."""
        here = self.pixels[:, *mask.window]
        weight = mask.cover * np.float32(abs(amount))
        here *= 1 - weight
        if amount < 0:
            here += weight
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
        # Nothing lies beyond 0 and 1: all that was painted are mixtures.
        levels = np.stack([(level * 255 + 0.5).astype(np.uint8) for level in self.pixels])
        rows = np.flatnonzero(levels.min(axis=(0, 2)) < 255 * (GROUND - _VISIBLE))
        if rows.size:
            levels = _lowered(levels, round((HEIGHT - 1 - rows[0] - rows[-1]) / 2))
        return Image.merge("RGB", [Image.fromarray(level) for level in levels])

    def _blend(self, mask: Mask, levels: Iterable[Array]) -> None:
        uncovered = 1 - mask.cover
        for pixels, level in zip(self.pixels, levels, strict=True):
            pixels[mask.window] *= uncovered
            pixels[mask.window] += level * mask.cover


def flat(rgb: RGB) -> Array:
    """Return a colour's levels from 0 to 1, ready to be spread over a window.

    Shapes:
        returns: [3, 1, 1]
    """
    return (np.asarray(rgb, np.float32) / np.float32(255))[:, None, None]


def _lowered(levels: NDArray[np.uint8], dy: int) -> NDArray[np.uint8]:
    """Move a picture down, or up where `dy` is below 0; what comes in is ground."""
    padded = np.pad(levels, ((0, 0), (max(dy, 0), max(-dy, 0)), (0, 0)), constant_values=round(255 * GROUND))
    return padded[:, max(-dy, 0) :][:, :HEIGHT]


def _light(mask: Mask, swell: float, depth: float, gloss: float) -> tuple[Array, Array]:
    """Light a piece as a cushion: the blurred mask is its height, and the slope of that its angle to the light.

    Shapes:
        returns: how strong its own colour is [h, w], and the white that is added [h, w].
    """
    broad = _slope(mask, swell)
    narrow = _slope(mask, max(1.2, swell * 0.16))
    light = np.float32(depth) * (broad * np.float32(0.9) + narrow * np.float32(0.28))
    glow = np.maximum(light, 0)
    shine = glow * np.float32(0.16 + 0.45 * gloss)
    strength = (1 + np.minimum(light, 0)) * (1 - shine + np.float32(0.22) * glow)
    return np.asarray(strength, np.float32), shine


def _slope(mask: Mask, radius: float) -> Array:
    """Return how much each pixel of a mask faces the light, about -1 to 1.

    Shapes: returns that of the mask's window.
    """
    height = mask.softened(radius).seen(mask.window) * np.float32(radius * 1.2)
    facing = np.zeros_like(height)  # a mask covers nothing of its window's edge
    facing[1:-1, 1:-1] = _LIGHT_X * (height[1:-1, 2:] - height[1:-1, :-2])
    facing[1:-1, 1:-1] += _LIGHT_Y * (height[2:, 1:-1] - height[:-2, 1:-1])
    return np.clip(facing, -1, 1, out=facing)
