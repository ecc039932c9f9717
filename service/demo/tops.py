"""Tops of cloth: T-shirts, polos, shirts, blouses, camisoles."""

from service.demo.canvas import tone
from service.demo.design import Tailor
from service.demo.masks import Mask, fill, stroke
from service.demo.outlines import MIDDLE, Corner, Point, mirrored, sided, square
from service.demo.torso import (
    SIDES,
    SleeveCut,
    Torso,
    back_of_neck,
    body,
    body_creases,
    front,
    hem,
    neck_band,
    neckline,
    shirt_collar,
)

PEARL = (240, 238, 232)
WOMEN = Torso(neck=29, shoulder=79, chest=73, waist=63, hem=75, bottom=324)
MEN = Torso()


def torso_of(tailor: Tailor) -> Torso:
    """Return the measures of who will wear it."""
    return WOMEN if tailor.design.is_("gender", "female") else MEN


def t_shirt(tailor: Tailor) -> None:
    """A T-shirt."""
    torso, kind = torso_of(tailor), tailor.design.cut.get("neckline", "crew")
    length = tailor.design.cut.get("sleeve", "short")
    back_of_neck(tailor, torso, kind)
    cut = SleeveCut(flare=34, cuff="plain") if length == "long" else SleeveCut(flare=84, wide=3)
    mask = body(tailor, torso, front(torso, kind), length, cut)
    body_creases(tailor, torso, mask)
    hem(tailor, torso, mask)
    neck_band(tailor, torso, kind)


def polo(tailor: Tailor) -> None:
    """A polo shirt: a soft collar, a short placket with three buttons."""
    torso = MEN
    back_of_neck(tailor, torso, "crew")
    mask = body(tailor, torso, front(torso, "crew"), "short", SleeveCut(flare=80, cuff="rib"))
    body_creases(tailor, torso, mask)
    hem(tailor, torso, mask)
    tailor.piece(square(MIDDLE - 9, 84, MIDDLE + 9, 176), tailor.fabric.plain, swell=3, lift=1.5, depth=0.35)
    shirt_collar(tailor, torso, size=0.85)
    tailor.buttons(MIDDLE, 106, 166, 3, rgb=PEARL)


def shirt(tailor: Tailor) -> None:
    """A shirt with collar, placket and cuffs."""
    women = tailor.design.is_("gender", "female")
    torso = torso_of(tailor)
    long = not tailor.design.is_("sleeve", "short")
    back_of_neck(tailor, torso, "crew")
    m, t = MIDDLE, torso
    tails: list[Point] = [
        (m - t.waist, t.waist_y), (m - t.hem, t.bottom - 24), (m - t.hem + 11, t.bottom - 8),
        (m - t.hem * 0.5, t.bottom + 9), (m, t.bottom + 14),
    ]  # fmt: skip
    cut = SleeveCut(cuff="band", wide=4) if long else SleeveCut(flare=72, wide=4)
    mask = body(tailor, torso, front(torso, "crew", below=tails), "long" if long else "short", cut)
    body_creases(tailor, torso, mask)
    _placket(tailor, t.top + 30, t.bottom + 13, mask)
    shirt_collar(tailor, torso)
    if not women:
        _chest_pocket(tailor, mask)
    tailor.buttons(m, t.top + 44, t.bottom - 26, 7, rgb=PEARL)


def _placket(tailor: Tailor, top: float, bottom: float, mask: Mask) -> None:
    band = fill(square(MIDDLE - 9, top, MIDDLE + 9, bottom))
    tailor.piece(band & mask, swell=3, lift=1, depth=0.3)
    for x in (MIDDLE - 6.5, MIDDLE + 6.5):
        tailor.canvas.tint(stroke([(x, top), (x, bottom)], 0.7) & mask, tone(tailor.fabric.colour, 0.62), 0.4)


def _chest_pocket(tailor: Tailor, mask: Mask) -> None:
    x, y = MIDDLE + 24, 172
    pocket: list[Point] = [
        Corner(x, y),
        Corner(x + 36, y),
        Corner(x + 36, y + 33),
        Corner(x + 18, y + 42),
        Corner(x, y + 33),
    ]
    tailor.piece(fill(pocket) & mask, swell=3, depth=0.3, lift=1)
    tailor.canvas.tint(stroke([(x + 1, y + 6), (x + 35, y + 6)], 0.7), tone(tailor.fabric.colour, 0.6), 0.5)


