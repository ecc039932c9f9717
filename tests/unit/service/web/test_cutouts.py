import numpy as np
from PIL import Image, ImageDraw

from service.web.cutouts import cut_out

GROUND = (236, 234, 230)
RED = (180, 40, 50)


def photo(colour: tuple[int, int, int] = RED, ground: tuple[int, int, int] = GROUND) -> Image.Image:
    """A T-shirt of sorts, 200 x 160, on a photo of 480 x 640."""
    image = Image.new("RGB", (480, 640), ground)
    ImageDraw.Draw(image).rectangle((140, 240, 339, 399), colour)
    return image


def opacity(image: Image.Image, x: int, y: int) -> int:
    return image.getchannel("A").getpixel((x, y))  # type: ignore[return-value]


def test_a_product_is_cut_out_and_cropped_to() -> None:
    cut = cut_out(photo())
    assert cut.mode == "RGBA"
    assert abs(cut.width - 200) < 16
    assert abs(cut.height - 160) < 16
    assert opacity(cut, cut.width // 2, cut.height // 2) == 255


def test_what_is_around_it_turns_transparent() -> None:
    image = photo()
    ImageDraw.Draw(image).rectangle((200, 400, 279, 559), RED)  # a T: there is ground left and right of its stem
    cut = cut_out(image)
    assert opacity(cut, 10, cut.height - 10) == 0
    assert opacity(cut, cut.width // 2, cut.height - 20) == 255


def test_a_print_of_the_background_s_colour_stays() -> None:
    image = photo()
    ImageDraw.Draw(image).ellipse((200, 290, 279, 349), GROUND)
    cut = cut_out(image)
    assert opacity(cut, cut.width // 2, cut.height // 2) == 255


def test_a_background_may_run_from_one_tone_to_another() -> None:
    tones = np.linspace(250, 200, 480)[None, :, None] - np.linspace(0, 40, 640)[:, None, None]
    image = Image.fromarray(np.broadcast_to(tones, (640, 480, 3)).astype(np.uint8))
    ImageDraw.Draw(image).rectangle((140, 240, 339, 399), RED)
    assert abs(cut_out(image).width - 200) < 16


def test_a_speck_is_no_product() -> None:
    image = Image.new("RGB", (480, 640), GROUND)
    ImageDraw.Draw(image).rectangle((20, 20, 26, 26), RED)
    assert cut_out(image) is image


def test_white_on_white_is_left_as_it_is() -> None:
    image = photo(colour=(250, 250, 248))
    assert cut_out(image) is image


def test_a_photo_that_is_cut_out_already_is_left_as_it_is() -> None:
    image = photo().convert("RGBA")
    assert cut_out(image) is image


def test_a_photo_of_a_few_pixels_is_survived() -> None:
    for size in ((1, 1), (1, 50), (50, 1), (3, 3)):
        image = Image.new("RGB", size, RED)
        assert cut_out(image) is image
