"""What Prometheus is told of drift."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from model.profile import OVERRIDES, SEED_TAXONOMIES, SEED_VECTORS, TARGETS
from service.drift.keeping import JudgedWindow

PROFILES = (SEED_VECTORS, SEED_TAXONOMIES, OVERRIDES, TARGETS)


class DriftMetrics:
    """Counts windows and alarms. Every series is there from the start: a rate needs a zero to begin at."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._windows = Counter("kitsune_drift_windows", "Windows that were judged.", registry=registry)
        alarms = Counter(
            "kitsune_drift_alarms", "Windows in which a profile had drifted.", ("profile",), registry=registry
        )
        statistic = Gauge(
            "kitsune_drift_statistic",
            "The last window's largest statistic over its threshold: above 1 it has drifted.",
            ("profile",),
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        hooks = Counter("kitsune_drift_hooks", "Calls of the drift hooks.", ("result",), registry=registry)
        self.share = Gauge(
            "kitsune_drift_window_share",
            "How full the present window is, 0 to 1.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._alarms = {name: alarms.labels(name) for name in PROFILES}
        self._statistics = {name: statistic.labels(name) for name in PROFILES}
        self._hooks = {True: hooks.labels("called"), False: hooks.labels("failed")}

    def judged(self, window: JudgedWindow) -> None:
        """Take note of a window that was judged."""
        if window.verdict is None:
            return
        self._windows.inc()
        for name, ratio in window.verdict.ratios.items():
            self._statistics[name].set(ratio)
        for name in window.drifted:
            self._alarms[name].inc()

    def hooked(self, *, went_well: bool) -> None:
        """Take note of a call of a hook."""
        self._hooks[went_well].inc()
