"""A profile: how seeds and targets are spread, and what they say, without a single one of them.

A bundle has the profile of the products that it was trained on; a service makes one of each window of requests. Of
vectors it keeps quantiles, dimension by dimension, which no product can be read from; of taxonomies, words and wishes
it keeps counts.

Notation used for array shapes: d vector, n rows, q quantiles, s heads, c columns.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from model.errors import BundleCorrupt
from model.readout import Named, Readout

Array = NDArray[np.float32]

SEED_VECTORS = "seed_vectors"
TARGETS = "targets"
SEED_TAXONOMIES = "seed_taxonomies"
OVERRIDES = "overrides"

QUANTILES = 256
"""So many stand for a column: the steps between them, 0.4 %, are small beside what a window of 1,000 can tell."""

_DECIMALS = 3
"""A product that very many ask for is a step in a column: it must not be a rounding error away from itself."""

NOTHING = ""
"""The value of an attribute that a vector says nothing of."""

Counts = dict[str, Annotated[int, Meta(ge=0)]]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `rows` seeds look like.

    `quantiles` holds, for each table of vectors, one ascending list for each column. `counts` holds how often each
    category comes up, by what it is a category of; what was not counted at all is not there. `words` holds the same
    for each attribute's values, as the readout names them.
    """

    rows: Annotated[int, Meta(ge=1)]
    quantiles: dict[str, list[Annotated[list[float], Meta(min_length=1)]]]
    counts: dict[str, Counts]
    words: dict[str, Counts]


def make_profile(
    vectors: Array,
    targets: Array,
    taxonomies: Sequence[str],
    *,
    words: Mapping[str, Mapping[str, int]],
    overrides: Sequence[str] | None = None,
) -> Profile:
    """Return the profile of seeds.

    Shapes:
        vectors: [n, d]. targets: [n, s, d]. taxonomies, overrides: [n].
    """
    counts = {SEED_TAXONOMIES: dict(Counter(taxonomies))}
    if overrides is not None:
        counts[OVERRIDES] = dict(Counter(overrides))
    return Profile(
        rows=len(vectors),
        quantiles={SEED_VECTORS: _quantiles(vectors), TARGETS: _quantiles(targets.reshape(len(targets), -1))},
        counts=counts,
        words={attribute: dict(found) for attribute, found in words.items()},
    )


def count_words(readout: Readout | None, vectors: Array, paths: Iterable[tuple[str, ...]]) -> dict[str, dict[str, int]]:
    """Count the values that vectors hold, by attribute; nothing where a bundle has no readout.

    Shapes:
        vectors: [n, d]. paths: [n], each a taxonomy after its ancestors.
    """
    if readout is None:
        return {}
    named = readout.read(vectors, [[path] for path in paths])
    return {name: dict(Counter(_values(named, name))) for name in readout.names}


def _values(named: Sequence[Named], attribute: str) -> Iterable[str]:
    for said in named:
        yield from said.get(attribute, (NOTHING,))


def _quantiles(table: Array) -> list[list[float]]:
    """Return the quantiles of each column; all of its values where these are fewer.

    Shapes:
        table: [n, c]
        returns: [c, q]
    """
    kept = min(QUANTILES, len(table))
    # Values that are there, and none between two: a column of few values stays one.
    places = np.ceil((np.arange(kept) + 0.5) / kept * len(table)).astype(np.int64) - 1
    quantiles: list[list[float]] = np.sort(rounded(table), axis=0)[places].T.tolist()
    return quantiles


def rounded(table: Array) -> NDArray[np.float64]:
    """Return vectors with the decimals that quantiles keep: what is compared with these has to have no others."""
    return table.astype(np.float64).round(_DECIMALS)


def encode_profile(profile: Profile) -> bytes:
    """Return a profile as JSON; the same profile gives the same bytes."""
    return msgspec.json.encode(profile, order="deterministic")


def read_profile(path: Path) -> Profile:
    """Read what `encode_profile` gave.

    Raises:
        FileNotFoundError: there is no such file.
        BundleCorrupt: it is no profile, or its columns are not equally long.
    """
    try:
        profile = msgspec.json.decode(path.read_bytes(), type=Profile)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BundleCorrupt(f"{path} is no profile ({error}). Make it again.") from error
    if any(len({len(column) for column in columns}) > 1 for columns in profile.quantiles.values()):
        raise BundleCorrupt(f"{path} has columns of several lengths. Make it again.")
    return profile
