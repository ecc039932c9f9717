import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from service.demo.canvas import Canvas
from service.demo.catalogue import DemoProduct
from service.demo.design import Design
from service.demo.drawing import DRAWINGS, draw
from service.demo.fabrics import Fabric
from service.demo.masks import dashes, fill, stroke
from service.demo.outlines import HEIGHT, MIDDLE, WIDTH, Corner, curve, mirrored, oval, square
from service.demo.vocabulary import COLOURS

GROUND = np.asarray(Canvas(np.random.default_rng(0)).image(), np.int16)
Pixels = NDArray[np.int16]


@pytest.fixture(scope="module")
def pictures(one_of_each: Sequence[DemoProduct]) -> list[tuple[DemoProduct, Pixels]]:
    return [(one, np.asarray(draw(one.design), np.int16)) for one in one_of_each]


def drawn(picture: Pixels) -> Pixels:
    """Return the pixels that are not ground, nor the shadow on it."""
    apart = np.abs(picture - GROUND)
    coloured = np.ptp(picture, axis=2) - np.ptp(GROUND, axis=2) > 12
    seen: Pixels = picture[coloured | (apart.max(2) > 60)]
    return seen


def test_every_taxonomy_has_something_of_a_size_to_see(pictures: Sequence[tuple[DemoProduct, Pixels]]) -> None:
    for one, picture in pictures:
        share = (np.abs(picture - GROUND).max(2) > 10).mean()
        assert 0.025 < share < 0.8, one.product.taxonomy


def test_the_ground_is_white_up_to_the_edges(pictures: Sequence[tuple[DemoProduct, Pixels]]) -> None:
    for one, picture in pictures:
        edges = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        assert (edges == 255).all(axis=1).mean() > 0.9, one.product.taxonomy
        assert edges.min() > 225, f"{one.product.taxonomy}: a shadow is cut off"


def test_all_pictures_differ(pictures: Sequence[tuple[DemoProduct, Pixels]]) -> None:
    small = np.stack([picture[::8, ::8].ravel() for _, picture in pictures]).astype(np.float32)
    for row in range(len(small)):
        apart = np.abs(np.delete(small, row, 0) - small[row]).mean(1)
        assert apart.min() > 0.8


def test_the_picture_stands_in_the_middle(pictures: Sequence[tuple[DemoProduct, Pixels]]) -> None:
    for one, picture in pictures:
        rows = np.flatnonzero((np.abs(picture - GROUND).max(2) > 40).any(1))
        assert abs((rows[0] + rows[-1]) / 2 - HEIGHT / 2) < 12, one.product.taxonomy


@pytest.mark.parametrize("kind", ["dress", "t_shirt", "coat", "tote", "pump"])
@pytest.mark.parametrize("name", ["red", "navy", "mustard", "black"])
def test_the_colour_is_what_the_attribute_says(kind: str, name: str) -> None:
    colour = COLOURS[name]
    design = Design(kind, Fabric(colour.rgb, colour.rgb), {"gender": "female"}, seed=7)
    median = np.median(drawn(np.asarray(draw(design), np.int16)), axis=0)
    nearest = min(COLOURS.values(), key=lambda other: float(np.abs(median - other.rgb).sum()))
    assert np.abs(median - colour.rgb).max() < 50
    assert nearest.name == name or np.abs(np.subtract(nearest.rgb, colour.rgb)).max() < 30


@pytest.mark.parametrize("pattern", ["stripe", "pinstripe", "check", "dot", "floral", "herringbone", "animal"])
def test_a_pattern_shows_both_colours(pattern: str) -> None:
    white, navy = COLOURS["white"].rgb, COLOURS["navy"].rgb
    picture = np.asarray(draw(Design("t_shirt", Fabric(white, navy, "cotton", pattern))), np.int16)[150:300, 100:220]
    dark = (picture.sum(2) < 450).mean()
    assert 0.03 < dark < 0.75


@pytest.mark.parametrize(
    ("kind", "attribute", "longer", "shorter"),
    [
        ("dress", "length", "maxi", "mini"),
        ("skirt", "length", "midi", "mini"),
        ("t_shirt", "sleeve", "long", "short"),
        ("pump", "heel", "high", "low"),
        ("ankle_boot", "heel", "high", "low"),
    ],
)
def test_a_cut_shows(kind: str, attribute: str, longer: str, shorter: str) -> None:
    design = Design(kind, Fabric((40, 40, 44), (40, 40, 44)), {attribute: longer})
    long, short = (np.asarray(draw(replace(design, cut={attribute: cut})), np.int16) for cut in (longer, shorter))
    ink_long, ink_short = ((np.abs(picture - GROUND).max(2) > 90) for picture in (long, short))
    axis = 0 if attribute == "sleeve" else 1
    if attribute == "sleeve":
        assert ink_long[260:].sum() > ink_short[260:].sum() * 1.1
    else:
        assert np.ptp(np.flatnonzero(ink_long.any(axis))) > np.ptp(np.flatnonzero(ink_short.any(axis)))


