"""The upper body that every top, dress and jacket is cut around: front, back of the neck, sleeves and collars."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.demo.canvas import tone
from service.demo.design import Tailor
from service.demo.masks import Mask, fill, stroke
from service.demo.outlines import MIDDLE, Corner, Point, mirrored, sided, square

SIDES = (-1, 1)


@dataclass(frozen=True, slots=True)
class Torso:
    """Measures in px: half widths from the middle, and heights from the picture's top."""

    neck: float = 31
    shoulder: float = 89
    chest: float = 83
    waist: float = 77
    hem: float = 82
    top: float = 62
    drop: float = 22
    """How much lower the shoulder ends than it begins."""
    armpit: float = 164
    waist_y: float = 240
    bottom: float = 334
    arm: float = 48
    """How wide a sleeve begins."""

    @property
    def slope(self) -> float:
        """The height at which the shoulder ends."""
        return self.top + self.drop

    @property
    def scale(self) -> float:
        """How large the body is drawn, beside a top that fills the picture."""
        return self.neck / 31


NECKLINES = ("crew", "v-neck", "scoop", "square", "boat", "halter", "sweetheart", "high")


def neckline(torso: Torso, kind: str) -> list[Point]:
    """Return the left half of a neckline, from the middle up to the shoulder."""
    n, top, m, k = torso.neck, torso.top, MIDDLE, torso.scale
    return {
        "v-neck": [Corner(m, top + 76 * k), (m - n * 0.55, top + 36 * k), Corner(m - n, top)],
        "deep": [Corner(m, top + 112 * k), (m - n * 0.55, top + 54 * k), Corner(m - n, top)],
        "scoop": [(m, top + 50 * k), (m - n * 0.72, top + 37 * k), Corner(m - n - 5 * k, top + 1)],
        "square": [(m, top + 54 * k), Corner(m - n - 2 * k, top + 54 * k), Corner(m - n - 6 * k, top + 1)],
        "boat": [(m, top + 16 * k), (m - n, top + 10 * k), Corner(m - n - 22 * k, top + 6 * k)],
        "sweetheart": [
            Corner(m, top + 82 * k),
            (m - n * 0.7, top + 62 * k),
            Corner(m - torso.chest + 7 * k, top + 72 * k),
        ],
        "halter": [(m, top + 32 * k), (m - n * 0.5, top + 18 * k), Corner(m - n * 0.8, top - 5 * k)],
    }.get(kind, [(m, top + 25 * k), (m - n * 0.66, top + 18 * k), Corner(m - n, top)])


def front(torso: Torso, kind: str, *, sleeveless: bool = False, below: Sequence[Point] | None = None) -> list[Point]:
    """Return the outline of the front; `below` replaces what lies under the armpit, left half, downwards."""
    t, m = torso, MIDDLE
    k = t.scale
    edge = m - t.shoulder + (17 * k if sleeveless else 0)
    shoulder: list[Point] = [Corner(edge, t.slope - (4 * k if sleeveless else 0)), (edge + 4 * k, t.armpit - 40 * k)]
    if kind == "sweetheart":
        shoulder = []
    if kind == "halter":
        shoulder = [(m - t.neck - 5 * k, t.top + 42 * k), (m - t.chest + 17 * k, t.armpit - 28 * k)]
    side: Sequence[Point] = below or [
        (m - t.waist, t.waist_y), Corner(m - t.hem, t.bottom - 3), (m - t.hem * 0.5, t.bottom + 1), (m, t.bottom + 2),
    ]  # fmt: skip
    return mirrored([*neckline(t, kind), *shoulder, Corner(m - t.chest, t.armpit), *side])


def back_of_neck(tailor: Tailor, torso: Torso, kind: str, *, label: bool = True) -> None:
    """Lay the inside of the back, which shows through the neckline, with its label."""
    if kind in ("sweetheart", "halter"):
        return
    points = neckline(torso, kind)
    deepest, corner = points[0][1], points[-1]
    inside = mirrored(
        [(MIDDLE, corner[1] - 4), Corner(*corner), (MIDDLE - torso.neck * 0.7, deepest + 5), (MIDDLE, deepest + 8)]
    )
    mask = tailor.piece(inside, tailor.fabric.plain.shaded(0.62), swell=6, lift=3)
    tailor.canvas.shade(
        stroke([corner, (MIDDLE, corner[1] + 3), (MIDDLE * 2 - corner[0], corner[1])], 9).softened(5) & mask, 0.3
    )
    if label:
        tag = fill(square(153, corner[1] + 3, 167, corner[1] + 10))
        tailor.canvas.tint(tag & mask, (236, 232, 224), 0.85)


