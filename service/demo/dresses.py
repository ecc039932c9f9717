"""Dresses and jumpsuits."""

from service.demo.canvas import tone
from service.demo.design import Tailor
from service.demo.masks import Mask, fill, stroke
from service.demo.outlines import MIDDLE, Corner, Point, sided
from service.demo.torso import SIDES, SleeveCut, Torso, back_of_neck, body, body_creases, front, neck_band, neckline

_SIZES = {"mini": (1.22, 14.0, 334.0), "midi": (1.08, 4.0, 356.0), "maxi": (1.0, 0.0, 378.0)}
"""How large the body is drawn, how much lower, and where the dress ends; a short one is nearer to the camera."""
_TORSO = Torso(neck=23, shoulder=58, chest=52, waist=42, hem=60, top=28, drop=13, armpit=100, waist_y=166, arm=32)


def dress(tailor: Tailor) -> None:
    """A dress: any neckline, sleeve and length; flared, straight or tiered; belted, buttoned or wrapped."""
    cut = tailor.design.cut
    torso = _sized(_TORSO, *_SIZES[cut.get("length", "midi")])
    kind, sleeve = cut.get("neckline", "crew"), cut.get("sleeve", "sleeveless")
    back_of_neck(tailor, torso, kind)
    _straps(tailor, torso, kind)
    hem = _hem_width(cut.get("fit", "flared"), torso)
    outline = front(torso, kind, sleeveless=sleeve == "sleeveless", below=_skirt(torso, hem))
    full = tailor.design.is_("detail", "puff")
    sleeves = SleeveCut(
        flare=40 if sleeve == "long" else 76, wide=16 if full else 4, cuff="gathered" if full else "plain"
    )
    mask = body(tailor, torso, outline, sleeve, sleeves)
    body_creases(tailor, torso, mask, 0.15)
    _skirt_folds(tailor, torso, mask, hem)
    if kind not in ("sweetheart", "halter"):
        neck_band(tailor, torso, kind, 3, rib=False)
    _details(tailor, torso, mask, hem, kind)


def _sized(t: Torso, k: float, shift: float, bottom: float) -> Torso:
    return Torso(
        t.neck * k, t.shoulder * k, t.chest * k, t.waist * k, t.hem * k, t.top + shift, t.drop * k,
        t.top + shift + (t.armpit - t.top) * k, t.top + shift + (t.waist_y - t.top) * k, bottom, t.arm * k,
    )  # fmt: skip


def _hem_width(fit: str, torso: Torso) -> float:
    drop = torso.bottom - torso.waist_y
    return {"straight": 54.0 * torso.scale / 0.74, "slim": 47.0 * torso.scale / 0.74}.get(
        fit, min(124.0, 62 * torso.scale / 0.74 + drop * 0.25)
    )


def _skirt(t: Torso, hem: float) -> list[Point]:
    m, hip = MIDDLE, t.waist_y + 44
    wide = max(t.waist + 12, t.waist + (hem - t.waist) * 0.36)
    return [
        (m - t.waist - 2, t.waist_y - 14), (m - t.waist - 1, t.waist_y + 4), (m - wide, hip),
        Corner(m - hem, t.bottom - hem * 0.07), (m - hem * 0.5, t.bottom + 2), (m, t.bottom + 4),
    ]  # fmt: skip


def _skirt_folds(tailor: Tailor, t: Torso, mask: Mask, hem: float) -> None:
    wide = hem > 70  # noqa: PLR2004 - a wide skirt falls in folds, a narrow one does not
    count = 7 if wide else 2
    shares = [-1 + 2 * (i + 0.5) / count for i in range(count)]
    lines: list[list[Point]] = [
        [(MIDDLE + s * t.waist * 0.7, t.waist_y + 12 + 26 * (i % 2)),
        (MIDDLE + s * (t.waist + hem) * 0.44, (t.waist_y + t.bottom) / 2), (MIDDLE + s * hem * 0.93, t.bottom + 4)]
        for i, s in enumerate(shares)
    ]  # fmt: skip
    tailor.creases(mask, lines, 8, 0.2 if wide else 0.12)
    for i, line in enumerate(lines[1::2]):
        end = line[-1]
        tailor.canvas.shade(stroke([(end[0] - 9, end[1] - 2), (end[0] + 9 + i, end[1] - 2)], 5).softened(4) & mask, 0.2)


def _straps(tailor: Tailor, t: Torso, kind: str) -> None:
    m = MIDDLE
    if kind == "halter":
        tailor.strip(
            [(m - t.neck * 0.76, t.top - 2), (m, t.top - 11), (m + t.neck * 0.76, t.top - 2)],
            4,
            tailor.fabric.plain.shaded(0.8),
        )
    if kind == "sweetheart" and not tailor.design.is_("detail", "strapless"):
        for side in SIDES:
            line: list[Point] = [(m - t.chest + 12, t.armpit - 14), (m - 36, t.top + 20), (m - 27, t.top + 2)]
            tailor.strip(sided(line, side), 4, tailor.fabric.plain)


