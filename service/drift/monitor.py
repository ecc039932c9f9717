"""The observer: collects windows on the event loop, and has them judged in a thread of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import structlog

from service.drift.hook import Hooks
from service.drift.keeping import JudgedWindow
from service.drift.metrics import DriftMetrics
from service.drift.window import Window
from service.errors import KitsuneError, MissingExtra
from service.home import Home
from service.observation import Observation
from service.settings import Settings

BUNDLES = 4
"""Windows that fill side by side: of the bundle that serves, of another beside it, and of those before these."""

log = structlog.get_logger()


class DriftMonitor:
    """Watches answers; each bundle has a window of its own."""

    def __init__(
        self, requests: int, judge: Callable[[Window], JudgedWindow], hooks: Hooks, metrics: DriftMetrics
    ) -> None:
        self._requests = requests
        self._judge = judge
        self._hooks = hooks
        self._metrics = metrics
        self._windows: dict[str, Window] = {}
        self._drifted: dict[str, frozenset[str]] = {}
        self._judging = ThreadPoolExecutor(1, thread_name_prefix="drift")
        self._under_way: Future[None] | None = None

    def observe(self, seen: Observation) -> None:
        """Take note of an answer, and hand a full window on."""
        bundle = seen.outfit.versions.bundle
        if bundle not in self._windows:
            self._make_room()
            self._windows[bundle] = Window(self._requests, seen)
        window = self._windows[bundle]
        window.add(seen)
        self._metrics.share.set(window.share)
        if window.share == 1:
            del self._windows[bundle]
            self._hand_on(window)

    def close(self) -> None:
        """Take no more windows; one that is being judged is finished before the process ends."""
        self._judging.shutdown(wait=False, cancel_futures=True)

    def _make_room(self) -> None:
        if len(self._windows) == BUNDLES:
            del self._windows[next(iter(self._windows))]

    def _hand_on(self, window: Window) -> None:
        """Have a window judged, unless the one before is still being looked at: memory stays bounded."""
        if self._under_way is not None and not self._under_way.done():
            log.warning("drift_window_dropped", bundle=window.versions.bundle)
            return
        self._under_way = self._judging.submit(self._look_at, window)

    def _look_at(self, window: Window) -> None:
        try:
            judged = self._judge(window)
            self._metrics.judged(judged)
            self._tell(judged)
        except (KitsuneError, OSError) as error:
            log.error("drift_not_judged", error=str(error))  # noqa: TRY400 - no bug
        except Exception:
            log.exception("drift_failed")

    def _tell(self, judged: JudgedWindow) -> None:
        """Log what was found; call the hooks when a profile drifts that did not in the bundle's window before."""
        bundle, drifted = judged.versions.bundle, frozenset(judged.drifted)
        before, self._drifted[bundle] = self._drifted.get(bundle, frozenset()), drifted
        if judged.verdict is None:
            log.warning("drift_without_reference", bundle=bundle, remedy="kitsune drift baseline")
            return
        note = log.warning if drifted else log.info
        note("drift_judged", bundle=bundle, against=judged.against, **_in_words(judged))
        if drifted - before:
            for went_well in self._hooks.call(judged):
                self._metrics.hooked(went_well=went_well)


def _in_words(judged: JudgedWindow) -> dict[str, Any]:
    """Say which profiles, dimensions and words drifted, for the log."""
    if judged.verdict is None or not judged.drifted:
        return {"drifted": []}
    return {
        "drifted": judged.drifted,
        "ratios": {name: round(ratio, 3) for name, ratio in judged.verdict.ratios.items()},
        "dimensions": [column.label for column in judged.verdict.columns],
        "words": [f"{word.name} {word.before:.1%} -> {word.now:.1%}" for word in judged.verdict.words],
    }


def open_monitor(home: Home, settings: Settings, metrics: DriftMetrics) -> DriftMonitor:
    """Watch a home's answers.

    Raises:
        MissingExtra: nothing is installed that compares.
    """
    try:
        from service.drift.judging import Judge  # noqa: PLC0415 - scipy takes a second, and 140 MB that most do without
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "KITSUNE_DRIFT needs scipy: install it with `pip install 'kitsune-outfits[drift]'`, or unset KITSUNE_DRIFT."
        ) from error
    return DriftMonitor(settings.drift_window, Judge(home), Hooks(settings), metrics)
