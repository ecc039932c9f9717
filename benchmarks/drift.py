"""How often drift is said to be where none is, and which shifts are found within one window: the drawn shop.

    python -m benchmarks.drift

Windows are drawn from the shop's products with replacement, and compared with the profile in the packaged bundle, which
is that of the training part. The drawings are encoded by the bundle; vendor styles are the same drawings as another
studio would have sent them.
"""

import io
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from benchmarks.clocks import pinned
from benchmarks.made import SEED
from benchmarks.reports import Report
from model.bundle import Bundle, open_bundle
from model.drift import judge
from model.profile import SEED_VECTORS, TARGETS, Profile, count_words, make_profile
from model.verdict import Verdict
from service.demo.catalogue import DemoProduct, make_products
from service.demo.drawing import draw
from service.demo.feed import PHOTO_QUALITY
from service.domain import Outfit, OutfitRequest, Override, ProductSeed, Seed, Versions
from service.drift.window import Window
from service.observation import Observation

REQUESTS = 1000
QUIET_WINDOWS = 100
SHIFTED_WINDOWS = 10
OVERRIDDEN = 0.1
MOST_ALARMS = 5
LARGE_CLASS = 0.05
"""A colour that fewer products have may go unnoticed; the report says which was."""

Array = NDArray[np.float32]
Rows = NDArray[np.int64]
Restyle = Callable[[Image.Image], Image.Image]


def warm(photo: Image.Image) -> Image.Image:
    """Return the photo as if it were taken under a lamp."""
    return _scaled(photo, (1.0, 0.9, 0.72))


def dark(photo: Image.Image) -> Image.Image:
    """Return the photo underexposed by two thirds of a stop."""
    return _scaled(photo, (0.63, 0.63, 0.63))


def soft(photo: Image.Image) -> Image.Image:
    """Return the photo out of focus."""
    return photo.filter(ImageFilter.GaussianBlur(3))


def _scaled(photo: Image.Image, factors: tuple[float, float, float]) -> Image.Image:
    bands = zip(photo.convert("RGB").split(), factors, strict=True)
    return Image.merge("RGB", [band.point(lambda level, factor=factor: int(level * factor)) for band, factor in bands])


STYLES: Mapping[str, Restyle] = {"warm light": warm, "underexposed": dark, "out of focus": soft}


@dataclass(frozen=True, slots=True, eq=False)
class DrawnShop:
    """Drawn products with what the packaged bundle makes of them, and what it expects."""

    bundle: Bundle
    reference: Profile
    products: Sequence[DemoProduct]
    drawings: Sequence[Image.Image]
    vectors: Array

    @property
    def paths(self) -> list[tuple[str, ...]]:
        """Each product's taxonomy after its ancestors."""
        return [(*one.product.taxonomy_path, one.product.taxonomy) for one in self.products]

    def encoded(self, restyle: Restyle) -> Array:
        """Return the products' vectors [n, d] as they are when their photos are of another style."""
        photos = [_photo(restyle(drawing)) for drawing in self.drawings]
        embeddings = self.bundle.encoder.encode(photos)
        return self.bundle.compression.compress(embeddings, [path[-1] for path in self.paths])

    def judged(self, rows: Rows, vectors: Array) -> Verdict:
        """Judge the window of requests for `rows`, whose vectors came as `vectors`."""
        targets = self.bundle.generator.generate(vectors).reshape(len(vectors), -1)
        return judge(self.reference, self.profile(rows, vectors), {SEED_VECTORS: vectors, TARGETS: targets})

    def profile(self, rows: Rows, vectors: Array) -> Profile:
        """Return what such a window looks like; a share of requests overrides a slot."""
        paths = self.paths
        filed = [paths[row] for row in rows.tolist()]
        chance = np.random.default_rng(int(rows.sum()))
        return make_profile(
            vectors,
            self.bundle.generator.generate(vectors),
            [path[-1] for path in filed],
            words=count_words(self.bundle.readout, vectors, filed),
            overrides=[str(int(one)) for one in chance.random(len(rows)) < OVERRIDDEN],
        )


def drawn_shop(products: Sequence[DemoProduct]) -> DrawnShop:
    """Encode products with the packaged bundle, whose own profile is the reference."""
    with as_file(files("service.demo") / "bundle") as path:
        bundle = open_bundle(Path(path))
    reference = bundle.profile()
    if reference is None:
        raise SystemExit("The packaged bundle has no profile: run `make demo-bundle`.")
    drawings = [draw(one.design) for one in products]
    shop = DrawnShop(bundle, reference, products, drawings, np.empty((0, bundle.dimensions), np.float32))
    return replace(shop, vectors=shop.encoded(lambda photo: photo))


def _photo(drawing: Image.Image) -> bytes:
    content = io.BytesIO()
    drawing.save(content, "WEBP", quality=PHOTO_QUALITY, method=0)
    return content.getvalue()


def main() -> None:
    """Measure, print and write the report."""
    shop = drawn_shop(make_products())
    setting = {"requests": REQUESTS, "products": len(shop.products), "quiet": QUIET_WINDOWS, "shifted": SHIFTED_WINDOWS}
    report = Report("drift", setting)
    _quiet(report, shop)
    _shifted(report, shop)
    with pinned():
        _costs(report, shop)
    report.finish()


