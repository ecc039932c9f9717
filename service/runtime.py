"""The composition root: the one place that chooses concrete parts, and the release that requests are answered from."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace

import structlog
from threadpoolctl import threadpool_limits

from mappings import MappingInvalid, SlotMapping, load_mapping
from service.catalog.record import Record
from service.domain import Versions
from service.drift.metrics import DriftMetrics
from service.drift.monitor import open_monitor
from service.errors import HomeError, KitsuneError, MappingError, NotReady, Unavailable
from service.experiment import running
from service.feedback.counters import Counters
from service.feedback.desk import FeedbackDesk, open_desk
from service.feedback.shadow import Shadow
from service.feedback.trial import Trial
from service.generation import BundleModel
from service.golden import GoldenQuery
from service.holding import Held
from service.home import Home, ReleasePointer
from service.index.breaker import Breaker, BreakerState
from service.index.generations import generations_of
from service.index.wrapped import WrappedIndex
from service.metrics import Metrics
from service.observation import Observation, Observer
from service.release import Release
from service.settings import Settings

WATCH_INTERVAL_S = 1.0
"""How soon a release made by `kitsune build` or `kitsune rollback` is served by a process that runs already."""

CHECK_S = 1.0
"""How long an index may take to say that it answers."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether outfits can be served, and if not, why."""

    ready: bool
    reason: str | None = None


class Runtime:
    """Holds the current release and swaps it without a request noticing.

    A request leases a release from start to end; a replaced one is closed when its last lease ends.
    """

    def __init__(
        self,
        settings: Settings,
        named: Callable[[], ReleasePointer],
        load: Callable[[ReleasePointer], Release],
        observers: Sequence[Observer] = (),
        *,
        metrics: Metrics,
        desk: FeedbackDesk,
        trial: Trial,
        verify: Callable[[Release], Awaitable[None]] | None = None,
    ) -> None:
        self.settings = settings
        self.metrics = metrics
        self.desk = desk
        self._trial = trial
        self._observers = observers
        self._named = named
        self._load = load
        self._verify = verify
        self._tried: ReleasePointer | None = None
        self._pointer: ReleasePointer | None = None
        self._current: Held | None = None
        self._reason: str | None = "No release is loaded yet."
        self._fault: str | None = None
        self._draining = False
        self._swapping = asyncio.Lock()

    def lease(self, key: str | None = None) -> AbstractAsyncContextManager[Release]:
        """Give a release for the length of one request: the current one, or the trial's if `key` is among its share.

        Raises:
            NotReady: no release could be loaded.
        """
        if self._current is None:
            raise NotReady("No release is loaded; /readyz says why.")
        variant, held = self._trial.assign(key, self._current)
        return held.lease(variant)

    def observe(self, seen: Observation) -> None:
        """Tell every observer of an answer; one that fails is logged, and the answer goes out all the same."""
        for observer in self._observers:
            try:
                observer.observe(seen)
            except Exception:
                log.exception("observer_failed", observer=type(observer).__name__)

    def readiness(self) -> Readiness:
        """Say whether a release is loaded, holds products, and answered when it was last asked."""
        if self._draining:
            return Readiness(ready=False, reason="The process is about to end.")
        if self._current is None:
            return Readiness(ready=False, reason=self._reason)
        if self._current.release.index.info.products == 0:
            return Readiness(ready=False, reason="The generation holds no products.")
        if self.settings.stay_ready:
            return Readiness(ready=True)
        return Readiness(ready=self._fault is None, reason=self._fault)

    def drain(self) -> None:
        """Be ready no more, and go on answering: whoever sends requests is to send them elsewhere."""
        self._draining = True
        self._show()

    def _show(self) -> None:
        """Bring what is told of the state up to date."""
        self.metrics.release.ready.set(self.readiness().ready)
        if self._current is not None:
            self.metrics.release.products.set(self._current.release.index.info.products)

    async def reload(self) -> Versions:
        """Load the release that the home names now; the one in use stays until the new one has been checked.

        Raises:
            KitsuneError: it cannot be loaded; the one in use goes on serving.
        """
        async with self._swapping:
            try:
                self._tried = self._named()
                release = await asyncio.to_thread(self._load, self._tried)
                self.metrics.answers.follow((await release.index.taxonomies()).counts)
            except KitsuneError as error:
                self._reason = error.detail
                if isinstance(error, Unavailable):
                    # Nothing is wrong with the release: the watch tries it again.
                    self._tried = None
                else:
                    self.metrics.release.reloads["refused"].inc()
                raise
            previous, self._current, self._pointer = self._current, Held(release), self._tried
            self._fault = None
        self.metrics.release.reloads["loaded"].inc()
        self._show()
        if previous is not None:
            await previous.retire()
        log.info("release_loaded", **asdict(release.versions))
        return release.versions

    async def follow_experiment(self) -> None:
        """Begin, change or end an experiment as the home says; it is beside a release, or there is none."""
        if self._pointer is not None:
            await self._trial.follow(self._pointer)

    async def reload_or_keep(self) -> None:
        """Reload, or log why not and go on with the release in use."""
        try:
            await self.reload()
        except KitsuneError as error:
            serving = self._current is not None
            log.error("release_refused", code=error.code, detail=error.detail, serving=serving)  # noqa: TRY400 - no bug

    async def watch(self, interval_s: float = WATCH_INTERVAL_S) -> None:
        """Reload whenever the release pointer has changed, and ask the index whether it answers; never returns."""
        while True:
            await asyncio.sleep(interval_s)
            try:
                # A release that was refused is not tried again until the pointer moves.
                if self._named() != self._tried:
                    await self.reload_or_keep()
                await self.follow_experiment()
                await self._check()
                self._show()
                await self._verify_once_loaded()
            except KitsuneError:
                # The pointer itself cannot be read just now.
                continue
            except Exception:
                # Whatever it was, later releases must still be followed.
                self._tried = None
                log.exception("watch_failed")

    async def _check(self) -> None:
        """Find out whether the index answers, so that `readiness` need not ask."""
        if self._current is None:
            return
        fault = None
        try:
            async with asyncio.timeout(CHECK_S), self.lease() as release:
                await release.index.check()
        except TimeoutError:
            fault = "The index does not answer in time."
        except Unavailable as error:
            fault = error.detail
        if fault != self._fault:
            log.warning("index_checked", fault=fault)
        self._fault = fault

    async def _verify_once_loaded(self) -> None:
        if self._verify is not None and self._current is not None and self._fault is None:
            async with self.lease() as release:
                await self._verify(release)

    async def close(self) -> None:
        """Stop serving."""
        await self._trial.close()
        held, self._current = self._current, None
        if held is not None:
            await held.retire()


