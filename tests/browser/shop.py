"""A small shop for browsers: a slice of the drawn one, encoded and indexed for real, and three products meant ill."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from itertools import groupby, islice
from pathlib import Path

import yaml

from service.catalog import building
from service.catalog.building import Shop, current_model
from service.catalog.figures import keep
from service.catalog.measuring import measure
from service.catalog.profile import load_profile
from service.catalog.record import Record, RecordedProduct
from service.catalog.stages import Progress
from service.demo import feed
from service.demo.catalogue import DemoProduct, make_products
from service.demo.outfits import compose_outfits
from service.domain import Money, Product
from service.home import Home
from service.settings import Settings

FIRST = ("Sneakers", "Shoulder Bags", "Denim Jackets")
EVENING = ("Heeled Sandals", "Clutches", "Earrings")
HOLIDAY = ("Wedges", "Totes", "Sun Hats")
TEMPLATES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "Dresses": {"winter": ("Totes", "Sun Hats", "Skis"), "city-day": FIRST, "holiday": HOLIDAY, "evening": EVENING},
    "Evening Dresses": {"evening": EVENING},
    **{taxonomy: {"holiday": ("Dresses", "Sunglasses", "Bracelets")} for taxonomy in (*FIRST, *EVENING, *HOLIDAY)},
    "Sunglasses": {"holiday": ("Dresses", "Wedges", "Totes")},
    "Bracelets": {"evening": ("Evening Dresses", "Heeled Sandals", "Clutches")},
}
"""The first template of a dress asks for what nobody sells, so that it is dressed with the second."""

UNDRESSED = "Ties"
TAXONOMIES = (*TEMPLATES, UNDRESSED)
EACH = 4
OUTFITS = 80
MARKUP = "<img src=x onerror=alert(1)>"
HOSTILE = (
    Product(
        product_id=f'mean-1"{MARKUP}',
        taxonomy="Totes",
        taxonomy_path=("Women", "Bags"),
        title=MARKUP,
        brand='"><script>alert(1)</script>',
        description="</textarea><script>alert(1)</script>",
        price=Money(50, "EUR"),
        attributes={"colour": ("red", '"><svg onload=alert(1)>'), "'><b>": ("{{ 7 * 7 }}",)},
        link="javascript:alert(1)",
        image_url="http://elsewhere.example/tote.png",
    ),
    Product(
        product_id="mean-2",
        taxonomy="Totes",
        taxonomy_path=("Women", "Bags"),
        title="'; alert(1) //",
        price=Money(50, "EUR"),
        link="data:text/html,<script>alert(1)</script>",
        image_url="javascript:alert(1)",
    ),
    Product(
        product_id="mean-3",
        taxonomy='Bags"><script>alert(1)</script>',
        taxonomy_path=("</optgroup></select><script>alert(1)</script>",),
        image_url="//elsewhere.example/bag.png",
    ),
)
"""What a feed may hold that nobody has looked through."""


class Silent:
    """A reporter that shows nothing."""

    @contextmanager
    def task(self, label: str) -> Iterator[Progress]:
        del label
        yield lambda _done, _total: None


@dataclass(frozen=True, slots=True)
class DrawnShop:
    """The built home, and the photos that its products were encoded from."""

    home: Path
    data: Path
    products: tuple[Product, ...]

    def of(self, taxonomy: str) -> list[Product]:
        """Return the products of a taxonomy."""
        return [product for product in self.products if product.taxonomy == taxonomy]

    def photo(self, taxonomy: str) -> Path:
        """Return the photo of a taxonomy's first product."""
        return self.data / "photos" / f"{self.of(taxonomy)[0].product_id}.webp"


def draw_shop(folder: Path) -> DrawnShop:
    """Draw, import, encode, index and measure."""
    data, home = folder / "data", Home(folder / "home")
    made = list(_slice())
    products = tuple(one.product for one in made)
    (data / "photos").mkdir(parents=True)
    for one in made:  # here rather than in processes of their own, which take longer to start than this takes
        feed.write_photo(data, one)
    feed.write_feed(data, made)
    feed.write_profile(data)
    (data / "mapping.yaml").write_text(_mapping())
    with home.writer():
        _build(Shop(home, load_profile(data / "profile.toml"), data, Silent()), compose_outfits(products, OUTFITS))
    return DrawnShop(home.path, data, products)


def _mapping() -> str:
    templates = {
        seed: [{"id": name, "slots": list(slots)} for name, slots in of_seed.items()]
        for seed, of_seed in TEMPLATES.items()
    }
    return yaml.safe_dump({"version": 1, "name": "browsers", "taxonomies": templates})


def _slice() -> Iterator[DemoProduct]:
    """Take the first few products of some taxonomies."""
    for taxonomy, line in groupby(make_products(), key=lambda one: one.product.taxonomy):
        if taxonomy in TAXONOMIES:
            yield from islice(line, EACH)


def _build(shop: Shop, outfits: Sequence[Sequence[str]]) -> None:
    building.import_catalog(shop)
    with as_file(files("service.demo") / "bundle") as bundle:
        building.install_bundle(shop, bundle)
    with Record.open(shop.home.record_path) as record:
        photos = next(row.photos for row in record.products() if row.product.taxonomy == "Totes")
        record.upsert(RecordedProduct(product, photos) for product in HOSTILE)
    building.encode(shop)
    building.build_index(shop, Settings.load())
    with Record.open(shop.home.record_path, read_only=True) as record:
        model = current_model(shop.home)
        keep(shop.home, measure(shop.home, record, model, outfits, shop.data, part="test", reporter=Silent()))