def test_necklines_differ() -> None:
    fabric = Fabric((190, 34, 46), (255, 255, 255))
    kinds = ["crew", "v-neck", "scoop", "square", "boat", "sweetheart", "halter"]
    shown = [np.asarray(draw(Design("dress", fabric, {"neckline": kind})), np.int16)[:140] for kind in kinds]
    for i, one in enumerate(shown):
        assert all((np.abs(one - other).max(2) > 40).sum() > 150 for other in shown[i + 1 :])


def test_a_design_always_gives_the_same_bytes() -> None:
    design = Design("blouse", Fabric((22, 112, 120), (242, 212, 96), "silk", "floral"), {"detail": "bow"}, seed=3)
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        draw(design).save(file, "WEBP", quality=86, method=2)
    assert files[0].getvalue() == files[1].getvalue()
    assert draw(design).tobytes() != draw(replace(design, seed=4)).tobytes()


def test_unknown_kinds_are_no_drawing() -> None:
    assert "hovercraft" not in DRAWINGS
    with pytest.raises(KeyError):
        draw(Design("hovercraft", Fabric((0, 0, 0), (0, 0, 0))))


def test_a_mask_covers_the_area_of_its_outline() -> None:
    assert fill(square(40, 50, 140, 150)).cover.sum() == pytest.approx(10_000, rel=0.02)
    assert fill(oval(160, 200, 50, 30)).cover.sum() == pytest.approx(np.pi * 50 * 30, rel=0.02)
    assert stroke([(50, 50), (150, 50)], 6).cover.sum() == pytest.approx(6 * 100 + np.pi * 9, rel=0.06)
    assert dashes([(50, 50), (150, 50)], 2).cover.sum() < stroke([(50, 50), (150, 50)], 2).cover.sum()


def test_masks_meet_and_are_cut_out() -> None:
    left, right = fill(square(40, 40, 120, 120)), fill(square(80, 40, 160, 120))
    assert (left & right).cover.sum() == pytest.approx(40 * 80, rel=0.03)
    assert (left - right).cover.sum() == pytest.approx(40 * 80, rel=0.03)
    assert (left & fill(square(200, 200, 210, 210))).cover.sum() == 0
    assert (left - fill(square(200, 200, 210, 210))).cover.sum() == left.cover.sum()
    assert fill(square(-50, -50, 900, 900)).cover.shape == (HEIGHT, WIDTH)


def test_a_moved_mask_is_cut_off_at_the_pictures_edge() -> None:
    mask, whole = fill(square(40, 40, 120, 120)), (slice(0, HEIGHT), slice(0, WIDTH))
    assert np.array_equal(mask.moved(10, 20).seen(whole)[20:, 10:], mask.seen(whole)[:-20, :-10])
    assert mask.moved(-80, 0).cover.sum() == pytest.approx(40 * 80, rel=0.03)
    assert mask.moved(0, 900).cover.sum() == 0
    assert mask.softened(5).cover.sum() == pytest.approx(mask.cover.sum(), rel=0.02)


def test_lines_pass_their_points_and_turn_only_at_corners() -> None:
    points = [(10.0, 10.0), Corner(50.0, 10.0), (50.0, 60.0)]
    line = curve(points)
    for point in points:
        assert np.hypot(*(line - np.array(point)).T).min() < 1e-3
    assert sharpest_turn(curve([(0, 0), Corner(40, 0), (40, 40)])) == pytest.approx(np.pi / 2, abs=0.1)
    assert sharpest_turn(curve(oval(160, 200, 40, 40), closed=True)) < 0.2


def sharpest_turn(line: NDArray[np.float32]) -> float:
    steps = np.diff(line, axis=0)
    steps = steps[np.hypot(*steps.T) > 1e-3]
    return float(np.abs(np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))).max())


def test_a_mirrored_outline_is_symmetric() -> None:
    outline = mirrored([(MIDDLE, 20), Corner(100, 30), (90, 200), (MIDDLE, 210)])
    assert {(round(WIDTH - x), y) for x, y in outline} == {(round(x), y) for x, y in outline}
    mask = fill(outline).seen((slice(0, HEIGHT), slice(0, WIDTH)))
    assert np.abs(mask - mask[:, ::-1]).mean() < 0.01


def test_light_comes_from_the_upper_left() -> None:
    canvas = Canvas(np.random.default_rng(0)).lay(fill(oval(160, 200, 90, 90)), (120, 120, 120), swell=20)
    levels = np.asarray(canvas.image().convert("L"), np.int16)
    assert levels[150, 110] > levels[250, 210] + 20


def test_a_picture_is_small_and_upright(pictures: Sequence[tuple[DemoProduct, Pixels]]) -> None:
    for _, picture in pictures[:5]:
        file = io.BytesIO()
        Image.fromarray(picture.astype(np.uint8)).save(file, "WEBP", quality=86, method=2)
        assert file.tell() < 40_000
        assert picture.shape == (HEIGHT, WIDTH, 3)
