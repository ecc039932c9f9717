"""Text to embedding: what a shop writes about a product, brought to where its photo would be. No torch: numpy.

A text is cut into words. A word is the mean of the table's rows for itself and for its runs of letters, which are found
by a hash: a misspelt word, a plural and a word that training never saw still get most of the rows of their kin, in any
language. Attention says how much each word counts, and two layers lead to the embedding.

Notation used for array shapes: n texts, t words of the longest, u different words, p pieces of all words, w width,
h hidden, e embedding.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Annotated
from zlib import crc32

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

Array = NDArray[np.float32]

MAX_WORDS = 64
"""A text's further words are left out: a title and the first sentences say what a garment is."""

MAX_LETTERS = 32
"""What a word has beyond is left out."""

RUNS = (3, 4, 5)
"""Lengths of the runs of letters. Source: Bojanowski et al., "Enriching Word Vectors with Subword Information" (2017),
whose runs go up to six."""

_WORD = re.compile(r"[^\W_]+")


class TextConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of a text encoder: rows and width of its table, and the width of its hidden layer."""

    rows: Annotated[int, Meta(ge=1)]
    width: Annotated[int, Meta(ge=1)]
    hidden: Annotated[int, Meta(ge=1)]

    def shapes(self, embedding: int) -> dict[str, tuple[int, ...]]:
        """Return the name and shape of every tensor of a text encoder for embeddings [embedding]."""
        return {
            "table": (self.rows, self.width),
            "attention": (self.width,),
            "hidden.weight": (self.hidden, self.width),
            "hidden.bias": (self.hidden,),
            "out.weight": (embedding, self.hidden),
            "out.bias": (embedding,),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Texts as numbers.

    Shapes:
        pieces: [p], rows of the table. starts: [u], where each word's pieces begin.
        words: [n, t], places among the different words. mask: [n, t], False where a text has no word.
    """

    pieces: NDArray[np.int64]
    starts: NDArray[np.int64]
    words: NDArray[np.int64]
    mask: NDArray[np.bool_]


class TextEncoder:
    """Texts to embeddings. Safe to use from several threads.

    Shapes:
        tensors: those of `config.shapes(e)`, weights [out, in]
    """

    def __init__(self, tensors: Mapping[str, Array], config: TextConfig) -> None:
        self.tensors = tensors
        self.config = config

    def encode(self, texts: Sequence[str]) -> Array:
        """Return the embeddings of texts, each of which has a word (`has_words`).

        Shapes:
            returns: [n, e]
        """
        tokens, weights = tokenize(texts, self.config.rows), self.tensors
        counts = np.diff(tokens.starts, append=len(tokens.pieces))[:, None]
        words = np.add.reduceat(weights["table"][tokens.pieces], tokens.starts) / counts  # [u, w]
        scores = np.where(tokens.mask, (words @ weights["attention"])[tokens.words], -np.inf)  # [n, t]
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        pooled = np.einsum("nt,ntw->nw", shares, words[tokens.words])
        hidden = np.maximum(pooled @ weights["hidden.weight"].T + weights["hidden.bias"], 0)  # [n, h]
        return np.asarray(hidden @ weights["out.weight"].T + weights["out.bias"], np.float32)


def product_text(title: str | None, description: str | None) -> str:
    """Join what a shop writes about a product; the title's words come first."""
    return "\n".join(part for part in (title, description) if part)


def has_words(text: str) -> bool:
    """Say whether there is a word in a text."""
    return bool(_words(text))


def tokenize(texts: Sequence[str], rows: int) -> Tokens:
    """Cut texts, each of which has a word, for a table of `rows` rows."""
    cut = [_words(text) for text in texts]
    place = {word: number for number, word in enumerate(dict.fromkeys(word for words in cut for word in words))}
    pieces = [_pieces(word, rows) for word in place]
    words = np.zeros((len(cut), max(map(len, cut))), np.int64)
    mask = np.zeros(words.shape, np.bool_)
    for row, own in enumerate(cut):
        words[row, : len(own)] = [place[word] for word in own]
        mask[row, : len(own)] = True
    starts = np.cumsum([0, *(len(of_word) for of_word in pieces[:-1])])
    return Tokens(np.concatenate(pieces), starts, words, mask)


def _words(text: str) -> list[str]:
    """Return the first words of a text, in small letters and without accents, which shops set as they please."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return [found[0][:MAX_LETTERS] for found in islice(_WORD.finditer(bare), MAX_WORDS)]


@lru_cache(maxsize=2**14)
def _pieces(word: str, rows: int) -> NDArray[np.int64]:
    """Return the table's rows for a word and its runs of letters; the marks tell a word's ends."""
    marked = f"<{word}>"
    runs = {marked[start : start + length] for length in RUNS for start in range(len(marked) - length + 1)}
    return np.array([crc32(piece.encode()) % rows for piece in sorted(runs | {marked})], np.int64)
