"""What one process serves when it is kept busy, and how long its event loop is held up meanwhile.

The shop is that of `rest`. A tick is due every 5 ms on the server's event loop: how late it comes is how long the loop
was held. uvloop's timers count whole milliseconds, so that one is no delay.
"""

import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.clocks import cpu_s, kept_to, pinned
from benchmarks.made import TAXONOMIES, made_home
from benchmarks.reports import Report
from benchmarks.rest import BARE, PRODUCTS, REST, K, drawn_seeds
from benchmarks.serving import Served, bare, kitsune, ticks
from benchmarks.traffic import Connection, answered, outfit_request
from service.runtime import load_release, named_release
from service.settings import Settings

SEEDS = 2000
ROUNDS = 5
ROUND_S = 1.2
CASES = ((1, 1), (1, 16), (3, 1), (3, 16))
"""Looks of each request, and how many requests are under way at once."""

IDLE = "nothing asked"

Spans = defaultdict[str, list[tuple[float, float]]]


def main() -> None:
    """Measure, print and write the report."""
    home = made_home(PRODUCTS)
    seeds = drawn_seeds(load_release(home, named_release(home), Settings.load()), SEEDS)
    report = Report("load", {"products": PRODUCTS, "taxonomies": TAXONOMIES, "k": K, "rounds": ROUNDS})
    spans: Spans = defaultdict(list)
    with pinned() as cpu, kitsune(home) as server:
        others = set(range(os.cpu_count() or 1)) - {cpu} or {cpu}
        report.setting |= {"server_pinned_to_processor": cpu, "round_s": ROUND_S}
        for looks, connections in CASES:
            requests = [outfit_request(seed, looks=looks, k=K) for seed in seeds]
            case = f"{looks} look{'s' if looks > 1 else ''}, {connections} at once"
            with bare(Connection(server.port).ask(requests[0])) as reference, kept_to(others):
                _busy(report, case, {REST: server, BARE: reference}, requests, connections=connections, spans=spans)
    _delays(report, spans)
    report.finish()


def _busy(
    report: Report,
    case: str,
    servers: Mapping[str, Served],
    requests: Sequence[bytes],
    *,
    connections: int,
    spans: Spans,
) -> None:
    """Keep the servers busy in turns, and note when Kitsune's was, and when not."""
    rates: dict[str, list[float]] = {name: [] for name in servers}
    used: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, server in servers.items():
            start_s, before_s = time.perf_counter(), cpu_s(server.pid)
            count = len(answered(server.port, requests, connections=connections, duration_s=ROUND_S))
            end_s = time.perf_counter()
            rates[name].append(count / (end_s - start_s))
            used[name].append(count / (cpu_s(server.pid) - before_s))
            spans[case if name == REST else IDLE].append((start_s, end_s))
    for name in servers:
        report.add(f"{case}: {name}, requests a second", "1/s", rates[name])
        report.add(f"{case}: {name}, requests a second of its processor time", "1/s", used[name])
    report.add(f"{case}: {BARE} over {REST}, requests", "x", np.divide(used[BARE], used[REST]))


def _delays(report: Report, spans: Spans) -> None:
    seen = ticks()
    for case, times in spans.items():
        late_ms = [1000 * seen[(seen[:, 0] > start_s) & (seen[:, 0] < end_s), 1] for start_s, end_s in times]
        report.add(f"{case}: event loop late, p99", "ms", [np.quantile(late, 0.99) for late in late_ms])
        report.add(f"{case}: event loop late, longest", "ms", [late.max() for late in late_ms])


if __name__ == "__main__":
    main()
