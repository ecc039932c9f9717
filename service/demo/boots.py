"""Boots, to the ankle or the knee."""

from service.demo.canvas import tone
from service.demo.design import Tailor
from service.demo.fabrics import Fabric
from service.demo.last import GROUND, HEELS, bottom, heel, laces, sole, standing
from service.demo.masks import Mask, fill
from service.demo.outlines import Corner, Point


def ankle_boot(tailor: Tailor) -> None:
    """A boot to above the ankle; elastic at the side, laced, or plain with a zip."""
    h = HEELS[tailor.design.cut.get("heel", "mid")]
    _boot(tailor, h, 116 if h > 40 else 134)  # noqa: PLR2004 - a higher heel lifts the shaft


def tall_boot(tailor: Tailor) -> None:
    """A boot to below the knee."""
    _boot(tailor, HEELS[tailor.design.cut.get("heel", "low")], 30)


def _boot(tailor: Tailor, h: float, top: float) -> None:
    g, tall = GROUND, top < 60  # noqa: PLR2004 - only a tall boot's shaft is that high
    standing(tailor, h)
    wide = 10 if tall else 0
    left, right = 176 - wide, 270 + wide * 0.6
    inside = [Corner(left, top + 2), ((left + right) / 2, top - 9), Corner(right, top), ((left + right) / 2, top + 12)]
    tailor.piece(inside, tailor.fabric.plain.shaded(0.45), swell=4, lift=2)
    heel(tailor, h, tailor.design.cut.get("heel_kind", "block"))
    ankle = g - h - 62
    upper: list[Point] = [
        Corner(left, top + 2), ((left + right) / 2, top + 9), Corner(right, top), (right - 2, (top + ankle) / 2),
        (266, ankle + 8), (275, g - h - 26),
        *bottom(h), (38, 278), (62, 256), (112, 240), (158, ankle + 22), (180, ankle - 12),
        (left + 3, (top + ankle) / 2),
    ]  # fmt: skip
    mask = tailor.piece(upper, swell=14, depth=0.7)
    sole(tailor, h, 6, (46, 42, 40) if not tailor.design.is_("sole", "light") else (214, 190, 150))
    wrinkles: list[list[Point]] = [
        [(172, ankle + 2), (200, ankle + 12), (236, ankle + 4)],
        [(160, ankle + 22), (194, ankle + 30), (236, ankle + 20)],
        [(118, 256), (136, 268), (138, 288)],
    ]
    tailor.creases(mask, wrinkles, 6, 0.24)
    _boot_detail(tailor, mask, top, ankle, h)


def _boot_detail(tailor: Tailor, mask: Mask, top: float, ankle: float, h: float) -> None:
    detail = tailor.design.cut.get("detail", "zip")
    if detail == "elastic":
        panel: list[Point] = [
            Corner(206, top + 6),
            Corner(242, top + 6),
            (238, ankle + 14),
            Corner(226, ankle + 40),
            (212, ankle + 14),
        ]
        tailor.piece(fill(panel) & mask, Fabric(tone(tailor.fabric.colour, 0.55), (0, 0, 0), "rib"), swell=4, lift=0.5)
        tailor.strip([(270, top + 10), (276, top - 4), (268, top - 12), (262, top - 2)], 5)
    elif detail == "laces":
        laces(
            tailor, [(120, 246), (146, 228), (163, ankle + 16), (172, ankle - 12), (177, top + 34), (178, top + 12)], 34
        )
    else:
        tailor.zip_([(226, top + 12), (228, ankle), (224, GROUND - h - 14)], 2.4)
    if detail == "buckle":
        tailor.strip([(178, ankle - 4), (222, ankle + 6), (266, ankle)], 10, tailor.fabric.shaded(0.85))
        tailor.buckle(208, ankle + 4, 14, 15)
