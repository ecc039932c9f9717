"""What stands where in a feed's rows: tables of the feed profile, each of which reads its own cells."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Literal, Protocol, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic import field_validator as validate

from service.catalog.rows import CellError
from service.domain import Money

Kind = Literal["single", "multi"]
Cells = Mapping[str, str]

_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def closest(name: str, known: Iterable[str]) -> str:
    """Say in a sentence which known names look most like `name`, or all of them when none does."""
    names = sorted(known)
    by_casefold = {one.casefold(): one for one in names}
    found = get_close_matches(name.casefold(), by_casefold, n=3, cutoff=0.5)
    return f"Closest: {', '.join(by_casefold[one] for one in found)}." if found else f"Known: {', '.join(names)}."


def _one_or_several(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_several), Field(min_length=1)]


class Table(BaseModel):
    """A table of the profile. Keys that it does not know are refused with the closest that it does."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _read_table(cls, data: object) -> object:
        if isinstance(data, str | list) and "column" in cls.model_fields:
            return {"column": data}
        if isinstance(data, dict):
            known = {field.alias or name for name, field in cls.model_fields.items()}
            for key in data.keys() - known:
                raise ValueError(f"{key!r} is no key of this table. {closest(key, known)}")
        return data


T_co = TypeVar("T_co", covariant=True)


class Reads(Protocol[T_co]):
    """A table that makes something of a row's cells."""

    def read(self, cells: Cells) -> T_co | None:
        """Return what the cells hold; None (or nothing) when they are empty.

        Raises:
            CellError: they hold something else.
        """
        ...


def read(table: Reads[T_co] | None, cells: Cells) -> T_co | None:
    """Return what `table` reads; None when the profile has no such table."""
    return None if table is None else table.read(cells)


class TextColumn(Table):
    """One column of text."""

    column: str

    @property
    def columns(self) -> Iterator[str]:
        """The feed's columns that this table reads."""
        yield self.column

    def read(self, cells: Cells) -> str | None:
        """Return the text; None for an empty cell."""
        return cells[self.column] or None


class ListColumns(Table):
    """Several values, in one column or more, each of which may hold several parted by `separator`."""

    column: Names
    separator: str | None = Field(default=None, min_length=1)

    @property
    def columns(self) -> Iterator[str]:
        """The feed's columns that this table reads."""
        yield from self.column

    def read(self, cells: Cells) -> tuple[str, ...]:
        """Return the values that are there, in order, each once."""
        texts = (cells[column] for column in self.column)
        parts = (part.strip() for text in texts for part in (text.split(self.separator) if self.separator else [text]))
        return tuple(dict.fromkeys(part for part in parts if part))


class AttributeColumns(ListColumns):
    """An attribute: its labels exclude each other (single) or do not (multi).

    With `words`, vendors' words in the columns and in the title become canonical values; then no column is needed.
    """

    column: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = ()
    kind: Kind = "single"
    words: str | None = None
    """Which of the lists of `service.catalog.words`, or a name of its own where the profile brings all of its words."""

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        if not self.column and not self.words:
            raise ValueError("name its column, or the words that stand for it in titles")
        return self

    @model_validator(mode="after")
    def _single_has_one_value(self) -> Self:
        if self.kind == "single" and (self.separator or len(self.column) > 1):
            raise ValueError('several columns or a separator give several values: add kind = "multi"')
        return self


class GroupColumn(TextColumn):
    """What the variants of a product share: a column, or a part of one."""

    separator: str | None = Field(default=None, min_length=1)
    """The group is what stands before the last of these."""
    pattern: re.Pattern[str] | None = None
    """The group is what this regular expression finds: its first bracket, or all of it."""

    @validate("pattern", mode="before")
    @classmethod
    def _compile(cls, value: object) -> object:
        try:
            return re.compile(value) if isinstance(value, str) else value
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error

    def read(self, cells: Cells) -> str | None:
        """Return the group; None for an empty cell."""
        text = super().read(cells)
        if text is None or (self.separator is None and self.pattern is None):
            return text
        if self.pattern is None:
            return text.rpartition(self.separator or "")[0] or text
        if (found := self.pattern.search(text)) is None or not found[found.re.groups and 1]:
            raise CellError(self.column, "the group's pattern finds nothing")
        return str(found[found.re.groups and 1])


class PriceColumn(Table):
    """An amount ("12.50") and its currency: behind it in the cell, in a column of its own, or always the same."""

    column: str
    currency_column: str | None = None
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")

    @property
    def columns(self) -> Iterator[str]:
        """The feed's columns that this table reads."""
        yield from filter(None, (self.column, self.currency_column))

    def read(self, cells: Cells) -> Money | None:
        """Return the price; None for an empty cell."""
        text = cells[self.column]
        if not text:
            return None
        amount, _, currency = text.partition(" ")
        source = self.column
        if self.currency_column:
            source, amount, currency = self.currency_column, text, cells[self.currency_column]
        elif self.currency and not currency:
            currency = self.currency
        if not _AMOUNT.fullmatch(amount) or not math.isfinite(float(amount)):
            raise CellError(self.column, 'not an amount like "12.50"')
        if float(amount) < 0:
            raise CellError(self.column, "a negative amount")
        if not _CURRENCY.fullmatch(currency.strip()):
            raise CellError(source, 'no currency code of three capital letters, like "EUR"')
        return Money(float(amount), currency.strip())


class Columns(Table):
    """What stands where in the feed."""

    id: TextColumn
    taxonomy: ListColumns
    """With a separator, the last value is the taxonomy and those before it are its ancestors ("Women > Dresses")."""
    taxonomy_path: ListColumns | None = None
    group: GroupColumn | None = None
    title: TextColumn | None = None
    description: TextColumn | None = None
    brand: TextColumn | None = None
    gender: TextColumn | None = None
    age_group: TextColumn | None = None
    availability: TextColumn | None = None
    price: PriceColumn | None = None
    sale_price: PriceColumn | None = None
    sizes: ListColumns | None = None
    photos: ListColumns | None = None
    image_url: TextColumn | None = None
    link: TextColumn | None = None
    attributes: dict[str, AttributeColumns] = Field(default_factory=dict)

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield the key and the column's name of all that is named."""
        tables = {key: getattr(self, key) for key in type(self).model_fields if key != "attributes"}
        tables |= {f"attributes.{name}": table for name, table in self.attributes.items()}
        for key, table in tables.items():
            for column in () if table is None else table.columns:
                yield key, column
