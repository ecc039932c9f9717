"""Bags, seen from the front, standing on the ground."""

from service.demo.canvas import is_dark, tone
from service.demo.design import Tailor
from service.demo.fabrics import Fabric
from service.demo.masks import Mask, dashes, fill, stroke
from service.demo.outlines import MIDDLE, Corner, Point, mirrored, oval, sided, square
from service.demo.torso import SIDES


def _stitched(tailor: Tailor, points: list[Point]) -> None:
    tailor.canvas.tint(
        dashes(points, 1.1), tone(tailor.fabric.colour, 1.4 if is_dark(tailor.fabric.colour, 0.55) else 0.62), 0.7
    )


def _handle(tailor: Tailor, half: float, foot: float, top: float, width: float, *, back: bool = False) -> None:
    arch: list[Point] = [
        (MIDDLE - half, foot),
        (MIDDLE - half * 0.92, (foot + top) / 2),
        (MIDDLE, top),
        (MIDDLE + half * 0.92, (foot + top) / 2),
        (MIDDLE + half, foot),
    ]
    tailor.strip(arch, width, tailor.fabric.plain.shaded(0.62 if back else 1.0), lift=2)


def tote(tailor: Tailor) -> None:
    """A large open bag with two handles."""
    m = MIDDLE
    tailor.canvas.floor(42, 278, 346)
    _handle(tailor, 46, 160, 62, 7, back=True)
    tailor.piece(
        mirrored([(m, 146), Corner(m - 104, 144), Corner(m - 102, 160), (m, 164)]),
        tailor.fabric.plain.shaded(0.45),
        swell=4,
    )
    body = mirrored([(m, 160), Corner(m - 106, 150), (m - 110, 240), Corner(m - 100, 340), (m - 60, 347), (m, 348)])
    mask = tailor.piece(body, swell=18, depth=0.6, lift=3)
    tailor.creases(mask, [sided([(m - 90, 170), (m - 84, 240), (m - 92, 330)], s) for s in SIDES], 8, 0.2)
    base = fill(mirrored([(m, 306), Corner(m - 112, 300), Corner(m - 112, 352), (m, 352)])) & mask
    if tailor.design.is_("detail", "two-tone"):
        tailor.piece(base, Fabric((112, 74, 48), (0, 0, 0), "leather"), swell=10, lift=1)
    _stitched(tailor, [(m - 104, 158), (m, 168), (m + 104, 158)])
    _handle(tailor, 46, 196, 70, 8)
    for x in (m - 46, m + 46):
        tab: list[Point] = [Corner(x - 8, 166), Corner(x + 8, 166), Corner(x + 8, 200), (x, 210), Corner(x - 8, 200)]
        tailor.piece(tab, tailor.fabric.plain.shaded(0.95), swell=3)
        tailor.stud(x, 174, 3, tailor.design.metal)
        tailor.stud(x, 198, 3, tailor.design.metal)


def shoulder_bag(tailor: Tailor) -> None:
    """A flap bag on a long strap or a chain; quilted, saddle-shaped or plain."""
    m, detail = MIDDLE, tailor.design.cut.get("detail", "")
    tailor.canvas.floor(54, 266, 328)
    arch: list[Point] = [(m - 88, 196), (m - 74, 110), (m, 44), (m + 74, 110), (m + 88, 196)]
    if detail == "quilted":
        _chain(tailor, arch)
    else:
        tailor.strip(arch, 7, tailor.fabric.plain.shaded(0.9), lift=3)
    low = 318 if detail != "saddle" else 326
    body = mirrored(
        [
            (m, 186),
            Corner(m - 90, 190),
            (m - 100, 250),
            (m - (92 if detail != "saddle" else 70), low - 4),
            (m - 40, low + 6),
            (m, low + 8),
        ]
    )
    mask = tailor.piece(body, swell=16, depth=0.6, lift=3)
    tailor.canvas.shade(stroke([(m - 96, 316), (m + 96, 316)], 14).softened(8) & mask, 0.15)
    flap = mirrored(
        [
            (m, 182),
            Corner(m - 92, 186),
            (m - 98, 236),
            (m - 60 if detail == "saddle" else m - 88, 268 if detail != "saddle" else 280),
            (m - 30, 284),
            (m, 286 if detail != "saddle" else 296),
        ]
    )
    cover = tailor.piece(flap, swell=12, depth=0.6, lift=4)
    if detail == "quilted":
        for piece in (mask, cover):
            _quilt(tailor, piece)
    else:
        _stitched(
            tailor,
            mirrored(
                [
                    (m - 87, 194),
                    (m - 91, 236),
                    (m - (54 if detail == "saddle" else 80), 262 if detail != "saddle" else 273),
                    (m, 279 if detail != "saddle" else 289),
                ]
            ),
        )
    for side in SIDES:
        tailor.wire([(m + side * 88 + x, 194 + y) for x, y in oval(0, 0, 7, 8)], 3, tailor.design.metal, closed=True)
    tailor.piece(square(m - 12, 264, m + 12, 288, 4), Fabric(tailor.design.metal, (0, 0, 0), "metal"), swell=3)
    tailor.stud(m, 276, 4.5, tone(tailor.design.metal, 0.8))


def _chain(tailor: Tailor, arch: list[Point]) -> None:
    tailor.wire(arch, 4, tone(tailor.fabric.colour, 0.8))
    tailor.canvas.tint(dashes(arch, 4.6, 5, 4), tailor.design.metal, 0.95)
    tailor.canvas.tint(dashes([(x - 1, y - 1) for x, y in arch], 1.4, 3, 6), tone(tailor.design.metal, 1.6), 0.8)


