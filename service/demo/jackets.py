"""Jackets: of leather, of denim, quilted, and with ribbed hems."""

from service.demo.canvas import tone
from service.demo.design import Tailor
from service.demo.fabrics import Fabric
from service.demo.lapels import collar, open_front
from service.demo.masks import fill
from service.demo.outlines import MIDDLE, Corner, Point, mirrored, sided, square
from service.demo.tops import torso_of
from service.demo.torso import SIDES, SleeveCut, Torso, back_of_neck, body, body_creases, front, shirt_collar

_GOLDEN = (206, 150, 70)


def biker(tailor: Tailor) -> None:
    """A leather jacket with a slanting zip."""
    t, m = torso_of(tailor), MIDDLE
    torso = Torso(t.neck - 1, t.shoulder + 1, t.chest, t.waist, t.hem - 5, 62, t.drop, 164, 236, 306, t.arm)
    mask = open_front(tailor, torso, 170, SleeveCut(flare=40, reach=238, wide=3))
    body_creases(tailor, torso, mask, 0.22)
    tailor.zip_([(m - 26, 130), (m + 20, 200), (m + 24, 306)], 3.4)
    for side in SIDES:
        lapel: list[Point] = [
            Corner(m - torso.neck, 62), (m - 16, 104), Corner(m + 3, 170), (m - 36, 152), Corner(m - 66, 118),
            Corner(m - 52, 104), Corner(m - 55, 92),
        ]  # fmt: skip
        tailor.piece(sided(lapel, side), turn=side * 20, swell=6, depth=0.7, lift=3.5)
        tailor.stud(m + side * 58, 117, 2.6, tailor.design.metal)
        tailor.zip_(sided([(m - 62, 214), (m - 38, 246)], side), 2.6)
        tailor.canvas.seam(sided([(m - 78, 126), (m - 44, 134), (m - 10, 190)], side), mask, 0.3)
    tailor.zip_([(m + 40, 172), (m + 66, 162)], 2.4)
    collar(tailor, torso, 104)
    belt = mirrored([(m, 290), Corner(m - torso.hem - 1, 286), Corner(m - torso.hem + 2, 306), (m, 311)])
    tailor.piece(belt, swell=4, lift=2)
    tailor.buckle(m - 16, 300, 20, 16)
    for x in (-58, 54):
        tailor.piece(square(m + x, 285, m + x + 5, 311), swell=1.5, lift=1.5)


def denim_jacket(tailor: Tailor) -> None:
    """A denim jacket: flapped pockets, V seams, metal buttons."""
    t, m = torso_of(tailor), MIDDLE
    torso = Torso(t.neck - 2, t.shoulder + 1, t.chest, t.waist + 3, t.hem - 4, 62, t.drop, 164, 236, 314, t.arm)
    back_of_neck(tailor, torso, "crew")
    mask = body(tailor, torso, front(torso, "crew"), "long", SleeveCut(flare=40, reach=244, cuff="band"))
    body_creases(tailor, torso, mask, 0.16)
    tailor.piece(fill(square(m - 9, 88, m + 9, 316)) & mask, swell=3, depth=0.3, lift=1)
    for side in SIDES:
        for dx, (bx, by) in ((-26, (m - 14, 296)), (-52, (m - 32, 296))):
            line = sided([(m + dx - 8, 166), (bx, by)], side)
            tailor.canvas.seam(line, mask, 0.35)
            tailor.canvas.stitch([(x + 2.5 * side, y) for x, y in line], _GOLDEN)
        yoke = sided([(m - torso.chest + 3, 136), (m - 10, 138)], side)
        tailor.canvas.seam(yoke, mask, 0.4)
        tailor.canvas.stitch([(x, y + 3) for x, y in yoke], _GOLDEN)
        flap: list[Point] = [
            Corner(m - 64, 140),
            Corner(m - 22, 140),
            Corner(m - 22, 156),
            Corner(m - 43, 167),
            Corner(m - 64, 156),
        ]
        tailor.piece(sided(flap, side), swell=3, lift=2)
        tailor.canvas.stitch(sided([(m - 62, 154), (m - 43, 164), (m - 24, 154)], side), _GOLDEN)
        tailor.stud(m + side * 43, 158, 2.8, (186, 140, 92))
        tailor.canvas.stitch([(m + side * 6.5, 92), (m + side * 6.5, 312)], _GOLDEN)
    band = mirrored([(m, 298), Corner(m - torso.hem - 1, 294), Corner(m - torso.hem + 1, 314), (m, 319)])
    tailor.piece(band, swell=4, lift=1.5)
    tailor.canvas.stitch([(m - torso.hem + 2, 298), (m, 303), (m + torso.hem - 2, 298)], _GOLDEN)
    shirt_collar(tailor, torso, size=1.1)
    for y in (112, 148, 184, 220, 256, 307):
        tailor.stud(m, y, 3.8, (186, 140, 92))


