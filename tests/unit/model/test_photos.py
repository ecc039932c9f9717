from contextlib import suppress
from io import BytesIO
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from model.errors import PhotoRefused
from model.photos import IMAGENET_MEAN, IMAGENET_STD, MAX_PIXELS, rgb, views


def encoded(pixels: NDArray[np.uint8], image_format: str = "PNG", **options: Any) -> bytes:
    data = BytesIO()
    Image.fromarray(pixels).save(data, image_format, **options)
    return data.getvalue()


def plain(width: int, height: int, colour: tuple[int, ...] = (255, 0, 0)) -> NDArray[np.uint8]:
    return np.full((height, width, len(colour)), colour, np.uint8)


def pixels(view: NDArray[np.float32]) -> NDArray[np.float32]:
    restored: NDArray[np.float32] = view.transpose(1, 2, 0) * IMAGENET_STD + IMAGENET_MEAN
    return np.rint(restored * 255)


def test_the_views_are_the_normalised_whole_and_centre() -> None:
    result = views(encoded(plain(60, 100)), 32)
    assert result.shape == (2, 3, 32, 32)
    assert result.dtype == np.float32
    expected = (np.array([1, 0, 0]) - IMAGENET_MEAN) / IMAGENET_STD
    np.testing.assert_allclose(result[:, :, 16, 16], [expected, expected], rtol=1e-5)


def test_the_whole_photo_is_padded_with_zeros_on_both_sides() -> None:
    whole = views(encoded(plain(50, 100)), 32)[0]
    filled = np.abs(whole).sum(axis=(0, 1)) > 0
    assert filled.tolist() == [False] * 8 + [True] * 16 + [False] * 8


def test_the_centre_is_a_crop_at_native_resolution() -> None:
    photo = np.random.default_rng(1).integers(0, 255, (90, 70, 3), dtype=np.uint8)
    np.testing.assert_array_equal(pixels(views(encoded(photo), 32)[1]), photo[29:61, 19:51])


def test_the_centre_of_a_small_photo_is_scaled_up() -> None:
    centre = pixels(views(encoded(plain(8, 20)), 32)[1])
    assert (centre == (255, 0, 0)).all()


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 5000), (5000, 1)])
def test_a_photo_of_any_proportions_gives_finite_views(width: int, height: int) -> None:
    assert np.isfinite(views(encoded(plain(width, height)), 32)).all()


def test_transparent_pixels_are_seen_over_white() -> None:
    assert (rgb(encoded(plain(10, 10, (0, 0, 255, 0))), 10) == 255).all()


def test_a_palette_with_transparency_is_seen_over_white() -> None:
    image = Image.new("P", (10, 10), 0)
    image.putpalette([0, 0, 0])
    data = BytesIO()
    image.save(data, "PNG", transparency=bytes([0]))
    assert (rgb(data.getvalue(), 10) == 255).all()


def test_exif_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the left of what is stored is the top of what was seen
    stored = plain(20, 10)
    stored[:, :10] = (0, 0, 255)
    seen = rgb(encoded(stored, "PNG", exif=exif), 20)
    assert seen[2, 10].tolist() == [0, 0, 255]
    assert seen[18, 10].tolist() == [255, 0, 0]


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_the_three_formats_of_the_web_are_read(image_format: str) -> None:
    middle = rgb(encoded(plain(20, 20), image_format), 20)[10, 10].astype(int)
    assert np.abs(middle - (255, 0, 0)).max() <= 4


def test_only_the_first_frame_counts() -> None:
    frames = [Image.fromarray(plain(10, 10, colour)) for colour in ((255, 0, 0), (0, 0, 255))]
    data = BytesIO()
    frames[0].save(data, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert rgb(data.getvalue(), 10)[5, 5].tolist() == [255, 0, 0]


def test_the_padding_of_the_histogram_view_is_masked() -> None:
    result = rgb(encoded(plain(50, 100)), 32)
    assert result.dtype == np.uint8
    assert np.ma.getmaskarray(result)[:, :, 0].any(axis=0).tolist() == [True] * 8 + [False] * 16 + [True] * 8


@pytest.mark.parametrize(
    "photo",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not a photo", id="text"),
        pytest.param(encoded(plain(50, 50), "GIF"), id="another format"),
        pytest.param(encoded(np.random.default_rng(0).integers(0, 255, (50, 50, 3), np.uint8))[:900], id="cut off"),
    ],
)
def test_what_is_no_photo_is_refused(photo: bytes) -> None:
    with pytest.raises(PhotoRefused, match="Send a whole JPEG, PNG, WEBP") as refused:
        views(photo, 32)
    assert refused.value.code == "unreadable"


def test_any_damage_is_refused_or_survived() -> None:
    rng = np.random.default_rng(2)
    for image_format in ("JPEG", "PNG", "WEBP"):
        photo = encoded(rng.integers(0, 255, (40, 40, 3), dtype=np.uint8), image_format)
        for _ in range(50):
            damaged = bytearray(photo)
            damaged[rng.integers(len(photo))] = rng.integers(256)
            with suppress(PhotoRefused):
                assert np.isfinite(views(bytes(damaged), 16)).all()


@pytest.mark.parametrize("side", [5_001, 10_000, 20_000], ids=["ours", "Pillow warns", "Pillow refuses"])
def test_too_many_pixels_are_refused_before_decoding(side: int) -> None:
    header = bytearray(encoded(plain(1, 1)))
    header[16:24] = side.to_bytes(4) + side.to_bytes(4)
    header[29:33] = crc32(header[12:29]).to_bytes(4)
    assert side * side > MAX_PIXELS
    with pytest.raises(PhotoRefused, match="25 million pixels") as refused:
        views(bytes(header), 32)
    assert refused.value.code == "too_large"
