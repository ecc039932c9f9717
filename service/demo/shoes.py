"""Low shoes that are laced or slipped on: sneakers, brogues, loafers."""

from service.demo.canvas import is_dark, tone
from service.demo.design import Tailor
from service.demo.fabrics import Fabric
from service.demo.last import GROUND, laces, lining
from service.demo.masks import Mask, fill, spots, stroke
from service.demo.outlines import Corner, Point, curve, oval

_RUBBER = Fabric((243, 242, 238), (200, 60, 60), "cotton")
_COPPER = (120, 84, 52)


def sneaker(tailor: Tailor) -> None:
    """A trainer on a white rubber sole; low or high."""
    g, high = GROUND, tailor.design.is_("detail", "high-top")
    top = 128.0 if high else 186.0
    tailor.canvas.floor(32, 282, g)
    left = 176 if high else 168
    tailor.piece(
        [Corner(left + 2, top - 4), (220, top - 12), Corner(268, top - 6), (220, top + 28)],
        tailor.fabric.plain.shaded(0.55),
        swell=5,
    )
    tongue: list[Point] = [
        Corner(128, 226),
        (150, 204),
        (left - 4, top - 2),
        (left + 10, top - 18),
        Corner(left + 30, top - 8),
        (left + 8, top + 40),
        Corner(156, 244),
    ]
    tailor.piece(tongue, tailor.fabric.plain.shaded(0.92), swell=6)
    collar = (226, top + 14) if not high else (226, top + 4)
    upper: list[Point] = [
        Corner(left + 22, top + 4), collar, (258, top + 2), Corner(270, top - 4), (272, top + 30), (280, 250),
        Corner(278, 284), (160, 288),
        Corner(38, 286), (36, 266), (60, 246), (96, 236), Corner(126, 224), (152, 214), (left + 6, top + 32),
    ]  # fmt: skip
    mask = tailor.piece(upper, swell=13, depth=0.6)
    _sneaker_panels(tailor, mask, top, high=high)
    sole: list[Point] = [
        Corner(32, 274),
        (60, 281),
        (160, 280),
        (240, 276),
        Corner(284, 270),
        (286, 288),
        Corner(280, g),
        Corner(46, g),
        (34, 292),
    ]
    rubber = tailor.piece(sole, _RUBBER, swell=6, depth=0.5)
    accent = tailor.fabric.accent
    tailor.canvas.tint(stroke([(36, 288), (160, 291), (284, 284)], 2.2) & rubber, accent, 0.85)
    tailor.canvas.shade(stroke([(30, 276), (160, 282), (284, 272)], 2).softened(1.5) & mask, 0.3)
    white = (248, 247, 244) if is_dark(tailor.fabric.colour, 0.86) else (226, 224, 220)
    laces(
        tailor,
        [(122, 228), (146, 216), (left + 2, top + 32), (left + 16, top + 4)]
        if not high
        else [(122, 228), (150, 212), (left, top + 54), (left + 12, top + 8)],
        30,
        white,
    )


def _sneaker_panels(tailor: Tailor, mask: Mask, top: float, *, high: bool) -> None:
    accent = Fabric(tailor.fabric.accent, tailor.fabric.colour, "leather")
    heel: list[Point] = [
        Corner(244, top - 4),
        Corner(276, top - 8),
        (286, 250),
        Corner(282, 290),
        Corner(238, 290),
        (246, 250),
    ]
    tailor.piece(fill(heel) & mask, accent, swell=8, lift=0.8)
    toe: list[Point] = [Corner(28, 292), (28, 252), (62, 240), Corner(88, 236), (96, 262), Corner(88, 292)]
    tailor.piece(fill(toe) & mask, tailor.fabric.plain.shaded(0.93), swell=8, lift=0.8)
    swoosh: list[Point] = [(150, 278), (180, 262), (214, 238), (238, 214)]
    tailor.strip(swoosh, 8, accent, lift=0.8)
    tailor.strip([(x + 14, y + 5) for x, y in swoosh], 5, accent, lift=0.6)
    tailor.canvas.stitch([(92, 238), (101, 262), (93, 288)], tone(tailor.fabric.colour, 0.6))
    tailor.canvas.stitch([(130, 236), (160, 236), (190, top + 34), (206, top + 18)], tone(tailor.fabric.colour, 0.6))
    if high:
        disc = fill(oval(222, 178, 15, 15))
        tailor.piece(disc, _RUBBER, swell=4)
        tailor.canvas.tint(spots([(222, 178)], 7), tailor.fabric.accent, 0.9)


