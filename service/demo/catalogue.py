"""The products of the demo shop: every line's models in their colourways, named and priced as vendors do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from service.demo.assortment import Line, Style
from service.demo.design import METALS, Design
from service.demo.fabrics import Fabric
from service.demo.menswear import MENSWEAR
from service.demo.texts import described, title_words, titled
from service.demo.unisex import UNISEX
from service.demo.vocabulary import BRANDS, COLOURS, MODELS, PAIRED, Brand
from service.demo.womenswear import WOMENSWEAR
from service.domain import Availability, Money, Product

LINES: tuple[Line, ...] = (*WOMENSWEAR, *MENSWEAR, *UNISEX)
COLOURWAYS = (2, 3, 3)
"""How many colours models come in."""
LINK = "https://shop.example/products/"

_ATTRIBUTES = ("sleeve", "length", "neckline", "heel", "fit", "metal")
"""What is told of a cut; the rest ("detail") only shows."""


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """A product and what it looks like."""

    product: Product
    design: Design

    @property
    def photo(self) -> str:
        """Its file, relative to the catalogue's folder."""
        return f"photos/{self.product.product_id}.webp"


def make_products(seed: int = 0) -> list[DemoProduct]:
    """Make the whole range; the same seed makes the same one."""
    return [product for line in LINES for product in _line_products(line, Random(f"{seed}/{line.taxonomy}"))]  # noqa: S311 - no secret


@dataclass(frozen=True, slots=True)
class _Model:
    """What the colourways of a model share."""

    line: Line
    style: Style
    cut: Mapping[str, str]
    pattern: str
    name: str
    brand: Brand
    group_id: str
    price: float


def _line_products(line: Line, rng: Random) -> Iterator[DemoProduct]:
    seen: set[tuple[object, ...]] = set()
    for number in range(line.models):
        model = _model(line, number, rng)
        for way, (colour, accent) in enumerate(_colourways(model, rng), start=1):
            made = _product(model, f"{model.group_id}-{way:02d}", colour, accent, rng)
            looks = (*made.product.attributes.items(), *made.design.cut.items())
            if looks not in seen:  # two models that happen to be cut alike share no colourway
                seen.add(looks)
                yield made


def _model(line: Line, number: int, rng: Random) -> _Model:
    style = line.style_of(number)
    turn = number // len(line.styles)
    low, high = line.prices
    return _Model(
        line=line,
        style=style,
        cut={name: values[(turn + rng.randrange(len(values))) % len(values)] for name, values in style.cut.items()},
        pattern=style.patterns[turn % len(style.patterns)],
        name=rng.choice(MODELS),
        brand=rng.choice(BRANDS),
        group_id=f"{line.code}{101 + number}",
        price=round(low + (high - low) * rng.random() ** 1.6) + rng.choice((-0.05, -0.01, 0.0, 0.5)),
    )


def _colourways(model: _Model, rng: Random) -> list[tuple[str, str]]:
    """Choose main and second colours; a patterned model has the second of its pattern."""
    palette = list(dict.fromkeys(model.style.colours))
    chosen = rng.sample(palette, min(rng.choice(COLOURWAYS), len(palette)))
    return [(colour, _accent(model, colour, rng)) for colour in chosen]


def _accent(model: _Model, colour: str, rng: Random) -> str:
    if model.style.accents:
        return rng.choice([accent for accent in model.style.accents if accent != colour])
    return rng.choice(PAIRED.get(colour, ("white",)))


def _product(model: _Model, product_id: str, colour: str, accent: str, rng: Random) -> DemoProduct:
    line, style = model.line, model.style
    worn = {**model.cut, "gender": line.gender}
    if colour in METALS:
        worn["metal"] = colour
    fabric = Fabric(COLOURS[colour].rgb, COLOURS[accent].rgb, style.material, model.pattern)
    attributes = _attributes(model, worn, colour, accent)
    price = Money(model.price, "EUR")
    product = Product(
        product_id=product_id,
        taxonomy=line.taxonomy,
        taxonomy_path=line.path,
        group_id=model.group_id,
        title=_title(model, attributes, rng.choice(COLOURS[colour].words)),
        description=described(line.noun, attributes, model.cut.get("detail", ""), rng),
        brand=_misspelt(model.brand.name, rng),
        gender=line.gender,
        age_group="adult",
        price=price,
        sale_price=_sale_price(price, rng),
        availability=_availability(rng),
        sizes=_sizes(line.sizes, rng),
        attributes=attributes,
        link=f"{LINK}{product_id}",
    )
    return DemoProduct(product, Design(line.kind, fabric, worn, rng.getrandbits(32)))


def _title(model: _Model, attributes: Mapping[str, tuple[str, ...]], colour: str) -> str:
    noun = model.line.noun
    words = title_words(noun, attributes, model.cut.get("detail", ""))
    return titled(model.brand, {**words, "model": model.name, "colour": colour, "noun": noun})


def _attributes(model: _Model, worn: Mapping[str, str], colour: str, accent: str) -> dict[str, tuple[str, ...]]:
    style = model.style
    main, *more = _seen_colours(model, worn, colour, accent)
    return {
        "colour": (main,),
        "colours": (main, *more),
        "pattern": (model.pattern,),
        "material": (style.material,),
        **{name: (worn[name],) for name in _ATTRIBUTES if worn.get(name) and name in style.cut},
        "season": style.seasons,
        "occasion": style.occasions,
        "formality": (style.formality,),
    }


def _seen_colours(model: _Model, worn: Mapping[str, str], colour: str, accent: str) -> tuple[str, ...]:
    """Return the colours that show, the one that shows most first: jewellery is the colour of its metal."""
    if model.style.material == "metal" and colour not in METALS:
        return worn["metal"], colour
    if model.pattern != "plain" or model.style.accents:
        return colour, accent
    return (colour,)


def _sale_price(price: Money, rng: Random) -> Money | None:
    """Reduce about a sixth of the products."""
    share = rng.choice((0.5, 0.6, 0.7, 0.8)) if rng.randrange(6) == 0 else None
    return None if share is None else Money(round(price.amount * share, 2), price.currency)


def _misspelt(brand: str, rng: Random) -> str:
    """Write a brand as vendors do: now and then in capitals, or in none."""
    return rng.choice((brand.upper(), brand.lower(), brand.title())) if rng.randrange(16) == 0 else brand


def _availability(rng: Random) -> Availability:
    return rng.choices(("in_stock", "out_of_stock", "preorder", "backorder"), (90, 7, 2, 1))[0]


def _sizes(sizes: Sequence[str], rng: Random) -> tuple[str, ...]:
    """Leave out a seventh of the sizes, which are sold out, but never all."""
    return tuple(size for size in sizes if rng.randrange(7)) or (sizes[0],)
