"""Jewellery and watches, lying on the ground."""

import numpy as np

from service.demo.canvas import RGB, is_dark, tone
from service.demo.design import Tailor
from service.demo.fabrics import Fabric
from service.demo.masks import dashes, fill, spots, stroke
from service.demo.outlines import MIDDLE, Array, Corner, Point, curve, oval, square

_CHAIN: list[Point] = [
    (100, 70), (84, 130), (96, 200), (128, 252), (160, 270), (192, 252), (224, 200), (236, 130), (220, 70),
]  # fmt: skip


def necklace(tailor: Tailor) -> None:
    """A necklace: a pendant on a chain, pearls or beads, or a heavy chain."""
    detail, metal, gem = tailor.design.cut.get("detail", "pendant"), tailor.design.metal, tailor.fabric.colour
    if detail == "beads":
        _beads(tailor, _CHAIN, gem)
        return
    if detail == "chain":
        for i, (x, y) in enumerate(_spaced(curve(_CHAIN), 9.5)):
            tailor.wire(oval(x, y, 8.5 if i % 2 else 6.0, 7.0 if i % 2 else 8.5), 3.4, metal, closed=True)
        return
    tailor.wire(_CHAIN, 2.4, metal)
    tailor.canvas.tint(dashes(_CHAIN, 2.4, 1.4, 2.2), tone(metal, 0.62), 0.7)
    tailor.wire(oval(160, 276, 5, 6), 2.2, metal, closed=True)
    drop: list[Point] = [(160, 280), (142, 306), (146, 328), (160, 336), (174, 328), (178, 306)]
    tailor.piece(drop, Fabric(metal, metal, "metal"), swell=4, depth=0.7, lift=3)
    _gem(tailor, 160, 312, 12, gem)


def _beads(tailor: Tailor, line: list[Point], rgb: RGB) -> None:
    places = _spaced(curve(line), 13)
    for i, (x, y) in enumerate(places):
        tailor.stud(x, y, 6.0 + 3.5 * float(np.sin(np.pi * i / len(places))), rgb, 1.0)


def _spaced(path: Array, apart: float) -> list[Point]:
    """Return points along a path that are `apart` px from each other."""
    run = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    at = np.arange(0, run[-1], apart)
    return list(zip(np.interp(at, run, path[:, 0]).tolist(), np.interp(at, run, path[:, 1]).tolist(), strict=True))


def _gem(tailor: Tailor, x: float, y: float, radius: float, rgb: RGB) -> None:
    tailor.stud(x, y, radius, rgb, 1.5)
    facets = [
        stroke([(x, y), (x + radius * np.cos(a), y + radius * np.sin(a))], 0.8) for a in np.arange(0.3, 6.4, 1.05)
    ]
    for facet in facets:
        tailor.canvas.shade(facet, -0.3)
    table = fill(oval(x, y, radius * 0.5, radius * 0.5))
    tailor.canvas.tint(table, tone(rgb, 1.25), 0.6)
    tailor.canvas.shade(fill(oval(x - radius * 0.2, y - radius * 0.25, radius * 0.16, radius * 0.12)), -0.9)


def earrings(tailor: Tailor) -> None:
    """A pair of earrings: hoops, drops or studs."""
    detail, metal, gem = tailor.design.cut.get("detail", "hoops"), tailor.design.metal, tailor.fabric.colour
    for x in (98.0, 222.0):
        if detail == "hoops":
            ring = oval(x, 218, 52, 62)
            tailor.wire(ring, 8, metal, closed=True)
            tailor.canvas.shade(stroke(oval(x - 1.5, 216.5, 51, 61), 1.6, closed=True).softened(0.6), -0.35)
            _gem(tailor, x, 157, 9, gem)
        elif detail == "studs":
            for a in np.arange(0, 6.28, 0.785):
                tailor.stud(x + 26 * float(np.cos(a)), 200 + 26 * float(np.sin(a)), 6.4, metal)
            _gem(tailor, x, 200, 21, gem)
        else:
            tailor.wire([(x - 2, 146), (x + 4, 118), (x + 12, 128), (x + 8, 150)], 2.4, metal)
            _gem(tailor, x, 158, 12, gem)
            tailor.wire([(x, 170), (x, 214)], 2.4, metal)
            drop: list[Point] = [(x, 206), (x - 21, 244), (x - 17, 270), (x, 282), (x + 17, 270), (x + 21, 244)]
            tailor.piece(drop, Fabric(metal, metal, "metal"), swell=4, depth=0.7, lift=3)
            _gem(tailor, x, 252, 14, gem)


