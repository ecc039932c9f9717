"""Products cut out of their photos, for a flat-lay: what a plain background lets one tell apart, and no more.

Notation used for array shapes: h height, w width.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

MASK_PX = 240
"""Width at which the outline is looked for; the mask is scaled up again, which also softens its edge."""

EDGE_PX = 5
"""Columns at the left and the right that show nothing but background."""

APART = 12
"""Least difference of a colour channel (0 to 255) from the background: shadows are less, most garments more."""

CLEAR = 25
"""Median difference below which a product is too like its background to be cut out of it: white on white."""

LEAST = 0.01
"""Smallest share of the photo that can be a product."""

Mask = NDArray[np.bool_]


def cut_out(photo: Image.Image) -> Image.Image:
    """Return the product of a photo on a transparent ground, cropped to it; the photo as it is where that is not clear.

    The background is taken to run evenly from the left edge to the right, in every row its own. What differs from it is
    the product, and so is whatever lies between two such points both across and down: white prints stay whole.
    """
    if photo.has_transparency_data:
        return photo
    mask = _mask(photo.convert("RGB"))
    if mask is None:
        return photo
    cut = photo.convert("RGBA")
    cut.putalpha(mask.resize(photo.size, Image.Resampling.BILINEAR))
    return cut.crop(cut.getchannel("A").point(lambda opacity: 255 * (opacity > MASK_PX // 8)).getbbox())


def _mask(photo: Image.Image) -> Image.Image | None:
    """Return the opacity of each pixel of a small copy; None where the product cannot be told from the background."""
    small = photo.resize((MASK_PX, max(1, round(MASK_PX * photo.height / photo.width))))
    difference = _difference(np.asarray(small.filter(ImageFilter.GaussianBlur(1)), np.float32))
    speckled = Image.fromarray(difference > APART).convert("L")
    apart = np.asarray(speckled.filter(ImageFilter.MedianFilter(5))) > 0
    if apart.mean() < LEAST or np.median(difference[apart]) < CLEAR:
        return None
    return Image.fromarray(_filled(apart)).convert("L").filter(ImageFilter.GaussianBlur(1))


def _difference(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far each pixel is from the background of its row, in its most different channel.

    Shapes:
        pixels: [h, w, 3].
        returns: [h, w].
    """
    left, right = pixels[:, :EDGE_PX].mean(1, keepdims=True), pixels[:, -EDGE_PX:].mean(1, keepdims=True)
    across = np.linspace(0, 1, pixels.shape[1], dtype=np.float32)[None, :, None]
    difference: NDArray[np.float32] = np.abs(pixels - (left * (1 - across) + right * across)).max(axis=-1)
    return difference


def _filled(mask: Mask) -> Mask:
    """Add what lies between two points of the mask both in its row and in its column [h, w]."""
    return _between(mask, axis=1) & _between(mask, axis=0)


def _between(mask: Mask, axis: int) -> Mask:
    seen = np.logical_or.accumulate(mask, axis=axis)
    to_come = np.flip(np.logical_or.accumulate(np.flip(mask, axis), axis=axis), axis)
    return np.asarray(seen & to_come)
