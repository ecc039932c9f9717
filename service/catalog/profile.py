"""The feed profile: a TOML file that says which file, and which columns of it, hold a shop's products.

Where only a column's name is needed, the name alone may stand for the table: `title = "name"` is
`title = { column = "name" }`. Words that depend on the shop ("Female", "in stock") are compared without case and with
spaces taken as underscores; `[values]` translates what is still different.
"""

import codecs
import hashlib
import tomllib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar, get_args

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator, model_validator

from mappings import PACKAGED
from service.catalog.columns import Cells, Columns, Kind, Names, Table, TextColumn, closest, read
from service.catalog.csv_feed import CsvFeed
from service.catalog.outfits import OutfitsFormat, OutfitsSource
from service.catalog.parquet import ParquetFeed
from service.catalog.pog import PogItems
from service.catalog.polyvore import PolyvoreItems
from service.catalog.rows import CellError, FeedReader
from service.catalog.words import word_lists
from service.domain import AgeGroup, Availability, Gender
from service.errors import ProfileError

GENDERS: tuple[Gender, ...] = get_args(Gender)
AGE_GROUPS: tuple[AgeGroup, ...] = get_args(AgeGroup)
AVAILABILITIES: tuple[Availability, ...] = get_args(Availability)
Word = TypeVar("Word", bound=str)

_DELIMITERS: Mapping[str, str] = {"csv": ",", "tsv": "\t"}

FeedFormat = Literal["csv", "tsv", "parquet", "polyvore", "pog"]

DataPath = Annotated[Path, BeforeValidator(lambda name: Path(name) if isinstance(name, str) else name)]
"""A file, relative to the data folder."""


class Feed(Table):
    """The file with the products."""

    path: DataPath
    format: FeedFormat = "csv"
    delimiter: str | None = Field(default=None, pattern=r'^[^"\r\n]$')
    encoding: str = "utf-8"

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str) -> str:
        try:
            "".encode(name)  # refuses those that are no text encodings, like base64, too
        except LookupError as error:
            raise ValueError(f"no encoding is called {name!r}; most feeds are in utf-8 or cp1252") from error
        return codecs.lookup(name).name

    @property
    def parted_by(self) -> str:
        """What stands between two cells: the profile's word, or the format's."""
        return self.delimiter or _DELIMITERS.get(self.format, ",")

    def opened(self, data: Path) -> AbstractContextManager[FeedReader]:
        """Open the file, which lies in the folder `data`.

        Raises:
            FeedError: it cannot be opened, or is not of its format.
            MissingExtra: it is Parquet, and nothing is installed that reads it.
        """
        match self.format:
            case "parquet":
                return ParquetFeed(data / self.path)
            case "polyvore":
                return PolyvoreItems(data / self.path)
            case "pog":
                return PogItems(data / self.path)
            case "csv" | "tsv":
                return CsvFeed(data / self.path, delimiter=self.parted_by, encoding=self.encoding)


class Constants(Table):
    """What holds for products whose column is not named or whose cell is empty."""

    brand: str | None = None
    gender: Gender | None = None
    age_group: AgeGroup | None = None
    availability: Availability | None = None


class Values(Table):
    """What the shop's words mean, by column: `[values.gender]`, `Damen = "female"`. Keys compare without case."""

    taxonomy: dict[str, str] = Field(default_factory=dict)
    brand: dict[str, str] = Field(default_factory=dict)
    gender: dict[str, Gender] = Field(default_factory=dict)
    age_group: dict[str, AgeGroup] = Field(default_factory=dict)
    availability: dict[str, Availability] = Field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Words of attributes that are read through words: `[values.attributes.colour]`, `"sea mist" = "green"`."""

    @field_validator("taxonomy", "brand", "gender", "age_group", "availability")
    @classmethod
    def _without_case(cls, words: dict[str, str]) -> dict[str, str]:
        return {word.casefold(): meaning for word, meaning in words.items()}

    def own(self, attribute: str) -> Mapping[str, str]:
        """Return the shop's own words for the values of an attribute."""
        return self.attributes.get(attribute, {})


class Outfits(Table):
    """The file with the shop's outfits: one row an outfit and product (long), one an outfit (wide), or public data."""

    path: DataPath
    format: OutfitsFormat = "long"
    outfit: str | None = None
    product: str | None = None
    products: Names | None = None
    delimiter: str = Field(default=",", pattern=r'^[^"\r\n]$')


