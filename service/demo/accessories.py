"""Belts, scarves, hats, sunglasses and ties."""

import numpy as np

from service.demo.canvas import tone
from service.demo.design import Tailor
from service.demo.fabrics import Fabric
from service.demo.masks import dashes, fill, spots, stroke
from service.demo.outlines import MIDDLE, Corner, Point, mirrored, oval, sided
from service.demo.torso import SIDES


def belt(tailor: Tailor) -> None:
    """A belt, closed and lying in a loop."""
    m = MIDDLE
    wide = 30 if tailor.design.is_("detail", "wide") else 22
    far: list[Point] = [(m - 118, 204), (m - 96, 158), (m, 134), (m + 96, 158), (m + 118, 204)]
    tailor.canvas.shade(stroke(oval(m + 6, 226, 122, 62), wide, closed=True).softened(10), 0.2)
    tailor.piece(stroke(far, wide * 0.8), tailor.fabric.shaded(0.55), swell=4, lift=3)
    near: list[Point] = [
        Corner(m - 122, 190), (m - 112, 236), (m - 60, 264), (m, 272), (m + 60, 264), (m + 112, 236),
        Corner(m + 122, 190),
        Corner(m + 122, 190 + wide), (m + 112, 240 + wide), (m + 60, 266 + wide), (m, 274 + wide),
        (m - 60, 266 + wide), (m - 112, 240 + wide), Corner(m - 122, 190 + wide),
    ]  # fmt: skip
    mask = tailor.piece(near, swell=6, depth=0.55, lift=4)
    if tailor.design.is_("detail", "braided"):
        strands: list[list[Point]] = [
            [(m + x - way * 8, 268 - (x / 122) ** 2 * 60), (m + x + way * 8, 276 - (x / 122) ** 2 * 60 + wide)]
            for x in range(-112, 116, 11)
            for way in (-1, 1)
        ]
        tailor.canvas.fold(strands, mask, 2.4, 0.32)
    else:
        for offset in (4.0, wide - 2.0):
            line: list[Point] = [
                (m - 118, 204 + offset),
                (m - 104, 243 + offset),
                (m - 60, 263 + offset),
                (m, 271 + offset),
                (m + 60, 263 + offset),
                (m + 104, 243 + offset),
                (m + 118, 204 + offset),
            ]
            tailor.canvas.tint(dashes(line) & mask, tone(tailor.fabric.colour, 1.35), 0.6)
        tailor.canvas.shade(spots([(m + 34 + 15 * i, 270 + wide / 2 - i * 2) for i in range(4)], 2.2), 0.7)
    tailor.buckle(m, 273 + wide / 2, wide * 1.5, wide * 1.7)
    tailor.strip([(m + 28, 268), (m + 29, 274 + wide)], 8, tailor.fabric.plain.shaded(0.9), lift=2)


def scarf(tailor: Tailor) -> None:
    """A scarf, wound once, its ends hanging with fringes or a hem."""
    m, fringe = MIDDLE, tailor.design.cut.get("detail", "fringe") == "fringe"
    for side, low in ((1, 330), (-1, 352)):
        tail: list[Point] = [
            Corner(m - 2, 130),
            (m - 16, 220),
            Corner(m - 20, low),
            Corner(m - 82, low - 4),
            (m - 72, 220),
            Corner(m - 54, 128),
        ]
        mask = tailor.piece(sided(tail, side), turn=side * 5, swell=12, depth=0.6, lift=5)
        folds: list[list[Point]] = [
            [(m - 44, 150), (m - 58, 230), (m - 64, low)],
            [(m - 24, 140), (m - 34, 230), (m - 40, low)],
        ]
        tailor.creases(mask, [sided(line, side) for line in folds], 7, 0.24)
        if fringe:
            for x in np.arange(m - 80, m - 20, 5):
                tailor.canvas.tint(
                    stroke(sided([(float(x), low - 4), (float(x) - 1, low + 18)], side), 1.8),
                    tone(tailor.fabric.colour, 0.86),
                )
        else:
            tailor.canvas.seam(sided([(m - 82, low - 12), (m - 20, low - 8)], side), mask, 0.35)
    behind = mirrored([(m, 66), (m - 54, 74), (m - 72, 104), (m - 40, 122), (m, 126)])
    tailor.piece(behind, tailor.fabric.shaded(0.55), swell=8, lift=3)
    loop: list[Point] = [
        (m - 82, 104),
        (m - 66, 84),
        (m - 40, 100),
        (m, 112),
        (m + 40, 100),
        (m + 66, 84),
        (m + 82, 104),
        (m + 72, 148),
        (m + 30, 176),
        (m - 20, 178),
        (m - 68, 154),
    ]
    mask = tailor.piece(loop, turn=80, swell=14, depth=0.6, lift=5)
    wraps: list[list[Point]] = [
        [(m - 76, 112), (m - 30, 140), (m + 30, 138), (m + 76, 110)],
        [(m - 70, 138), (m - 20, 160), (m + 40, 156), (m + 74, 132)],
    ]
    tailor.creases(mask, wraps, 8, 0.3)


