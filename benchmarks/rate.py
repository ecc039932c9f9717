"""How many requests a second one processor answers within the SLO, when they are sent as they are due.

The service has a processor of its own and the client another one, whose clock is fine. The rate is doubled until the
SLO is missed; then the interval is halved. A rate keeps the SLO if every request is answered and the median of the
rounds' p99 is within it. Only servers on this machine are asked, which this script starts itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np

from benchmarks.clocks import apart, cpu_s, kept_to
from benchmarks.made import TAXONOMIES, made_home
from benchmarks.openloop import Asked, asked_at
from benchmarks.reports import Report, asked_products
from benchmarks.rest import K, drawn_seeds
from benchmarks.serving import Served, kitsune
from benchmarks.traffic import outfit_request
from service.home import Home
from service.runtime import load_release, named_release
from service.settings import Settings

PRODUCTS = 100_000
SEEDS = 2000
LOOKS = (1, 3)
SLO_MS = 100.0
ROUNDS = 3
ROUND_S = 5.0

START = 20.0
"""Requests a second: a rate that any machine should keep up with."""

NEAR = 0.05
"""The rate found is less than one that was too high by at most this share of it."""

SETTING = {"taxonomies": TAXONOMIES, "k": K, "in_stock": True, "slo_p99_ms": SLO_MS, "round_s": ROUND_S}

Clocks = Mapping[str, Callable[[], float]]
"""By the name of each process: the seconds of processor time that it has used."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of some rounds at one rate."""

    rate: float
    rounds: Sequence[Asked]
    used_ms: Mapping[str, float]
    """Processor time a request, by process."""

    def quantile_ms(self, share: float) -> list[float]:
        """Return how long that share of each round's requests took at most."""
        return [1000 * float(np.quantile(asked.taken_s, share)) for asked in self.rounds]

    def within(self) -> bool:
        """Say whether the rate keeps the SLO."""
        answered = not any(asked.failed for asked in self.rounds)
        return answered and float(np.median(self.quantile_ms(0.99))) <= SLO_MS


def main(products: int) -> None:
    """Measure, print and write the report."""
    home = made_home(products)
    seeds = drawn_seeds(load_release(home, named_release(home), Settings.load()), SEEDS)
    report = Report("rate", SETTING | {"rounds": ROUNDS}, products)
    with apart() as (cpu, processor), served_on(processor, home) as server:
        report.setting |= {"client_on_processor": cpu, "server_on_processor": processor}
        for looks in LOOKS:
            requests = [outfit_request(seed, looks=looks, k=K) for seed in seeds]
            add_rate(report, looks, server.port, requests, {"service": lambda: cpu_s(server.pid)})
    report.finish()


@contextmanager
def served_on(processor: int, home: Home) -> Iterator[Served]:
    """Serve a home on one processor."""
    with ExitStack() as stack:
        with kept_to({processor}):
            server = stack.enter_context(kitsune(home))
        yield server


def add_rate(report: Report, looks: int, port: int, requests: Sequence[bytes], clocks: Clocks) -> None:
    """Find the highest rate for requests of a kind, and report on it."""
    case = f"{looks} look{'s' if looks > 1 else ''}"
    trial = highest(lambda rate: tried(rate, port, requests, clocks))
    report.add(f"{case}: requests a second and processor, p99 within {SLO_MS:g} ms", "1/s", [trial.rate])
    for share in (0.5, 0.99):
        report.add(f"{case}: at that rate, p{100 * share:g}", "ms", trial.quantile_ms(share))
    late_ms = [1000 * float(np.quantile(asked.late_s, 0.99)) for asked in trial.rounds]
    report.add(f"{case}: at that rate, sent late by the client, p99", "ms", late_ms)
    for name, used_ms in trial.used_ms.items():
        report.add(f"{case}: at that rate, processor time a request, {name}", "ms", [used_ms])


def tried(rate: float, port: int, requests: Sequence[bytes], clocks: Clocks) -> Trial:
    """Ask at one rate for some rounds."""
    before = {name: clock() for name, clock in clocks.items()}
    rounds = [asked_at(rate, port, requests, duration_s=ROUND_S) for _ in range(ROUNDS)]
    count = sum(len(asked.status) for asked in rounds)
    return Trial(rate, rounds, {name: 1000 * (clock() - before[name]) / count for name, clock in clocks.items()})


def highest(at: Callable[[float], Trial]) -> Trial:
    """Return the trial of the highest rate that keeps the SLO.

    Raises:
        SystemExit: not even the first rate does.
    """
    best, too_high = at(START), 2 * START
    if not best.within():
        raise SystemExit(f"Not even {START:g} requests a second are answered within the SLO: nothing to report.")
    while (trial := at(too_high)).within():
        best, too_high = trial, 2 * too_high
    while too_high - best.rate > NEAR * too_high:
        trial = at((best.rate + too_high) / 2)
        if trial.within():
            best = trial
        else:
            too_high = trial.rate
    return best


if __name__ == "__main__":
    main(asked_products(PRODUCTS))
