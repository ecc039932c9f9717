"""Which batches of searches are to stay on the event loop: what chose `INLINE_ROWS` of the embedded engine.

A batch that stays holds the loop up for as long as it takes. One that goes to a thread takes the way there, and then
waits for the interpreter again after each of numpy's calls, behind a loop that is busy. So several ask at once, each
the next batch when it has the last, with all, some or none of the batches on the loop.
"""

import asyncio
import os
import threading
import time
from collections.abc import Sequence
from itertools import cycle

import numpy as np
import uvloop
from threadpoolctl import threadpool_limits

from benchmarks.clocks import pinned, ticking
from benchmarks.engine import BATCHES, FILTERS, LARGEST, Watched, built, drawn_batches
from benchmarks.reports import Report
from service.index import embedded
from service.index.base import Query
from service.index.embedded import SEARCH_THREADS, EmbeddedIndex, open_embedded
from service.index.searching import plan_search

ASKING = 8
DRAWN = 400
ROUNDS = 3
ROUND_S = 1.2
LIMITS = (0, 32_768, 65_536, 131_072, 2**62)
"""Rows that a batch may score on the loop: from no batch at all to every one."""

ROWS = (16_384, 32_768, 65_536, 131_072, 262_144)
NEAR = 0.2
HOPS = 2000


async def main() -> None:
    """Measure, print and write the report."""
    report = Report("inline", {"asking": ASKING, "rounds": ROUNDS, "round_s": ROUND_S, "now": embedded.INLINE_ROWS})
    with pinned() as cpu:
        report.setting["loop_pinned_to_processor"] = cpu
        for products in (100_000, LARGEST):
            watched = Watched(products)
            with built(watched) as (directory, _):
                index = open_embedded(directory)
                await _let_threads_run_anywhere(index)
                for count in BATCHES:
                    batches = list(drawn_batches(watched, count, DRAWN))
                    await _compare(report, f"{products:,}, batches of {count}", index, batches)
                if products == LARGEST:
                    await _weigh(report, index, batches)
                await index.close()
    report.finish()


async def _let_threads_run_anywhere(index: EmbeddedIndex) -> None:
    """Take the index's threads off the processor that the loop is pinned to, as they are when it serves."""
    meeting = threading.Barrier(SEARCH_THREADS)

    def free() -> None:
        meeting.wait()
        os.sched_setaffinity(0, range(os.cpu_count() or 1))

    await asyncio.gather(*[index._in_thread(free) for _ in range(SEARCH_THREADS)])  # noqa: SLF001


async def _compare(report: Report, case: str, index: EmbeddedIndex, batches: Sequence[Sequence[Query]]) -> None:
    kept = embedded.INLINE_ROWS
    rates: dict[int, list[float]] = {limit: [] for limit in LIMITS}
    late: dict[int, list[float]] = {limit: [] for limit in LIMITS}
    for _ in range(ROUNDS):
        for limit in LIMITS:
            embedded.INLINE_ROWS = limit
            rate, late_ms = await _asked(index, batches)
            rates[limit].append(rate)
            late[limit].append(late_ms)
    embedded.INLINE_ROWS = kept
    for limit in LIMITS:
        name = f"{case}, {'all' if limit == LIMITS[-1] else f'up to {limit:,} rows'} on the loop"
        report.add(f"{name}: rate over all in threads", "x", np.divide(rates[limit], rates[0]))
        report.add(f"{name}: event loop late, p99", "ms", late[limit])


async def _asked(index: EmbeddedIndex, batches: Sequence[Sequence[Query]]) -> tuple[float, float]:
    """Ask for a while; return how many batches were answered a second, and how late in ms a tick was at the p99."""
    remaining = cycle(batches)
    start = time.perf_counter()

    async def ask() -> int:
        answered = 0
        while time.perf_counter() < start + ROUND_S:
            await index.search(next(remaining), FILTERS, timeout_s=60)
            answered += 1
            await asyncio.sleep(0)
        return answered

    with ticking(asyncio.get_running_loop()) as seen:
        answered = await asyncio.gather(*[ask() for _ in range(ASKING)])
    late_s = [late for _, late in seen]
    return sum(answered) / (time.perf_counter() - start), 1000 * float(np.quantile(late_s, 0.99))


async def _weigh(report: Report, index: EmbeddedIndex, batches: Sequence[Sequence[Query]]) -> None:
    """Measure for how long a batch of so many rows holds the loop, and how long the way to a thread and back is."""
    taken: dict[int, list[float]] = {rows: [] for rows in ROWS}
    for batch in [*batches, *(batch[:3] for batch in batches)]:
        plan = plan_search(index._shelves, batch, FILTERS)  # noqa: SLF001
        start = time.perf_counter()
        plan.run(float("inf"))
        took_ms = 1000 * (time.perf_counter() - start)
        for rows in ROWS:
            if abs(plan.cost_rows / rows - 1) <= NEAR:
                taken[rows].append(took_ms)
    for rows, found in taken.items():
        report.add(f"a batch of about {rows:,} rows, p50", "ms", [float(np.median(found))])
    hops = []
    for _ in range(HOPS):
        start = time.perf_counter()
        await index._in_thread(lambda: None)  # noqa: SLF001
        hops.append(1000 * (time.perf_counter() - start))
    report.add("to a thread and back, nothing else running, p50", "ms", [float(np.median(hops))])


if __name__ == "__main__":
    with threadpool_limits(limits=1, user_api="blas"), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
