"""The import: a feed's rows, read by its profile, into the record. A bad row is reported and costs the others nothing.

A row whose cells contradict the profile is refused whole, and a product of its id that the record has stays as it was.
A photo that is not there is only reported: the product comes in without it.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

import msgspec

from service.catalog.attributes import AttributeReader, Conflict, WordsReport
from service.catalog.columns import read
from service.catalog.mending import Mender
from service.catalog.profile import Profile
from service.catalog.record import Record, RecordedProduct
from service.catalog.rows import BrokenRow, CellError, FeedReader, FeedRow, RowError
from service.catalog.stages import Progress
from service.domain import Product
from service.errors import FeedError

KEPT_ERRORS = 100
MAX_ID_CHARS = 128
PROGRESS_ROWS = 500
READING = 3
"""Goes up when the same feed makes other products than before, so that homes take it in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did. `refused` counts rows; a row that came in without one of its photos is not among them."""

    rows: int
    added: int
    changed: int
    unchanged: int
    removed: int
    refused: int
    reasons: dict[str, int]
    """How often each thing was wrong, as "column: reason", the most frequent first."""
    errors: tuple[RowError, ...]
    """The first of them; all are in the dead letters' file."""
    photos_missing: int
    """Photos that the feed names and nobody could read."""
    mended: dict[str, int]
    """Cells whose text had been decoded by the wrong encoding, by column."""
    words: dict[str, WordsReport]
    """What vendors' words were good for, by attribute."""
    conflicts: tuple[Conflict, ...]
    """The first products whose column and title disagree."""
    duration_s: float


