"""What a home keeps to be served, on whichever engine: shown, served again, or removed."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from model.bundle import Bundle, open_bundle
from model.errors import BundleCorrupt
from service.catalog.record import Record
from service.errors import BundleError, HomeError, IndexUnavailable
from service.experiment import generations_in_use
from service.home import Home, ReleasePointer
from service.index.base import GenerationInfo
from service.index.generations import generations_of
from service.index.kept import GenerationState
from service.settings import Engine, Settings


@dataclass(frozen=True, slots=True)
class Kept:
    """A generation, the engine that holds it, and which of the releases `current` and `previous` name it."""

    state: GenerationState
    engine: Engine
    releases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The generations by engine and age; what the engines in `silent` keep could not be found out."""

    kept: tuple[Kept, ...]
    silent: Mapping[Engine, IndexUnavailable]


def kept_generations(home: Home, settings: Settings) -> Listing:
    """List the generations of every engine that is in use; one that does not answer does not hide the others'.

    Raises:
        HomeError: `current.json` cannot be read.
    """
    pointers = {"current": home.current(), "previous": home.previous()}
    kept: list[Kept] = []
    silent: dict[Engine, IndexUnavailable] = {}
    for engine in _engines(home, settings):
        try:
            states = generations_of(engine, home, settings).all()
        except IndexUnavailable as error:
            silent[engine] = error
            continue
        kept += (
            Kept(state, engine, tuple(name for name, pointer in pointers.items() if _names(pointer, engine, state)))
            for state in states
        )
    return Listing(tuple(kept), silent)


def swap(home: Home, generation_id: str, settings: Settings) -> ReleasePointer:
    """Serve a kept generation with the bundle and the mapping that are served now.

    Raises:
        HomeError: nothing is released yet, or the generation is not there, damaged, or of another space.
        BundleError: the bundle is damaged.
        IndexUnavailable: the engine that holds the generation, or may hold it, does not answer.
    """
    current = _released(home)
    kept, info = _complete(home, generation_id, settings)
    bundle = _whole_bundle(home, current)
    if info.space_id != bundle.space_id:
        previous = "previous" in kept.releases
        remedy = "`kitsune rollback` serves it with its own" if previous else "run `kitsune index build`"
        raise HomeError(
            f"Generation {generation_id} is of space {info.space_id}, the bundle that is served of {bundle.space_id}: "
            f"their vectors never meet; {remedy}."
        )
    pointer = replace(current, generation=generation_id, engine=kept.engine)
    _activate(home, pointer, settings)
    home.release(pointer)
    home.log_run({"stage": "swap", "release": asdict(pointer)})
    return pointer


def roll_back(home: Home, settings: Settings) -> ReleasePointer:
    """Serve the previous release again, once its files have been found to be what they were.

    Raises:
        HomeError: there is no previous release, or its generation is damaged.
        BundleError: its bundle is damaged.
    """
    previous = home.previous()
    if previous is not None:
        _whole_bundle(home, previous)
        _activate(home, previous, settings)
    pointer = home.rollback()
    home.log_run({"stage": "rollback", "release": asdict(pointer)})
    return pointer


def prune(home: Home, settings: Settings) -> list[str]:
    """Remove and return what neither the current nor the previous release nor the experiment names.

    Raises:
        HomeError: nothing is released yet.
        IndexUnavailable: an engine does not answer; run again, it goes on.
    """
    keep = generations_in_use(home, (_released(home), home.previous()))
    engines = _engines(home, settings)
    return [gone for engine in engines for gone in generations_of(engine, home, settings).prune(keep)]


def _engines(home: Home, settings: Settings) -> list[Engine]:
    """Return the engines that may hold something: the home itself, what releases name, and where builds go.

    No other is asked: a shop that never had a cluster needs none.
    """
    named: Iterator[Engine] = (pointer.engine for pointer in (home.current(), home.previous()) if pointer is not None)
    return list(dict.fromkeys(["embedded", *named, settings.engine]))


def _names(pointer: ReleasePointer | None, engine: Engine, state: GenerationState) -> bool:
    return pointer is not None and (pointer.engine, pointer.generation) == (engine, state.generation_id)


def _released(home: Home) -> ReleasePointer:
    pointer = home.current()
    if pointer is None:
        raise HomeError(f"{home.path} has no release yet; make one with `kitsune build`.")
    return pointer


def _complete(home: Home, generation_id: str, settings: Settings) -> tuple[Kept, GenerationInfo]:
    listing = kept_generations(home, settings)
    for kept in listing.kept:
        if kept.state.generation_id == generation_id:
            if kept.state.info is None:
                raise HomeError(
                    f"Generation {generation_id} was never finished, or is damaged: run `kitsune index build`."
                )
            return kept, kept.state.info
    for error in listing.silent.values():
        raise error
    raise HomeError(f"There is no generation {generation_id}; `kitsune index list` names those that are kept.")


def _whole_bundle(home: Home, pointer: ReleasePointer) -> Bundle:
    try:
        return open_bundle(home.bundles / pointer.bundle)
    except BundleCorrupt as error:
        raise BundleError(str(error)) from error


def _activate(home: Home, pointer: ReleasePointer, settings: Settings) -> None:
    with Record.open(home.record_path, read_only=True) as record:
        generations_of(pointer.engine, home, settings).activate(pointer.generation, record)
