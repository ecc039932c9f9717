import numpy as np
import pytest
from numpy.typing import NDArray

from model.histogram import BINS, garment_histogram, garment_mask, is_neutral, to_lab

Pixels = NDArray[np.uint8]

WHITE, GREY, RED, BLUE = (255, 255, 255), (230, 230, 226), (200, 20, 30), (20, 40, 160)


def photo(garment: tuple[int, int, int], backdrop: tuple[int, int, int] = GREY, size: int = 64) -> Pixels:
    pixels = np.empty((size, size * 3 // 4, 3), np.uint8)
    pixels[:] = backdrop
    pixels[size // 4 : -size // 4, size // 4 : -size // 4] = garment
    return pixels


def likeness(a: Pixels, b: Pixels) -> float:
    return float(garment_histogram(a) @ garment_histogram(b))


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((3, 3, 3), (0.82, 0, 0)),
    ],
)
def test_lab_equals_published_values(rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    assert to_lab(np.array([[rgb]], np.uint8))[0, 0] == pytest.approx(lab, abs=0.05)


def test_a_histogram_has_unit_length_and_the_stated_bins() -> None:
    histogram = garment_histogram(photo(RED))
    assert histogram.shape == (np.prod(BINS),)
    assert histogram.dtype == np.float32
    assert np.linalg.norm(histogram) == pytest.approx(1.0)


def test_the_backdrop_does_not_count() -> None:
    assert likeness(photo(RED, WHITE), photo(RED, (190, 200, 210))) == pytest.approx(1.0, abs=1e-3)
    assert likeness(photo(RED), photo(BLUE)) < 0.1


def test_a_backdrop_that_darkens_towards_a_corner_does_not_count() -> None:
    pixels = photo(RED).astype(np.float64)
    shade = np.linspace(1, 0.8, pixels.shape[0])[:, None] * np.linspace(1, 0.95, pixels.shape[1])[None]
    backdrop = (pixels == GREY).all(axis=2)
    pixels[backdrop] *= shade[backdrop][:, None]
    assert (garment_mask(to_lab(pixels.astype(np.uint8))) == ~backdrop).mean() > 0.99


def test_a_garment_that_crosses_the_edge_is_still_told_from_the_backdrop() -> None:
    pixels = photo(RED)
    pixels[-16:, 16:-16] = RED
    mask = garment_mask(to_lab(pixels))
    assert mask[-8:, 20:-20].all()
    assert not mask[:8].any()


def test_the_middle_of_a_white_garment_before_a_white_wall_is_the_garments() -> None:
    pixels = photo(GREY)
    outline = photo(RED)[..., 0] == RED[0]
    outline[17:-17, 17:-17] = False
    pixels[outline] = (150, 150, 150)
    mask = garment_mask(to_lab(pixels))
    assert mask[32, 24]
    assert not mask[2, 2]


def test_a_photo_of_one_colour_is_its_own_garment() -> None:
    assert likeness(photo(RED, RED), photo(RED)) == pytest.approx(1.0, abs=1e-3)


def test_padding_is_no_part_of_the_photo() -> None:
    pixels = photo(RED)
    padded = np.ma.MaskedArray(np.full((64, 64, 3), 255, np.uint8), mask=True)
    padded[:, 8:56] = pixels
    assert garment_histogram(padded) == pytest.approx(garment_histogram(pixels))


def test_like_colours_are_nearer_than_unlike_ones() -> None:
    assert likeness(photo(RED), photo((185, 25, 40))) > likeness(photo(RED), photo((140, 60, 90)))


def test_places_in_the_photo_do_not_count() -> None:
    assert likeness(photo(RED), np.roll(photo(RED), 6, axis=0)) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 2)])
def test_a_photo_of_few_pixels_has_a_histogram(shape: tuple[int, int]) -> None:
    assert np.linalg.norm(garment_histogram(np.full((*shape, 3), 90, np.uint8))) == pytest.approx(1.0)


def test_black_white_and_grey_garments_are_neutral_and_red_and_blue_ones_are_not() -> None:
    backdrop = (190, 205, 215)
    garments = [(25, 25, 25), (235, 235, 230), (120, 122, 124), RED, BLUE]
    histograms = np.stack([garment_histogram(photo(garment, backdrop)) for garment in garments])
    assert is_neutral(histograms).tolist() == [True, True, True, False, False]


def test_a_garment_that_was_not_seen_is_not_neutral() -> None:
    assert is_neutral(np.zeros((1, np.prod(BINS)), np.float32)).tolist() == [False]