def camisole(tailor: Tailor) -> None:
    """A top on thin straps."""
    m = MIDDLE
    for side in SIDES:
        tailor.strip(sided([(m - 40, 50), (m - 36, 84), (m - 30, 130)], side), 3, tailor.fabric.plain.shaded(0.7))
    back = mirrored([(m, 126), (m - 46, 128), (m - 54, 150), (m, 160)])
    tailor.piece(back, tailor.fabric.plain.shaded(0.6), lift=2)
    outline = mirrored([
        (m, 142), (m - 26, 130), Corner(m - 52, 108), (m - 59, 138), Corner(m - 72, 164), (m - 68, 250),
        Corner(m - 82, 340), (m - 40, 347), (m, 349),
    ])  # fmt: skip
    mask = fill(outline)
    tailor.canvas.hang(mask)
    tailor.piece(mask, swell=20, lift=1)
    body_creases(tailor, Torso(chest=72, waist=68, hem=82, armpit=150), mask, 0.18)
    drape: list[list[Point]] = [[(m - 44, 140), (m, 172), (m + 44, 140)], [(m - 52, 152), (m, 200), (m + 52, 152)]]
    tailor.creases(mask, drape, 8, 0.2)
    tailor.canvas.tint(
        stroke([(m - 50, 113), (m - 26, 134), (m, 146), (m + 26, 134), (m + 50, 113)], 1) & mask,
        tone(tailor.fabric.colour, 0.6),
        0.5,
    )
    for side in SIDES:
        tailor.strip(sided([(m - 51, 112), (m - 49, 80), (m - 40, 50)], side), 3.4, tailor.fabric.plain)
    if tailor.design.is_("detail", "lace"):
        _lace(tailor, mask)


def _lace(tailor: Tailor, mask: Mask) -> None:
    light, y = tone(tailor.fabric.colour, 1.45), 328.0
    for x in range(int(MIDDLE) - 84, int(MIDDLE) + 85, 10):
        tailor.canvas.tint(stroke([(x - 5, y), (x, y + 12), (x + 5, y)], 1.2) & mask, light, 0.7)
        tailor.canvas.tint(stroke([(x - 5, y), (x, y - 8), (x + 5, y)], 1.2) & mask, light, 0.6)


def blouse(tailor: Tailor) -> None:
    """A blouse with full sleeves: tied with a bow, ruffled, or plain at the neck."""
    kind = tailor.design.cut.get("neckline", "v-neck")
    torso = Torso(neck=30, shoulder=78, chest=74, waist=67, hem=84, bottom=328)
    back_of_neck(tailor, torso, kind)
    cut = SleeveCut(wide=20, cuff="gathered", reach=232)
    mask = body(tailor, torso, front(torso, kind), tailor.design.cut.get("sleeve", "long"), cut)
    body_creases(tailor, torso, mask, 0.18)
    gathers: list[list[Point]] = [[(MIDDLE + dx, 130 + abs(dx)), (MIDDLE + dx * 1.2, 220)] for dx in (-46, -26, 26, 46)]
    tailor.creases(mask, gathers, 6, 0.15)
    neck_band(tailor, torso, kind, 5, rib=False)
    if tailor.design.is_("detail", "bow"):
        _bow(tailor, neckline(torso, kind)[0][1])
    if tailor.design.is_("detail", "ruffle"):
        _ruffle(tailor, neckline(torso, kind)[0][1] + 8)


def _bow(tailor: Tailor, y: float) -> None:
    m, cloth = MIDDLE, tailor.fabric.plain
    for side in SIDES:
        tail: list[Point] = [
            Corner(m - 3, y),
            (m - 20, y + 58),
            Corner(m - 28, y + 118),
            Corner(m - 6, y + 110),
            (m - 4, y + 55),
            Corner(m + 3, y + 4),
        ]
        tailor.piece(sided(tail, side), cloth, turn=side * 14, swell=5, lift=3)
    for side in SIDES:
        loop: list[Point] = [
            Corner(m, y - 2),
            (m - 27, y - 21),
            (m - 52, y - 10),
            (m - 47, y + 15),
            (m - 25, y + 14),
            Corner(m, y + 6),
        ]
        mask = tailor.piece(sided(loop, side), cloth, turn=side * 70, swell=7, lift=3)
        tailor.creases(mask, [sided([(m - 6, y), (m - 35, y - 2)], side)], 5, 0.28)
    tailor.piece([(m - 10, y - 9), (m + 10, y - 9), (m + 9, y + 11), (m - 9, y + 11)], cloth, swell=6, lift=2)


def _ruffle(tailor: Tailor, top: float) -> None:
    for side in SIDES:
        edge: list[Point] = [(MIDDLE - 15 - (11 if i % 2 else 0), top + i * 17) for i in range(10)]
        outline = [Corner(MIDDLE - 4, top - 6), *edge, Corner(MIDDLE - 4, top + 170)]
        mask = tailor.piece(sided(outline, side), swell=5, lift=2)
        tailor.creases(mask, [sided([(MIDDLE - 4, y), (x + 2, y)], side) for x, y in edge[::2]], 4, 0.22)
    tailor.buttons(MIDDLE, top + 8, top + 160, 7, radius=2.2, rgb=PEARL)