def puffer(tailor: Tailor) -> None:
    """A quilted jacket, filled with down."""
    m, torso = (
        MIDDLE,
        Torso(neck=34, shoulder=92, chest=90, waist=87, hem=84, top=72, armpit=176, waist_y=250, bottom=350, arm=60),
    )
    outline = fill(front(torso, "crew"))
    tailor.canvas.hang(outline)
    for side in SIDES:
        _quilted_sleeve(tailor, torso, side)
    for i, (top, bottom) in enumerate(zip(range(66, 350, 37), range(103, 390, 37), strict=False)):
        bow = 5 if i else 0
        band = mirrored([(m, top + bow), Corner(m - 100, top - 2), Corner(m - 100, bottom - 2), (m, bottom + 5)])
        mask = tailor.piece(fill(band) & outline, swell=9, depth=0.8, lift=1.5)
        tucks: list[list[Point]] = [
            [(m + x, bottom - 1), (m + x * 1.02 + 2, bottom - 12)] for x in (-70, -48, -26, 24, 50, 72)
        ]
        tailor.creases(mask, tucks, 4, 0.2)
    _puffed_collar(tailor, torso)
    tailor.zip_([(m, 70), (m, 352)], 3.6)
    for side in SIDES:
        tailor.zip_(sided([(m - 58, 262), (m - 48, 306)], side), 2.4)


def _quilted_sleeve(tailor: Tailor, torso: Torso, side: int) -> None:
    m, sx, sy = MIDDLE, MIDDLE - torso.shoulder, torso.slope
    outline: list[Point] = [
        Corner(sx + 16, sy - 4), (sx - 14, sy + 14), (sx - 36, sy + 100), (sx - 40, sy + 190),
        Corner(sx - 38, sy + 226), Corner(sx + 4, sy + 232),
        (sx + 12, sy + 170), Corner(m - torso.chest + 6, torso.armpit + 6),
        Corner(m - torso.chest + 30, torso.armpit - 40),
    ]  # fmt: skip
    arm = fill(sided(outline, side))
    tailor.canvas.hang(arm)
    for top in range(int(sy) - 8, int(sy) + 236, 35):
        band: list[Point] = [
            Corner(sx - 60, top + 4),
            Corner(sx + 60, top - 6),
            Corner(sx + 60, top + 31),
            Corner(sx - 60, top + 41),
        ]
        tailor.piece(fill(sided(band, side)) & arm, swell=8, depth=0.8, lift=1.2)


def _puffed_collar(tailor: Tailor, torso: Torso) -> None:
    m, top = MIDDLE, torso.top
    inside = mirrored([(m, top - 38), (m - 30, top - 34), (m - 32, top - 22), (m, top - 16)])
    tailor.piece(inside, tailor.fabric.plain.shaded(0.5), swell=4, lift=2)
    for low, high, narrower in ((26, 4, 0), (6, -22, 2)):
        roll = mirrored(
            [
                (m, top + high),
                Corner(m - 34 + narrower, top + high - 8),
                (m - 40, top + (low + high) / 2 - 4),
                Corner(m - 37, top + low - 6),
                (m, top + low + 4),
            ]
        )
        tailor.piece(roll, tailor.fabric.plain, swell=8, depth=0.8, lift=2)


def bomber(tailor: Tailor) -> None:
    """A short jacket, ribbed at collar, cuffs and hem."""
    t, m = torso_of(tailor), MIDDLE
    torso = Torso(t.neck, t.shoulder + 3, t.chest + 5, t.waist + 9, t.hem - 2, 62, t.drop, 166, 240, 312, t.arm + 3)
    back_of_neck(tailor, torso, "crew")
    mask = body(tailor, torso, front(torso, "crew"), "long", SleeveCut(flare=42, reach=234, wide=12, cuff="rib"))
    body_creases(tailor, torso, mask, 0.2)
    rib = Fabric(tone(tailor.fabric.colour, 0.8), tailor.fabric.accent, "rib")
    tailor.piece(
        mirrored([(m, 304), Corner(m - torso.hem - 1, 298), Corner(m - torso.hem + 6, 324), (m, 329)]),
        rib,
        swell=6,
        lift=2,
    )
    tailor.strip(mirrored([(m - torso.neck - 2, 60), (m - 22, 82), (m, 89)]), 14, rib, lift=2)
    tailor.zip_([(m, 86), (m, 326)], 3.2)
    for side in SIDES:
        tailor.canvas.fold([sided([(m - 66, 226), (m - 44, 268)], side)], mask, 4, 0.4)
        tailor.strip(sided([(m - 64, 227), (m - 44, 266)], side), 5, tailor.fabric.plain.shaded(0.9))
