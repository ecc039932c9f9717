"""The composition root: the one place that chooses concrete parts, and the release that requests are answered from."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace

import structlog
from threadpoolctl import threadpool_limits

from mappings import MappingInvalid, SlotMapping, load_mapping
from service.catalog.record import Record
from service.domain import Versions
from service.errors import HomeError, KitsuneError, MappingError, NotReady, Unavailable
from service.generation import BundleModel
from service.home import Home, ReleasePointer
from service.index.breaker import Breaker
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


@dataclass(slots=True)
class _Held:
    """A release with the requests that still use it."""

    release: Release
    leases: int = 0
    retired: bool = False


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
        metrics: Metrics | None = None,
    ) -> None:
        self.settings = settings
        self.metrics = metrics or Metrics()
        self._observers = observers
        self._named = named
        self._load = load
        self._tried: ReleasePointer | None = None
        self._current: _Held | None = None
        self._reason: str | None = "No release is loaded yet."
        self._fault: str | None = None
        self._draining = False
        self._swapping = asyncio.Lock()

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Release]:
        """Give the current release for the length of one request.

        Raises:
            NotReady: no release could be loaded.
        """
        held = self._current
        if held is None:
            raise NotReady("No release is loaded; /readyz says why.")
        held.leases += 1
        try:
            yield held.release
        finally:
            held.leases -= 1
            if held.retired and held.leases == 0:
                await held.release.close()

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
            previous, self._current = self._current, _Held(release)
            self._fault = None
        self.metrics.release.reloads["loaded"].inc()
        self._show()
        await self._retire(previous)
        log.info("release_loaded", **asdict(release.versions))
        return release.versions

    async def _retire(self, held: _Held | None) -> None:
        if held is not None:
            held.retired = True
            if held.leases == 0:
                await held.release.close()

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
                await self._check()
                self._show()
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

    async def close(self) -> None:
        """Stop serving."""
        held, self._current = self._current, None
        await self._retire(held)


@asynccontextmanager
async def open_runtime(settings: Settings, metrics: Metrics) -> AsyncIterator[Runtime]:
    """Serve the release that the home names, and follow the pointer as it moves."""
    home = Home(settings.home)
    breaker = Breaker(metrics.engine.show_breaker)

    def named() -> ReleasePointer:
        # Asked every second: as often as the log of runs has to be looked at.
        metrics.imports.look(home)
        return named_release(home)

    def load(pointer: ReleasePointer) -> Release:
        release = load_release(home, pointer, settings)
        metrics.release.loaded(release.versions, pointer, home)
        index = WrappedIndex(release.index, breaker.call) if pointer.engine == "elasticsearch" else release.index
        return replace(release, index=metrics.engine.measured(index))

    runtime = Runtime(settings, named, load, [metrics.answers] if settings.metrics else [], metrics)
    # One core a search: requests run side by side, and a second thread inside a small product only costs.
    with threadpool_limits(limits=1, user_api="blas"):
        await runtime.reload_or_keep()
        watching = asyncio.create_task(runtime.watch())
        try:
            yield runtime
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await runtime.close()


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
