"""Outlines: points that smooth lines pass, and what is made of points.

A picture is 320 x 400 px, and everything is drawn in these units, from the upper left.

Shapes: p points.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WIDTH = 320
HEIGHT = 400
MIDDLE = WIDTH / 2
Array = NDArray[np.float32]
Point = tuple[float, float]
_T = np.linspace(0, 1, 8, dtype=np.float32)
_HERMITE: Array = np.stack(
    [(1 + 2 * _T) * (1 - _T) ** 2, _T**2 * (3 - 2 * _T), _T * (1 - _T) ** 2, -(_T**2) * (1 - _T)], 1
)
"""Weights of start, end, leaving and arriving direction along a cubic. Source: the Hermite basis functions."""


class Corner(NamedTuple):
    """A point where an outline may turn sharply; plain tuples are passed smoothly."""

    x: float
    y: float


def curve(points: Sequence[Point], *, closed: bool = False) -> Array:
    """Return a smooth line through `points`, sharp at corners.

    Shapes: returns [p, 2].
    """
    at: Array = np.array([*points, points[0]] if closed else points, np.float32)
    step = np.diff(at, axis=0)
    length = np.maximum(np.hypot(step[:, :1], step[:, 1:]), 1e-6)
    chord: Array = np.asarray(step / length, np.float32)
    through = _directions(at, chord, closed=closed)
    sharp = np.array([isinstance(point, Corner) for point in [*points, points[0]][: len(at)]])[:, None]
    leaving = np.where(sharp[:-1], chord, through[:-1]) * length
    arriving = np.where(sharp[1:], chord, through[1:]) * length
    pieces = np.einsum("tb,bsx->stx", _HERMITE, np.stack([at[:-1], at[1:], leaving, arriving]))
    return np.asarray(pieces.reshape(-1, 2), np.float32)


def _directions(at: Array, chord: Array, *, closed: bool) -> Array:
    """Return where a line through `at` heads at each point: from the one before to the one after."""
    around = at[1:] - at[:-1]
    first = around[-1:] + around[:1] if closed else chord[:1]
    last = first if closed else chord[-1:]
    heading = np.concatenate([first, around[:-1] + around[1:], last])
    return np.asarray(heading / np.maximum(np.hypot(heading[:, :1], heading[:, 1:]), 1e-6), np.float32)


def mirrored(left: Sequence[Point]) -> list[Point]:
    """Complete the left half of an outline, listed from its top to its bottom, by its reflection."""
    right = [flip(point) for point in reversed(left) if abs(point[0] - MIDDLE) > 1e-3]  # noqa: PLR2004 - on the axis
    return [*left, *right]


def flip(point: Point) -> Point:
    """Reflect a point at the vertical axis of the picture."""
    x, y = WIDTH - point[0], point[1]
    return Corner(x, y) if isinstance(point, Corner) else (x, y)


def sided(points: Sequence[Point], side: int) -> list[Point]:
    """Return `points`, which are drawn for the left, for `side` -1 (left) or 1 (right)."""
    return [flip(point) for point in points] if side > 0 else list(points)


def moved(points: Sequence[Point], dx: float, dy: float) -> list[Point]:
    """Shift points."""
    return [Corner(x + dx, y + dy) if isinstance(p, Corner) else (x + dx, y + dy) for p in points for x, y in [p]]


def oval(x: float, y: float, rx: float, ry: float) -> list[Point]:
    """Return the outline of an ellipse."""
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return [(x + rx * float(np.cos(a)), y + ry * float(np.sin(a))) for a in angles]


def square(x0: float, y0: float, x1: float, y1: float, radius: float = 0.0) -> list[Point]:
    """Return the outline of a rectangle with round corners."""
    if not radius:
        return [Corner(x0, y0), Corner(x1, y0), Corner(x1, y1), Corner(x0, y1)]
    r, k = radius, radius * 0.29
    return [
        (x0 + k, y0 + k), Corner(x0 + r, y0), Corner(x1 - r, y0), (x1 - k, y0 + k), Corner(x1, y0 + r),
        Corner(x1, y1 - r), (x1 - k, y1 - k), Corner(x1 - r, y1), Corner(x0 + r, y1), (x0 + k, y1 - k),
        Corner(x0, y1 - r), Corner(x0, y0 + r),
    ]  # fmt: skip
