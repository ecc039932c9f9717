"""The demo shop: a catalogue that the project draws itself, so that five minutes need nobody's data.

    catalogue = draw_catalogue(folder, progress)

writes products.csv, photos/, outfits.csv, profile.toml and mapping.yaml: an ordinary feed, for the ordinary commands
(`kitsune build --profile FOLDER/profile.toml --data FOLDER --home HOME`). The same seed draws the same shop.

    vocabulary, assortment, womenswear, menswear, unisex    what is sold
    catalogue, texts                                        products out of that, named as vendors do
    looks, styling, outfits                                 what is worn together, and by which rules
    outlines, masks, canvas, fabrics, design                how one draws
    torso, lapels, last                                     what garments, jackets and shoes are cut around
    tops, knits, dresses, bottoms, tailoring, jackets       clothes
    heels, boots, shoes, bags, jewellery, accessories       the rest
    drawing, feed                                           a design to a picture, a catalogue to files

`styling.broken_rules` judges any look by the rules that the outfits were composed by. Quality on drawings says nothing
about quality on photos of real clothes, and is never quoted as if it did.
"""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from service.demo import feed
from service.demo.catalogue import make_products
from service.demo.outfits import compose_outfits
from service.domain import Product


@dataclass(frozen=True, slots=True)
class DemoCatalogue:
    """Where the catalogue is, and what is in it."""

    folder: Path
    products: tuple[Product, ...]
    outfits: tuple[tuple[str, ...], ...]
    """Product ids."""

    @property
    def profile(self) -> Path:
        """The feed profile, which names everything else."""
        return self.folder / "profile.toml"


EDITION = "edition.txt"


def edition() -> str:
    """Return a digest of the code that draws: other code draws another shop, which the packaged bundle may not know."""
    sources = (file for file in files("service.demo").iterdir() if file.name.endswith((".py", ".toml")))
    digest = sha256()
    for source in sorted(sources, key=lambda file: file.name):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def is_drawn(folder: Path) -> bool:
    """Say whether a folder holds the whole shop as this Kitsune draws it; the edition is the last file written."""
    stamp = folder / EDITION
    return stamp.is_file() and stamp.read_text(encoding="ascii", errors="replace") == edition()


def draw_catalogue(folder: Path, progress: feed.Progress, *, seed: int = 0) -> DemoCatalogue:
    """Write the whole demo shop into a folder, made if need be; takes less than half a minute on two idle cores.

    The photos are drawn by processes of their own: a script calls this under `if __name__ == "__main__"`.

    Args:
        folder: files of these names are overwritten.
        progress: told how many photos are drawn, of how many.
        seed: another one gives another shop.
    """
    made = make_products(seed)
    products = tuple(one.product for one in made)
    outfits = tuple(compose_outfits(products, seed=seed))
    feed.write_photos(folder, made, progress)
    feed.write_feed(folder, made)
    feed.write_outfits(folder, outfits)
    feed.write_mapping(folder)
    feed.write_profile(folder)
    (folder / EDITION).write_text(edition(), encoding="ascii")
    return DemoCatalogue(folder, products, outfits)