def _quilt(tailor: Tailor, mask: Mask) -> None:
    lines: list[list[Point]] = [
        [(MIDDLE + shift - way * 80, 180), (MIDDLE + shift + way * 80, 340)]
        for shift in range(-260, 300, 24)
        for way in (-1, 1)
    ]
    tailor.canvas.fold(lines, mask, 2.2, 0.3)


def clutch(tailor: Tailor) -> None:
    """A small bag without a strap: an envelope, a box with a clasp, or a soft pouch."""
    m, detail = MIDDLE, tailor.design.cut.get("detail", "envelope")
    tailor.canvas.floor(38, 282, 288)
    body = mirrored([(m, 154), Corner(m - 118, 154), (m - 121, 220), Corner(m - 118, 288), (m, 291)])
    mask = tailor.piece(body, swell=13, depth=0.6, lift=3)
    if detail == "envelope":
        flap = tailor.piece(
            [Corner(m - 120, 152), Corner(m + 120, 152), (m + 70, 206), (m, 254), (m - 70, 206)],
            swell=9,
            depth=0.6,
            lift=4,
        )
        tailor.canvas.tint(
            dashes([(m - 104, 162), (m - 68, 200), (m, 246), (m + 68, 200), (m + 104, 162)], 1.1) & flap,
            tone(tailor.fabric.colour, 1.35),
            0.7,
        )
        tailor.stud(m, 240, 7, tailor.design.metal)
    elif detail == "box":
        tailor.wire([(m - 118, 156), (m, 153), (m + 118, 156)], 7, tailor.design.metal)
        tailor.canvas.fold([[(m - 119, 168), (m, 166), (m + 119, 168)]], mask, 3, 0.4)
        for x in (m - 7, m + 7):
            tailor.stud(x, 146, 7, tailor.design.metal)
    else:
        gathers: list[list[Point]] = [
            [(m + x, 166), (m + x * 0.9, 206), (m + x * 0.96, 262)] for x in (-96, -70, -46, -20, 8, 30, 56, 84, 104)
        ]
        tailor.creases(mask, gathers, 6, 0.26)
        tailor.zip_([(m - 114, 160), (m, 158), (m + 114, 160)], 3.4)
        tailor.strip([(m + 104, 162), (m + 122, 186), (m + 116, 214)], 5)


def backpack(tailor: Tailor) -> None:
    """A rucksack with a front pocket and buckled straps, or zips."""
    m, flap = MIDDLE, not tailor.design.is_("detail", "zip")
    tailor.canvas.floor(64, 256, 360)
    _handle(tailor, 24, 70, 34, 9)
    for side in SIDES:
        tailor.strip(
            sided([(m - 60, 96), (m - 104, 170), (m - 100, 280), (m - 78, 340)], side),
            15,
            tailor.fabric.plain.shaded(0.75),
            lift=2,
        )
    body = mirrored([(m, 60), (m - 52, 64), (m - 84, 96), (m - 93, 220), (m - 92, 330), (m - 78, 358), (m, 361)])
    mask = tailor.piece(body, swell=20, depth=0.65, lift=3)
    pocket = mirrored([(m, 226), Corner(m - 64, 226), (m - 70, 290), (m - 66, 336), (m - 50, 346), (m, 348)])
    tailor.piece(pocket, swell=11, depth=0.6, lift=3)
    trim = (
        Fabric((128, 84, 50), (0, 0, 0), "leather")
        if tailor.fabric.material == "canvas"
        else tailor.fabric.plain.shaded(0.75)
    )
    if flap:
        cover = mirrored([(m, 54), (m - 58, 60), (m - 88, 92), (m - 96, 170), (m - 84, 196), (m, 200)])
        tailor.piece(cover, swell=14, depth=0.6, lift=4)
        for x in (m - 40, m + 40):
            tailor.strip([(x, 150), (x, 262)], 11, trim, lift=2)
            tailor.buckle(x, 232, 17, 14)
    else:
        tailor.zip_(mirrored([(m - 82, 190), (m - 76, 110), (m - 44, 80), (m, 76)]), 3)
        tailor.zip_([(m - 62, 240), (m, 238), (m + 62, 240)], 3)
        tailor.piece(square(m - 20, 148, m + 20, 174, 3), trim, swell=3)
    tailor.creases(mask, [sided([(m - 82, 210), (m - 76, 270), (m - 82, 340)], s) for s in SIDES], 7, 0.2)


def briefcase(tailor: Tailor) -> None:
    """A slim bag for papers with one handle."""
    m = MIDDLE
    tailor.canvas.floor(38, 282, 326)
    _handle(tailor, 34, 150, 100, 9)
    body = mirrored(
        [(m, 148), (m - 100, 148), (m - 120, 164), (m - 122, 240), (m - 118, 318), (m - 100, 328), (m, 330)]
    )
    mask = tailor.piece(body, swell=12, depth=0.6, lift=3)
    cover = mirrored([(m, 144), (m - 104, 146), (m - 122, 166), (m - 122, 214), (m - 104, 232), (m, 236)])
    tailor.piece(cover, swell=9, depth=0.6, lift=3)
    _stitched(tailor, mirrored([(m - 116, 172), (m - 116, 212), (m - 102, 226), (m, 229)]))
    tailor.canvas.fold([[(m - 118, 276), (m, 280), (m + 118, 276)]], mask, 3, 0.2)
    for x in (m - 62, m + 62):
        tailor.strip([(x, 206), (x, 262)], 15, tailor.fabric.shaded(0.85), lift=2)
        tailor.buckle(x, 248, 20, 16)
