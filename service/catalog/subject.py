"""What an evaluation looks at: a shop's products as arrays, its outfits as rows of these, and who may know what.

Notation used for array shapes: n products, d vector, s heads, e embedding, f features of a view, c colours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.bundle import Bundle
from model.evaluation import Pairs, Rows, cold_pairs, training_outfits
from model.histogram import COLOURS
from service.catalog.encoding import open_cache, product_features
from service.catalog.features import photo_features
from service.catalog.outfits import Part, split_of
from service.catalog.record import Record, RecordedProduct
from service.catalog.stages import Reporter
from service.errors import ProfileError

COLOUR = "colour"
"""The attribute whose words the colour-PMI row uses; a catalogue without it has no such row."""

MOST_VALUES = 40
"""A property with more values than these is no facet: its slices would hold next to nothing."""

_PRICE_BANDS = ("lowest third", "middle third", "highest third")

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What photos show; a product without one that can be read has zeros.

    Shapes:
        features: [n, 2f]. colours: [n, c]. embeddings: [n, e].
    """

    features: Array
    colours: Array
    embeddings: Array


@dataclass(frozen=True, eq=False)
class Subject:
    """The products that have a vector in the bundle's space, in the record's order; `seen` is None without photos.

    Shapes:
        vectors: [n, d]. targets: [n, s, d].
    """

    products: Sequence[RecordedProduct]
    vectors: Array
    targets: Array
    outfits: Sequence[Rows]
    part: Part
    seen: Seen | None

    @cached_property
    def ids(self) -> list[str]:
        """Product ids [n]."""
        return [row.product.product_id for row in self.products]

    @cached_property
    def taxonomies(self) -> list[str]:
        """Each product's taxonomy [n]."""
        return [row.product.taxonomy for row in self.products]

    @cached_property
    def codes(self) -> Rows:
        """Taxonomies as numbers [n]."""
        codes: Rows = np.unique(np.asarray(self.taxonomies), return_inverse=True)[1]
        return codes

    @cached_property
    def judged(self) -> NDArray[np.bool_]:
        """Which products are of the part that is judged [n]."""
        return np.array([split_of(product_id) == self.part for product_id in self.ids], np.bool_)

    @cached_property
    def train(self) -> list[Rows]:
        """The outfits that may be learned from."""
        known = np.array([split_of(product_id) == "train" for product_id in self.ids], np.bool_)
        return training_outfits(self.outfits, known)

    @cached_property
    def pairs(self) -> Pairs:
        """The true partners that are looked for."""
        return cold_pairs(self.outfits, self.judged)

    @property
    def words(self) -> list[tuple[str, ...]] | None:
        """Each product's colour words [n]; None where the catalogue has none."""
        words = [row.product.attributes.get(COLOUR, ()) for row in self.products]
        return words if any(words) else None

    def seasons(self, pattern: re.Pattern[str]) -> list[str]:
        """Return what `pattern` finds in the name of each product's first photo [n]; what it does not find is empty.

        Raises:
            ProfileError: it finds nothing anywhere.
        """
        names = [row.photos[0] if row.photos else "" for row in self.products]
        found = [match[match.re.groups and 1] if (match := pattern.search(name)) else "" for name in names]
        if not any(found):
            raise ProfileError("--season finds nothing in any photo's name; give a regular expression that does.")
        return found

    def facets(self) -> dict[str, list[str]]:
        """Return the properties that tell products apart, each with its values [n]; an empty one is not known."""
        found = {
            name: [str(getattr(row.product, name) or "") for row in self.products]
            for name in ("gender", "age_group", "brand")
        }
        for name in sorted({name for row in self.products for name in row.product.attributes}):
            found[name] = [next(iter(row.product.attributes.get(name, ())), "") for row in self.products]
        found["price"] = self._price_bands()
        return {name: values for name, values in found.items() if 1 < len({*values} - {""}) <= MOST_VALUES}

    def vectors_of(self, record: Record, bundle: Bundle) -> Array:
        """Return the products' vectors in another bundle's space [n, d]; zeros for one that has none."""
        ids, known = record.vectors(bundle.space_id)
        row_of = {product_id: row for row, product_id in enumerate(ids)}
        vectors = np.zeros((len(self.ids), bundle.dimensions), np.float32)
        for row, product_id in enumerate(self.ids):
            if product_id in row_of:
                vectors[row] = known[row_of[product_id]]
        return vectors

    def _price_bands(self) -> list[str]:
        amounts = [price.amount if (price := row.product.asking_price) else None for row in self.products]
        known = [amount for amount in amounts if amount is not None]
        if not known:
            return [""] * len(amounts)
        edges = np.quantile(known, [1 / 3, 2 / 3])
        return ["" if amount is None else _PRICE_BANDS[int(np.searchsorted(edges, amount))] for amount in amounts]


def load_subject(
    record: Record,
    bundle: Bundle,
    outfits: Sequence[Sequence[str]],
    *,
    data: Path,
    work: Path,
    part: Part,
    reporter: Reporter,
) -> Subject:
    """Read what an evaluation of `bundle` needs; features of photos come out of the home's cache."""
    ids, vectors = record.vectors(bundle.space_id)
    found = record.get(ids)
    row_of = {product_id: row for row, product_id in enumerate(ids)}
    products = [found[product_id] for product_id in ids]
    return Subject(
        products=products,
        vectors=vectors,
        targets=bundle.generator.generate(vectors),
        outfits=[np.array([row_of[id_] for id_ in outfit if id_ in row_of], np.int64) for outfit in outfits],
        part=part,
        seen=_seen(products, bundle, data, work, reporter),
    )


def _seen(rows: Sequence[RecordedProduct], bundle: Bundle, data: Path, work: Path, reporter: Reporter) -> Seen | None:
    backbone, neck = bundle.encoder.backbone, bundle.encoder.neck
    photos = [photo for row in rows for photo in row.photos]
    with reporter.task("photos") as progress, open_cache(work, backbone.path) as cache:
        read = photo_features(photos, data, backbone, cache, progress, colours=True).features
    places = [place for place, row in enumerate(rows) if any(photo in read for photo in row.photos)]
    if not places:
        return None
    known = product_features([rows[place] for place in places], read)
    tables = (known[:, :-COLOURS], known[:, -COLOURS:], neck.embed(known[:, : neck.weight.shape[1]]))
    return Seen(*(_spread_out(table, places, len(rows)) for table in tables))


def _spread_out(table: Array, places: Sequence[int], rows: int) -> Array:
    whole = np.zeros((rows, table.shape[1]), np.float32)
    whole[places] = table
    return whole
