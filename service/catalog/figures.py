"""The figures of an evaluation as the home keeps them: one JSON by bundle and part."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from model.baselines import HEAD, VECTOR_ROWS
from model.diagnostics import HeadCollapse, Lists, Neutrals, Spread
from model.estimates import Estimate
from model.evaluation import Difference, Evaluation, Row
from model.measures import MEASURES
from service.catalog.outfits import Part
from service.catalog.sheets import Sheet
from service.errors import HomeError
from service.home import Home, replace_file

JUDGED = "generator"
PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Made:
    """What the figures are of: `data` stands for products, taxonomies and outfits, the rest is the manifest's.

    `compression` says how much a PCA keeps; None where the vectors were learned from outfits.
    """

    data: str
    git_revision: str | None
    training: Mapping[str, Any]
    compression: Mapping[str, Any] | None
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Twin:
    """A bundle that differs by the seeds of its training alone, and its measures."""

    bundle: str
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Miss:
    """A true partner that ranks far behind, and what each head has in the first place instead."""

    seed: str
    target: str
    taxonomy: str
    rank: float
    candidates: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What recall does not say; `lists` by row. `neutrals` needs photos, and is None where there are none."""

    spread: Spread
    lists: Mapping[str, Lists]
    neutrals: tuple[Neutrals, ...] | None


@dataclass(frozen=True, slots=True)
class Cost:
    """Time and size: of one generation, of the whole evaluation."""

    generate_ms: float
    evaluation_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A bundle's figures. They are honest only if the generator has not seen the part that is judged."""

    bundle: str
    production: str | None
    """The bundle of the row of that name: what is served, or was before the judged one."""
    part: Part
    season: str | None
    honest: bool
    outfits: int
    made: Made
    evaluation: Evaluation
    heads: HeadCollapse
    diagnostics: Diagnostics
    twins: tuple[Twin, ...]
    worst: tuple[Miss, ...]
    sheets: tuple[Sheet, ...]
    cost: Cost

    @property
    def margins(self) -> Mapping[str, Estimate]:
        """Recall@10 of the judged row less that of each other row."""
        return {difference.against: difference.measures["recall_at_10"] for difference in self.evaluation.differences}

    @property
    def naive(self) -> tuple[Difference, ...]:
        """How the judged row stands to each naive row: all but the heads and production."""
        found = self.evaluation.differences
        return tuple(one for one in found if one.against != PRODUCTION and not one.against.startswith(HEAD))

    @property
    def bar(self) -> str:
        """The strongest of the naive rows that do not read the bundle's own vectors."""
        recalls = {row.name: row.measures["recall_at_10"].value for row in self.evaluation.rows}
        others = [one.against for one in self.naive if one.against not in VECTOR_ROWS]
        return max(others, key=recalls.__getitem__)

    def row(self, name: str) -> Row:
        """Return the row of a name."""
        return next(row for row in self.evaluation.rows if row.name == name)

    def against(self, name: str) -> Difference:
        """Return how the judged row stands to another."""
        return next(one for one in self.evaluation.differences if one.against == name)

    def as_dict(self) -> dict[str, Any]:
        """Return plain containers, ready for JSON."""
        return asdict(self)


def keep(home: Home, measured: Measured) -> Path:
    """Write the figures into the home, in the place of earlier ones for the same bundle and part; return where.

    It needs no lock: it is one file, written in one step, that nothing else in the home depends on.

    Raises:
        HomeError: the home cannot be written.
    """
    path = kept_at(home, measured.bundle, measured.part)
    keep_file(path, msgspec.json.encode(measured.as_dict()))
    return path


def keep_file(path: Path, content: bytes) -> None:
    """Write a file of the home's evaluations in one step.

    Raises:
        HomeError: the home cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
    except OSError as error:
        raise HomeError(f"The figures cannot be kept as {path} ({error.strerror}): check its rights.") from error


def kept(home: Home, bundle: str, part: Part) -> Measured | None:
    """Return what `keep` wrote for a bundle and a part; None when that was never measured.

    Raises:
        HomeError: the file is damaged, or was written by another Kitsune.
    """
    path = kept_at(home, bundle, part)
    try:
        measured = msgspec.json.decode(path.read_bytes(), type=Measured)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise HomeError(f"{path} cannot be read ({error}). Run `kitsune evaluate` again.") from error
    if (measured.bundle, measured.part) != (bundle, part) or not _is_whole(measured.evaluation):
        raise HomeError(f"{path} does not hold what its name says. Run `kitsune evaluate` again.")
    return measured


def kept_at(home: Home, bundle: str, part: Part) -> Path:
    """Return where the figures of a bundle and a part are kept."""
    return home.evaluations / f"{bundle}.{part}.json"


def _is_whole(found: Evaluation) -> bool:
    """Say whether every row has today's measures, and every row but the judged one its difference from that."""
    rows = {row.name: row.measures.keys() for row in found.rows}
    compared = {difference.against: difference.measures.keys() for difference in found.differences}
    measured = all(measures >= set(MEASURES) for measures in (*rows.values(), *compared.values()))
    return measured and rows.keys() == compared.keys() | {found.judged}