def _details(tailor: Tailor, t: Torso, mask: Mask, hem: float, kind: str) -> None:
    m, detail = MIDDLE, tailor.design.cut.get("detail", "")
    if detail == "belt":
        tailor.belt(
            (m - t.waist - 1, t.waist_y - 2), (m + t.waist + 1, t.waist_y - 2), 4, 11, tailor.fabric.plain.shaded(0.82)
        )
        tailor.buckle(m, t.waist_y + 2, 15, 13)
    if detail in ("wrap", "puff"):
        line: list[Point] = [(m - t.waist, t.waist_y - 2), (m, t.waist_y + 2), (m + t.waist, t.waist_y - 2)]
        tailor.canvas.seam(line, mask, 0.4)
    if detail == "wrap":
        _wrap(tailor, t, mask, neckline(t, kind)[0][1])
    if detail == "buttons":
        tailor.canvas.seam([(m + 5, neckline(t, kind)[0][1]), (m + 5, t.bottom + 3)], mask, 0.3)
        tailor.buttons(m, neckline(t, kind)[0][1] + 10, t.bottom - 14, 10, radius=2.5)
    if detail == "tiers":
        _tiers(tailor, t, mask, hem)


def _wrap(tailor: Tailor, t: Torso, mask: Mask, low: float) -> None:
    m = MIDDLE
    tailor.canvas.fold([[(m + 2, low - 8), (m - t.waist * 0.55, t.waist_y - 4)]], mask, 4, 0.34)
    tailor.canvas.fold(
        [[(m - t.waist * 0.6, t.waist_y + 6), (m - 6, t.waist_y + 70), (m + 4, t.bottom + 4)]], mask, 5, 0.36
    )
    tailor.belt((m - t.waist - 1, t.waist_y), (m + t.waist + 1, t.waist_y), 4, 9, tailor.fabric.plain.shaded(0.88))
    for end in (-13, 4):
        tail: list[Point] = [
            (m - 28, t.waist_y + 3),
            (m - 29 + end * 0.4, t.waist_y + 32),
            (m - 28 + end, t.waist_y + 64),
        ]
        tailor.strip(tail, 6, tailor.fabric.plain.shaded(0.88))
    tailor.piece(
        [(m - 36, t.waist_y - 5), (m - 22, t.waist_y - 5), (m - 22, t.waist_y + 10), (m - 35, t.waist_y + 10)],
        tailor.fabric.plain,
        swell=4,
    )


def _tiers(tailor: Tailor, t: Torso, mask: Mask, hem: float) -> None:
    for share in (0.02, 0.36, 0.68):
        y = t.waist_y + (t.bottom - t.waist_y) * share
        half = t.waist + (hem - t.waist) * share + 8
        line: list[Point] = [(MIDDLE - half, y - 3), (MIDDLE, y + 3), (MIDDLE + half, y - 3)]
        tailor.canvas.fold([line], mask, 4, 0.36)
        gathers: list[list[Point]] = [
            [(MIDDLE + s * half, y + 4), (MIDDLE + s * half * 1.04, y + 24)]
            for s in (-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8)
        ]
        tailor.creases(mask, gathers, 4, 0.2)


def jumpsuit(tailor: Tailor) -> None:
    """A bodice and trousers in one, belted."""
    cut, m = tailor.design.cut, MIDDLE
    t = _sized(_TORSO, 1.0, -4, 376)
    kind, sleeve = cut.get("neckline", "v-neck"), cut.get("sleeve", "sleeveless")
    back_of_neck(tailor, t, kind)
    wide = tailor.design.is_("fit", "wide")
    out, inner = (88, 16) if wide else (66, 22)
    legs: list[Point] = [
        (m - t.waist - 1, t.waist_y), (m - 58, t.waist_y + 42), (m - (out + 58) / 2, 290), Corner(m - out, 372),
        Corner(m - inner, 376),
        (m - 9, 290), Corner(m, t.waist_y + 82),
    ]  # fmt: skip
    mask = body(
        tailor, t, front(t, kind, sleeveless=sleeve == "sleeveless", below=legs), sleeve, SleeveCut(flare=60, wide=5)
    )
    body_creases(tailor, t, fill(front(t, kind)) & mask, 0.15)
    for side in SIDES:
        line: list[Point] = [(m - 30, t.waist_y + 24), (m - (out + inner) / 2.2, 290), (m - (out + inner) / 2, 374)]
        tailor.canvas.fold([sided(line, side)], mask, 6, 0.24)
        tailor.canvas.seam(sided([(m - 52, t.waist_y + 20), (m - 40, t.waist_y + 52)], side), mask, 0.35)
    tailor.canvas.seam([(m, t.waist_y + 4), (m, t.waist_y + 82)], mask, 0.3)
    neck_band(tailor, t, kind, 3, rib=False)
    tailor.belt(
        (m - t.waist - 2, t.waist_y - 2), (m + t.waist + 2, t.waist_y - 2), 4, 12, tailor.fabric.plain.shaded(0.8)
    )
    tailor.buckle(m, t.waist_y + 2, 16, 14)
    tailor.canvas.tint(stroke([(m - out, 366), (m - inner, 370)], 0.8) & mask, tone(tailor.fabric.colour, 0.6), 0.5)
