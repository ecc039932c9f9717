"""Masks: where something is, with smooth edges. They are drawn three times as large and reduced.

Shapes: h and w are those of a window, p points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from service.demo.outlines import HEIGHT, WIDTH, Array, Point, curve

OVERSAMPLING = 3
_THIN = 2 * OVERSAMPLING  # the joints of thinner lines do not show
_BROAD = 5.0


Window = tuple[slice, slice]
"""Rows and columns of the picture."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Where something is: `cover` [h, w] from 0 to 1 in a window of the picture, and nothing outside it."""

    cover: Array
    window: Window

    def __and__(self, other: "Mask") -> "Mask":
        rows, columns = (_shared(a, b) for a, b in zip(self.window, other.window, strict=True))
        return Mask(self.seen((rows, columns)) * other.seen((rows, columns)), (rows, columns))

    def __sub__(self, other: "Mask") -> "Mask":
        return Mask(self.cover * (1 - other.seen(self.window)), self.window)

    def seen(self, window: Window) -> Array:
        """Return what lies in another window; not to be written to, as it may be this mask's own.

        Shapes: returns that of the window.
        """
        rows, columns = (_shared(a, b) for a, b in zip(self.window, window, strict=True))
        mine = self.cover[_within(rows, self.window[0]), _within(columns, self.window[1])]
        if (rows, columns) == window:
            return mine
        cover = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.float32)
        cover[_within(rows, window[0]), _within(columns, window[1])] = mine
        return cover

    def softened(self, radius: float) -> "Mask":
        """Blur the mask, px; a broad blur is made of every other pixel, which does not show."""
        window = _grown(self.window, int(2.5 * radius) + 2)
        sharp = Image.fromarray((self.seen(window) * 255).astype(np.uint8))
        if radius < _BROAD:
            return Mask(_cover(sharp.filter(ImageFilter.GaussianBlur(radius))), window)
        half = sharp.reduce(2).filter(ImageFilter.GaussianBlur(radius / 2))
        return Mask(_cover(half.resize(sharp.size, Image.Resampling.BILINEAR)), window)

    def moved(self, dx: int, dy: int) -> "Mask":
        """Move the mask, px; what leaves the picture is cut off."""
        rows, columns = self.window
        there = slice(rows.start + dy, rows.stop + dy), slice(columns.start + dx, columns.stop + dx)
        inside = _shared(there[0], slice(0, HEIGHT)), _shared(there[1], slice(0, WIDTH))
        return Mask(Mask(self.cover, there).seen(inside), inside)


def _shared(one: slice, other: slice) -> slice:
    """Return what two ranges have in common; an empty one where that is nothing."""
    start = max(one.start, other.start)
    return slice(start, max(start, min(one.stop, other.stop)))


def _within(inner: slice, outer: slice) -> slice:
    """Return a range counted from the start of one that holds it."""
    return slice(inner.start - outer.start, inner.stop - outer.start) if inner.stop > inner.start else slice(0, 0)


def fill(points: Sequence[Point]) -> Mask:
    """Return the inside of a closed outline."""
    return _drawn(curve(points, closed=True), 0)


def stroke(points: Sequence[Point], width: float, *, closed: bool = False) -> Mask:
    """Return a smooth line with round ends, `width` px wide."""
    return _drawn(curve(points, closed=closed), width)


def dashes(points: Sequence[Point], width: float = 1.0, on: float = 3.2, off: float = 2.2) -> Mask:
    """Return a dashed smooth line, as stitching is; lengths in px."""
    line = curve(points)
    run = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    starts = np.arange(0, float(run[-1]) - on, on + off)
    pairs = [
        [(float(np.interp(s, run, line[:, 0])), float(np.interp(s, run, line[:, 1]))) for s in (start, start + on)]
        for start in starts
    ]
    return strokes([np.array(pair, np.float32) for pair in pairs], width, line)


def spots(points: Sequence[Point], radius: float) -> Mask:
    """Return round spots: buttonholes, perforations."""
    lines = [np.array([point, point], np.float32) for point in points]
    return strokes(lines, 2 * radius, np.array(points, np.float32))


def _drawn(line: Array, width: float) -> Mask:
    if width:
        return strokes([line], width, line)
    image, window, place = _blank(line, 1)
    ImageDraw.Draw(image).polygon(place(line).ravel().tolist(), fill=255)
    return _reduced(image, window)


def strokes(lines: Sequence[Array], width: float, extent: Array) -> Mask:
    """Return several lines as one mask; `extent` [p, 2] spans all of them."""
    image, window, place = _blank(extent, width)
    pen = ImageDraw.Draw(image)
    thick = max(1, round(width * OVERSAMPLING))
    for line in lines:
        placed = place(line)
        pen.line(placed.ravel().tolist(), fill=255, width=thick)
        for x, y in (placed if thick > _THIN else placed[[0, -1]]).tolist():
            pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=255)
    return _reduced(image, window)


class _Placing(NamedTuple):
    x: int
    y: int

    def __call__(self, line: Array) -> Array:
        return (line - np.array([self.x, self.y], np.float32)) * OVERSAMPLING


def _blank(line: Array, margin: float) -> tuple[Image.Image, Window, _Placing]:
    """Return an enlarged black image around a line, the window that it stands for, and how points get into it."""
    low, high = np.floor(line.min(0) - margin - 1), np.ceil(line.max(0) + margin + 1)
    x0, y0 = max(0, min(int(low[0]), WIDTH - 2)), max(0, min(int(low[1]), HEIGHT - 2))
    x1, y1 = min(WIDTH, max(int(high[0]), x0 + 2)), min(HEIGHT, max(int(high[1]), y0 + 2))
    image = Image.new("L", ((x1 - x0) * OVERSAMPLING, (y1 - y0) * OVERSAMPLING))
    return image, (slice(y0, y1), slice(x0, x1)), _Placing(x0, y0)


def _reduced(image: Image.Image, window: Window) -> Mask:
    return Mask(_cover(image.reduce(OVERSAMPLING)), window)


def _cover(image: Image.Image) -> Array:
    cover: Array = np.multiply(np.asarray(image), np.float32(1 / 255), dtype=np.float32)
    return cover


def _grown(window: Window, margin: int) -> Window:
    """Return a window with a margin of so many px, as far as the picture goes."""
    rows, columns = window
    return (
        slice(max(0, rows.start - margin), min(HEIGHT, rows.stop + margin)),
        slice(max(0, columns.start - margin), min(WIDTH, columns.stop + margin)),
    )
