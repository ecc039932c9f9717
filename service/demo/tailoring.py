"""Blazers, coats and trench coats."""

from service.demo.canvas import tone
from service.demo.design import Tailor
from service.demo.lapels import buttons_of, closing, flap, lapels, open_front
from service.demo.masks import Mask
from service.demo.outlines import MIDDLE, Corner, Point, sided
from service.demo.tops import torso_of
from service.demo.torso import SIDES, SleeveCut, Torso, body_creases

_COAT = Torso(
    neck=22, shoulder=66, chest=62, waist=57, hem=76, top=34, drop=16, armpit=112, waist_y=172, bottom=368, arm=37
)
_MANS_COAT = Torso(
    neck=23, shoulder=72, chest=67, waist=65, hem=72, top=34, drop=16, armpit=114, waist_y=178, bottom=358, arm=40
)


def blazer(tailor: Tailor) -> None:
    """A blazer, single- or double-breasted."""
    double = tailor.design.is_("detail", "double-breasted")
    women = tailor.design.is_("gender", "female")
    t = torso_of(tailor)
    torso = Torso(
        t.neck - 3,
        t.shoulder + 2,
        t.chest - 1,
        t.waist - (5 if women else 3),
        t.hem + 3,
        54,
        t.drop,
        158,
        236,
        344,
        t.arm + 1,
    )
    low = torso.top + 150
    mask = open_front(tailor, torso, low, SleeveCut(flare=36, reach=252))
    body_creases(tailor, torso, mask, 0.12)
    closing(tailor, torso, mask, low, double=double)
    lapels(tailor, torso, low, overlap=14 if double else 2)
    buttons_of(tailor, torso, low, double=double)
    for side in SIDES:
        flap(tailor, side, 30, torso.waist_y + 26, 38)
    tailor.piece(
        [Corner(MIDDLE + 34, 172), Corner(MIDDLE + 60, 168), Corner(MIDDLE + 60, 176), Corner(MIDDLE + 34, 180)],
        swell=2,
        lift=1,
    )


def coat(tailor: Tailor) -> None:
    """A long coat with lapels; single- or double-breasted, or tied with a belt."""
    detail = tailor.design.cut.get("detail", "")
    torso = _COAT if tailor.design.is_("gender", "female") else _MANS_COAT
    low = torso.top + (104 if detail != "belt" else 128)
    mask = open_front(tailor, torso, low, SleeveCut(flare=34, reach=252))
    _long_folds(tailor, torso, mask)
    closing(tailor, torso, mask, low, double=detail == "double-breasted")
    lapels(tailor, torso, low, overlap=10 if detail == "double-breasted" else 2)
    for side in SIDES:
        flap(tailor, side, 24, torso.waist_y + 46, 30)
    if detail == "belt":
        _tied_belt(tailor, torso)
    else:
        buttons_of(tailor, torso, low, double=detail == "double-breasted", rows=3)


def trench(tailor: Tailor) -> None:
    """A trench coat: double-breasted, belted, with shoulder straps and a storm flap."""
    torso, m = _COAT, MIDDLE
    low = torso.top + 84
    mask = open_front(tailor, torso, low, SleeveCut(flare=34, reach=246))
    _long_folds(tailor, torso, mask)
    closing(tailor, torso, mask, low, double=True)
    flap: list[Point] = [Corner(m - 22, 38), Corner(m - 64, 50), (m - 61, 96), (m - 36, 112), Corner(m - 8, 98)]
    tailor.piece(flap, swell=4, depth=0.4, lift=2)
    lapels(tailor, torso, low, overlap=8)
    for side in SIDES:
        strap: list[Point] = [Corner(m - 30, 36), Corner(m - 67, 48), Corner(m - 66, 56), Corner(m - 30, 44)]
        tailor.piece(sided(strap, side), swell=2, lift=1.5)
        tailor.button(m + side * 36, 42, 2)
        _cuff_strap(tailor, torso, side)
    for height in (118, 146, 206, 240):
        for x in (m - 19, m + 19):
            tailor.button(x, height, 3.4)
    y = torso.waist_y + 4
    tailor.belt((m - torso.waist - 4, y - 2), (m + torso.waist + 4, y - 2), 4, 15, tailor.fabric.shaded(0.94))
    tailor.buckle(m - 4, y + 1, 20, 19, tone(tailor.fabric.colour, 0.42))
    tailor.piece(
        [Corner(m + 8, y - 4), Corner(m + 18, y - 5), Corner(m + 30, y + 44), Corner(m + 18, y + 46)],
        tailor.fabric.shaded(0.94),
        swell=3,
        lift=2,
    )


def _long_folds(tailor: Tailor, t: Torso, mask: Mask) -> None:
    body_creases(tailor, t, mask, 0.12)
    lines: list[list[Point]] = [
        [
            (MIDDLE + s * t.waist * 0.8, t.waist_y + 30),
            (MIDDLE + s * t.hem * 0.82, 280),
            (MIDDLE + s * t.hem * 0.86, t.bottom),
        ]
        for s in (-0.85, -0.4, 0.5, 0.88)
    ]
    tailor.creases(mask, lines, 8, 0.17)


def _tied_belt(tailor: Tailor, t: Torso) -> None:
    m, y, cloth = MIDDLE, t.waist_y + 4, tailor.fabric.plain.shaded(0.92)
    tailor.belt((m - t.waist - 4, y - 2), (m + t.waist + 4, y - 2), 4, 14, cloth)
    for dx, drop in ((-12, 74), (9, 62)):
        tailor.piece(
            [Corner(m - 5, y), Corner(m + 6, y), Corner(m + dx + 8, y + drop), Corner(m + dx - 5, y + drop + 3)],
            cloth,
            swell=3,
            lift=2,
        )
    tailor.piece([(m - 9, y - 8), (m + 9, y - 8), (m + 9, y + 10), (m - 9, y + 10)], cloth, swell=5, lift=2)


def _cuff_strap(tailor: Tailor, t: Torso, side: int) -> None:
    x, y = MIDDLE - t.shoulder - 29, t.slope + 158
    tailor.piece(
        sided([Corner(x, y), Corner(x + 27, y + 3), Corner(x + 27, y + 11), Corner(x, y + 8)], side),
        tailor.fabric.shaded(0.94),
        swell=2,
        lift=1.2,
    )
    tailor.buckle(MIDDLE + side * (MIDDLE - x - 12), y + 5, 7, 9, tone(tailor.fabric.colour, 0.42))
