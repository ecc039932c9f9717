"""Outfits files and the part of the data that each product belongs to.

Whatever the file, an outfit is nothing but a set of product ids: neither an index nor a season goes with it.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from service.catalog import pog, polyvore
from service.catalog.columns import closest
from service.catalog.csv_feed import CsvFeed
from service.catalog.parquet import ParquetFeed
from service.catalog.rows import BrokenRow, FeedRow, RowError
from service.errors import ProfileError

Part = Literal["train", "validation", "test"]

OutfitsFormat = Literal["long", "wide", "polyvore", "pog"]

_TRAIN_SHARE = 0.7
_VALIDATION_SHARE = 0.1
_SEPARATORS = re.compile(r"[\s,;|]+")


def split_of(product_id: str) -> Part:
    """Return the part of a product: 70 % are for training, 10 % for validation, 20 % for the test.

    It is read off the first 64 bits of the id's SHA-256, so that it never changes: not with the rest of the catalogue,
    the order of a file or the machine.
    """
    share = int.from_bytes(hashlib.sha256(product_id.encode()).digest()[:8], "big") / 2**64
    if share < _TRAIN_SHARE:
        return "train"
    return "validation" if share < _TRAIN_SHARE + _VALIDATION_SHARE else "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutfitsSource:
    """Where the outfits are, and which columns hold them.

    long: a row says that `product` is in `outfit`; the rows of an outfit may stand apart.
    wide: a row is an outfit; its products stand in several columns, or all in one, separated by spaces, commas,
    semicolons or bars. An empty cell is no product.
    polyvore, pog: the public data sets' own files, which need no columns (`service.catalog.polyvore`, `.pog`).

    A long or wide file is CSV, or Parquet where its name ends so.
    """

    path: Path
    """Relative to the data folder."""
    format: OutfitsFormat = "long"
    outfit: str | None = None
    product: str | None = None
    products: tuple[str, ...] | None = None
    delimiter: str = ","

    def check_header(self, header: Collection[str]) -> None:
        """Make sure that the profile names the columns its format needs, and that the file has them.

        Raises:
            ProfileError: it does not; the closest column names are in the message.
        """
        needed = {"long": ("outfit", "product"), "wide": ("products",)}.get(self.format, ())
        unnamed = [key for key in needed if not getattr(self, key)]
        if unnamed:
            raise ProfileError(
                f"[outfits] is in {self.format} form and lacks {' and '.join(unnamed)}: name the columns."
            )
        for name in filter(None, (self.outfit, self.product, *(self.products or ()))):
            if name not in header:
                raise ProfileError(
                    f"[outfits] names {name!r}, which {self.path} does not have. {closest(name, header)}"
                )


@dataclass(frozen=True, slots=True)
class OutfitsRead:
    """What an outfits file holds.

    `outfits` are product ids, each once and in the file's order, of outfits with at least two known products.
    `too_short` counts the outfits that had fewer, `unknown` the mentions of products that the catalogue lacks, by id.
    `errors` are rows that name no outfit or no product.
    """

    outfits: tuple[tuple[str, ...], ...]
    too_short: int
    unknown: dict[str, int]
    errors: tuple[RowError, ...]

    @property
    def skipped(self) -> dict[str, int]:
        """How many outfits and rows are not used, by reason."""
        reasons = Counter(error.reason for error in self.errors)
        if self.too_short:
            reasons["fewer than two products that the catalogue has"] = self.too_short
        return dict(reasons.most_common())


def read_outfits(source: OutfitsSource, data: Path, product_ids: Collection[str]) -> OutfitsRead:
    """Read the outfits of a catalogue's products; what is wrong with a row is reported and does not stop the rest.

    Args:
        source: the file's name and columns.
        data: the folder that holds it.
        product_ids: the catalogue's products; others are counted and left out.

    Raises:
        FeedError: the file cannot be opened, or is not of its format.
        ProfileError: the profile does not fit the file.
        MissingExtra: the file is Parquet, and nothing is installed that reads it.
    """
    known = frozenset(product_ids)
    errors: list[RowError] = []
    unknown: dict[str, int] = {}
    members: dict[str | int, dict[str, None]] = {}
    for outfit, product in _memberships(source, data / source.path, errors):
        inside = members.setdefault(outfit, {})
        if product in known:
            inside[product] = None
        else:
            unknown[product] = unknown.get(product, 0) + 1
    outfits = tuple(tuple(inside) for inside in members.values() if len(inside) > 1)
    return OutfitsRead(outfits, len(members) - len(outfits), unknown, tuple(errors))


def _memberships(source: OutfitsSource, path: Path, errors: list[RowError]) -> Iterator[tuple[str | int, str]]:
    """Yield (outfit, product) as the file has them."""
    match source.format:
        case "polyvore":
            yield from polyvore.memberships(path, errors)
        case "pog":
            yield from pog.memberships(path, errors)
        case _:
            is_parquet = path.suffix.lower() == ".parquet"
            with ParquetFeed(path) if is_parquet else CsvFeed(path, delimiter=source.delimiter) as feed:
                source.check_header(feed.header)
                yield from _in_rows(source, feed, errors)


def _in_rows(
    source: OutfitsSource, rows: Iterable[FeedRow | BrokenRow], errors: list[RowError]
) -> Iterator[tuple[str | int, str]]:
    """Yield (outfit, product) of rows; in wide form the row's line stands for the outfit."""
    for row in rows:
        if isinstance(row, BrokenRow):
            errors.append(RowError(row.line, None, row.reason))
        elif source.format == "long":
            outfit, product = row.cells[source.outfit or ""], row.cells[source.product or ""]
            if outfit and product:
                yield outfit, product
            else:
                errors.append(RowError(row.line, source.product if outfit else source.outfit, "empty"))
        else:
            products = _wide(source.products or (), row)
            if not products:
                errors.append(RowError(row.line, None, "no products"))
            for product in products:
                yield row.line, product


def _wide(columns: tuple[str, ...], row: FeedRow) -> list[str]:
    if len(columns) > 1:
        return [row.cells[column] for column in columns if row.cells[column]]
    return [product for product in _SEPARATORS.split(row.cells[columns[0]]) if product]