def beanie(tailor: Tailor) -> None:
    """A knitted cap with a turned-up brim, perhaps with a bobble."""
    m = MIDDLE
    if tailor.design.is_("detail", "pompom"):
        tailor.canvas.hang(fill(oval(m, 84, 36, 34)))
        for _ in range(170):
            a, r = tailor.rng.uniform(0, 6.3), 33 * tailor.rng.uniform(0, 1) ** 0.5
            x, y = m + r * float(np.cos(a)), 84 + r * float(np.sin(a))
            shade = 0.75 + 0.5 * ((40 - r) / 40) - 0.2 * (y - 84) / 33
            tailor.canvas.tint(
                stroke([(x, y), (x + (x - m) * 0.2, y + (y - 84) * 0.2)], 2.6), tone(tailor.fabric.accent, shade)
            )
    dome = mirrored([(m, 104), (m - 46, 112), (m - 88, 158), (m - 104, 236), Corner(m - 104, 290), (m, 300)])
    mask = fill(dome)
    tailor.canvas.hang(mask)
    tailor.piece(mask, swell=20, depth=0.6, lift=1)
    gathers: list[list[Point]] = [
        [(m + x * 0.14, 108), (m + x * 0.7, 150), (m + x, 250)] for x in (-84, -56, -28, 0, 28, 56, 84)
    ]
    tailor.creases(mask, gathers, 5, 0.2)
    brim = mirrored(
        [(m, 250), (m - 60, 246), Corner(m - 108, 232), (m - 111, 270), Corner(m - 106, 306), (m - 56, 318), (m, 321)]
    )
    tailor.piece(brim, tailor.fabric.ribbed, swell=11, depth=0.6, lift=4)
    tailor.piece(
        [Corner(m + 40, 270), Corner(m + 66, 266), Corner(m + 67, 286), Corner(m + 41, 290)],
        Fabric((134, 92, 58), (0, 0, 0), "leather"),
        swell=2,
    )


def sun_hat(tailor: Tailor) -> None:
    """A straw hat with a wide brim and a ribbon, or a felt one."""
    m = MIDDLE
    brim = fill(oval(m, 262, 146, 52))
    tailor.canvas.hang(brim)
    tailor.piece(brim, swell=16, depth=0.5, lift=2)
    for k in (0.9, 0.78, 0.66):
        tailor.canvas.seam(oval(m, 260, 146 * k, 52 * k), brim, 0.18)
    tailor.canvas.shade(fill(oval(m + 8, 262, 92, 34)).softened(8) & brim, 0.3)
    dent = 12 if tailor.fabric.material == "wool" else 0
    crown = mirrored(
        [(m, 116 + dent), (m - 40, 118), (m - 68, 146), (m - 80, 214), Corner(m - 84, 258), (m - 40, 278), (m, 282)]
    )
    mask = tailor.piece(crown, swell=20, depth=0.6, lift=2)
    if dent:
        tailor.canvas.fold([[(m - 34, 122), (m, 146), (m + 34, 122)]], mask, 9, 0.3)
    band = (
        fill(mirrored([(m, 250), (m - 50, 246), Corner(m - 82, 226), Corner(m - 86, 258), (m - 44, 279), (m, 283)]))
        & mask
    )
    tailor.piece(band, Fabric(tailor.fabric.accent, tailor.fabric.accent, "satin"), swell=7, lift=1.5)


def cap(tailor: Tailor) -> None:
    """A cap with a visor."""
    m = MIDDLE
    dome: list[Point] = [
        Corner(m - 92, 250),
        (m - 90, 180),
        (m - 44, 126),
        (m + 10, 118),
        (m + 72, 150),
        (m + 96, 210),
        Corner(m + 98, 256),
        (m, 262),
    ]
    mask = fill(dome)
    tailor.canvas.hang(mask)
    tailor.piece(mask, swell=20, depth=0.6, lift=1)
    for line in ([(m - 4, 119), (m - 34, 180), (m - 42, 256)], [(m + 6, 119), (m + 52, 180), (m + 62, 256)]):
        tailor.canvas.seam(line, mask, 0.35)
        tailor.canvas.tint(dashes([(x + 3, y) for x, y in line]) & mask, tone(tailor.fabric.colour, 1.3), 0.5)
    visor: list[Point] = [
        Corner(m - 92, 244),
        (m - 20, 236),
        Corner(m + 44, 256),
        (m + 10, 282),
        (m - 70, 298),
        (m - 136, 292),
        (m - 140, 276),
    ]
    peak = tailor.piece(
        visor, Fabric(tailor.fabric.accent, tailor.fabric.colour, tailor.fabric.material), swell=9, depth=0.6, lift=4
    )
    for k in (8, 16):
        tailor.canvas.tint(
            dashes([(m - 132 + k, 280), (m - 70, 290 - k), (m + 10, 274 - k), (m + 36, 256)]) & peak,
            tone(tailor.fabric.accent, 0.6),
            0.5,
        )
    tailor.stud(m + 2, 118, 6, tailor.fabric.colour, 0.2)
    tailor.piece(
        fill([(m - 40, 196), (m - 16, 190), (m - 12, 216), (m - 36, 222)]),
        Fabric(tailor.fabric.accent, (0, 0, 0)),
        swell=3,
        lift=1,
    )