def bracelet(tailor: Tailor) -> None:
    """A bracelet: a bangle, beads, or a chain with charms."""
    detail, metal, gem = tailor.design.cut.get("detail", "bangle"), tailor.design.metal, tailor.fabric.colour
    ring = oval(MIDDLE, 206, 98, 70)
    tailor.canvas.shade(stroke(oval(MIDDLE + 5, 216, 98, 70), 16, closed=True).softened(7), 0.25)
    if detail == "beads":
        _beads_round(tailor, ring, gem)
    elif detail == "charms":
        for i, (x, y) in enumerate(_spaced(curve(ring, closed=True), 12)):
            tailor.wire(oval(x, y, 8, 6), 3, metal, closed=True)
            if i % 4 == 2 and y > 200:  # noqa: PLR2004 - charms hang from the nearer half
                tailor.stud(x, y + 19, 9, gem, 1.3)
    else:
        band = stroke(ring, 20, closed=True)
        tailor.canvas.lay(band, metal, swell=5, depth=0.85, gloss=1.3, lift=3)
        tailor.canvas.shade(stroke(oval(MIDDLE, 203, 98, 70), 3, closed=True).softened(1.5), -0.35)
        for dx in (-34, -17, 0, 17, 34):
            _gem(tailor, MIDDLE + dx, 274 - abs(dx) * 0.13, 8, gem)


def _beads_round(tailor: Tailor, ring: list[Point], rgb: RGB) -> None:
    for x, y in sorted(_spaced(curve(ring, closed=True), 19), key=lambda point: point[1]):
        tailor.stud(x, y, 10.5, rgb, 1.0)


def watch(tailor: Tailor) -> None:
    """A wristwatch on a strap of leather or metal links."""
    m, metal = MIDDLE, tailor.design.metal
    links = tailor.design.is_("detail", "links")
    strap = Fabric(metal, metal, "metal") if links else tailor.fabric
    for way in (-1, 1):
        near, far = 200 + way * 52, 200 + way * 172
        outline: list[Point] = [
            Corner(m - 31, near),
            Corner(m + 31, near),
            (m + 26, (near + far) / 2),
            Corner(m + 24, far),
            Corner(m - 24, far),
            (m - 26, (near + far) / 2),
        ]
        mask = tailor.piece(outline, strap, swell=7, depth=0.6, lift=4)
        if links:
            for y in range(int(min(near, far)), int(max(near, far)), 11):
                tailor.canvas.seam([(m - 34, y), (m + 34, y)], mask, 0.4)
            for x in (m - 10, m + 10):
                tailor.canvas.seam([(x, near), (x, far)], mask, 0.3)
        else:
            for x in (m - 22, m + 22):
                tailor.canvas.stitch([(x, near), (x, far)], tone(tailor.fabric.colour, 1.45))
    if not links:
        tailor.canvas.shade(spots([(m, 300 + 15 * i) for i in range(4)], 2.4), 0.7)
        tailor.buckle(m, 36, 54, 18)
    tailor.piece(square(m + 56, 192, m + 67, 210, 3), Fabric(metal, metal, "metal"), swell=2)
    tailor.canvas.lay(fill(oval(m, 200, 60, 60)), metal, swell=6, depth=0.85, gloss=1.3, lift=4)
    _dial(tailor)


def _dial(tailor: Tailor) -> None:
    m, y, dial = MIDDLE, 200.0, tailor.fabric.accent
    ink = (40, 40, 44) if not is_dark(dial, 0.5) else (240, 238, 232)  # hands must be read
    tailor.canvas.lay(fill(oval(m, y, 50, 50)), dial, swell=3, depth=-0.4, lift=0)
    for hour in range(12):
        a = hour * np.pi / 6
        sin, cos = float(np.sin(a)), float(np.cos(a))
        width = 3.4 if hour % 3 == 0 else 1.8
        tailor.canvas.tint(stroke([(m + 38 * sin, y - 38 * cos), (m + 45 * sin, y - 45 * cos)], width), ink)
    for length, width, a in ((24, 4.2, -1.0), (36, 3.0, 1.05), (38, 1.2, 2.9)):
        tailor.canvas.tint(stroke([(m, y), (m + length * float(np.sin(a)), y - length * float(np.cos(a)))], width), ink)
    tailor.stud(m, y, 3.4, tailor.design.metal)
    glare: list[Point] = [(m - 38, y - 14), (m - 14, y - 40), (m + 4, y - 42), (m - 34, y + 8)]
    tailor.canvas.shade(fill(glare).softened(3), -0.16)
