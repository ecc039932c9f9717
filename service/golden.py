"""Golden queries: what a release answered when it was made, to see at every start that it still does.

A release names its parts, and each part is checked by itself when it is opened. What no part can see is that they are
another shop's, or that the machine computes something else. So a release keeps a few seeds with what became of them:
their vectors, their targets, and the products that were found. Whoever opens it asks the same again.

A catalogue lives: products go, and others come. What was found counts as long as half of it is still there, and a
product may be missing from an answer only where better ones have come.

Notation used for array shapes: d vector, s heads.
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import structlog
from prometheus_client import CollectorRegistry, Gauge

from service.domain import Filters, OutfitRequest, ProductSeed, Versions
from service.errors import HomeError, NoTemplate, Unavailable
from service.home import Home, ReleasePointer, replace_file
from service.index.base import Vector
from service.observation import Observation
from service.outfitting import observed_outfit
from service.release import Release

SEEDS = 5
TIMEOUT_S = 5.0
TOLERANCE = 1e-3
"""Of a target's numbers, and of cosines. Engines and processors differ by a hundredth of that."""

LEAST_LEFT = 0.5
"""Of the products, so many have to be there with the vectors that they had."""

REQUEST = OutfitRequest(k=5, filters=Filters(in_stock=False))

log = structlog.get_logger()


class GoldenSeed(msgspec.Struct, frozen=True):
    """A seed with what became of it: `found` has each candidate's slot and cosine, by product id."""

    product_id: str
    vector: list[float]
    targets: list[list[float]]
    found: dict[str, tuple[int, float]]


class Golden(msgspec.Struct, frozen=True):
    """What a release answered when it was made."""

    mapping: str
    """Of the mapping's content, whatever its file is called."""
    seeds: list[GoldenSeed]


async def make_golden(release: Release) -> Golden:
    """Ask for outfits of the first product of each of the largest taxonomies that have a template."""
    seeds: list[GoldenSeed] = []
    counts = (await release.index.taxonomies()).counts
    for taxonomy in sorted(counts, key=lambda name: (-counts[name], name)):
        page = await release.index.browse(text=None, taxonomies=[taxonomy], cursor=None, limit=1)
        try:
            seeds += [_golden(await _asked(release, product.product_id)) for product in page.products]
        except NoTemplate:
            continue
        if len(seeds) >= SEEDS:
            break
    return Golden(release.mapping.mapping_id, seeds)


async def _asked(release: Release, product_id: str) -> Observation:
    return await observed_outfit(release, ProductSeed(product_id), REQUEST, timeout_s=TIMEOUT_S)


def _golden(seen: Observation) -> GoldenSeed:
    product = seen.outfit.seed.product
    return GoldenSeed(product.product_id if product else "", seen.vector.tolist(), seen.targets.tolist(), _found(seen))


def _found(seen: Observation) -> dict[str, tuple[int, float]]:
    slots = enumerate(seen.outfit.looks[0].slots)
    return {one.product.product_id: (place, one.score) for place, slot in slots for one in slot.candidates}


async def replay(release: Release, golden: Golden) -> list[str]:
    """Ask a release what it was asked when it was made, and return what is not as it was, a sentence each.

    Raises:
        Unavailable: the engine does not answer now.
    """
    faults = []
    if not all(_same_targets(release, seed) for seed in golden.seeds):
        faults.append("The bundle generates other targets.")
    if release.mapping.mapping_id != golden.mapping:
        faults.append("The mapping is another one.")
    there = await _there(release, golden)
    if len(there) < LEAST_LEFT * sum(len(seed.found) for seed in golden.seeds):
        faults.append("Most of the products are not there or have other vectors: the catalogue is another one.")
    elif not faults and await _missed(release, golden, there) > LEAST_LEFT * len(there):
        faults.append("The engine does not find what it found.")
    return faults