@asynccontextmanager
async def open_runtime(settings: Settings, metrics: Metrics) -> AsyncIterator[Runtime]:
    """Serve the release that the home names, and follow the pointer as it moves.

    Raises:
        MissingExtra: the settings ask for something that is not installed.
    """
    home = Home(settings.home)

    def named() -> ReleasePointer:
        # Asked every second: as often as the log of runs has to be looked at.
        metrics.imports.look(home)
        return named_release(home)

    def opened(pointer: ReleasePointer, told: Callable[[BreakerState], None] = lambda _: None) -> Release:
        release = load_release(home, pointer, settings)
        index = release.index
        if pointer.engine == "elasticsearch":
            index = WrappedIndex(index, Breaker(told).call)
        return replace(release, index=metrics.engine.measured(index))

    def load(pointer: ReleasePointer) -> Release:
        release = opened(pointer, metrics.engine.show_breaker)
        metrics.release.loaded(release.versions, pointer, home)
        metrics.engine.show_breaker(BreakerState.CLOSED)
        return release

    counters = Counters(metrics.registry)
    with ExitStack() as stack:
        # One core a search: requests run side by side, and a second thread inside a small product only costs.
        stack.enter_context(threadpool_limits(limits=1, user_api="blas"))
        desk = stack.enter_context(open_desk(home, settings, counters))
        trial = Trial(lambda: running(home), opened, counters.experiment_degraded)
        shadow = Shadow(trial, counters, timeout_s=settings.deadline_s)
        observers = [shadow, *_observers(home, settings, metrics, stack)]
        golden = GoldenQuery(home, metrics.registry)
        runtime = Runtime(settings, named, load, observers, metrics=metrics, desk=desk, trial=trial, verify=golden)
        await runtime.reload_or_keep()
        await runtime.follow_experiment()
        watching = asyncio.create_task(runtime.watch())
        try:
            yield runtime
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await shadow.close()
            await runtime.close()


def _observers(home: Home, settings: Settings, metrics: Metrics, stack: ExitStack) -> Iterator[Observer]:
    """Yield who watches answers, as the settings say; `stack` closes them."""
    if settings.metrics:
        yield metrics.answers
    if settings.tracing:
        from service.tracing import traced  # noqa: PLC0415 - most do not trace

        yield stack.enter_context(traced())
    drift = DriftMetrics(metrics.registry)
    if settings.drift:
        monitor = open_monitor(home, settings, drift)
        stack.callback(monitor.close)
        yield monitor


def named_release(home: Home) -> ReleasePointer:
    """Return what the home's pointer names.

    Raises:
        HomeError: nothing was released yet, or the pointer is damaged.
    """
    pointer = home.current()
    if pointer is None:
        raise HomeError(f"{home.path} has no release yet; make one with `kitsune build`.")
    return pointer


def load_release(home: Home, pointer: ReleasePointer, settings: Settings) -> Release:
    """Open the bundle, the generation and the mapping that belong together, and check that they fit.

    Raises:
        HomeError: a part is missing or damaged, or the generation is of another space than the bundle.
        BundleError: the bundle is damaged.
        MappingError: the mapping is not well formed.
        IndexUnavailable: the engine does not answer.
    """
    mapping = read_mapping(home, pointer.mapping)
    model = BundleModel.open(home.bundles / pointer.bundle)
    with Record.open(home.record_path, read_only=True) as record:
        index = generations_of(pointer.engine, home, settings).open(pointer.generation, record, model.space_id)
    versions = Versions(
        bundle=pointer.bundle, space=model.space_id, generation=pointer.generation, mapping=pointer.mapping
    )
    return Release(versions, model, index, mapping)


def read_mapping(home: Home, mapping_id: str) -> SlotMapping:
    """Return a released mapping.

    Raises:
        MappingError: it is missing or not well formed.
    """
    try:
        return load_mapping(home.mappings / f"{mapping_id}.yaml")
    except (OSError, MappingInvalid) as error:
        raise MappingError(f"Mapping {mapping_id} cannot be read ({error}); run `kitsune build` again.") from error
