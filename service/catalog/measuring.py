"""Measuring a bundle on a shop's own outfits, beside naive baselines, on products that no training outfit contains."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from model.baselines import generator_rows, naive_rows
from model.bundle import Bundle, open_bundle
from model.diagnostics import head_collapse, lists, neutrals, spread
from model.errors import BundleCorrupt, ModelError
from model.estimates import Values
from model.evaluation import Evaluation, Rows, Scorer, evaluate, first_tens
from model.histogram import is_neutral
from service.catalog.figures import JUDGED, PRODUCTION, Cost, Diagnostics, Made, Measured, Miss, Twin, kept
from service.catalog.outfits import Part
from service.catalog.record import Record
from service.catalog.sheets import draw_sheets
from service.catalog.stages import Reporter, digest
from service.catalog.subject import Subject, load_subject
from service.errors import FeedError, HomeError
from service.home import Home

WORST = 50
_TIMED_SEEDS = 200


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
    evaluation = _evaluated(subject, table, season)
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


def _evaluated(subject: Subject, table: Mapping[str, Sequence[Scorer]], season: re.Pattern[str] | None) -> Evaluation:
    seasons = subject.seasons(season) if season else None
    try:
        return evaluate(
            subject.pairs, subject.taxonomies, table, judged=JUDGED, seasons=seasons, facets=subject.facets()
        )
    except ModelError as error:
        raise FeedError(str(error)) from error


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