def import_feed(
    profile: Profile, data_dir: Path, record: Record, *, progress: Progress, dead_letters: Path | None = None
) -> ImportReport:
    """Make the feed's products the record's, in one transaction.

    Args:
        profile: names the feed and its columns.
        data_dir: the folder that the feed and its photos are in.
        record: products that the feed does not name any more are removed from it.
        progress: told how many of the feed's bytes are done.
        dead_letters: where every `RowError` goes, one JSON object a line.

    Raises:
        FeedError: the feed cannot be read at all, or no row of it can be used; the record is as it was.
        ProfileError: the feed lacks a column that the profile names.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        feed = stack.enter_context(profile.feed.opened(data_dir))
        profile.check_header(feed.header)
        errors = _Errors(None if dead_letters is None else stack.enter_context(_created(dead_letters)))
        rows = _Import(profile, data_dir, feed, errors, progress, Mender(profile), AttributeReader(profile))
        counts = record.replace_all(rows.products(), keep=rows.refused_ids)
    return ImportReport(
        rows=rows.count,
        added=counts.added,
        changed=counts.changed,
        unchanged=counts.unchanged,
        removed=counts.removed,
        refused=rows.refused,
        reasons=dict(errors.reasons.most_common()),
        errors=tuple(errors.first),
        photos_missing=rows.photos_missing,
        mended=dict(rows.mender.mended.most_common()),
        words=rows.attributes.report(),
        conflicts=tuple(rows.attributes.conflicts),
        duration_s=time.monotonic() - started,
    )


@dataclass(slots=True)
class _Errors:
    """Counts errors, keeps the first, and writes all to a file."""

    file: BinaryIO | None
    first: list[RowError] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, error: RowError) -> None:
        self.reasons[f"{error.column}: {error.reason}" if error.column else error.reason] += 1
        if len(self.first) < KEPT_ERRORS:
            self.first.append(error)
        if self.file is not None:
            self.file.write(msgspec.json.encode(error) + b"\n")


@dataclass(slots=True)
class _Import:
    """One pass over a feed: products come out, and it is noted which rows did not become one."""

    profile: Profile
    data_dir: Path
    feed: FeedReader
    errors: _Errors
    progress: Progress
    mender: Mender
    attributes: AttributeReader
    count: int = 0
    refused: int = 0
    photos_missing: int = 0
    refused_ids: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def products(self) -> Iterator[RecordedProduct]:
        """Yield the products of the rows that can be used.

        Raises:
            FeedError: there is none: better the record as it was than an empty shop.
        """
        size_bytes = (self.data_dir / self.profile.feed.path).stat().st_size
        for row in self.feed:
            self.count += 1
            try:
                yield self._read(row)
            except CellError as error:
                self._refuse(row, error)
            if self.count % PROGRESS_ROWS == 0:
                self.progress(self.feed.position_bytes, size_bytes)
        self.progress(size_bytes, size_bytes)
        if self.refused == self.count:
            raise FeedError(self._nothing_usable())

    def _read(self, row: FeedRow | BrokenRow) -> RecordedProduct:
        if isinstance(row, BrokenRow):
            raise CellError(None, row.reason)
        row = replace(row, cells=self.mender.mend(row.cells))
        product = read_product(self.profile, row, self.attributes)
        if product.product_id in self._seen:
            raise CellError(self.profile.columns.id.column, "an id that an earlier row has")
        photos, photos_digest = self._photos(row)
        self._seen.add(product.product_id)
        if product.image_url is None and photos:
            product = replace(product, image_url=_address(photos[0]))
        return RecordedProduct(product, photos, photos_digest)

    def _photos(self, row: FeedRow) -> tuple[tuple[str, ...], str]:
        """Return the photos that can be read, and what stands for their content."""
        table = self.profile.columns.photos
        names = read(table, row.cells) or ()
        column = table.column[0] if table else None
        if not all(_is_inside(name) for name in names):
            raise CellError(column, "a photo outside the data folder")
        digests = {name: _content_digest(self.data_dir / name) for name in names}
        found = {name: digest for name, digest in digests.items() if digest is not None}
        for _ in range(len(names) - len(found)):
            self.photos_missing += 1
            self.errors.add(RowError(row.line, column, "a photo that cannot be read; the product came in without it"))
        return tuple(found), hashlib.sha256(b"".join(found.values())).hexdigest()

    def _refuse(self, row: FeedRow | BrokenRow, error: CellError) -> None:
        self.refused += 1
        self.errors.add(RowError(row.line, error.column, error.reason))
        cells = dict(zip(self.feed.header, row.cells, strict=False)) if isinstance(row, BrokenRow) else row.cells
        self.refused_ids.add(cells.get(self.profile.columns.id.column, ""))

    def _nothing_usable(self) -> str:
        path = self.data_dir / self.profile.feed.path
        if not self.count:
            return f"{path} has no rows: the record stays as it was. Check the export that made the file."
        reason, _ = self.errors.reasons.most_common(1)[0]
        return (
            f"All {self.count} rows of {path} were refused, most often for {reason!r}: the record stays as it was."
            " Check the profile's columns."
        )


def feed_lines(profile: Profile, data_dir: Path, product_ids: Collection[str]) -> dict[str, int]:
    """Return the line of the feed that each product came from; one that the feed no longer names is left out.

    Raises:
        FeedError: the feed cannot be read.
    """
    lines: dict[str, int] = {}
    mender, column = Mender(profile), profile.columns.id.column
    with profile.feed.opened(data_dir) as feed:
        profile.check_header(feed.header)
        for row in feed:
            if not isinstance(row, BrokenRow) and (name := mender.mend(row.cells)[column]) in product_ids:
                lines.setdefault(name, row.line)
    return lines


def read_product(profile: Profile, row: FeedRow, attributes: AttributeReader) -> Product:
    """Read a row as a product.

    Raises:
        CellError: a cell does not hold what the profile says.
    """
    columns, cells = profile.columns, row.cells
    *own_path, taxonomy = columns.taxonomy.read(cells) or [None]
    if taxonomy is None:
        raise CellError(columns.taxonomy.column[-1], "no taxonomy")
    taxonomy = profile.values.taxonomy.get(taxonomy.casefold(), taxonomy)
    path = [*(read(columns.taxonomy_path, cells) or ()), *own_path]
    return Product(
        product_id=_product_id(columns.id.column, cells[columns.id.column]),
        taxonomy=taxonomy,
        group_id=read(columns.group, cells),
        title=read(columns.title, cells),
        description=read(columns.description, cells),
        # Shops name a family after the one above it ("Jeans" under "Jeans"): nothing is its own ancestor.
        taxonomy_path=tuple(dict.fromkeys(name for name in path if name != taxonomy)),
        brand=profile.brand(cells),
        gender=profile.gender(cells),
        age_group=profile.age_group(cells),
        availability=profile.availability(cells) or "in_stock",
        price=read(columns.price, cells),
        sale_price=read(columns.sale_price, cells),
        sizes=read(columns.sizes, cells) or (),
        attributes=attributes.read(row.line, cells),
        link=read(columns.link, cells),
        image_url=read(columns.image_url, cells),
    )


def _product_id(column: str, text: str) -> str:
    if not text:
        raise CellError(column, "no id")
    if len(text) > MAX_ID_CHARS:
        raise CellError(column, f"an id of more than {MAX_ID_CHARS} characters")
    if not text.isprintable():
        raise CellError(column, "an id with characters that cannot be printed")
    return text


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts


def _address(photo: str) -> str:
    """Return where `service.web.photos` shows a photo, relative to the service's root."""
    return f"/photos/{quote(str(PurePosixPath(photo)))}"


def _content_digest(photo: Path) -> bytes | None:
    try:
        with photo.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None


def _created(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")
