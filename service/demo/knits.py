"""What is knitted or jersey and warm: pullovers, cardigans, hoodies."""

from service.demo.canvas import is_dark
from service.demo.design import Tailor
from service.demo.masks import Mask, fill, stroke
from service.demo.outlines import MIDDLE, Corner, Point, mirrored, sided
from service.demo.tops import torso_of
from service.demo.torso import SIDES, SleeveCut, Torso, back_of_neck, body, body_creases, front, neck_band

_SLEEVES = SleeveCut(cuff="rib", wide=10, flare=34, reach=228)


def sweater(tailor: Tailor) -> None:
    """A knitted pullover; cabled, high-necked or plain."""
    kind = tailor.design.cut.get("neckline", "crew")
    torso, high = _wide(torso_of(tailor), 66 if kind == "high" else 58), kind == "high"
    shown = "crew" if high else kind
    back_of_neck(tailor, torso, shown, label=not high)
    mask = body(tailor, torso, front(torso, shown), "long", _SLEEVES)
    body_creases(tailor, torso, mask)
    if tailor.design.is_("detail", "cable"):
        _cables(tailor, torso, mask)
    _welt(tailor, torso)
    if high:
        _roll_neck(tailor, torso)
    else:
        neck_band(tailor, torso, shown, 11)


def cardigan(tailor: Tailor) -> None:
    """A knitted jacket, buttoned over a deep neckline."""
    torso, m = _wide(torso_of(tailor), 58), MIDDLE
    back_of_neck(tailor, torso, "deep")
    mask = body(tailor, torso, front(torso, "deep"), "long", _SLEEVES)
    body_creases(tailor, torso, mask)
    _welt(tailor, torso)
    low = torso.top + 112 * torso.scale
    tailor.strip([(m, low), (m, torso.bottom + 10)], 18, tailor.fabric.ribbed, lift=1.5)
    for side in SIDES:
        edge: list[Point] = [
            (m - torso.neck, torso.top + 1),
            (m - torso.neck * 0.54, torso.top + 54 * torso.scale),
            (m - 1, low + 5),
        ]
        tailor.strip(sided(edge, side), 13, tailor.fabric.ribbed)
    tailor.buttons(m, low + 14, torso.bottom - 2, 6, radius=4.4)
    if tailor.design.is_("detail", "pocket"):
        _patch_pockets(tailor, torso.bottom - 86)


def hoodie(tailor: Tailor) -> None:
    """A hooded sweatshirt with a pouch and cords."""
    m, torso = (
        MIDDLE,
        Torso(neck=34, shoulder=90, chest=86, waist=83, hem=78, top=84, armpit=182, waist_y=250, bottom=340),
    )
    hood = mirrored([(m, 22), (m - 42, 34), (m - 62, 72), (m - 52, 106), (m - 24, 124), (m, 128)])
    tailor.piece(hood, swell=16, lift=6)
    inside = mirrored([(m, 44), (m - 29, 54), (m - 40, 82), (m - 24, 112), (m, 128)])
    tailor.piece(inside, tailor.fabric.plain.shaded(0.55), swell=10, lift=0)
    mask = body(tailor, torso, front(torso, "v-neck"), "long", SleeveCut(cuff="rib", wide=10, flare=38, reach=206))
    body_creases(tailor, torso, mask)
    _welt(tailor, torso)
    for side in SIDES:
        lap: list[Point] = [
            Corner(m + 3, 164),
            (m - 30, 132),
            Corner(m - 62, 86),
            (m - 44, 90),
            (m - 27, 110),
            Corner(m, 138),
        ]
        tailor.piece(sided(lap, side), tailor.fabric.plain, swell=6, lift=2.5)
    pouch = mirrored([Corner(m, 250), Corner(m - 36, 250), (m - 52, 276), Corner(m - 60, 322), Corner(m, 326)])
    tailor.piece(pouch, tailor.fabric.plain, swell=6, depth=0.4, lift=2)
    cord = (238, 236, 230) if is_dark(tailor.fabric.colour, 0.73) else (90, 90, 96)  # cords stand out
    for side in SIDES:
        tailor.wire(sided([(m - 16, 146), (m - 19, 176), (m - 15, 220)], side), 3, cord)
        tailor.stud(m + side * 16, 146, 2.6, tailor.design.metal)
    if tailor.design.is_("detail", "zip"):
        tailor.zip_([(m, 168), (m, torso.bottom + 10)])


def _wide(torso: Torso, top: float) -> Torso:
    """Give a torso the ease that knitwear has."""
    t = torso
    return Torso(
        t.neck + 2,
        t.shoulder + 1,
        t.chest + 4,
        t.waist + 7,
        t.hem - 1,
        top,
        t.drop,
        t.armpit + 2,
        t.waist_y,
        318,
        t.arm + 2,
    )


def _cables(tailor: Tailor, torso: Torso, mask: Mask) -> None:
    for x in (MIDDLE - 40, MIDDLE, MIDDLE + 40):
        ropes = [stroke(_twist(x, torso.top + 34, way), 7) & mask for way in (0, 1)]
        for rope in ropes:
            tailor.canvas.shade(rope.softened(1.8).moved(1, 2) & mask, 0.2)
        for rope in ropes:
            tailor.canvas.shade(rope.softened(1.2).moved(-1, -1) & rope, -0.14)


def _twist(x: float, top: float, way: int) -> list[Point]:
    return [(x + (6 if (i + way) % 2 else -6), top + i * 15) for i in range(19)]


def _welt(tailor: Tailor, torso: Torso, depth: float = 22.0) -> None:
    t, m = torso, MIDDLE
    band = [
        (m, t.bottom - 7),
        Corner(m - t.hem - 1, t.bottom - 14),
        Corner(m - t.hem + 6, t.bottom + depth - 12),
        (m, t.bottom + depth - 4),
    ]
    tailor.piece(mirrored(band), tailor.fabric.ribbed, swell=6, lift=2)


def _roll_neck(tailor: Tailor, torso: Torso) -> None:
    t, rib, m, n = torso, tailor.fabric.ribbed, MIDDLE, torso.neck
    inside = mirrored([(m, t.top - 38), (m - n + 3, t.top - 32), (m - n + 4, t.top - 22), (m, t.top - 18)])
    tailor.piece(inside, rib.shaded(0.5), lift=2)
    roll = mirrored([
        (m, t.top - 25), Corner(m - n + 2, t.top - 33), (m - n - 2, t.top - 8), (m - n - 7, t.top + 16),
        (m - n * 0.5, t.top + 27), (m, t.top + 30),
    ])  # fmt: skip
    mask = tailor.piece(roll, rib, swell=9, lift=3)
    tailor.creases(mask, [[(m - n - 2, t.top - 2), (m, t.top + 7), (m + n + 2, t.top - 2)]], 6, 0.22)


def _patch_pockets(tailor: Tailor, y: float) -> None:
    m = MIDDLE
    for side in SIDES:
        pocket: list[Point] = [
            Corner(m - 56, y),
            Corner(m - 19, y),
            (m - 20, y + 48),
            (m - 37, y + 52),
            (m - 55, y + 48),
        ]
        mask = fill(sided(pocket, side))
        tailor.piece(mask, swell=4, depth=0.4, lift=1.5)
        tailor.strip(sided([(m - 54, y + 3), (m - 21, y + 3)], side), 8, tailor.fabric.ribbed)
