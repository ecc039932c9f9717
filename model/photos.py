"""Photos as arrays: decoded with limits, in the two views that the encoder looks at.

Notation used for array shapes: S side in pixels.
"""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from model.errors import PhotoRefused

MAX_PIXELS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP")

# Source: torchvision.transforms.Normalize as used by all of torchvision's ImageNet weights.
IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
IMAGENET_STD = np.array([0.229, 0.224, 0.225], np.float32)
_SCALE = (np.float32(1 / 255) / IMAGENET_STD)[:, None, None]
_SHIFT = (IMAGENET_MEAN / IMAGENET_STD)[:, None, None]


def views(photo: bytes, size_px: int) -> NDArray[np.float32]:
    """Return a photo's two views: the whole of it, and its centre at native resolution.

    The whole photo has its longest side scaled to `size_px` and is padded with the mean colour. The centre is
    `size_px` x `size_px` pixels of the original, where fabric and pattern still show; it is scaled up only if the
    photo is smaller than that.

    Shapes:
        returns: [2, 3, S, S], RGB with ImageNet's mean and standard deviation.

    Raises:
        PhotoRefused: the bytes are no photo, or have more than `MAX_PIXELS` pixels.
    """
    image = _decode(photo)
    whole, (top, left) = _fit(image, size_px)
    result = np.zeros((2, 3, size_px, size_px), np.float32)
    result[0, :, top : top + whole.height, left : left + whole.width] = _normalised(whole)
    result[1] = _normalised(_centre(image, size_px))
    return result


def rgb(photo: bytes, size_px: int) -> "np.ma.MaskedArray[tuple[int, ...], np.dtype[np.uint8]]":
    """Return the whole photo, its longest side scaled to `size_px`, with the padding around it masked.

    Shapes:
        returns: [S, S, 3]; the mask is True where there is no photo, and the values there are white.

    Raises:
        PhotoRefused: the bytes are no photo, or have more than `MAX_PIXELS` pixels.
    """
    whole, (top, left) = _fit(_decode(photo), size_px)
    result = np.ma.MaskedArray(np.full((size_px, size_px, 3), 255, np.uint8), mask=True)
    result[top : top + whole.height, left : left + whole.width] = np.asarray(whole)
    return result


def _decode(photo: bytes) -> Image.Image:
    """Decode frame 0 to RGB, upright and over white."""
    try:
        image: Image.Image = Image.open(BytesIO(photo), formats=FORMATS)  # reads the header, decodes nothing yet
        _check_size(image)
        image = ImageOps.exif_transpose(image)
        return _over_white(image) if image.has_transparency_data else image.convert("RGB")
    # Pillow warns or raises, by size, well above our own limit: a warning never gets past the check that follows it.
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except PhotoRefused:
        raise
    except Exception as error:  # damaged files make Pillow raise nearly anything, struct.error and TypeError included
        raise PhotoRefused(
            f"The photo cannot be read. Send a whole {', '.join(FORMATS)} file.", "unreadable"
        ) from error


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()


def _too_large() -> PhotoRefused:
    return PhotoRefused(
        f"The photo has more than {MAX_PIXELS // 10**6} million pixels. Send a smaller one.", "too_large"
    )


def _over_white(image: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")


def _fit(image: Image.Image, size_px: int) -> tuple[Image.Image, tuple[int, int]]:
    """Scale the longest side to `size_px`; also return the top and left of the result in the middle of a square."""
    scale = size_px / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC), ((size_px - height) // 2, (size_px - width) // 2)


def _centre(image: Image.Image, size_px: int) -> Image.Image:
    """Crop first and scale after, so that a long strip of a photo never becomes a huge one."""
    side = min(size_px, *image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.resize((size_px, size_px), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))


def _normalised(image: Image.Image) -> NDArray[np.float32]:
    """Shapes: returns [3, height, width]."""
    # One plane after the other: broadcasting over a last axis of three takes five times as long.
    pixels: NDArray[np.float32] = np.asarray(image).transpose(2, 0, 1).astype(np.float32, order="C")
    pixels *= _SCALE
    pixels -= _SHIFT
    return pixels
