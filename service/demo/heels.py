"""Women's shoes: pumps, ballet flats, sandals, wedges."""

from service.demo.design import Tailor
from service.demo.fabrics import Fabric
from service.demo.last import GROUND, HEELS, bottom, heel, lining, sole, standing, topline
from service.demo.masks import Mask, fill, stroke
from service.demo.outlines import Corner, Point


def pump(tailor: Tailor) -> None:
    """A court shoe: stiletto or block heel, pointed, perhaps with a strap."""
    cut = tailor.design.cut
    h = HEELS[cut.get("heel", "high")]
    top = GROUND - h - 62
    standing(tailor, h)
    lining(
        tailor,
        [
            (112, 256),
            (158, 236 - h * 0.1),
            (214, top + 42),
            (252, top + 6),
            Corner(268, top),
            (262, top + 30),
            (206, top + 62),
            (150, 262 - h * 0.1),
        ],
    )
    heel(tailor, h, "stiletto" if cut.get("detail") != "block" else "block")
    upper: list[Point] = [
        Corner(268, top), (276, top + 28), *bottom(h), (50, 282), (82, 266), Corner(108, 252),
        (128, 264 - h * 0.04), (168, 254 - h * 0.3), (222, top + 46), (252, top + 14),
    ]  # fmt: skip
    mask = tailor.piece(upper, swell=10, depth=0.7)
    sole(tailor, h, 4)
    tailor.canvas.shade(
        stroke([(60, 286), (110, 274), (150, 276)], 8).softened(6) & mask, -0.18 - tailor.fabric.gloss * 0.1
    )
    topline(
        tailor,
        [(108, 253), (128, 265 - h * 0.04), (168, 255 - h * 0.3), (222, top + 47), (252, top + 15), (267, top + 1)],
    )
    if cut.get("detail") == "strap":
        tailor.strip([(262, top + 16), (228, top + 8), (196, 252 - h * 0.5)], 6)
        tailor.buckle(232, top + 10, 10, 10)


def ballet_flat(tailor: Tailor) -> None:
    """A flat, round shoe with a small bow."""
    h, g = 8.0, GROUND
    tailor.canvas.floor(34, 276, g)
    lining(tailor, [(98, 254), (150, 240), (220, 240), Corner(268, 236), (256, 262), (190, 276), (120, 270)])
    upper: list[Point] = [
        Corner(270, 236), (277, 262), *bottom(h)[:-1], (48, 299), (38, 284), (56, 264), Corner(92, 252), (116, 270),
        (170, 280), (226, 268), (254, 250),
    ]  # fmt: skip
    mask = tailor.piece(upper, swell=10, depth=0.65)
    sole(tailor, h, 5)
    if tailor.design.is_("detail", "cap toe"):
        cap = fill([(30, 300), (30, 262), (62, 256), (78, 272), (82, 300)]) & mask
        tailor.piece(cap, Fabric((40, 40, 44), (40, 40, 44), "leather"), swell=8, lift=0.6)
    topline(tailor, [(92, 253), (116, 271), (170, 281), (226, 269), (254, 251), (269, 237)])
    for side in (-1, 1):
        loop: list[Point] = [Corner(96, 252), (96 + side * 14, 243), (96 + side * 20, 251), (96 + side * 14, 258)]
        tailor.piece(loop, tailor.fabric.plain, swell=4, lift=1.5)
    tailor.stud(96, 251, 3.6, tailor.fabric.colour, 0.3)


def sandal(tailor: Tailor) -> None:
    """A heeled sandal: straps over toes and ankle."""
    h = HEELS[tailor.design.cut.get("heel", "high")]
    standing(tailor, h)
    heel(tailor, h, "block" if tailor.design.is_("detail", "block") or h < 40 else "stiletto")  # noqa: PLR2004 - low heels are broad
    _footbed(tailor, h)
    _straps(tailor, h)


def wedge(tailor: Tailor) -> None:
    """A sandal on a wedge of cork or straw, or of the shoe's own cloth."""
    h, g = 70.0, GROUND
    tailor.canvas.floor(34, 278, g)
    under = bottom(h)
    kind = tailor.design.cut.get("detail", "straw")
    cloth = {
        "straw": Fabric((206, 172, 118), (206, 172, 118), "straw"),
        "cork": Fabric((196, 150, 104), (120, 80, 50), "suede"),
    }.get(kind, tailor.fabric.plain.shaded(0.85))
    shape = [*under, Corner(34, g), Corner(270, g), (277, g - h * 0.6)]
    mask = tailor.piece(shape, cloth, swell=10, depth=0.6)
    if kind == "straw":
        for k in range(1, 5):
            tailor.canvas.seam([(x + 1, y + (g - y) * k / 5) for x, y in under], mask, 0.28)
    _footbed(tailor, h)
    _straps(tailor, h)


def _footbed(tailor: Tailor, h: float) -> None:
    bed = [(x, y - 3) for x, y in bottom(h)]
    tailor.strip(bed, 7, Fabric((196, 154, 112), (196, 154, 112), "leather"), lift=1)
    sole(tailor, h, 4)


def _straps(tailor: Tailor, h: float) -> None:
    g, y = GROUND, GROUND - h
    ankle = y - 74
    tailor.piece(_far_strap(232, ankle, 40, 11), tailor.fabric.shaded(0.72), swell=3)
    heel_cup: list[Point] = [
        Corner(270, y - 2),
        (276, y - 34),
        Corner(272, ankle + 2),
        Corner(262, ankle + 2),
        (262, y - 34),
        Corner(244, y - 1),
    ]
    tailor.piece(heel_cup, swell=5, depth=0.6)
    toe: list[Point] = [
        Corner(70, g - 5), (78, g - 30), (104, g - 45), Corner(124, g - 50), (140, g - 36 - h * 0.1),
        Corner(148, g - 8 - h * 0.12),
    ]  # fmt: skip
    tailor.piece(toe, swell=9, depth=0.65)
    if tailor.design.is_("cross", "yes"):
        tailor.strip([(150, g - 8 - h * 0.14), (136, g - 46), (118, g - 40)], 10)
        tailor.strip([(104, g - 38), (160, g - 62 - h * 0.3), (212, ankle + 8)], 8)
    front: list[Point] = [(196, ankle + 4), (230, ankle + 9), (268, ankle + 3)]
    tailor.strip(front, 9, lift=2)
    tailor.buckle(222, ankle + 8, 10, 12)


def _far_strap(x: float, y: float, rx: float, ry: float) -> Mask:
    """Return the far half of a strap around an ankle."""
    return stroke(
        [(x + rx, y), (x + rx * 0.6, y - ry * 0.8), (x, y - ry), (x - rx * 0.6, y - ry * 0.8), (x - rx, y + 2)], 7
    )
