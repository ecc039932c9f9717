"""Trousers, jeans, shorts and skirts."""

from service.demo.canvas import tone
from service.demo.design import Tailor
from service.demo.masks import Mask, fill, stroke
from service.demo.outlines import MIDDLE, Corner, Point, mirrored, sided, square
from service.demo.torso import SIDES

_GOLDEN = (206, 150, 70)
_LEGS = {"slim": (58, 24), "straight": (69, 20), "wide": (98, 12), "tapered": (60, 22), "flared": (86, 20)}
"""Half widths at the hem: outside and inside of a leg."""


def trousers(tailor: Tailor) -> None:
    """Tailored trousers or chinos, with a crease."""
    mask = _legs(tailor, 30, 376)
    fit = tailor.design.cut.get("fit", "straight")
    out, inner = _LEGS[fit]
    for side in SIDES:
        line: list[Point] = [(MIDDLE - 38, 66), (MIDDLE - 44, 190), (MIDDLE - (out + inner) / 2, 374)]
        tailor.canvas.fold([sided(line, side)], mask, 3.5, 0.26)
        tailor.canvas.seam(sided([(MIDDLE - 62, 60), (MIDDLE - 52, 96)], side), mask, 0.45)
    _waistband(tailor, 30, 58, 16)
    tailor.button(MIDDLE + 1, 39, 3.6)


def jeans(tailor: Tailor) -> None:
    """Five-pocket jeans: golden stitches, rivets, faded thighs."""
    mask = _legs(tailor, 30, 376)
    for side in SIDES:
        faded = fill(sided([(MIDDLE - 54, 96), (MIDDLE - 30, 100), (MIDDLE - 34, 220), (MIDDLE - 56, 218)], side))
        tailor.canvas.shade(faded.softened(14) & mask, -0.2)
        _jeans_pocket(tailor, side, 46, mask)
    _waistband(tailor, 30, 58, 16)
    _fly(tailor, 46, mask)
    for y in (33, 43):
        tailor.canvas.stitch([(MIDDLE - 57, y + 1), (MIDDLE, y + 4), (MIDDLE + 57, y + 1)], _GOLDEN)
    tailor.stud(MIDDLE, 41, 4, (190, 140, 84))


def shorts(tailor: Tailor) -> None:
    """Shorts; denim ones are made like jeans."""
    denim = tailor.fabric.material == "denim"
    m, top, bottom = MIDDLE, 92, 292
    half: list[Point] = [
        Corner(m, top), Corner(m - 74, top - 3), (m - 84, 150), (m - 94, 230), Corner(m - 102, bottom - 6),
        Corner(m - 8, bottom + 4), (m - 5, 240), Corner(m, 208),
    ]  # fmt: skip
    mask = fill(mirrored(half))
    tailor.canvas.hang(mask)
    tailor.piece(mask, swell=18, lift=1)
    for side in SIDES:
        lines: list[list[Point]] = [
            [(m - 6, 206), (m - 40, 188), (m - 66, 186)],
            [(m - 6, 216), (m - 36, 216), (m - 60, 226)],
        ]
        tailor.creases(mask, [sided(line, side) for line in lines], 7, 0.18)
        if not denim:
            tailor.canvas.fold([sided([(m - 46, 112), (m - 52, 200), (m - 55, bottom)], side)], mask, 4, 0.24)
            tailor.canvas.seam(sided([(m - 78, 122), (m - 62, 170)], side), mask, 0.45)
        cuff: list[Point] = [
            Corner(m - 101, bottom - 24),
            Corner(m - 7, bottom - 14),
            Corner(m - 7, bottom + 5),
            Corner(m - 103, bottom - 5),
        ]
        tailor.piece(sided(cuff, side), tailor.fabric.shaded(1.05), swell=3, depth=0.4, lift=1.2)
    _waistband(tailor, top, 74, 19)
    _fly(tailor, top + 19, mask, 66)
    if denim:
        for side in SIDES:
            _jeans_pocket(tailor, side, top + 19, mask, 1.25)
        tailor.canvas.stitch([(m - 72, top + 14), (m, top + 18), (m + 72, top + 14)], _GOLDEN)
        tailor.stud(m, top + 9, 5, (190, 140, 84))
    else:
        tailor.button(m, top + 9, 4.4)


