"""POST /v1/outfits with metrics and without: what counting costs a request.

The made catalogue of `benchmarks.rest`. Both servers stand side by side and take turns on one processor, a few
requests each, so that both see the same caches and the same neighbours. A second server without metrics takes its
turns too: what it differs by from the first is chance.
"""

import asyncio

import numpy as np
import uvloop
from numpy.typing import NDArray

from benchmarks.clocks import pinned
from benchmarks.made import DIMENSIONS, TAXONOMIES, made_home
from benchmarks.reports import Report
from benchmarks.rest import CHUNK, CHUNKS_A_ROUND, PRODUCTS, ROUNDS, K, drawn_seeds, measure, over
from benchmarks.serving import kitsune
from benchmarks.traffic import outfit_request
from service.home import Home
from service.runtime import load_release, named_release
from service.settings import Settings

GOAL = 1.05

WITHOUT = {"KITSUNE_METRICS": "false"}
ON, OFF, AGAIN = "metrics on", "metrics off", "metrics off, once more"


async def main() -> None:
    """Measure, print and write the report."""
    home = made_home(PRODUCTS)
    seeds = await _seeds(home)
    setting = {"products": PRODUCTS, "taxonomies": TAXONOMIES, "dimensions": DIMENSIONS, "k": K, "in_stock": True}
    report = Report("metrics", setting | {"rounds": ROUNDS, "requests_a_round": CHUNKS_A_ROUND * CHUNK})
    with pinned() as cpu, kitsune(home) as on, kitsune(home, **WITHOUT) as off, kitsune(home, **WITHOUT) as again:
        report.setting["pinned_to_processor"] = cpu
        for looks in (1, 3):
            requests = [outfit_request(seed, looks=looks, k=K) for seed in seeds]
            servers = {ON: on, OFF: off, AGAIN: again}
            taken = await measure({name: over(server, requests) for name, server in servers.items()})
            _compare(report, "1 look" if looks == 1 else f"{looks} looks", taken)
    report.finish()


async def _seeds(home: Home) -> list[str]:
    release = load_release(home, named_release(home), Settings.load())
    try:
        return drawn_seeds(release, ROUNDS * CHUNKS_A_ROUND * CHUNK)
    finally:
        await release.close()


def _compare(report: Report, case: str, taken: dict[str, NDArray[np.float64]]) -> None:
    p50 = {name: np.median(seconds, axis=1) for name, seconds in taken.items()}
    for name, seconds in p50.items():
        report.add(f"{case}: {name}, p50", "ms", 1000 * seconds)
    report.add(f"{case}: {ON} over {OFF}, p50", "x", p50[ON] / p50[OFF], at_most=GOAL)
    report.add(f"{case}: {AGAIN} over {OFF}, p50", "x", p50[AGAIN] / p50[OFF])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