class Profile(Table):
    """A valid profile. File names in it are relative to the data folder, but the mapping's is to the profile's."""

    feed: Feed
    columns: Columns
    constants: Constants = Constants()
    values: Values = Values()
    outfits_table: Outfits | None = Field(default=None, alias="outfits")
    mapping_path: Path | None = Field(default=None, alias="mapping")

    @field_validator("mapping_path", mode="before")
    @classmethod
    def _beside_the_profile(cls, name: object, info: ValidationInfo) -> object:
        return PACKAGED.get(name, Path(info.context or "") / name) if isinstance(name, str) else name

    @model_validator(mode="after")
    def _words_are_known(self) -> Self:
        for name, table in self.columns.attributes.items():
            if table.words and table.words not in word_lists() and name not in self.values.attributes:
                raise ValueError(
                    f"columns.attributes.{name}: no list of words is called {table.words!r}, and [values.attributes."
                    f"{name}] is not there. {closest(table.words, word_lists())}"
                )
            if not table.column and self.columns.title is None:
                raise ValueError(f"columns.attributes.{name} reads titles, and [columns] names no title")
        for name in self.values.attributes:
            if name not in self.columns.attributes or not self.columns.attributes[name].words:
                raise ValueError(f"values.attributes.{name}: columns.attributes has no {name!r} with `words`")
        return self

    @property
    def digest(self) -> str:
        """Stands for all that decides what an import makes of a feed."""
        decisive = self.model_dump_json(include={"feed", "columns", "constants", "values"})
        return hashlib.sha256(decisive.encode()).hexdigest()

    @property
    def attribute_kinds(self) -> dict[str, Kind]:
        """Attributes by name, and whether a product has one label of each or several."""
        return {name: table.kind for name, table in self.columns.attributes.items()}

    @property
    def outfits(self) -> OutfitsSource | None:
        """Where the outfits are and how to read them; None when the profile does not say."""
        table = self.outfits_table
        return None if table is None else OutfitsSource(**table.model_dump())

    def brand(self, cells: Cells) -> str | None:
        """Return the brand of a row, or the profile's constant."""
        text = read(self.columns.brand, cells)
        return self.values.brand.get(text.casefold(), text) if text else self.constants.brand

    def gender(self, cells: Cells) -> Gender | None:
        """Return the gender of a row, or the profile's constant."""
        return _word(self.columns.gender, cells, self.values.gender, GENDERS) or self.constants.gender

    def age_group(self, cells: Cells) -> AgeGroup | None:
        """Return the age group of a row, or the profile's constant."""
        return _word(self.columns.age_group, cells, self.values.age_group, AGE_GROUPS) or self.constants.age_group

    def availability(self, cells: Cells) -> Availability | None:
        """Return the availability of a row, or the profile's constant."""
        known, said = self.values.availability, self.columns.availability
        return _word(said, cells, known, AVAILABILITIES) or self.constants.availability

    def check_header(self, header: tuple[str, ...]) -> None:
        """Make sure that the feed has every column that the profile names.

        Raises:
            ProfileError: one is missing; the closest of the header are named.
        """
        missing = [
            f"columns.{key} names {name!r}, which {self.feed.path} does not have. {closest(name, header)}"
            for key, name in self.columns.named()
            if name not in header
        ]
        if missing:
            raise ProfileError("\n".join(missing))


def load_profile(path: Path) -> Profile:
    """Read and check a profile.

    Raises:
        ProfileError: it cannot be read, is no TOML, lacks something, or holds what no profile has; all faults at once.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return Profile.model_validate(data, context=path.parent)
    except OSError as error:
        raise ProfileError(f"{path} cannot be read ({error.strerror}): check --profile.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path} is not TOML: {error}.") from error
    except ValidationError as error:
        raise ProfileError("\n".join(f"{path}: {fault}" for fault in _faults(error))) from error


def _word(column: TextColumn | None, cells: Cells, values: Mapping[str, Word], words: tuple[Word, ...]) -> Word | None:
    """Read one of our words: by the profile's translation, or as the shop happens to write the same."""
    if column is None or (text := column.read(cells)) is None:
        return None
    if (translated := values.get(text.casefold())) is not None:
        return translated
    alike = text.casefold().replace(" ", "_")
    for word in words:
        if word == alike:
            return word
    raise CellError(column.column, f"none of {', '.join(words)}; [values] in the profile can translate it")


def _faults(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in fault['loc']) or 'the file'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_url=False, include_input=False)
    ]
