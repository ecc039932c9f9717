import os
import zlib
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from PIL import Image
from PIL.ExifTags import Base as Tag

import model.photos
from service.api.problems import Refusal
from service.app import create_app
from service.home import Home
from service.settings import Settings
from service.web import photos
from service.web.photos import PhotoQuery, Pictures, Width, find_photo, make_picture
from tests.e2e.shapes import assert_safe_headers, refused
from tests.fakes import FakeRuntime

pytestmark = pytest.mark.anyio

CANARY = "canary"
RED, BLUE = (200, 0, 0), (0, 0, 200)

ICON, CARD, PAGE, LARGE = SIZES = tuple(PhotoQuery(width=width) for width in Width)


def halves(width: int, height: int) -> Image.Image:
    """Draw a photo that is red above and blue below."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (0, height // 2, width, height))
    return image


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose photos are in a folder of another name, beside things that are nobody's business."""
    data = tmp_path / "data"
    (data / "dresses").mkdir(parents=True)
    halves(600, 800).save(data / "dresses" / "red blue.jpg")
    halves(60, 80).save(tmp_path / f"{CANARY}.jpg")
    home = Home(tmp_path / "home")
    with home.writer():
        home.link_photos(data)
    return home


@pytest.fixture
def data(home: Home) -> Path:
    return home.photos.resolve()


@pytest.fixture
async def client(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings.load(home=home.path), FakeRuntime().open())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kitsune.example/photos/") as client:
        yield client


