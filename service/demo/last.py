"""What all shoes are made around: the ground, the foot's line on it, heels, soles, linings and laces.

Shoes are seen from the side, the toe to the left. `h` is always how high the heel is, px.
"""

from service.demo.canvas import is_dark, tone
from service.demo.design import Tailor
from service.demo.fabrics import Fabric
from service.demo.masks import fill, spots, stroke
from service.demo.outlines import Corner, Point, curve, square

GROUND = 300.0
HEELS = {"flat": 10.0, "low": 28.0, "mid": 56.0, "high": 84.0}
_FLAT = 20.0


def bottom(h: float) -> list[Point]:
    """Return where the foot stands, from the heel to the tip of the toe, the heel `h` px high."""
    g = GROUND
    return [
        Corner(272, g - h - 2),
        (236, g - h),
        (190, g - h * 0.66 - 1),
        (140, g - h * 0.1 - 2),
        (88, g - 2),
        Corner(34, g - 4),
    ]


def standing(tailor: Tailor, h: float) -> None:
    """Cast the shadow of a shoe on the ground."""
    tailor.canvas.floor(30, 278 if h < _FLAT else 150, GROUND)
    if h >= _FLAT:  # a raised heel lets light below
        tailor.canvas.floor(226, 276, GROUND)


def heel(tailor: Tailor, h: float, kind: str) -> None:
    """Lay a heel: "stiletto", "block" or "stacked"."""
    g = GROUND
    if h < _FLAT:  # its heel is a slice
        dark = Fabric(tone(tailor.fabric.colour, 0.35), tailor.fabric.accent)
        tailor.piece([Corner(204, g - h + 1), Corner(273, g - h), Corner(272, g), Corner(207, g)], dark, swell=3)
        return
    outline = _heel_outline(h, kind)
    cloth = Fabric((128, 88, 56), (90, 60, 40), "leather") if kind == "stacked" else tailor.fabric.plain.shaded(0.9)
    mask = tailor.piece(outline, cloth, swell=7, depth=0.65, lift=1)
    if kind == "stacked":
        for y in range(int(g - h) + 4, int(g), 6):
            tailor.canvas.shade(stroke([(210, y), (276, y)], 0.9) & mask, 0.3)
    tip = fill(square(200, g - 4, 280, g + 1)) & mask
    tailor.canvas.tint(tip, (36, 34, 34), 0.9)


def _heel_outline(h: float, kind: str) -> list[Point]:
    g = GROUND
    if kind == "stiletto":
        return [
            Corner(222, g - h + 1), Corner(274, g - h - 8), (272, g - h * 0.6), Corner(268, g), Corner(258, g),
            (252, g - h * 0.6), (240, g - h * 0.86),
        ]  # fmt: skip
    return [
        Corner(216, g - h - 1), Corner(274, g - h - 4), (273, g - h * 0.5), Corner(272, g), Corner(230, g),
        (224, g - h * 0.5),
    ]  # fmt: skip


def sole(tailor: Tailor, h: float, thick: float = 5.0, rgb: tuple[int, int, int] | None = None) -> None:
    """Lay the sole under the foot."""
    under = bottom(h)
    lower = [Corner(x + (4 if i == 0 else 0), min(y + thick, GROUND)) for i, (x, y) in enumerate(reversed(under))]
    colour = rgb or tone(tailor.fabric.colour, 0.42)
    smooth: list[Point] = [lower[0], *((p.x, p.y) for p in lower[1:-1]), lower[-1]]
    tailor.piece([*under, *smooth], Fabric(colour, colour), swell=2.5, lift=0)


def laces(tailor: Tailor, line: list[Point], length: float, rgb: tuple[int, int, int] | None = None) -> None:
    """Lace a shoe along a line; laces are `length` px long."""
    colour = rgb or tone(tailor.fabric.colour, 0.5 if not is_dark(tailor.fabric.colour, 0.26) else 1.3)
    path = curve(line)
    path = path[:: max(1, len(path) // 7)]
    for i, (x, y) in enumerate(path.tolist()):
        tailor.wire([(x - 2, y - 3), (x + length * 0.5, y + 4 + (i % 2) * 2), (x + length * 0.86, y + 12)], 3.4, colour)
        tailor.canvas.tint(spots([(x + length * 0.9, y + 13)], 2), (60, 56, 52), 0.8)


def lining(tailor: Tailor, outline: list[Point]) -> None:
    """Lay the inside of the far wall."""
    colour = tone(tailor.fabric.colour, 0.5)
    inner = (214, 190, 160) if is_dark(colour, 0.26) else tone(colour, 1.2)
    tailor.piece(outline, Fabric(inner, inner).shaded(0.8), swell=6)


def topline(tailor: Tailor, points: list[Point]) -> None:
    """Bind the opening."""
    tailor.wire(points, 1.8, tone(tailor.fabric.colour, 0.7))
