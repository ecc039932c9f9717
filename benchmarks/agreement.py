"""Whether a home's two releases, one on either engine, answer alike: of random seeds, each slot of three looks.

    kitsune build --profile PROFILE.toml --data FOLDER --home HOME
    kitsune index build --engine elasticsearch --profile PROFILE.toml --data FOLDER --home HOME
    python -m benchmarks.agreement --home HOME

Two engines sum the same products in another order, so cosines may differ in their last bits, and products whose
cosines differ by less than that may change places: such a slot agrees, but its order is not identical.
"""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.made import SEED
from benchmarks.reports import Report
from service.catalog.record import Record
from service.domain import Candidate, Filters, Outfit, OutfitRequest, ProductSeed
from service.home import Home, ReleasePointer
from service.outfitting import make_outfit
from service.runtime import load_release
from service.settings import Engine, Settings
from tests.contract.expect import SAME, assert_same, ids

TIMEOUT_S = 30.0
CANDIDATES = 10
FILTERS = {"in stock": Filters(), "all": Filters(in_stock=False)}
ENGINES: tuple[Engine, Engine] = ("embedded", "elasticsearch")


def main() -> None:
    """Ask both engines, print and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agreement", description="Compare a home's engines.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=500)
    asked = parser.parse_args()
    home = Home(asked.home)
    releases = [_release(home, engine) for engine in ENGINES]
    if len({(pointer.bundle, pointer.mapping) for pointer in releases}) > 1:
        raise SystemExit("The two releases are of different bundles or mappings: build the index on both engines anew.")
    seeds = _drawn(home, asked.seeds)
    report = Report("agreement", {"seeds": len(seeds), "looks": 3, "candidates": CANDIDATES, "same_within": SAME})
    for name, filters in FILTERS.items():
        request = OutfitRequest(looks=3, k=CANDIDATES, filters=filters)
        embedded, elastic = (asyncio.run(_answers(home, pointer, seeds, request)) for pointer in releases)
        slots = list(_pairs(embedded, elastic))
        report.add(f"{name}: slots compared", "slots", [len(slots)])
        report.add(
            f"{name}: slots that agree", "share", [float(np.mean([_agree(*pair) for pair in slots]))], at_least=1
        )
        identical = [ids(one) == ids(other) for one, other in slots]
        report.add(f"{name}: slots in identical order", "share", [float(np.mean(identical))])
        differences = [abs(a.score - b.score) for one, other in slots for a, b in zip(one, other, strict=False)]
        report.add(f"{name}: largest difference of a cosine", "", [max(differences)], at_most=SAME)
    report.finish()


def _drawn(home: Home, count: int) -> Sequence[str]:
    with Record.open(home.record_path, read_only=True) as record:
        known = [recorded.product.product_id for recorded in record.products()]
    drawn: Sequence[str] = np.random.default_rng(SEED).permutation(known)[:count].tolist()
    return drawn


def _release(home: Home, engine: Engine) -> ReleasePointer:
    for pointer in (home.current(), home.previous()):
        if pointer is not None and pointer.engine == engine:
            return pointer
    raise SystemExit(f"No release of {home.path} is on the engine {engine}: build the index on it first.")


async def _answers(home: Home, pointer: ReleasePointer, seeds: Sequence[str], request: OutfitRequest) -> list[Outfit]:
    release = load_release(home, pointer, Settings.load())
    try:
        return [await make_outfit(release, ProductSeed(seed), request, timeout_s=TIMEOUT_S) for seed in seeds]
    finally:
        await release.close()


def _pairs(
    embedded: Sequence[Outfit], elastic: Sequence[Outfit]
) -> Iterator[tuple[Sequence[Candidate], Sequence[Candidate]]]:
    """Yield what each slot of each look has on either engine."""
    for one, other in zip(embedded, elastic, strict=True):
        for look, same_look in zip(one.looks, other.looks, strict=True):
            for slot, same_slot in zip(look.slots, same_look.slots, strict=True):
                yield slot.candidates, same_slot.candidates


def _agree(one: Sequence[Candidate], other: Sequence[Candidate]) -> bool:
    try:
        assert_same(other, one)
    except AssertionError:
        return False
    return True


if __name__ == "__main__":
    main()
