"""The experiment's release, held beside the one that is served; where it cannot be loaded, that one serves all."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass

import structlog
from prometheus_client import Gauge

from service.domain import Variant
from service.errors import KitsuneError, Unavailable
from service.experiment import Experiment
from service.holding import Held
from service.home import ReleasePointer
from service.release import Release

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Running:
    """An experiment whose release is loaded."""

    experiment: Experiment
    held: Held


class Trial:
    """Follows what the home says of experiments, and says who takes part."""

    def __init__(
        self,
        named: Callable[[], Experiment | None],
        load: Callable[[ReleasePointer], Release],
        degraded: Gauge,
    ) -> None:
        self._named = named
        self._load = load
        self._degraded = degraded
        self._tried: tuple[Experiment | None, ReleasePointer] | None = None
        self._refusal: str | None = None
        self.running: Running | None = None

    def assign(self, key: str | None, current: Held) -> tuple[Variant | None, Held]:
        """Return which release answers a caller, and the part that it has; without a key it has none."""
        if self.running is None or self.running.experiment.shadow or key is None:
            return None, current
        experiment = self.running.experiment
        if experiment.takes(key):
            return Variant(experiment.name, "trial"), self.running.held
        return Variant(experiment.name, "control"), current

    async def follow(self, current: ReleasePointer) -> None:
        """Begin, change or end the experiment as the home says, beside the release that is served now.

        What cannot be loaded is logged, and not tried again before something has changed.
        """
        try:
            wanted = self._named()
            if (wanted, current) == self._tried:
                return
            self._tried = (wanted, current)
            await self._run(await self._opened(wanted, current))
            self._degraded.set(0)
            self._refusal = None
        except KitsuneError as error:
            await self._run(None)
            self._degraded.set(1)
            if isinstance(error, Unavailable):
                # Nothing is wrong with the release: it is tried again.
                self._tried = None
            if error.detail != self._refusal:
                log.error("experiment_refused", code=error.code, detail=error.detail)  # noqa: TRY400 - no bug
            self._refusal = error.detail

    async def close(self) -> None:
        """End the experiment for this process."""
        await self._run(None)

    async def _opened(self, experiment: Experiment | None, current: ReleasePointer) -> Running | None:
        if experiment is None:
            return None
        release = await asyncio.to_thread(self._load, experiment.pointer(current))
        log.info("experiment_loaded", experiment=experiment.name, **asdict(release.versions))
        return Running(experiment, Held(release))

    async def _run(self, running: Running | None) -> None:
        previous, self.running = self.running, running
        if previous is not None:
            await previous.held.retire()
