"""A second release beside the one that is served: what of it differs, and which callers get it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from service.errors import HomeError
from service.home import Home, ReleasePointer, replace_file
from service.settings import Engine

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """What differs from the release that is served; what is None is that one's own, and moves with it.

    Serving, `share` is the part of the callers who get the trial's answers. In the shadow it is the part of the
    answers after which the trial is asked the same, for nobody to see.
    """

    name: str
    share: float
    shadow: bool = False
    bundle: str | None = None
    mapping: str | None = None
    generation: str | None = None
    engine: Engine | None = None
    """Which one holds the generation; None where that is None."""

    def pointer(self, current: ReleasePointer) -> ReleasePointer:
        """Return the trial's release beside `current`."""
        differs = {name: getattr(self, name) for name in ("bundle", "mapping", "generation", "engine")}
        return replace(current, **{name: value for name, value in differs.items() if value is not None})

    def takes(self, key: str) -> bool:
        """Say whether a key is among the trial's share: always the same of one key, and by chance in each experiment.

        Source: as `service.catalog.outfits.split_of`, the first 64 bits of a SHA-256.
        """
        drawn = hashlib.sha256(f"{self.name}\0{key}".encode()).digest()[:8]
        return int.from_bytes(drawn, "big") / 2**64 < self.share


@dataclass(frozen=True, slots=True)
class _File:
    """What `experiment.json` holds."""

    format_version: int
    experiment: Experiment


def running(home: Home) -> Experiment | None:
    """Return the experiment that the home names, if there is one.

    Raises:
        HomeError: `experiment.json` is damaged, or of a newer format.
    """
    path = home.experiment_path
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HomeError(f"{path} cannot be read ({error.strerror}): check its rights.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HomeError(f"{path} is damaged ({error}): run `kitsune experiment stop`.") from error
    if file.format_version != FORMAT_VERSION:
        raise HomeError(f"{path} has format {file.format_version}, this Kitsune reads {FORMAT_VERSION}: upgrade it.")
    return file.experiment


def start(home: Home, experiment: Experiment) -> None:
    """Have a running service take up an experiment, in one rename: no lock, so that it need not wait for a build."""
    replace_file(home.experiment_path, msgspec.json.encode(_File(FORMAT_VERSION, experiment)))


def stop(home: Home) -> None:
    """End the experiment, if there is one."""
    home.experiment_path.unlink(missing_ok=True)


def generations_in_use(home: Home, pointers: Iterable[ReleasePointer | None]) -> list[str]:
    """Return the generations of releases and of the experiment, which no pruning may remove."""
    experiment = running(home)
    named = [pointer.generation for pointer in pointers if pointer is not None]
    return named if experiment is None or experiment.generation is None else [*named, experiment.generation]
