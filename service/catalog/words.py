"""Vendors' words for the values of attributes: "ruby" is red, "gris claro" is grey, "camo" is camouflage.

The lists are data, `mappings/words.yaml`; a profile adds a shop's own words, which go before ours. Case, accents and
punctuation do not count, and a phrase goes before its parts: "rose gold" is gold, and nothing of it is pink.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

import yaml

COLUMN_ONLY = "column"
"""In the file, the words that mean the value in the attribute's own column, and something else in a title."""

_WORD = re.compile(r"[^\W_]+")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for: one value, or several where it is ambiguous."""

    values: tuple[str, ...]
    in_titles: bool = True


@dataclass(frozen=True, slots=True)
class WordList:
    """Phrases of one attribute and what they mean."""

    meanings: Mapping[Phrase, Meaning]
    longest: int
    """Words in the longest phrase."""

    @classmethod
    def of(cls, meanings: Mapping[Phrase, Meaning]) -> Self:
        """Make a list of phrases."""
        return cls(meanings, max(map(len, meanings), default=0))

    def with_own(self, own: Mapping[str, str]) -> "WordList":
        """Return this list with a shop's own words, each of which has exactly the value that the shop gives it."""
        return WordList.of({**self.meanings, **{phrase_of(word): Meaning((value,)) for word, value in own.items()}})

    def found(self, words: Phrase) -> Iterator[tuple[Phrase, Meaning]]:
        """Yield the phrases in a text, from left to right, of overlapping ones the longest."""
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + self.longest), start, -1):
                meaning = self.meanings.get(words[start:end])
                if meaning is not None:
                    yield words[start:end], meaning
                    break
            else:
                end = start + 1
            start = end


def phrase_of(text: str) -> Phrase:
    """Split a text into words without case, accents and punctuation."""
    if text.isascii():
        return tuple(_WORD.findall(text.lower()))
    parted = unicodedata.normalize("NFKD", text.casefold())
    return tuple(_WORD.findall("".join(one for one in parted if not unicodedata.combining(one))))


@cache
def word_lists() -> Mapping[str, WordList]:
    """Return the lists that come with Kitsune, by attribute."""
    listed: Mapping[str, Mapping[str, Mapping[str, list[str]]]] = yaml.safe_load(_content())
    return {attribute: _read(values) for attribute, values in listed.items()}


@cache
def word_lists_digest() -> str:
    """Stand for the content of all lists."""
    return hashlib.sha256(_content()).hexdigest()


def _content() -> bytes:
    return files("mappings").joinpath("words.yaml").read_bytes()


def _read(values: Mapping[str, Mapping[str, list[str]]]) -> WordList:
    meanings: dict[Phrase, Meaning] = {}
    for value, by_language in values.items():
        for language, words in ({"": [value]} | dict(by_language)).items():
            for phrase in map(phrase_of, words):
                known = meanings.get(phrase, Meaning(()))
                meant = tuple(dict.fromkeys((*known.values, value)))
                meanings[phrase] = Meaning(meant, known.in_titles and language != COLUMN_ONLY)
    return WordList.of(meanings)
