"""Training a generator on 95,000 made outfits, what it costs to ask it, and how alike its heads become.

With the home of a built shop and the folder of its data, the heads' likeness is measured on its outfits, too:

    python -m benchmarks.generator --home HOME --profile examples/mango.toml --data ../shared/data/mango
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.clocks import pinned
from benchmarks.made import DIMENSIONS, SEED, random_generator
from benchmarks.reports import Report
from model.bundle import open_bundle
from model.compression import unit_rows
from model.evaluation import training_outfits
from model.generator import BASELINE, GeneratorOptions, TrainedGenerator, train_generator
from model.outfits import Permutations, Rows, head_datasets, reduce_outfits
from service.catalog.outfits import read_outfits, split_of
from service.catalog.profile import load_profile
from service.catalog.record import Record
from service.home import Home
from service.runtime import named_release
from tests.catalogues import unit_vectors

OUTFITS = 95_000
VALIDATED_ON = 5_000
PRODUCTS = 40_000
STYLES = 200
KINDS = 30
LONGEST = 6

DEFAULT: Permutations = "dedupe"
GOAL_S = 120
ALL_EPOCHS = 1
"""Of `all` on the made outfits, which has 24 times the pairs of `none`: as many steps as `none` takes."""

ROUNDS = 9
CALLS = 500


def main() -> None:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generator", description="Measure the generator.")
    for name in ("--home", "--profile", "--data"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    setting = {"outfits": OUTFITS, "products": PRODUCTS, "dimensions": DIMENSIONS, "styles": STYLES, "kinds": KINDS}
    report = Report("generator", setting)
    _inference(report)
    _made(report)
    if given.home:
        report.command += " --home HOME --profile examples/mango.toml --data ../shared/data/mango"
        _shop(report, Home(given.home), given.profile, given.data)
    report.finish()


def _inference(report: Report) -> None:
    """Compare what a request costs with the matrix products alone that it cannot do without."""
    generator = random_generator()
    names = ("trunk.0", "trunk.1", "heads.0", "heads.1", "heads.2")
    first, second, *heads = [generator.tensors[f"{name}.weight"].T for name in names]
    seeds = unit_vectors(np.random.default_rng(SEED), CALLS, DIMENSIONS)[:, None]
    taken = np.empty((2, ROUNDS, CALLS))
    with pinned(), threadpool_limits(limits=1, user_api="blas"):
        for place in np.ndindex(ROUNDS, CALLS):
            seed = seeds[place[1]]
            start = time.perf_counter()
            generator.generate(seed)
            middle = time.perf_counter()
            hidden = seed @ first @ second
            for head in heads:
                hidden @ head
            taken[0][place], taken[1][place] = middle - start, time.perf_counter() - middle
    ours, bare = 1e6 * np.median(taken, axis=2)
    report.add("generate for one seed, p50", "us", ours)
    report.add("the five matrix products of its layers, p50", "us", bare)
    report.add("generate over those products, p50", "x", ours / bare)


def _made(report: Report) -> None:
    vectors, outfits = made_outfits()
    for mode in get_args(Permutations):
        options = replace(BASELINE, epochs=ALL_EPOCHS) if mode == "all" else BASELINE
        start = time.perf_counter()
        trained = _trained(vectors, outfits[VALIDATED_ON:], outfits[:VALIDATED_ON], mode, options)
        seconds = time.perf_counter() - start
        case = f"made outfits, {mode}, {options.epochs} epoch{'s' if options.epochs > 1 else ''}"
        report.add(f"{case}: training", "s", [seconds], at_most=GOAL_S if mode == DEFAULT else None)
        _describe(report, case, trained)


def _trained(
    vectors: NDArray[np.float32],
    train: Sequence[Rows],
    held_back: Sequence[Rows],
    mode: Permutations,
    options: GeneratorOptions,
) -> TrainedGenerator:
    return train_generator(
        vectors,
        head_datasets(reduce_outfits(train, options.seed), mode, options.seed),
        head_datasets(reduce_outfits(held_back, options.seed), "dedupe", options.seed),
        options=options,
        progress=lambda done, total: None,  # noqa: ARG005 - nobody watches
    )


def _describe(report: Report, case: str, trained: TrainedGenerator) -> None:
    found = trained.report
    report.add(f"{case}: pairs of a head", "", [found["train_pairs"][0]])
    report.add(f"{case}: best loss on others", "", [min(found["validation_loss"])])
    report.add(f"{case}: head-to-head cosine", "", [found["head_to_head_cosine"]])


def made_outfits() -> tuple[NDArray[np.float32], list[Rows]]:
    """Make products of some style and kind, and outfits of four to six products of one style and different kinds.

    Shapes:
        vectors: [products, 50]
    """
    rng = np.random.default_rng(SEED)
    style, kind = rng.integers(STYLES, size=PRODUCTS), rng.integers(KINDS, size=PRODUCTS)
    parts = unit_vectors(rng, STYLES, DIMENSIONS)[style] + unit_vectors(rng, KINDS, DIMENSIONS)[kind]
    vectors = unit_rows((parts + unit_vectors(rng, PRODUCTS, DIMENSIONS) / 2).astype(np.float32))
    of_style = [np.flatnonzero(style == number) for number in range(STYLES)]
    outfits = []
    for number in rng.integers(STYLES, size=OUTFITS + VALIDATED_ON).tolist():
        drawn = rng.choice(of_style[number], 2 * LONGEST, replace=False)
        _, first = np.unique(kind[drawn], return_index=True)
        outfits.append(drawn[first][: rng.integers(4, LONGEST + 1)].astype(np.int64))
    return vectors, outfits


def _shop(report: Report, home: Home, profile: Path, data: Path) -> None:
    """Measure the likeness of the heads on a shop's outfits, split as `kitsune build` splits them."""
    space_id = open_bundle(home.bundles / named_release(home).bundle).space_id
    with Record.open(home.record_path, read_only=True) as record:
        ids, vectors = record.vectors(space_id)
    source = load_profile(profile).outfits
    assert source is not None, "the profile names no outfits"
    row_of = {product_id: row for row, product_id in enumerate(ids)}
    outfits = [np.array([row_of[id_] for id_ in outfit]) for outfit in read_outfits(source, data, ids).outfits]
    parts = np.array([split_of(product_id) for product_id in ids])
    train, held_back = training_outfits(outfits, parts == "train"), training_outfits(outfits, parts == "validation")
    for mode in get_args(Permutations):
        trained = _trained(vectors, train, held_back, mode, BASELINE)
        _describe(report, f"{profile.stem}'s {len(train):,} outfits, {mode}", trained)


if __name__ == "__main__":
    main()