def _legs(tailor: Tailor, top: float, bottom: float) -> Mask:
    m, fit = MIDDLE, tailor.design.cut.get("fit", "straight")
    out, inner = _LEGS[fit]
    knee = 56 if fit == "flared" else (72 + out) / 2 - 3
    half: list[Point] = [
        Corner(m, top + 4), Corner(m - 58, top), (m - 68, top + 56), (m - 72, 130), (m - knee, 236),
        Corner(m - out, bottom - 5), Corner(m - inner, bottom), (m - inner * 0.6 - 3, 260), (m - 6, 172),
        Corner(m, 152),
    ]  # fmt: skip
    mask = fill(mirrored(half))
    tailor.canvas.hang(mask)
    tailor.piece(mask, swell=15, lift=1)
    for side in SIDES:
        lines: list[list[Point]] = [
            [(m - 3, 150), (m - 28, 138), (m - 52, 140)], [(m - 4, 158), (m - 28, 160), (m - 48, 172)],
            [(m - 22, 236), (m - 36, 244), (m - 52, 240)], [(m - 20, 252), (m - 36, 262), (m - 54, 258)],
        ]  # fmt: skip
        tailor.creases(mask, [sided(line, side) for line in lines], 6, 0.17)
        hem: list[Point] = [(m - out, bottom - 13), (m - inner, bottom - 8)]
        tailor.canvas.tint(stroke(sided(hem, side), 0.8) & mask, tone(tailor.fabric.colour, 0.6), 0.5)
        tailor.canvas.seam(sided([(m, 152), (m - 8, 180), (m - inner - 1, bottom)], side), mask, 0.22)
    tailor.canvas.shade(stroke([(m, 144), (m, 172)], 8).softened(7) & mask, 0.25)
    return mask


def _waistband(tailor: Tailor, y: float, half: float, height: float) -> None:
    m = MIDDLE
    inside = mirrored([(m, y - 5), Corner(m - half + 3, y - 2), Corner(m - half + 3, y + 4), (m, y + 8)])
    tailor.piece(inside, tailor.fabric.plain.shaded(0.55), swell=3, lift=0)
    band = mirrored([(m, y + 4), Corner(m - half, y), Corner(m - half - 1.5, y + height), (m, y + height + 4)])
    tailor.piece(band, turn=90 if tailor.fabric.pattern == "pinstripe" else 0, swell=4, lift=1.2)
    for x in (-0.72, -0.34, 0.34, 0.72):
        loop = square(m + x * half - 2, y - 1, m + x * half + 2, y + height + 5)
        tailor.piece(loop, tailor.fabric.plain, swell=1.5, lift=1.2)


def _fly(tailor: Tailor, y: float, mask: Mask, length: float = 62) -> None:
    m = MIDDLE
    tailor.canvas.seam([(m + 1, y), (m + 1, y + length + 24)], mask, 0.4)
    line: list[Point] = [(m + 13, y), (m + 13, y + length * 0.7), (m + 2, y + length)]
    rgb = _GOLDEN if tailor.fabric.material == "denim" else tone(tailor.fabric.colour, 0.6)
    tailor.canvas.stitch(line, rgb)


def _jeans_pocket(tailor: Tailor, side: int, y: float, mask: Mask, k: float = 1.0) -> None:
    m = MIDDLE
    curve_: list[Point] = [
        (m - 24 * k, y),
        (m - 28 * k, y + 18 * k),
        (m - 44 * k, y + 27 * k),
        (m - 66 * k, y + 28 * k),
    ]
    tailor.canvas.seam(sided(curve_, side), mask, 0.45)
    for offset in (2.5, 5.5):
        tailor.canvas.tint(
            stroke(sided([(x + offset * 0.6, py + offset) for x, py in curve_], side), 0.8) & mask, _GOLDEN, 0.7
        )
    tailor.stud(m + side * 26 * k, y + 6, 2, (190, 140, 84))


