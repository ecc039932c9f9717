"""Fronts that open in the middle, with lapels and collar: what blazers, coats and biker jackets share."""

from service.demo.canvas import tone
from service.demo.design import Tailor
from service.demo.fabrics import Fabric
from service.demo.masks import Mask, fill, stroke
from service.demo.outlines import MIDDLE, Corner, Point, mirrored, sided, square
from service.demo.torso import SIDES, SleeveCut, Torso, armholes, front, sleeves


def open_front(tailor: Tailor, torso: Torso, low: float, cut: SleeveCut) -> Mask:
    """Lay lining, sleeves and a front whose neckline reaches down to `low`."""
    m, t = MIDDLE, torso
    lining = Fabric(tone(tailor.fabric.colour, 0.55), tailor.fabric.accent, "satin")
    inside = mirrored([(m, t.top - 6), Corner(m - t.neck, t.top), (m - t.neck * 0.6, low - 40), (m, low + 4)])
    mask = tailor.piece(inside, lining, swell=6, lift=2)
    tailor.canvas.shade(
        stroke([(m - t.neck, t.top), (m, t.top + 10), (m + t.neck, t.top)], 12).softened(6) & mask, 0.35
    )
    outline = front(t, "crew")
    opening = fill(
        mirrored(
            [(m, t.top - 30), Corner(m - t.neck, t.top - 2), (m - t.neck * 0.55, (t.top + low) / 2), Corner(m, low)]
        )
    )
    tailor.canvas.tint(_label(t.top + 9) & mask, (236, 232, 224), 0.85)
    cloth = fill(outline) - opening
    tailor.canvas.hang(cloth)
    return _dressed(tailor, torso, cloth, cut)


def _label(y: float) -> Mask:
    """Return where the label of an open collar is."""
    return fill(square(MIDDLE - 9, y, MIDDLE + 9, y + 8))


def _dressed(tailor: Tailor, torso: Torso, cloth: Mask, cut: SleeveCut) -> Mask:
    """Lay sleeves, and over them a front that is already cut."""
    sleeves(tailor, torso, "long", cut)
    tailor.piece(cloth, swell=20 * torso.scale + 2, lift=0.8)
    armholes(tailor, torso, cloth)
    return cloth


def closing(tailor: Tailor, torso: Torso, mask: Mask, low: float, *, double: bool) -> None:
    """Draw the edge of the overlapping side, from the last of the lapels to the hem."""
    x = MIDDLE + (24 * torso.scale if double else 2)
    rounded = torso.bottom - 22
    line: list[Point] = [(MIDDLE, low), (x, low + 22), (x, rounded), (x - (2 if double else 14), torso.bottom + 3)]
    tailor.canvas.fold([line], mask, 2.5, 0.42)
    for side in SIDES:
        tailor.canvas.seam(
            sided(
                [
                    (MIDDLE - torso.chest * 0.62, torso.armpit - 8),
                    (MIDDLE - torso.waist * 0.62, torso.waist_y),
                    (MIDDLE - torso.hem * 0.6, torso.waist_y + 34),
                ],
                side,
            ),
            mask,
            0.16,
        )


def lapels(tailor: Tailor, torso: Torso, low: float, overlap: float) -> None:
    """Lay notched lapels that end at `low`, and the collar."""
    m, t, k = MIDDLE, torso, torso.scale
    gorge = t.top + 46 * k
    for side in (1, -1):
        lapel: list[Point] = [
            Corner(m - t.neck, t.top + 2), (m - t.neck * 0.55, (t.top + low) / 2 + 2), Corner(m + overlap, low + 6 * k),
            (m - 24 * k, low - 50 * k), Corner(m - 58 * k, gorge + 18 * k), Corner(m - 44 * k, gorge + 6 * k),
            Corner(m - 40 * k, gorge - 14 * k),
        ]  # fmt: skip
        mask = tailor.piece(sided(lapel, side), turn=side * 22, swell=4, depth=0.45, lift=3)
        edge: list[Point] = [
            (m + overlap - 4, low - 2),
            (m - 24 * k + 3, low - 52 * k),
            (m - 58 * k + 5, gorge + 18 * k),
        ]
        tailor.canvas.tint(stroke(sided(edge, side), 0.7) & mask, tone(tailor.fabric.colour, 0.62), 0.35)
    collar(tailor, torso, gorge)


def collar(tailor: Tailor, torso: Torso, gorge: float) -> None:
    """Lay a collar, whose seam with the lapels is at the height `gorge`."""
    m, t, k = MIDDLE, torso, torso.scale
    back: list[Point] = [
        (m, t.top - 13 * k),
        (m - t.neck * 0.8, t.top - 9 * k),
        Corner(m - t.neck - 2, t.top + 2),
        (m, t.top + 2),
    ]
    tailor.piece(mirrored(back), tailor.fabric.shaded(0.85), swell=4, lift=2)
    for side in SIDES:
        leaf: list[Point] = [
            Corner(m - t.neck + 3, t.top + 14 * k), Corner(m - 38 * k, gorge + 3 * k),
            Corner(m - 54 * k, gorge - 4 * k), (m - t.neck - 12 * k, t.top + 8 * k),
            (m - t.neck - 4 * k, t.top - 5 * k), Corner(m - t.neck * 0.7, t.top - 11 * k),
            (m - t.neck * 0.8, t.top + 4 * k),
        ]  # fmt: skip
        tailor.piece(sided(leaf, side), turn=side * 40, swell=3.5, depth=0.45, lift=2.5)


def buttons_of(tailor: Tailor, torso: Torso, low: float, *, double: bool, rows: int = 2) -> None:
    """Sew on one column of buttons, or two."""
    k = torso.scale
    step = 40 * k if rows == 2 else 46 * k  # noqa: PLR2004 - a blazer's and a coat's
    for row in range(rows):
        for x in (-22 * k, 22 * k) if double else (0,):
            tailor.button(MIDDLE + x - (4 if double else 0), low + 14 * k + row * step, 4.6 * max(k, 0.85))


def flap(tailor: Tailor, side: int, x: float, y: float, width: float) -> None:
    """Lay a pocket's flap that begins `x` px from the middle."""
    m = MIDDLE
    flap: list[Point] = [
        Corner(m - x, y + 2),
        Corner(m - x - width, y - 3),
        (m - x - width, y + 9),
        (m - x - width * 0.5, y + 15),
        (m - x, y + 13),
    ]
    tailor.piece(sided(flap, side), swell=3, depth=0.4, lift=1.6)
