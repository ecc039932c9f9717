"""Photos of products over HTTP: as small pictures, and out of the home's folder of photos alone."""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b
from http import HTTPStatus
from io import BytesIO
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from PIL import Image, ImageOps
from PIL.ExifTags import Base as Tag

from service.api.deps import settings_of
from service.api.problems import Refusal
from service.api.queries import AskedByQuery
from service.home import Home
from service.web.cutouts import cut_out

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 25_000_000
"""No larger photo is decoded; the encoder refuses them too (`model.photos`)."""

TALLEST = 4
"""A picture is at most so many times as high as the width that was asked for: WebP ends at 16,383 pixels."""

QUALITY, METHOD = 80, 2
"""Pillow's default method, 4, takes two and a half times as long for a file that is a fourteenth smaller."""

SMALLEST_GAP = 1.5
"""A JPEG is decoded at a half, a quarter or an eighth, but at no less than so many times the size of the picture."""

MAX_AGE_S = 86_400
KEPT_BYTES = 64 * 2**20
"""Of pictures, in the memory of each process."""

MAKERS = 2
"""Pictures made at a time, so that a page full of photos leaves the looks their share of the cores."""

_LYING = range(5, 9)
"""EXIF orientations of photos whose sides change places when they are put upright."""

router = APIRouter(include_in_schema=False)


class Width(IntEnum):
    """Pixels; few widths, so that few pictures are made of one photo."""

    ICON = 120
    CARD = 240
    PAGE = 480
    LARGE = 960


class PhotoQuery(AskedByQuery):
    """How large a picture; `cut` leaves out the background where the product can be told from it."""

    width: Width = Width.PAGE
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """A file of the folder, and what changes when its content does."""

    path: Path
    state: str

    def etag(self, query: PhotoQuery) -> str:
        """Return what tells this picture from every other, and from those of earlier contents."""
        state = f"{self.state} {query.width} {query.cut}".encode(
            errors="surrogateescape"
        )  # names of files are not always text
        return f'"{blake2b(state, digest_size=12).hexdigest()}"'


class Pictures:
    """Makes pictures off the event loop and keeps those that were asked for last. Used from one event loop."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._makers = ThreadPoolExecutor(MAKERS, thread_name_prefix="pictures")
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._free_bytes = kept_bytes

    async def get(self, photo: Photo, query: PhotoQuery) -> bytes:
        """Return the picture, a WebP file.

        Raises:
            Refusal: the file holds no photo that can be shown.
        """
        etag = photo.etag(query)
        if etag not in self._kept:
            picture = await asyncio.get_running_loop().run_in_executor(self._makers, make_picture, photo.path, query)
            self._keep(etag, picture)
            return picture
        self._kept.move_to_end(etag)
        return self._kept[etag]

    def _keep(self, etag: str, picture: bytes) -> None:
        self._free_bytes += len(self._kept.pop(etag, b"")) - len(picture)  # two may have asked for it at once
        self._kept[etag] = picture
        while self._free_bytes < 0:
            _, oldest = self._kept.popitem(last=False)
            self._free_bytes += len(oldest)


_pictures = Pictures()


@router.get("/photos/{name:path}")
async def show_photo(request: Request, name: str, query: Annotated[PhotoQuery, Query()]) -> Response:
    """Show a photo, as wide as was asked for or as it is, whichever is less."""
    photo = await run_in_threadpool(find_photo, Home(settings_of(request).home).photos, name)
    etag = photo.etag(query)
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={MAX_AGE_S}"}
    if etag in request.headers.get("if-none-match", ""):  # be it one of several, or marked as weak
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    # Opened by itself, in a tab, it is a document: one that may do nothing.
    headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return Response(await _pictures.get(photo, query), headers=headers, media_type="image/webp")


def find_photo(folder: Path, name: str) -> Photo:
    """Find a file by its path in `folder`.

    Raises:
        Refusal: there is none, or the way to it leads out of the folder, be it by a link.
    """
    if name.startswith("/") or ".." in PurePosixPath(name).parts:
        raise _unknown()
    try:
        root = folder.resolve(strict=True)
        path = (root / name).resolve(strict=True)
        status = path.stat()
    except (OSError, ValueError, RuntimeError) as error:  # not there; a NUL character; links that go round in circles
        raise _unknown() from error
    if not path.is_relative_to(root) or not S_ISREG(status.st_mode):
        raise _unknown()
    return Photo(path, f"{path.relative_to(root)} {status.st_size} {status.st_mtime_ns}")


def make_picture(path: Path, query: PhotoQuery) -> bytes:
    """Make a WebP file out of a photo: upright, with its transparency, without its metadata, never larger than it is.

    Raises:
        Refusal: the file is no photo, is damaged or has more than `MAX_PIXELS` pixels.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:  # reads the header, decodes nothing yet
            upright = ImageOps.exif_transpose(_scaled(image, query.width))
        picture = cut_out(upright) if query.cut else upright
        picture.save(file := BytesIO(), "WEBP", quality=QUALITY, method=METHOD)
    except Exception as error:  # damaged files make Pillow raise nearly anything, struct.error and TypeError included
        raise _unknown() from error
    return file.getvalue()


def _scaled(image: Image.Image, width: Width) -> Image.Image:
    if image.width * image.height > MAX_PIXELS:
        raise ValueError("too many pixels")
    if image.mode in {"1", "P"} or "transparency" in image.info:  # these cannot be scaled smoothly as they are
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    lies = image.getexif().get(Tag.Orientation) in _LYING
    across, down = image.size[::-1] if lies else image.size
    scale = min(width / across, TALLEST * width / down)
    size = max(1, round(across * scale)), max(1, round(down * scale))
    # Does nothing where that would make the photo larger.
    image.thumbnail(size[::-1] if lies else size, reducing_gap=SMALLEST_GAP)
    return image


def _unknown() -> Refusal:
    return Refusal(
        404, "unknown_photo", "No photo of the catalogue is at this address; products name theirs as image_url."
    )