def sunglasses(tailor: Tailor) -> None:
    """Sunglasses: round, square, cat-eyed or aviators."""
    m, detail = MIDDLE, tailor.design.cut.get("detail", "square")
    shapes: dict[str, list[Point]] = {
        "round": oval(m - 66, 200, 50, 48),
        "square": [(m - 118, 166), (m - 66, 158), (m - 16, 166), (m - 14, 200), (m - 28, 236), (m - 70, 242),
        (m - 110, 232), (m - 120, 200)],
        "cat-eye": [Corner(m - 132, 150), (m - 70, 164), (m - 18, 176), (m - 18, 206), (m - 36, 234), (m - 74, 240),
        (m - 110, 220)],
        "aviator": [(m - 116, 168), (m - 66, 162), (m - 16, 168), (m - 18, 196), (m - 44, 240), (m - 76, 250),
        (m - 106, 232), (m - 120, 196)],
    }  # fmt: skip
    metal = detail in ("aviator", "round")
    frame = tailor.design.metal if metal else tailor.fabric.colour
    for side in SIDES:
        arm: list[Point] = [(m - 119, 176), (m - 114, 146), (m - 104, 116)]
        tailor.wire(sided(arm, side), 4 if metal else 6.5, tone(frame, 0.8))
    for side in SIDES:
        lens = sided(shapes[detail], side)
        tailor.canvas.lay(fill(lens), tone(tailor.fabric.accent, 0.9), swell=16, depth=0.5, gloss=0.8, lift=5)
        shadow = fill([(x, y + 26) for x, y in lens]) & fill(lens)
        tailor.canvas.shade(shadow.softened(14) & fill(lens), -0.16)
        glare: list[Point] = [(m - 100, 176), (m - 78, 170), (m - 96, 220), (m - 108, 208)]
        x0 = 0 if side < 0 else 132
        tailor.canvas.shade(fill([(x + x0, y) for x, y in glare]).softened(2) & fill(lens), -0.25)
        rim = stroke(lens, 4.2 if metal else 9, closed=True)
        if metal:
            tailor.canvas.lay(rim, frame, swell=2, depth=0.8, gloss=1.2, lift=2)
        else:
            tailor.canvas.lay(rim, tailor.fabric.woven(rim, tailor.rng), swell=3, depth=0.7, gloss=0.9, lift=2)
    bridge: list[Point] = [(m - 17, 190), (m, 180), (m + 17, 190)]
    tailor.wire(bridge, 4 if metal else 8, frame)
    if detail == "aviator":
        tailor.wire([(m - 30, 166), (m, 160), (m + 30, 166)], 4, frame)


def tie(tailor: Tailor) -> None:
    """A tie, knotted."""
    m = MIDDLE
    for side in SIDES:
        around: list[Point] = [
            Corner(m - 14, 66),
            (m - 30, 44),
            Corner(m - 42, 24),
            Corner(m - 30, 20),
            (m - 16, 40),
            Corner(m - 4, 60),
        ]
        tailor.piece(sided(around, side), turn=side * 40, swell=4, lift=3)
    behind = [Corner(m - 8, 96), Corner(m + 10, 96), Corner(m + 24, 318), Corner(m + 6, 338), Corner(m - 8, 320)]
    tailor.piece(behind, tailor.fabric.shaded(0.7), swell=6, lift=4)
    blade = [
        Corner(m - 11, 92),
        Corner(m + 11, 92),
        (m + 20, 200),
        Corner(m + 33, 330),
        Corner(m, 376),
        Corner(m - 33, 330),
        (m - 20, 200),
    ]
    mask = tailor.piece(blade, turn=-38, swell=9, depth=0.6, lift=5)
    tailor.creases(mask, [[(m - 2, 98), (m - 5, 130), (m - 3, 190)]], 6, 0.24)
    tailor.canvas.shade(stroke([(m - 12, 98), (m + 12, 98)], 7).softened(4) & mask, 0.35)
    knot = [
        Corner(m - 20, 56),
        (m, 50),
        Corner(m + 20, 56),
        (m + 17, 78),
        Corner(m + 10, 98),
        (m, 101),
        Corner(m - 10, 98),
        (m - 17, 78),
    ]
    top = tailor.piece(knot, turn=35, swell=6, depth=0.6, lift=4)
    tailor.creases(top, [[(m - 12, 60), (m + 4, 80), (m + 6, 98)]], 4, 0.2)
