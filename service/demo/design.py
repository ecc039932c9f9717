"""What is to be drawn (`Design`), and who does it (`Tailor`): cut a piece of cloth, lay it, sew on the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.demo.canvas import RGB, Canvas, is_dark, tone
from service.demo.fabrics import Fabric
from service.demo.masks import Mask, fill, spots, stroke
from service.demo.outlines import Corner, Point, oval

GOLD: RGB = (205, 164, 82)
SILVER: RGB = (188, 192, 199)
ROSE_GOLD: RGB = (214, 154, 134)
METALS: Mapping[str, RGB] = {"gold": GOLD, "silver": SILVER, "rose gold": ROSE_GOLD}


@dataclass(frozen=True, slots=True)
class Design:
    """One product as it will be drawn; the same design always gives the same picture."""

    kind: str
    """Which drawing: "dress", "pump"."""
    fabric: Fabric
    cut: Mapping[str, str] = field(default_factory=dict)
    """What varies within a kind: sleeve, length, neckline, heel, fit, detail, metal."""
    seed: int = 0

    def is_(self, name: str, *values: str) -> bool:
        """Say whether the cut's `name` is one of `values`."""
        return self.cut.get(name) in values

    @property
    def metal(self) -> RGB:
        """The colour of hardware and jewellery."""
        return METALS[self.cut.get("metal", "gold")]


class Tailor:
    """Draws one design: every piece gets the design's cloth unless another is given."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.fabric = design.fabric
        self.rng = np.random.default_rng(design.seed)
        self.canvas = Canvas(self.rng)

    def piece(
        self, shape: Sequence[Point] | Mask, fabric: Fabric | None = None, *, turn: float = 0.0, swell: float = 12.0,
        depth: float = 0.5, lift: float = 2.0,
    ) -> Mask:  # fmt: skip
        """Cut an outline out of cloth and lay it; `turn` is the grain's in degrees, the rest as in `Canvas.lay`."""
        cloth = fabric or self.fabric
        mask = shape if isinstance(shape, Mask) else fill(shape)
        woven = cloth.woven(mask, self.rng, turn)
        self.canvas.lay(mask, woven, swell=swell, depth=depth, gloss=cloth.gloss, lift=lift)
        return mask

    def strip(self, points: Sequence[Point], width: float, fabric: Fabric | None = None, *, lift: float = 1.0) -> Mask:
        """Lay a narrow band along a line: a strap, a hem, a belt."""
        return self.piece(stroke(points, width), fabric, swell=max(1.5, width * 0.3), lift=lift)

    def belt(self, left: Point, right: Point, sag: float, width: float, fabric: Fabric | None = None) -> Mask:
        """Lay a flat belt from one point to another that hangs `sag` px lower in its middle."""
        (x0, y0), (x1, y1), h = left, right, width / 2
        middle = ((x0 + x1) / 2, (y0 + y1) / 2 + sag)
        band = [
            Corner(x0, y0 - h), (middle[0], middle[1] - h), Corner(x1, y1 - h),
            Corner(x1, y1 + h), (middle[0], middle[1] + h), Corner(x0, y0 + h),
        ]  # fmt: skip
        return self.piece(band, fabric, swell=2, depth=0.4, lift=2)

    def wire(self, points: Sequence[Point], width: float, rgb: RGB, *, closed: bool = False) -> Mask:
        """Lay metal wire or a thin cord along a line."""
        mask = stroke(points, width, closed=closed)
        self.canvas.lay(mask, rgb, swell=max(1.2, width * 0.4), depth=0.75, gloss=1.2, lift=1.2)
        return mask

    def stud(self, x: float, y: float, radius: float, rgb: RGB, gloss: float = 1.2) -> Mask:
        """Lay something small, round and shiny: a bead, a rivet."""
        mask = fill(oval(x, y, radius, radius))
        self.canvas.lay(mask, rgb, swell=max(1.2, radius * 0.6), depth=0.8, gloss=gloss, lift=1.2)
        spark = fill(oval(x - radius * 0.32, y - radius * 0.36, radius * 0.3, radius * 0.24))
        self.canvas.shade(spark.softened(0.6), -0.5 * min(1.0, gloss))
        return mask

    def button(self, x: float, y: float, radius: float = 3.2, rgb: RGB | None = None) -> None:
        """Sew on a button with four holes."""
        colour = rgb or tone(self.fabric.colour, 0.62 if not is_dark(self.fabric.colour, 0.34) else 1.35)
        self.canvas.lay(fill(oval(x, y, radius, radius)), colour, swell=1.5, depth=0.6, gloss=0.5, lift=1.2)
        holes = [(x + dx * radius * 0.28, y + dy * radius * 0.28) for dx in (-1, 1) for dy in (-1, 1)]
        self.canvas.shade(spots(holes, 0.5), 0.55)

    def buttons(
        self, x: float, top: float, bottom: float, count: int, *, radius: float = 3.0, rgb: RGB | None = None
    ) -> None:
        """Sew on a row of buttons."""
        for y in np.linspace(top, bottom, count):
            self.button(x, float(y), radius, rgb)

    def buckle(self, x: float, y: float, width: float, height: float, rgb: RGB | None = None) -> None:
        """Fasten a buckle: a frame, and the pin across it."""
        colour = rgb or self.design.metal
        w, h = width / 2, height / 2
        frame = [Corner(x - w, y - h), Corner(x + w, y - h), Corner(x + w, y + h), Corner(x - w, y + h)]
        self.wire(frame, max(1.8, width * 0.14), colour, closed=True)
        self.wire([(x - w * 0.9, y), (x + w, y)], max(1.4, width * 0.1), colour)

    def zip_(self, points: Sequence[Point], width: float = 3.0) -> None:
        """Sew in a zip along a line."""
        self.canvas.tint(stroke(points, width + 2.4), tone(self.fabric.colour, 0.55), 0.8)
        self.wire(points, width * 0.75, self.design.metal)

    def creases(self, mask: Mask, lines: Sequence[Sequence[Point]], width: float = 5.0, depth: float = 0.2) -> None:
        """Press several folds into a piece, each a little to the side of where it was asked for."""
        aside = self.rng.normal(0, 2, (len(lines), 2)).tolist()
        shaken = [[(x + dx, y + dy) for x, y in line] for line, (dx, dy) in zip(lines, aside, strict=True)]
        self.canvas.fold(shaken, mask, width, depth)
