"""The process: processor, memory, open files and garbage, as the library tells them; and the event loop's lag."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, ProcessCollector

from service.metrics.several import counted_together

INTERVAL_S = 0.5
LAGS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


class ProcessMetrics:
    """Tells how the process is."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lag = Histogram(
            "kitsune_event_loop_lag_seconds",
            "Seconds by which the event loop was late, looked at twice a second.",
            registry=registry,
            buckets=LAGS_S,
        )
        self._mirror = None
        own = CollectorRegistry() if counted_together() else registry
        ProcessCollector(registry=own)
        GCCollector(registry=own)
        if own is not registry:
            self._mirror = _Mirror(own, registry)

    @asynccontextmanager
    async def sampled(self) -> AsyncIterator[None]:
        """Look at the event loop, again and again, as long as the block runs."""
        sampling = asyncio.create_task(self._sample())
        try:
            yield
        finally:
            sampling.cancel()
            with suppress(asyncio.CancelledError):
                await sampling

    async def _sample(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if self._mirror is not None:
                self._mirror.copy()
            due_s = loop.time() + INTERVAL_S
            await asyncio.sleep(INTERVAL_S)
            self._lag.observe(max(0.0, loop.time() - due_s))


class _Mirror:
    """Copies of the library's own figures: where processes count together, those of collectors are not shown.

    Processes' figures are added up, but for the time of the first start.
    """

    def __init__(self, original: CollectorRegistry, registry: CollectorRegistry) -> None:
        self._original = original
        self._copies: dict[str, Counter | Gauge] = {}
        self._counted: dict[tuple[str, ...], float] = {}
        for family in original.collect():
            labels = tuple(family.samples[0].labels)
            self._copies[family.name] = (
                Counter(family.name, family.documentation, labels, registry=registry)
                if family.type == "counter"
                else Gauge(
                    family.name,
                    family.documentation,
                    labels,
                    registry=registry,
                    multiprocess_mode="livemin" if family.name == "process_start_time_seconds" else "livesum",
                )
            )

    def copy(self) -> None:
        """Bring the copies up to date."""
        for family in self._original.collect():
            for sample in family.samples:
                values = tuple(sample.labels.values())
                copy = self._copies[family.name]
                series = copy.labels(*values) if values else copy
                if isinstance(series, Gauge):
                    series.set(sample.value)
                else:
                    before = self._counted.get((family.name, *values), 0.0)
                    series.inc(sample.value - before)
                    self._counted[family.name, *values] = sample.value