def skirt(tailor: Tailor) -> None:
    """A skirt, mini or midi: straight, flared, pleated, buttoned or wrapped."""
    m, mini = MIDDLE, tailor.design.is_("length", "mini")
    top, bottom = (104, 280) if mini else (44, 356)
    fit = tailor.design.cut.get("fit", "flared")
    waist = 62 if mini else 50
    hem = {"straight": waist + 16, "pleated": waist + (52 if mini else 66), "flared": waist + (44 if mini else 74)}[fit]
    half: list[Point] = [
        Corner(m, top + 4), Corner(m - waist, top),
        (m - (waist + (17 if fit == "straight" else (hem - waist) * 0.32)), top + 62),
        Corner(m - hem, bottom - hem * 0.08), (m - hem * 0.5, bottom + 2), (m, bottom + 5),
    ]  # fmt: skip
    mask = fill(mirrored(half))
    tailor.canvas.hang(mask)
    tailor.piece(mask, swell=20, lift=1)
    if fit == "pleated":
        _pleats(tailor, mask, (top, bottom), (waist, hem))
    else:
        _falls(tailor, mask, (top, bottom), (waist, hem))
    tailor.canvas.tint(
        stroke([(m - hem, bottom - hem * 0.08 - 8), (m, bottom - 4), (m + hem, bottom - hem * 0.08 - 8)], 0.8) & mask,
        tone(tailor.fabric.colour, 0.6),
        0.4,
    )
    inside = mirrored([(m, top - 5), Corner(m - waist + 3, top - 2), Corner(m - waist + 3, top + 4), (m, top + 8)])
    tailor.piece(inside, tailor.fabric.plain.shaded(0.55), swell=3, lift=0)
    tailor.piece(
        mirrored([(m, top + 4), Corner(m - waist, top), Corner(m - waist - 1.5, top + 15), (m, top + 19)]),
        swell=4,
        lift=1.2,
    )
    _skirt_detail(tailor, mask, top, bottom)


def _pleats(tailor: Tailor, mask: Mask, heights: tuple[float, float], widths: tuple[float, float]) -> None:
    (top, bottom), (waist, hem), count = heights, widths, 13
    for i in range(count):
        s, e = -1 + 2 * i / count, -1 + 2 * (i + 1) / count
        pleat: list[Point] = [
            Corner(MIDDLE + s * waist, top + 14), Corner(MIDDLE + e * waist, top + 14),
            Corner(MIDDLE + e * hem, bottom + 8), Corner(MIDDLE + s * hem, bottom + 8),
        ]  # fmt: skip
        tailor.piece(fill(pleat) & mask, turn=-s * 9, swell=5, depth=0.8, lift=1)


def _falls(tailor: Tailor, mask: Mask, heights: tuple[float, float], widths: tuple[float, float]) -> None:
    (top, bottom), (waist, hem) = heights, widths
    wide = hem > waist + 20
    for i, s in enumerate((-0.8, -0.52, -0.22, 0.1, 0.4, 0.7) if wide else (-0.55, 0.5)):
        start = top + 24 + 30 * (i % 2)
        line: list[Point] = [
            (MIDDLE + s * waist * 0.9, start),
            (MIDDLE + s * (waist + hem) * 0.5, (top + bottom) / 2),
            (MIDDLE + s * hem * 0.95, bottom + 4),
        ]
        tailor.creases(mask, [line], 9 if wide else 6, 0.2 if wide else 0.12)


def _skirt_detail(tailor: Tailor, mask: Mask, top: float, bottom: float) -> None:
    m, detail = MIDDLE, tailor.design.cut.get("detail", "")
    if detail == "buttons":
        tailor.canvas.seam([(m + 9, top + 18), (m + 9, bottom + 4)], mask, 0.35)
        tailor.buttons(m, top + 11, bottom - 16, 8, radius=4)
    if detail == "slit":
        tailor.canvas.fold([[(m - 26, bottom - 110), (m - 28, bottom + 6)]], mask, 5, 0.5)
    if tailor.fabric.material == "denim":
        tailor.canvas.stitch([(m - 50, top + 12), (m, top + 16), (m + 50, top + 12)], _GOLDEN)
        for side in SIDES:
            _jeans_pocket(tailor, side, top + 17, mask, 0.95)
