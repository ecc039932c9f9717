"""The attributes of a row: a column's own labels, or canonical values for a vendor's words in the column and the title.

An attribute with `words` in the profile is read through a list of words (`service.catalog.words`):

- what the column says counts. Of several values in one cell, a single attribute takes the first: shops write the main
  colour first;
- where the column is empty, or there is none, the title counts. A single attribute takes a value from it only if it
  names exactly one;
- a cell whose words are in no list, or mean two values, stays as it is, in lower case, and is counted.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from service.catalog.columns import AttributeColumns, Cells
from service.catalog.profile import Profile
from service.catalog.words import Phrase, WordList, phrase_of, word_lists

KEPT_CONFLICTS = 100
REMEMBERED_CELLS = 10_000
"""A column's few texts stand in very many rows."""

KEPT_WORDS = 20
"""The most frequent unknown words are reported."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A product whose column says one value of an attribute and whose title says another; the column won."""

    line: int
    product_id: str
    attribute: str
    column: tuple[str, ...]
    title: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordsReport:
    """What the words of one attribute did, in rows. Unknown and ambiguous words are given with their rows."""

    from_column: int
    from_title: int
    conflicts: int
    unknown: dict[str, int]
    ambiguous: dict[str, int]
    """As "word: one value or another"."""


@dataclass(slots=True)
class _Counts:
    from_column: int = 0
    from_title: int = 0
    conflicts: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    ambiguous: Counter[str] = field(default_factory=Counter)

    def report(self) -> WordsReport:
        unknown, ambiguous = (dict(one.most_common(KEPT_WORDS)) for one in (self.unknown, self.ambiguous))
        return WordsReport(self.from_column, self.from_title, self.conflicts, unknown, ambiguous)


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a cell of a column says: values of the list, or `kept`, its own text; and why it was kept."""

    values: tuple[str, ...] = ()
    kept: str | None = None
    ambiguous: str | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """The values that a row has, and those of the list that its column and its title name."""

    values: tuple[str, ...]
    column: tuple[str, ...]
    title: tuple[str, ...]

    @property
    def disagree(self) -> bool:
        return bool(self.column and self.title) and set(self.column).isdisjoint(self.title)


class AttributeReader:
    """Reads the attributes of a feed's rows, and notes what vendors' words were good for."""

    def __init__(self, profile: Profile) -> None:
        self._id = profile.columns.id.column
        self._title = profile.columns.title
        self._plain = {name: table for name, table in profile.columns.attributes.items() if not table.words}
        self._worded = {
            name: _Words(table, word_lists().get(table.words, WordList.of({})).with_own(profile.values.own(name)))
            for name, table in profile.columns.attributes.items()
            if table.words
        }
        self.conflicts: list[Conflict] = []
        """The first of them."""

    def read(self, line: int, cells: Cells) -> dict[str, tuple[str, ...]]:
        """Return the values of each attribute that a row has any of."""
        found = {name: table.read(cells) for name, table in self._plain.items()}
        title = phrase_of(cells[self._title.column]) if self._title and self._worded else ()
        for name, words in self._worded.items():
            said = words.read(cells, title)
            found[name] = said.values
            if said.disagree and len(self.conflicts) < KEPT_CONFLICTS:
                self.conflicts.append(Conflict(line, cells[self._id], name, said.column, said.title))
        return {name: values for name, values in found.items() if values}

    def report(self) -> dict[str, WordsReport]:
        """Say what the words of each attribute did in the rows that were read."""
        return {name: words.counts.report() for name, words in self._worded.items()}


class _Words:
    """One attribute that is read through a list of words."""

    def __init__(self, table: AttributeColumns, words: WordList) -> None:
        self._table = table
        self._words = words
        self._read_cell = lru_cache(REMEMBERED_CELLS)(self._cell)
        self.counts = _Counts()

    def read(self, cells: Cells, title: Phrase) -> _Said:
        found = [self._read_cell(text) for text in self._table.read(cells)]
        in_column = _distinct(value for cell in found for value in cell.values)
        kept = tuple(cell.kept for cell in found if cell.kept is not None)
        in_title = self._read_title(title)
        values = in_column + kept or in_title
        said = _Said(values[:1] if self._table.kind == "single" else values, in_column, in_title)
        self._count(found, said)
        return said

    def _cell(self, text: str) -> _Cell:
        found = list(self._words.found(phrase_of(text)))
        values = _distinct(meaning.values[0] for _, meaning in found if len(meaning.values) == 1)
        unsure = next((f"{' '.join(phrase)}: {' or '.join(meaning.values)}" for phrase, meaning in found), None)
        return _Cell(values) if values else _Cell(kept=text.lower(), ambiguous=unsure)

    def _read_title(self, title: Phrase) -> tuple[str, ...]:
        found = (meaning for _, meaning in self._words.found(title) if meaning.in_titles)
        values = _distinct(meaning.values[0] for meaning in found if len(meaning.values) == 1)
        return () if self._table.kind == "single" and len(values) > 1 else values

    def _count(self, found: list[_Cell], said: _Said) -> None:
        self.counts.conflicts += said.disagree
        self.counts.from_column += bool(found)
        self.counts.from_title += bool(said.title and not found)
        self.counts.ambiguous.update(cell.ambiguous for cell in found if cell.ambiguous)
        self.counts.unknown.update(cell.kept for cell in found if cell.kept and not cell.ambiguous)


def _distinct(values: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
