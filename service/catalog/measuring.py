"""Measuring a bundle on a shop's own outfits, beside naive baselines, on products that no training outfit contains."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from model.baselines import HEAD, VECTOR_ROWS, generator_rows, naive_rows
from model.bundle import Bundle, open_bundle
from model.diagnostics import HeadCollapse, Lists, Neutrals, Spread, head_collapse, lists, neutrals, spread
from model.errors import BundleCorrupt, ModelError
from model.estimates import Estimate, Values
from model.evaluation import Difference, Evaluation, Row, Rows, Scorer, evaluate, first_tens
from model.histogram import is_neutral
from model.measures import MEASURES
from service.catalog.outfits import Part
from service.catalog.record import Record
from service.catalog.sheets import Sheet, draw_sheets
from service.catalog.stages import Reporter, digest
from service.catalog.subject import Subject, load_subject
from service.errors import FeedError, HomeError
from service.home import Home, replace_file

JUDGED = "generator"
PRODUCTION = "production"

WORST = 50
_TIMED_SEEDS = 200


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


def measure(
    home: Home,
    record: Record,
    bundle: Bundle,
    outfits: Sequence[Sequence[str]],
    data: Path,
    *,
    part: Part,
    reporter: Reporter,
    season: re.Pattern[str] | None = None,
) -> Measured:
    """Rank true partners among the products of their taxonomy, by the bundle's heads and by naive baselines.

    Args:
        home: has the bundle that is served, and the features of photos.
        record: the products.
        bundle: is judged.
        outfits: product ids of each outfit.
        data: the folder that the photos are in.
        part: the products to judge on.
        reporter: shows how far it is.
        season: finds a product's season in its photo's name.

    Raises:
        FeedError: no outfit has two products of the part.
        ProfileError: `season` finds nothing.
    """
    started = time.monotonic()
    subject = load_subject(record, bundle, outfits, data=data, work=home.work, part=part, reporter=reporter)
    production = _production(home, bundle)
    table = _table(subject, record, production)
    try:
        evaluation = evaluate(
            subject.pairs,
            subject.taxonomies,
            table,
            judged=JUDGED,
            seasons=subject.seasons(season) if season else None,
            facets=subject.facets(),
        )
    except ModelError as error:
        raise FeedError(str(error)) from error
    naive = "histogram and features" if subject.seen else "random"
    ranked = [first_tens(subject.pairs, subject.taxonomies, head) for head in table[JUDGED]]
    tens = {JUDGED: [ten for _, ten in ranked]}
    tens |= {name: [first_tens(subject.pairs, subject.taxonomies, table[name][0])[1]] for name in ("random", naive)}
    return Measured(
        bundle=bundle.bundle_id,
        production=production.bundle_id if production else None,
        part=part,
        season=season.pattern if season else None,
        honest=not bundle.manifest.training.get("generator", {}).get("refit_all", False),
        outfits=len(outfits),
        made=_made(subject, bundle),
        evaluation=evaluation,
        heads=head_collapse(subject.targets, subject.vectors, subject.pairs),
        diagnostics=_diagnostics(subject, tens),
        twins=tuple(_twins(home, bundle, part)),
        worst=tuple(_worst(subject, np.mean([ranks for ranks, _ in ranked], axis=0), tens[JUDGED])),
        sheets=draw_sheets(subject, {name: table[name] for name in (JUDGED, naive) if name != "random"}),
        cost=Cost(_generate_ms(subject, bundle), time.monotonic() - started),
    )


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


def production_of(home: Home, bundle_id: str) -> str | None:
    """Return the bundle that another one is to replace: the served one, or the one served before that.

    Raises:
        HomeError: `current.json` cannot be read.
    """
    released = (home.current(), home.previous())
    return next((one.bundle for one in released if one is not None and one.bundle != bundle_id), None)


def _production(home: Home, bundle: Bundle) -> Bundle | None:
    """Open the bundle to replace; one that is gone or damaged is none to compare with."""
    found = production_of(home, bundle.bundle_id)
    try:
        return open_bundle(home.bundles / found) if found else None
    except BundleCorrupt:
        return None


def _table(subject: Subject, record: Record, production: Bundle | None) -> dict[str, tuple[Scorer, ...]]:
    """Return the rows of the table: the generator and its heads, what it is to replace, and the naive ones."""
    seen = subject.seen
    rows: dict[str, tuple[Scorer, ...]] = dict(generator_rows(subject.targets, subject.vectors))
    if production is not None:
        vectors = subject.vectors_of(record, production)
        rows[PRODUCTION] = generator_rows(production.generator.generate(vectors), vectors)[JUDGED]
    return rows | naive_rows(
        subject.vectors,
        subject.train,
        subject.taxonomies,
        embeddings=seen.embeddings if seen else None,
        features=seen.features if seen else None,
        histograms=seen.colours if seen else None,
        colours=subject.words,
    )


def _made(subject: Subject, bundle: Bundle) -> Made:
    outfits = [[subject.ids[row] for row in outfit] for outfit in subject.outfits]
    manifest = bundle.manifest
    return Made(
        data=digest([subject.ids, subject.taxonomies, outfits]),
        git_revision=manifest.git_revision,
        training=manifest.training,
        compression=manifest.metrics.get("compression"),
        size_bytes=sum(file.size_bytes for file in manifest.files.values()),
    )


def _diagnostics(subject: Subject, tens: Mapping[str, Sequence[Rows]]) -> Diagnostics:
    pairs, seen = subject.pairs, subject.seen
    return Diagnostics(
        spread=spread(subject.targets, subject.vectors, pairs),
        lists={name: lists(of_row, subject.vectors, subject.train) for name, of_row in tens.items()},
        neutrals=neutrals(tens[JUDGED], pairs, subject.taxonomies, is_neutral(seen.colours)) if seen else None,
    )


def _twins(home: Home, bundle: Bundle, part: Part) -> Iterator[Twin]:
    """Yield what was measured of bundles whose training differs by its seeds alone."""
    made = _without_seeds(bundle.manifest.training)
    others = (path.name.removesuffix(f".{part}.json") for path in sorted(home.evaluations.glob(f"*.{part}.json")))
    for other in others:
        try:
            found = kept(home, other, part)
        except HomeError:
            continue  # of an older Kitsune
        if found and other != bundle.bundle_id and _without_seeds(found.made.training) == made:
            yield Twin(other, {name: one.value for name, one in found.row(JUDGED).measures.items()})


def _without_seeds(training: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options and counts of a training, as JSON has them."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(training))
    return {stage: {name: value for name, value in of.items() if name != "seed"} for stage, of in plain.items()}


def _worst(subject: Subject, ranks: Values, tens: Sequence[Rows]) -> Iterator[Miss]:
    """Yield the partners that rank last, each target once."""
    targets, counts = subject.pairs.targets, np.bincount(subject.codes)
    candidates = counts[subject.codes[targets]]
    known: set[int] = set()
    for place in np.argsort(-ranks, kind="stable"):
        target = int(targets[place])
        if target not in known:
            known.add(target)
            yield Miss(
                seed=subject.ids[subject.pairs.seeds[place]],
                target=subject.ids[target],
                taxonomy=subject.taxonomies[target],
                rank=float(ranks[place]),
                candidates=int(candidates[place]),
                first=tuple(subject.ids[ten[place, 0]] for ten in tens),
            )
        if len(known) == WORST:
            return


def _generate_ms(subject: Subject, bundle: Bundle) -> float:
    seeds = subject.vectors[:_TIMED_SEEDS]
    started = time.perf_counter()
    for seed in seeds:
        bundle.generator.generate(seed[None])
    return (time.perf_counter() - started) * 1000 / len(seeds)
