"""The colours of a garment as a histogram: nothing learned, the background left out.

Stylists match colours, and shops photograph a season's products before one backdrop. On Mango the backdrop alone finds
more partners than the garment's colours do, so a histogram of the whole photo measures the photo studio. The backdrop
is therefore fitted to the photo's edge, as a smooth surface, and what differs from it is the garment.

Notation used for array shapes: h height and w width in pixels, r pixels of the edge, n garments.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE_PX = 64
"""Longest side at which colours are best counted: on Mango neither 48 nor 96 pixels change what is found."""

BINS = (8, 13, 13)
"""Bins of lightness L*, a* and b*. Half as many find fewer partners on Mango's validation pairs, more hardly more."""

COLOURS = 8 * 13 * 13
"""How many bins these are: the length of a histogram."""

_LOWEST = np.array([0, -60, -60], np.float32)
_HIGHEST = np.array([100, 60, 60], np.float32)
_EDGE_SHARE = 0.03
_DIFFERENT = 3.0  # in Lab units; about 2.3 is a just noticeable difference
_LEAST_SHARE = 0.01
_FALLBACK_SHARE = 0.03
_OUTLIER = 2.5
_NEUTRAL_CHROMA = 15.0
_NEUTRAL_SHARE = 0.5
_LINEAR_BELOW = 0.04045

Pixels = NDArray[np.uint8]
Lab = NDArray[np.float32]
Mask = NDArray[np.bool_]


def garment_histogram(photo: "Pixels | np.ma.MaskedArray[Any, np.dtype[np.uint8]]") -> NDArray[np.float32]:
    """Return the square roots of the colours' shares, so that a dot product is the Bhattacharyya coefficient.

    Pixels are shared out among the bins around them. Their places in the photo do not count.

    Shapes:
        photo: [h, w, 3], RGB; masked where there is no photo, as `model.photos.rgb` gives it. Returns [8 * 13 * 13].
    """
    lab = to_lab(_inside(photo))
    colours = lab[garment_mask(lab)]
    places = (colours - _LOWEST) / (_HIGHEST - _LOWEST) * (np.array(BINS) - 1)
    places = np.clip(places, 0, np.array(BINS) - 1)
    below = np.minimum(places.astype(np.int64), np.array(BINS) - 2)
    above_share = places - below
    counts = np.zeros(np.prod(BINS))
    for corner in np.ndindex(2, 2, 2):
        weights = np.where(corner, above_share, 1 - above_share).prod(axis=1)
        counts += np.bincount(np.ravel_multi_index(tuple((below + corner).T), BINS), weights, minlength=len(counts))
    histogram: NDArray[np.float32] = np.sqrt(counts / counts.sum()).astype(np.float32)
    return histogram


def is_neutral(histograms: NDArray[np.float32]) -> Mask:
    """Say of which garments at least half is black, white, grey or next to it: C*ab of at most 15.

    Shapes:
        histograms: [n, 8 * 13 * 13], as `garment_histogram` gives them. Returns [n]; one of zeros is not neutral.
    """
    a, b = (np.linspace(_LOWEST[i], _HIGHEST[i], BINS[i]) for i in (1, 2))
    grey = np.broadcast_to(np.hypot(a[:, None], b) <= _NEUTRAL_CHROMA, BINS).ravel()
    shares: NDArray[np.float32] = (histograms[:, grey] ** 2).sum(axis=1)
    return shares >= _NEUTRAL_SHARE


def garment_mask(lab: Lab) -> Mask:
    """Say which pixels are the garment's: unlike the backdrop, or between such pixels both across and down.

    The second part keeps the middle of a white blouse before a white wall. Where next to nothing differs, the pixels
    that differ most are taken, so that there is always a garment.

    Shapes:
        lab: [h, w, 3]. Returns [h, w].
    """
    distance = _distance_from_backdrop(lab)
    mask: Mask = distance > _DIFFERENT
    mask = mask | (_between(mask, axis=0) & _between(mask, axis=1))
    if mask.mean() < _LEAST_SHARE:
        mask = distance >= np.quantile(distance, 1 - _FALLBACK_SHARE)
    return mask


def to_lab(pixels: Pixels) -> Lab:
    """Convert sRGB to CIE L*a*b* under D65.

    Shapes:
        pixels: [h, w, 3]. Returns [h, w, 3].

    Source:
        http://brucelindbloom.com/Eqn_XYZ_to_Lab.html (CIE 15, with 6/29 for the standard's rounded constants);
        https://geratools.com/rgb-to-lab (the transfer curve and the D65 matrix of IEC 61966-2-1).
    """
    xyz = _linear()[pixels] @ _TO_XYZ.T
    curved = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = np.moveaxis(curved, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


# To XYZ divided by the white point, so that white is (1, 1, 1).
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32)
_TO_XYZ /= _TO_XYZ.sum(axis=1, keepdims=True)


@lru_cache(maxsize=1)
def _linear() -> NDArray[np.float32]:
    """Return the linear light of the 256 values."""
    values = np.arange(256) / 255
    return np.where(values <= _LINEAR_BELOW, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _inside(photo: "Pixels | np.ma.MaskedArray[Any, np.dtype[np.uint8]]") -> Pixels:
    """Cut away the padding around the photo."""
    there: Mask = ~np.ma.getmaskarray(photo)[..., 0]
    pixels: Pixels = np.ma.getdata(photo)[np.any(there, axis=1)][:, np.any(there, axis=0)]
    return pixels


def _distance_from_backdrop(lab: Lab) -> NDArray[np.float32]:
    """Return how far each pixel [h, w] is from a quadratic surface fitted to the edge, twice: then without outliers."""
    height, width = lab.shape[:2]
    terms, edge = _surface_terms(height, width), _edge(height, width)
    known, colours = terms[edge], lab[edge]  # [r, 6], [r, 3]
    fit = np.linalg.lstsq(known, colours, rcond=None)[0]
    error = np.linalg.norm(colours - known @ fit, axis=1)
    usual = error <= _OUTLIER * np.median(error) + 0.5
    fit = np.linalg.lstsq(known[usual], colours[usual], rcond=None)[0]
    distance: NDArray[np.float32] = np.linalg.norm(lab - terms @ fit, axis=-1)
    return distance


@lru_cache(maxsize=16)
def _surface_terms(height: int, width: int) -> NDArray[np.float32]:
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).astype(np.float32)


@lru_cache(maxsize=16)
def _edge(height: int, width: int) -> Mask:
    across, down = (max(1, round(side * _EDGE_SHARE)) for side in (width, height))
    edge = np.ones((height, width), np.bool_)
    edge[down:-down, across:-across] = False
    return edge


def _between(mask: Mask, axis: int) -> Mask:
    before = np.logical_or.accumulate(mask, axis=axis)
    after = np.flip(np.logical_or.accumulate(np.flip(mask, axis), axis=axis), axis)
    between: Mask = before & after
    return between