async def shown(client: httpx.AsyncClient, name: str, **query: Any) -> Image.Image:
    answer = await client.get(name, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/webp"
    return Image.open(BytesIO(answer.content), formats=["WEBP"])


def about(pixel: Any) -> tuple[int, ...]:
    """Round a pixel's levels to hundreds: encoding shifts them a little."""
    return tuple(round(level, -2) for level in pixel)


@pytest.mark.parametrize(
    ("query", "size"),
    [({}, (480, 640)), ({"width": 120}, (120, 160)), ({"width": 240}, (240, 320)), ({"width": 960}, (600, 800))],
    ids=["no width", "120", "240", "wider than the photo"],
)
async def test_a_photo_is_shown_as_wide_as_was_asked_for_and_never_larger_than_it_is(
    client: httpx.AsyncClient, query: dict[str, int], size: tuple[int, int]
) -> None:
    assert (await shown(client, "dresses/red%20blue.jpg", **query)).size == size


@pytest.mark.parametrize("query", ["width=481", "width=0", "width=-120", "width=big", "width=", "width=1e2", "x=1"])
async def test_another_width_or_parameter_is_refused(client: httpx.AsyncClient, query: str) -> None:
    refused(await client.get(f"dresses/red%20blue.jpg?{query}"), 422, "invalid_request")


@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
async def test_a_photo_that_lies_on_its_side_is_put_upright(client: httpx.AsyncClient, data: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[Tag.Orientation] = 6
    halves(600, 800).transpose(Image.Transpose.ROTATE_90).save(data / f"lies.{kind}", exif=exif, lossless=True)
    image = await shown(client, f"lies.{kind}", width=120)
    assert image.size == (120, 160)
    assert about(image.getpixel((60, 10))) == RED
    assert about(image.getpixel((60, 150))) == BLUE
    assert not image.getexif()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
async def test_what_is_transparent_stays_so(client: httpx.AsyncClient, data: Path, mode: str) -> None:
    photo = Image.new("RGBA", (300, 300))
    photo.paste((*RED, 255), (0, 0, 150, 300))
    by_colour: dict[str, Any] = {"transparency": (0, 0, 0)} if mode == "RGB" else {}
    photo.convert(mode).save(data / "cut.png", **by_colour)
    image = await shown(client, "cut.png", width=120)
    assert image.mode == "RGBA"
    assert [image.getpixel(at)[-1] for at in ((10, 60), (110, 60))] == [255, 0]  # type: ignore[index]


@pytest.mark.parametrize("mode", ["1", "P", "RGB"])
async def test_pixels_are_blended_however_few_colours_there_are(
    client: httpx.AsyncClient, data: Path, mode: str
) -> None:
    checks = Image.frombytes("L", (240, 240), bytes(255 * ((x + y) % 2) for y in range(240) for x in range(240)))
    checks.convert(mode).save(data / "checks.png")
    image = await shown(client, "checks.png", width=120)
    assert all(100 < level < 155 for level in image.getpixel((60, 60)))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("mode", "name"), [("1", "a.png"), ("L", "a.jpg"), ("P", "a.png"), ("I;16", "a.png"), ("CMYK", "a.jpg")]
)
async def test_every_kind_of_pixels_is_shown(client: httpx.AsyncClient, data: Path, mode: str, name: str) -> None:
    photo = halves(300, 300).convert("L") if mode == "I;16" else halves(300, 300)
    photo.convert(mode).save(data / name)
    image = await shown(client, name, width=240)
    assert (image.mode, image.size) == ("RGB", (240, 240))


async def test_a_strip_becomes_no_picture_without_end(client: httpx.AsyncClient, data: Path) -> None:
    halves(50, 2_000).save(data / "strip.png")
    assert (await shown(client, "strip.png", width=120)).size == (12, 480)


async def test_a_link_that_stays_in_the_folder_is_followed(client: httpx.AsyncClient, data: Path) -> None:
    (data / "linked.jpg").symlink_to(Path("dresses") / "red blue.jpg")
    (data / "shoes").symlink_to(data / "dresses")
    for name in ("linked.jpg", "shoes/red%20blue.jpg"):
        assert (await shown(client, name)).size == (480, 640)


async def test_a_file_whose_name_is_no_text_is_shown_by_its_link(client: httpx.AsyncClient, data: Path) -> None:
    unnamed = data / os.fsdecode(b"\xff.jpg")
    halves(60, 80).save(unnamed)
    (data / "linked.jpg").symlink_to(unnamed.name)
    assert (await shown(client, "linked.jpg")).size == (60, 80)


# httpx itself takes plain dots out of a path; a decoded `%2e` reaches the service as what they would be.
HOSTILE = [
    "",
    "dresses",
    "no-such.jpg",
    f"dresses/%2e%2e/%2e%2e/{CANARY}.jpg",
    "dresses/%2e%2e/dresses/red%20blue.jpg",
    f"..%2f{CANARY}.jpg",
    f"%2e%2e/{CANARY}.jpg",
    f"%2e%2e%2f{CANARY}.jpg",
    f"%252e%252e%252f{CANARY}.jpg",
    f"..%255c{CANARY}.jpg",
    f"..\\{CANARY}.jpg",
    f"..%5c{CANARY}.jpg",
    f"....//{CANARY}.jpg",
    f"..;/{CANARY}.jpg",
    f"%c0%ae%c0%ae/{CANARY}.jpg",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "file:///etc/passwd",
    "~root/.profile",
    "dresses/red%20blue.jpg%00.png",
    "%00",
    "%ff",
    "dresses/red%20blue.jpg/x",
    "x" * 300,
    "x/" * 3000,
    "out.jpg",
    f"out/{CANARY}.jpg",
    "round.jpg",
    "products.csv",
    "drawn.svg",
    "drawn.jpg",
    "moving.gif",
    "moving.jpg",
    "cut-off.jpg",
    "cut-off.png",
    "bomb.png",
    "too-large.png",
    "empty.jpg",
]


def png_that_claims(side: int) -> bytes:
    content = BytesIO()
    halves(1, 1).save(content, "PNG")
    header = bytearray(content.getvalue())
    header[16:24] = side.to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(header[12:29]).to_bytes(4, "big")
    return bytes(header)


@pytest.fixture
def bad_files(data: Path) -> None:
    """Lay out what a data folder may hold beside photos."""
    (data / "out.jpg").symlink_to(data.parent / f"{CANARY}.jpg")
    (data / "out").symlink_to(data.parent)
    (data / "round.jpg").symlink_to(data / "round.jpg")
    (data / "products.csv").write_text(f"id,{CANARY}\n")
    for name in ("drawn.svg", "drawn.jpg"):
        (data / name).write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><script>{CANARY}</script></svg>')
    for name in ("moving.gif", "moving.jpg"):
        halves(60, 80).save(data / name, "GIF")
    for name in ("cut-off.jpg", "cut-off.png"):
        halves(150, 200).save(data / name)
        os.truncate(data / name, (data / name).stat().st_size // 2)
    Image.new("1", (5_001, 5_000)).save(data / "too-large.png")
    (data / "bomb.png").write_bytes(png_that_claims(50_000))
    (data / "empty.jpg").touch()


@pytest.mark.usefixtures("bad_files")
@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path[:30] or "nothing")
async def test_everything_else_is_unknown_whatever_it_is(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"http://kitsune.example/photos/{path}")
    problem = refused(answer, 404, "unknown_photo")
    assert CANARY not in problem.detail
    assert_safe_headers(answer)


async def test_where_the_folder_is_cannot_be_found_out(client: httpx.AsyncClient, data: Path) -> None:
    refused(await client.get(f"http://kitsune.example/photos/{data}/dresses/red%20blue.jpg"), 404, "unknown_photo")


def test_a_pipe_is_not_opened_since_that_would_take_for_ever(data: Path) -> None:
    os.mkfifo(data / "pipe.jpg")
    with pytest.raises(Refusal):
        find_photo(data, "pipe.jpg")


async def test_a_home_without_photos_has_none(client: httpx.AsyncClient, home: Home) -> None:
    home.photos.unlink()
    refused(await client.get("dresses/red%20blue.jpg"), 404, "unknown_photo")


async def test_a_picture_is_kept_by_the_browser_and_does_nothing_by_itself(client: httpx.AsyncClient) -> None:
    answer = await client.get("dresses/red%20blue.jpg")
    assert_safe_headers(answer)
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("written", ["{}", "W/{}", '"other", {}'])
async def test_a_picture_that_the_browser_has_is_not_sent_again(client: httpx.AsyncClient, written: str) -> None:
    etag = (await client.get("dresses/red%20blue.jpg")).headers["etag"]
    again = await client.get("dresses/red%20blue.jpg", headers={"if-none-match": written.format(etag)})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


async def test_another_width_and_new_content_are_other_pictures(client: httpx.AsyncClient, data: Path) -> None:
    first = await client.get("dresses/red%20blue.jpg")
    smaller = await client.get("dresses/red%20blue.jpg?width=120", headers={"if-none-match": first.headers["etag"]})
    halves(100, 100).save(data / "dresses" / "red blue.jpg")
    changed = await client.get("dresses/red%20blue.jpg", headers={"if-none-match": first.headers["etag"]})
    assert (smaller.status_code, changed.status_code) == (200, 200)
    assert len({answer.content for answer in (first, smaller, changed)}) == 3


async def test_a_picture_is_made_once_while_it_is_kept(data: Path) -> None:
    photo = find_photo(data, "dresses/red blue.jpg")
    pictures = Pictures()
    first = await pictures.get(photo, ICON)
    photo.path.unlink()
    assert await pictures.get(photo, ICON) is first
    with pytest.raises(Refusal):
        await pictures.get(photo, CARD)


async def test_the_picture_that_was_not_asked_for_longest_gives_way(data: Path) -> None:
    photo = find_photo(data, "dresses/red blue.jpg")
    sizes = {size: len(make_picture(photo.path, size)) for size in SIZES}
    pictures = Pictures(kept_bytes=sum(sizes.values()) - 1)
    for size in (ICON, CARD, PAGE, ICON, LARGE):
        await pictures.get(photo, size)
    photo.path.unlink()
    for kept in (ICON, PAGE, LARGE):
        assert len(await pictures.get(photo, kept)) == sizes[kept]
    with pytest.raises(Refusal):
        await pictures.get(photo, CARD)


async def test_a_picture_that_two_ask_for_at_once_takes_its_room_once(data: Path) -> None:
    photo = find_photo(data, "dresses/red blue.jpg")
    icon, card = (make_picture(photo.path, size) for size in (ICON, CARD))
    pictures = Pictures(kept_bytes=len(icon) + len(card))
    async with anyio.create_task_group() as group:
        group.start_soon(pictures.get, photo, ICON)
        group.start_soon(pictures.get, photo, ICON)
    await pictures.get(photo, CARD)
    photo.path.unlink()
    assert [await pictures.get(photo, size) for size in (ICON, CARD)] == [icon, card]


async def test_a_picture_larger_than_all_that_is_kept_is_made_and_not_kept(data: Path) -> None:
    photo = find_photo(data, "dresses/red blue.jpg")
    pictures = Pictures(kept_bytes=10)
    assert await pictures.get(photo, ICON) == await pictures.get(photo, ICON)


def test_photos_are_shown_within_the_limits_that_they_are_encoded_in() -> None:
    assert (photos.MAX_PIXELS, photos.FORMATS) == (model.photos.MAX_PIXELS, model.photos.FORMATS)


async def test_a_product_is_cut_out_where_that_is_asked_for(client: httpx.AsyncClient, data: Path) -> None:
    photo = Image.new("RGB", (400, 500), (240, 240, 240))
    photo.paste(RED, (150, 200, 250, 300))
    photo.save(data / "plain.png")
    whole, cut = [await shown(client, "plain.png", width=480, **asked) for asked in ({}, {"cut": "true"})]
    assert (whole.mode, whole.size) == ("RGB", (400, 500))
    assert cut.mode == "RGBA"
    assert max(cut.size) < 120