LENGTHS = {"short": 0.36, "elbow": 0.52, "3/4": 0.76, "long": 1.0}


@dataclass(frozen=True, slots=True)
class SleeveCut:
    """How sleeves are cut, in px of a body drawn at scale 1."""

    wide: float = 0.0
    """How much wider than a plain sleeve it is in its middle."""
    flare: float = 40.0
    """How far the wrist is from the shoulder's line."""
    reach: float = 246.0
    """How long a long sleeve is."""
    cuff: str = "plain"
    """"plain", "rib", "band" (a shirt's) or "gathered"."""


def sleeve(tailor: Tailor, torso: Torso, side: int, length: str, cut: SleeveCut) -> None:
    """Lay a sleeve of a length in `LENGTHS` on a side (-1 left, 1 right); the front is laid over its top."""
    f, k, t = LENGTHS[length], torso.scale, torso
    wide, flare, reach = cut.wide * k, cut.flare * k, cut.reach * k
    sx, sy, ax, ay = MIDDLE - t.shoulder, t.slope, MIDDLE - t.chest, t.armpit
    outer_x, outer_y = sx - flare * f - 5 * k, sy + reach * f
    breadth = t.arm * (1 - 0.36 * f) + (wide if cut.cuff == "plain" else 0)
    inner_x, inner_y = outer_x + breadth, outer_y + (4 + 8 * (1 - f)) * k
    outline: list[Point] = [
        Corner(sx + 14 * k, sy - 4 * k), (sx - 1, sy + 1.5), (sx - (10 + wide * 0.3) * k, sy + 24 * k),
        (sx - flare * f * 0.55 - 10 * k - wide * 0.75, sy + reach * f * 0.58),
        (outer_x - wide * 0.5 + k, sy + reach * f * 0.9),
        Corner(outer_x, outer_y), Corner(inner_x, inner_y),
        ((inner_x + ax) / 2 + 5 * k + wide * 0.55, (inner_y + ay) / 2 + 4), Corner(ax + 4, ay + 2),
        Corner(ax + 24 * k, ay - 50 * k),
    ]  # fmt: skip
    mask = tailor.piece(sided(outline, side), turn=side * -9, swell=12, depth=0.55, lift=6)
    tailor.creases(mask, [sided(line, side) for line in _sleeve_creases(torso, f, cut)], 6 * k, 0.19)
    _cuff(tailor, sided([(outer_x, outer_y), (inner_x, inner_y)], side), cut.cuff, side, k)


def _sleeve_creases(t: Torso, f: float, cut: SleeveCut) -> list[list[Point]]:
    sx, sy, k = MIDDLE - t.shoulder, t.slope, t.scale
    lines: list[list[Point]] = [
        [(MIDDLE - t.chest + 2, t.armpit - 4), (sx + 5, t.armpit - 36 * k), (sx - 4, sy + 26 * k)]
    ]
    if f > 0.6:  # noqa: PLR2004 - the arm bends where there is an elbow
        x, y = sx - cut.flare * 0.42 * k, sy + cut.reach * 0.5 * k
        bends = [
            [(25, -18), (8, -5), (-9, 4)], [(22, 10), (6, 17), (-11, 32)], [(10, 56), (-2, 76), (-6, 104)],
        ]  # fmt: skip
        lines += [[(x + dx * k, y + dy * k) for dx, dy in bend] for bend in bends]
    return lines


def _cuff(tailor: Tailor, ends: list[Point], kind: str, side: int, k: float) -> None:
    (x0, y0), (x1, y1) = ends
    cloth = tailor.fabric
    if kind == "plain":
        tailor.canvas.stitch([(x0, y0 - 8 * k), (x1, y1 - 8 * k)], tone(cloth.colour, 0.7), 0.5)
        return
    depth, lean = {"rib": 19, "band": 18, "gathered": 13}[kind] * k, side * 2
    quad: list[Point] = [
        Corner(x0, y0 - 5), Corner(x1, y1 - 5), Corner(x1 + lean, y1 + depth - 5), Corner(x0 + lean, y0 + depth - 5),
    ]  # fmt: skip
    tailor.piece(quad, cloth.ribbed if kind == "rib" else cloth, swell=4, lift=1.5, turn=90 if kind == "band" else 0)
    if kind == "band":
        tailor.button((x0 + x1) / 2 + side * 4, (y0 + y1) / 2 + 3, 2)


def sleeves(tailor: Tailor, torso: Torso, length: str, cut: SleeveCut | None = None) -> None:
    """Lay both sleeves, unless there are none."""
    if length in LENGTHS:
        for side in SIDES:
            sleeve(tailor, torso, side, length, cut or SleeveCut())


