"""Does a seed's photo mean the same when it is compressed, cropped, scaled, lit otherwise, or taken elsewhere?"""

from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from model.histogram import garment_mask, to_lab
from service.checking.checks import Case
from service.checking.subject import Subject

QUALITY = 70
"""Of the JPEG that Q26 names."""

CROP = 0.025
"""Of each side, taken away or added."""

BRIGHTNESS = 0.1
SCALE = 0.5

WARM, COOL = (1.0, 0.97, 0.92), (0.92, 0.97, 1.0)
"""What a light leaves of a backdrop's red, green and blue: about as far as two seasons' backdrops are apart."""

Change = Callable[[Image.Image], bytes]


async def vectors_stay(subject: Subject, changes: Sequence[Change]) -> list[Case]:
    """Return the cosine between the vectors of a photo as it is and changed."""
    cases = []
    for seed, photo in await subject.photographed():
        plain = await subject.encode(photo, seed)
        for change in changes:
            changed = await subject.encode(change(_opened(photo)), seed)
            cases.append(Case(seed.product.product_id, float(plain @ changed)))
    return cases


async def outfits_stay(subject: Subject, changes: Sequence[Change]) -> list[Case]:
    """Return what the answers to a photo as it is and changed have in common."""
    cases = []
    for seed, photo in await subject.photographed():
        plain = await subject.ask_vector(seed, await subject.encode(photo, seed))
        for change in changes:
            vector = await subject.encode(change(_opened(photo)), seed)
            cases.append(Case(seed.product.product_id, subject.overlap(plain, await subject.ask_vector(seed, vector))))
    return cases


def compressed(photo: Image.Image) -> bytes:
    """Save as a JPEG of low quality."""
    photo.save(file := BytesIO(), "JPEG", quality=QUALITY)
    return file.getvalue()


def cropped(photo: Image.Image) -> bytes:
    """Take a twentieth away at each side."""
    across, down = round(photo.width * CROP), round(photo.height * CROP)
    return _saved(photo.crop((across, down, photo.width - across, photo.height - down)))


def widened(photo: Image.Image) -> bytes:
    """Add a twentieth at each side, of the colour of the corner."""
    border = (round(photo.width * CROP), round(photo.height * CROP)) * 2
    corner = photo.getpixel((0, 0))
    return _saved(ImageOps.expand(photo, border, fill=corner if isinstance(corner, tuple) else 0))


def resized(photo: Image.Image) -> bytes:
    """Halve both sides."""
    return _saved(photo.resize((max(1, round(photo.width * SCALE)), max(1, round(photo.height * SCALE)))))


def lit(photo: Image.Image, by: float) -> bytes:
    """Make a photo brighter (above 0) or darker."""
    return _saved(ImageEnhance.Brightness(photo).enhance(1 + by))


def before(photo: Image.Image, light: tuple[float, float, float]) -> bytes:
    """Put the garment before its own backdrop in another light."""
    return _with_backdrop(photo, np.asarray(photo) * np.array(light))


def before_white(photo: Image.Image) -> bytes:
    """Put the garment before white."""
    return _with_backdrop(photo, np.full_like(np.asarray(photo), 255))


COMPRESSED = (compressed,)
CROPPED = (cropped, widened)
RESIZED = (resized,)
LIT = (partial(lit, by=BRIGHTNESS), partial(lit, by=-BRIGHTNESS))
IN_ANOTHER_LIGHT = (partial(before, light=WARM), partial(before, light=COOL))
CUT_OUT = (before_white,)


def _with_backdrop(photo: Image.Image, backdrop: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> bytes:
    pixels = np.asarray(photo)
    garment = garment_mask(to_lab(pixels))[..., None]
    return _saved(Image.fromarray(np.where(garment, pixels, backdrop).round().astype(np.uint8)))


def _opened(photo: bytes) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(BytesIO(photo))).convert("RGB")


def _saved(photo: Image.Image) -> bytes:
    """Save without loss, so that nothing changes but what is to change."""
    photo.save(file := BytesIO(), "PNG", compress_level=1)
    return file.getvalue()