def _quiet(report: Report, shop: DrawnShop) -> None:
    chance = np.random.default_rng(SEED)
    report.add("no drift: alarms of 100 windows", "alarms", [alarms(shop, chance)], at_most=MOST_ALARMS)
    popular = 1 / np.arange(1, len(shop.products) + 1)
    weights = chance.permutation(popular / popular.sum())
    rows = chance.choice(len(shop.products), REQUESTS, p=weights)
    beside = replace(shop, reference=shop.profile(rows, shop.vectors[rows]))
    found = alarms(beside, chance, weights=weights)
    report.add(
        "no drift, Zipf's traffic beside a baseline: alarms of 100 windows", "alarms", [found], at_most=MOST_ALARMS
    )
    catalogue = shop.judged(rows, shop.vectors[rows])
    report.add("Zipf's traffic beside the bundle's profile: statistic", "x", [max(catalogue.ratios.values())])


def alarms(
    shop: DrawnShop,
    chance: np.random.Generator,
    *,
    weights: NDArray[np.float64] | None = None,
    windows: int = QUIET_WINDOWS,
) -> int:
    """Return how many profiles drift in windows of requests that are as ever."""
    drawn = [chance.choice(len(shop.products), REQUESTS, p=weights) for _ in range(windows)]
    return sum(len(shop.judged(rows, shop.vectors[rows]).drifted) for rows in drawn)


def _shifted(report: Report, shop: DrawnShop) -> None:
    found = {"mean of 5 dimensions moved by 0.5 deviations": found_when_moved(shop)}
    found |= {f"photos: {name}": found_when_restyled(shop, restyle) for name, restyle in STYLES.items()}
    found["all-zero feed"] = found_when(shop, lambda rows, _: np.zeros((len(rows), shop.bundle.dimensions), np.float32))
    for name, share in found.items():
        report.add(f"{name}: windows that find it", "", [share], at_least=1)
    colours = Counter(value for one in shop.products for value in one.product.attributes.get("colour", ()))
    for colour, count in colours.most_common(10):
        share = count / len(shop.products)
        goal = 1.0 if share >= LARGE_CLASS else None
        name = f"{colour} ({share:.1%} of products) vanished: windows that find it"
        report.add(name, "", [found_when_vanished(shop, colour)], at_least=goal)


def found_when(
    shop: DrawnShop,
    came: Callable[[Rows, np.random.Generator], Array],
    *,
    left: Rows | None = None,
    windows: int = SHIFTED_WINDOWS,
) -> float:
    """Return in how large a share of windows a shift is found."""
    chance = np.random.default_rng(SEED)
    hits = 0
    for _ in range(windows):
        rows = chance.choice(np.arange(len(shop.products)) if left is None else left, REQUESTS)
        hits += bool(shop.judged(rows, came(rows, chance)).drifted)
    return hits / windows


def found_when_moved(shop: DrawnShop, windows: int = SHIFTED_WINDOWS) -> float:
    """Return how often a mean shift of half a standard deviation is found, on five dimensions."""

    def came(rows: Rows, chance: np.random.Generator) -> Array:
        vectors = shop.vectors[rows].copy()
        moved = chance.choice(vectors.shape[1], 5, replace=False)
        vectors[:, moved] += 0.5 * shop.vectors[:, moved].std(axis=0)
        return vectors

    return found_when(shop, came, windows=windows)


def found_when_restyled(shop: DrawnShop, restyle: Restyle, windows: int = SHIFTED_WINDOWS) -> float:
    """Return how often photos of another style are found."""
    restyled = shop.encoded(restyle)
    return found_when(shop, lambda rows, _: restyled[rows], windows=windows)


def found_when_vanished(shop: DrawnShop, colour: str, windows: int = SHIFTED_WINDOWS) -> float:
    """Return how often it is found that a colour is asked for no more."""
    left = [row for row, one in enumerate(shop.products) if colour not in one.product.attributes.get("colour", ())]
    return found_when(shop, lambda rows, _: shop.vectors[rows], left=np.array(left), windows=windows)


def _costs(report: Report, shop: DrawnShop) -> None:
    rows = np.random.default_rng(SEED).choice(len(shop.products), REQUESTS)
    seen = _observation(shop)
    judging, noting = [], []
    for _ in range(7):
        window = Window(REQUESTS, seen)
        started = time.thread_time()
        for _ in range(REQUESTS):
            window.add(seen)
        noting.append((time.thread_time() - started) / REQUESTS * 1e6)
        started = time.thread_time()
        shop.judged(rows, shop.vectors[rows])
        judging.append((time.thread_time() - started) * 1e3)
    report.add("a request, on the event loop: processor time", "us", noting)
    report.add("a window of 1,000, in a thread: processor time", "ms", judging)


def _observation(shop: DrawnShop) -> Observation:
    product = shop.products[0].product
    outfit = Outfit(
        outfit_id="1", seed=Seed(product.taxonomy, product), template=None, looks=(), versions=Versions("", "", "", "")
    )
    return Observation(
        reference=ProductSeed(product.product_id),
        request=OutfitRequest(slots=(Override("Wedges"), None, None)),
        outfit=outfit,
        vector=shop.vectors[0],
        targets=shop.bundle.generator.generate(shop.vectors[:1])[0],
        stages_s={},
    )


if __name__ == "__main__":
    main()