def body(tailor: Tailor, torso: Torso, outline: Sequence[Point], length: str, cut: SleeveCut | None = None) -> Mask:
    """Lay sleeves and front, with the shadow that they throw together, and sew them to each other."""
    mask = fill(outline)
    tailor.canvas.hang(mask)
    sleeves(tailor, torso, length, cut)
    tailor.piece(mask, swell=20 * torso.scale + 2, lift=0.8)
    if length in LENGTHS:
        armholes(tailor, torso, mask)
    return mask


def armholes(tailor: Tailor, torso: Torso, mask: Mask) -> None:
    """Sew the seams where the sleeves begin."""
    for side in SIDES:
        sx = MIDDLE - torso.shoulder
        line: list[Point] = [
            (sx, torso.slope),
            (sx + 5 * torso.scale, torso.armpit - 44 * torso.scale),
            (MIDDLE - torso.chest, torso.armpit),
        ]
        tailor.canvas.seam(sided(line, side), mask, 0.32)


def body_creases(tailor: Tailor, torso: Torso, mask: Mask, depth: float = 0.13) -> None:
    """Press the folds that a hanging front has: from the armpits, at the waist, and down to the hem."""
    t, m = torso, MIDDLE
    for side in SIDES:
        lines: list[list[Point]] = [
            [(m - t.chest + 2, t.armpit + 2), (m - t.chest * 0.7, t.armpit - 8), (m - t.chest * 0.5, t.armpit - 12)],
            [(m - t.chest + 2, t.armpit + 26), (m - t.waist * 0.7, t.armpit + 42), (m - t.waist * 0.4, t.armpit + 66)],
            [
                (m - t.waist + 6, t.waist_y - 4),
                (m - t.waist * 0.66, t.waist_y + 12),
                (m - t.waist * 0.5, t.waist_y + 38),
            ],
            [(m - t.hem * 0.45, t.waist_y + 46), (m - t.hem * 0.5, t.bottom - 30), (m - t.hem * 0.48, t.bottom)],
        ]
        tailor.creases(mask, [sided(line, side) for line in lines], 8 * t.scale, depth)


def hem(tailor: Tailor, torso: Torso, mask: Mask, inset: float = 8.0) -> None:
    """Stitch the lower hem."""
    y = torso.bottom - inset
    line: list[Point] = [(MIDDLE - torso.hem + 1, y - 4), (MIDDLE, y + 1), (MIDDLE + torso.hem - 1, y - 4)]
    tailor.canvas.tint(stroke(line, 0.9) & mask, tone(tailor.fabric.colour, 0.66), 0.45)


def neck_band(tailor: Tailor, torso: Torso, kind: str, width: float = 7.0, *, rib: bool = True) -> None:
    """Bind the neckline."""
    line = mirrored([*reversed(neckline(torso, kind))])[: 2 * len(neckline(torso, kind)) - 1]
    cloth = tailor.fabric
    tailor.strip(line, width, cloth.ribbed if rib else cloth.plain)


def shirt_collar(tailor: Tailor, torso: Torso, *, size: float = 1.0, spread: float = 40.0) -> None:
    """Lay a turned-down collar with its stand."""
    t, m, k = torso, MIDDLE, torso.scale
    back: list[Point] = [
        (m, t.top - 18 * k),
        (m - t.neck * 0.8, t.top - 13 * k),
        Corner(m - t.neck - 1, t.top + 1),
        (m, t.top + 11 * k),
    ]
    tailor.piece(mirrored(back), tailor.fabric.shaded(0.86), swell=5, lift=2)
    low = t.top + (26 + 30 * size) * k
    for side in SIDES:
        leaf: list[Point] = [
            Corner(m, t.top + 30 * k), Corner(m - spread * size * k, low), Corner(m - t.neck - 9 * k, t.top + 8 * k),
            (m - t.neck - 4 * k, t.top - 7 * k), Corner(m - t.neck * 0.72, t.top - 16 * k),
            (m - t.neck * 0.55, t.top + 4 * k),
        ]  # fmt: skip
        mask = tailor.piece(sided(leaf, side), turn=side * 35, swell=3, depth=0.4, lift=2.5)
        edge: list[Point] = [
            (m - 5 * k, t.top + 32 * k),
            (m - spread * size * k + 4, low - 4),
            (m - t.neck - 4 * k, t.top + 10 * k),
        ]
        tailor.canvas.tint(stroke(sided(edge, side), 0.7) & mask, tone(tailor.fabric.colour, 0.6), 0.4)