def _same_targets(release: Release, seed: GoldenSeed) -> bool:
    if len(seed.vector) != release.model.dimensions:
        return False
    targets = release.model.generate(np.array(seed.vector, np.float32))
    return np.shape(seed.targets) == targets.shape and np.allclose(targets, seed.targets, atol=TOLERANCE)


async def _there(release: Release, golden: Golden) -> set[tuple[str, str]]:
    """Return the seeds and candidates, by id, that are still there with the cosines that they had."""
    items = await release.index.get(
        {product_id for seed in golden.seeds for product_id in (seed.product_id, *seed.found)}
    )
    return {
        (seed.product_id, product_id)
        for seed in golden.seeds
        if seed.product_id in items
        for product_id, (place, score) in seed.found.items()
        if product_id in items and abs(_cosine(items[product_id].vector, seed.targets[place]) - score) <= TOLERANCE
    }


def _cosine(vector: Vector, target: Sequence[float]) -> float:
    if len(vector) != len(target):
        return np.nan
    return float(vector @ np.array(target) / np.linalg.norm(target) / np.linalg.norm(vector))


async def _missed(release: Release, golden: Golden, there: set[tuple[str, str]]) -> int:
    """Count the candidates that are there, and not among those that are found now, although no better ones are."""
    missed = 0
    for seed in golden.seeds:
        left = {product_id for of_seed, product_id in there if of_seed == seed.product_id}
        if left:
            found = _found(await _asked(release, seed.product_id))
            missed += sum(_is_missed(found, *seed.found[product_id]) for product_id in left - found.keys())
    return missed


def _is_missed(found: Mapping[str, tuple[int, float]], place: int, score: float) -> bool:
    better = [own for at, own in found.values() if at == place and own >= score - TOLERANCE]
    return len(better) < REQUEST.k


class GoldenQuery:
    """Asks each release of a home once, and tells Prometheus and the log; whatever comes of it, it is served."""

    def __init__(self, home: Home, registry: CollectorRegistry) -> None:
        self._home = home
        self._asked: Release | None = None
        self._matches = Gauge(
            "kitsune_golden_query_matches",
            "1 where the release answers as it did when it was made, 0 where it does not; NaN where nobody knows.",
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        self._matches.set(math.nan)

    async def __call__(self, release: Release) -> None:
        """Replay what the home keeps of a release, unless that was done. Cheap then: called every second.

        A build keeps it a moment after the release is there, and an engine may be away: until then this looks again.
        """
        if release is self._asked:
            return
        try:
            golden = read_golden(self._home, release.versions)
            async with asyncio.timeout(TIMEOUT_S):
                faults = None if golden is None else await replay(release, golden)
        except (Unavailable, TimeoutError):
            faults = None
        except Exception as error:
            faults = [f"It could not be asked: {error}"]
            log.exception("golden_query_failed")
        self._matches.set(math.nan if faults is None else not faults)
        self._asked = None if faults is None else release
        if faults:
            log.error("golden_query_differs", faults=faults, remedy="serve the home that this release was built in")


def keep_golden(home: Home, pointer: ReleasePointer, golden: Golden) -> None:
    """Keep what a release answered; what releases answered that nothing names any more is removed."""
    home.golden.mkdir(exist_ok=True)
    replace_file(_path(home, pointer), msgspec.json.encode(golden))
    named = {_path(home, one) for one in (pointer, home.current(), home.previous()) if one is not None}
    for path in home.golden.glob("*.json"):
        if path not in named:
            path.unlink(missing_ok=True)


def read_golden(home: Home, pointer: ReleasePointer | Versions) -> Golden | None:
    """Return what a release answered when it was made; None where that was not kept.

    Raises:
        HomeError: the file is damaged.
    """
    path = _path(home, pointer)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Golden)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HomeError(f"{path} cannot be read ({error}). Delete it; the next build makes one.") from error


def _path(home: Home, pointer: ReleasePointer | Versions) -> Path:
    return home.golden / f"{pointer.bundle}.{pointer.generation}.{pointer.mapping}.json"
