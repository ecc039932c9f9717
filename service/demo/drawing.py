"""From a design to a picture."""

from collections.abc import Callable, Mapping

from PIL import Image

from service.demo import (
    accessories,
    bags,
    boots,
    bottoms,
    dresses,
    heels,
    jackets,
    jewellery,
    knits,
    shoes,
    tailoring,
    tops,
)
from service.demo.design import Design, Tailor

_DRAWINGS: tuple[Callable[[Tailor], None], ...] = (
    tops.t_shirt, tops.polo, tops.shirt, tops.camisole, tops.blouse,
    knits.sweater, knits.cardigan, knits.hoodie,
    dresses.dress, dresses.jumpsuit,
    bottoms.trousers, bottoms.jeans, bottoms.shorts, bottoms.skirt,
    tailoring.blazer, tailoring.coat, tailoring.trench, jackets.biker, jackets.denim_jacket, jackets.puffer,
    jackets.bomber,
    heels.pump, heels.ballet_flat, heels.sandal, heels.wedge, boots.ankle_boot, boots.tall_boot, shoes.sneaker,
    shoes.brogue, shoes.loafer,
    bags.tote, bags.shoulder_bag, bags.clutch, bags.backpack, bags.briefcase,
    jewellery.necklace, jewellery.earrings, jewellery.bracelet, jewellery.watch,
    accessories.belt, accessories.scarf, accessories.beanie, accessories.sun_hat, accessories.cap,
    accessories.sunglasses, accessories.tie,
)  # fmt: skip

DRAWINGS: Mapping[str, Callable[[Tailor], None]] = {drawing.__name__: drawing for drawing in _DRAWINGS}
"""What can be drawn, by the `kind` of a design."""


def draw(design: Design) -> Image.Image:
    """Draw a design; the same one always gives the same picture."""
    tailor = Tailor(design)
    DRAWINGS[design.kind](tailor)
    return tailor.canvas.image()