def _flat_upper(tailor: Tailor, throat: Point, top: float) -> Mask:
    """Lay the upper of a low man's shoe with its lining, welt and heel."""
    g = GROUND
    tailor.canvas.floor(32, 280, g)
    lining(
        tailor,
        [
            (throat[0] + 4, throat[1]),
            (190, top - 2),
            (236, top - 6),
            Corner(268, top - 2),
            (250, top + 22),
            (196, top + 30),
        ],
    )
    upper: list[Point] = [
        Corner(270, top), (278, top + 36), Corner(276, g - 16), (160, g - 13), Corner(36, g - 14), (34, g - 34),
        (62, g - 53), (104, g - 62),
        Corner(*throat), (190, top + 22), (236, top + 13),
    ]  # fmt: skip
    mask = tailor.piece(upper, swell=12, depth=0.7)
    welt: list[Point] = [
        Corner(30, g - 18),
        (160, g - 15),
        Corner(280, g - 19),
        Corner(281, g - 11),
        (160, g - 8),
        Corner(36, g - 9),
    ]
    edge = Fabric(_COPPER if not is_dark(tailor.fabric.colour, 0.24) else (58, 50, 46), (0, 0, 0), "leather")
    heel: list[Point] = [Corner(206, g - 13), Corner(279, g - 14), Corner(277, g), Corner(210, g)]
    tailor.piece(heel, edge.shaded(0.6), swell=4)
    tailor.piece(
        [Corner(36, g - 10), (120, g - 8), Corner(206, g - 10), Corner(196, g - 5), (120, g - 1), Corner(48, g - 2)],
        edge.shaded(0.6),
        swell=2,
    )
    tailor.piece(welt, edge, swell=2.5)
    tailor.canvas.stitch([(36, g - 16), (160, g - 12.5), (276, g - 16.5)], (214, 186, 140))
    return mask


def brogue(tailor: Tailor) -> None:
    """A laced shoe with a perforated wing at the toe."""
    g, top = GROUND, 214.0
    mask = _flat_upper(tailor, (134, 228), top)
    wing: list[Point] = [
        Corner(26, g - 8),
        (24, g - 50),
        (66, g - 58),
        Corner(96, g - 62),
        (98, g - 46),
        (124, g - 30),
        Corner(170, g - 10),
    ]
    tailor.piece(fill(wing) & mask, tailor.fabric.shaded(0.93), swell=9, depth=0.7, lift=1.2)
    counter: list[Point] = [Corner(226, g - 10), (232, 262), (246, 240), Corner(280, 232), Corner(284, g - 10)]
    tailor.piece(fill(counter) & mask, tailor.fabric.shaded(0.93), swell=9, depth=0.7, lift=1.2)
    facing: list[Point] = [
        Corner(130, 226),
        (164, 210),
        Corner(196, top + 8),
        (206, top + 36),
        (180, 256),
        Corner(140, 262),
        (134, 246),
    ]
    tailor.piece(fill(facing) & mask, swell=6, depth=0.6, lift=1.5)
    edge = curve([(97, g - 60), (99, g - 45), (125, g - 29), (168, g - 12)])[::3]
    back = curve([(229, g - 14), (235, 262), (248, 244), (274, 236)])[::3]
    holes = [(float(x) - 3, float(y) + 4) for x, y in edge] + [(float(x) + 4, float(y) + 4) for x, y in back]
    medallion: list[Point] = [(58, 268), (66, 263), (66, 273), (74, 268), (58, 278), (74, 278), (66, 283)]
    tailor.canvas.shade(spots([*holes, *medallion], 1.3), 0.6)
    tailor.canvas.stitch([(140, 258), (176, 252), (201, 236)], tone(tailor.fabric.colour, 0.55))
    laces(tailor, [(140, 228), (160, 222), (184, 216), (194, 213)], 22)


def loafer(tailor: Tailor) -> None:
    """A slip-on with a raised apron and a saddle over it; a slot, a bit or tassels on that."""
    g = GROUND
    mask = _flat_upper(tailor, (150, 214), 218)
    apron: list[Point] = [
        (58, g - 42), (86, g - 62), Corner(140, 220), Corner(158, 232), (128, 258), (84, 266), (60, 266),
    ]  # fmt: skip
    tailor.piece(fill(apron) & mask, tailor.fabric.shaded(1.12), swell=7, depth=0.6, lift=1.2)
    ridge: list[Point] = [(56, 263), (84, 270), (130, 262), (158, 238)]
    tailor.canvas.fold([ridge], mask, 3, 0.5)
    tailor.canvas.stitch([(x, y + 4) for x, y in ridge], tone(tailor.fabric.colour, 0.5))
    saddle: list[Point] = [
        Corner(116, 228), Corner(146, 212), (166, 240), Corner(186, g - 14), Corner(140, g - 13), (136, 254),
    ]  # fmt: skip
    tailor.piece(fill(saddle), tailor.fabric.shaded(0.8), swell=7, depth=0.6, lift=2)
    tongue: list[Point] = [Corner(136, 214), (148, 196), Corner(170, 198), Corner(180, 224), Corner(150, 222)]
    tailor.piece(tongue, tailor.fabric.shaded(0.94), swell=6, lift=1.5)
    _saddle_detail(tailor)


def _saddle_detail(tailor: Tailor) -> None:
    detail = tailor.design.cut.get("detail", "penny")
    if detail == "bit":
        tailor.wire([(124, 246), (144, 238), (162, 244)], 5, tailor.design.metal)
        for x, y in ((125, 246), (162, 244)):
            tailor.wire(oval(x, y, 6, 6), 3, tailor.design.metal, closed=True)
    elif detail == "tassel":
        for dx in (-8, 8):
            tailor.strip([(146, 230), (142 + dx, 246)], 4)
            end = [Corner(137 + dx, 244), Corner(147 + dx, 244), Corner(151 + dx, 268), Corner(133 + dx, 268)]
            tailor.piece(end, swell=3)
    else:
        slot = fill([(132, 242), (146, 235), (160, 242), (146, 250)])
        tailor.canvas.tint(slot, tone(tailor.fabric.colour, 0.3), 0.85)
