"""Calls to the index: how many, how long, what came of them; and the breaker before an engine that is away."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from service.errors import DeadlineExceeded, RequestError, Unavailable
from service.index.base import ProductIndex
from service.index.breaker import BreakerState
from service.index.wrapped import WrappedIndex
from service.metrics.series import counters

DURATIONS_S = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


class EngineMetrics:
    """Counts calls to the index, and shows the breaker's state."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = counters(
            registry, "kitsune_engine_calls", "Calls to the index.", result=("ok", "unavailable", "too_late", "error")
        )
        self._durations = Histogram(
            "kitsune_engine_call_duration_seconds",
            "Seconds of a call to the index.",
            registry=registry,
            buckets=DURATIONS_S,
        )
        self._retries = Counter(
            "kitsune_engine_retries", "Questions and writes that were sent once more within a call.", registry=registry
        )
        self._breaker = Gauge(
            "kitsune_engine_breaker_state",
            "0 closed, 1 half open, 2 open.",
            registry=registry,
            multiprocess_mode="livemax",
        )

    def show_breaker(self, state: BreakerState) -> None:
        """Take note of the breaker's state."""
        self._breaker.set(state)

    def measured(self, index: ProductIndex) -> ProductIndex:
        """Return an index whose calls are counted."""
        return _MeasuredIndex(index, self)

    def count(self, result: str, duration_s: float, retries: int) -> None:
        """Take note of one call."""
        self._calls[result].inc()
        self._durations.observe(duration_s)
        if retries:
            self._retries.inc(retries)


class _MeasuredIndex(WrappedIndex):
    def __init__(self, index: ProductIndex, metrics: EngineMetrics) -> None:
        super().__init__(index, self._call)
        self._metrics = metrics
        self._retries = index.retries

    async def check(self) -> None:
        """Ask without counting: nobody but the watch wants to know."""
        await self._index.check()

    @contextmanager
    def _call(self) -> Iterator[None]:
        started_s, result = perf_counter(), "ok"
        try:
            yield
        except (DeadlineExceeded, asyncio.CancelledError):
            # Whoever asked had no more time, and cut the call off.
            result = "too_late"
            raise
        except Unavailable:
            result = "unavailable"
            raise
        except RequestError:
            # What was asked was wrong; the engine did what it should.
            raise
        except Exception:
            result = "error"
            raise
        finally:
            # Calls overlap: what was sent again since any of them was last counted is counted by the first to end.
            before, self._retries = self._retries, self.retries
            self._metrics.count(result, perf_counter() - started_s, self._retries - before)
