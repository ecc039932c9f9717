"""A release to try beside the one that is served: its parts found in the home, and checked before they are named."""

from pathlib import Path
from typing import Any

from mappings import MappingInvalid, load_mapping
from model.bundle import Bundle, open_bundle
from model.errors import BundleCorrupt
from service.catalog.releasing import kept_generations
from service.errors import BundleError, HomeError, MappingError
from service.experiment import Experiment
from service.home import Home, ReleasePointer, replace_file
from service.settings import Settings


def plan_experiment(
    home: Home,
    settings: Settings,
    *,
    name: str,
    share: float,
    shadow: bool,
    bundle: str | None,
    mapping: Path | None,
) -> Experiment:
    """Return an experiment with another bundle of the home, another mapping, or both.

    A bundle of the served one's space searches what is served. One of another space needs a generation of its own:
    the latest that is kept.

    Raises:
        HomeError: nothing differs, nothing is served, or there is no generation for the bundle.
        BundleError: the bundle is damaged, or not in the home.
        MappingError: the mapping is not well formed.
    """
    current = home.current()
    if current is None:
        raise HomeError(f"{home.path} has no release yet; make one with `kitsune build`.")
    if bundle is None and mapping is None:
        raise HomeError("Nothing would differ: name a --bundle, a --mapping, or both.")
    own = {} if bundle is None else _own_generation(home, settings, current, _bundle(home, bundle))
    kept = None if mapping is None else _install(home, mapping)
    return Experiment(name=name, share=share, shadow=shadow, bundle=bundle, mapping=kept, **own)


def _bundle(home: Home, bundle_id: str) -> Bundle:
    try:
        return open_bundle(home.bundles / bundle_id)
    except BundleCorrupt as error:
        raise BundleError(f"{error} `kitsune bundle show` and the home's folder bundles say what is there.") from error


def _own_generation(home: Home, settings: Settings, current: ReleasePointer, bundle: Bundle) -> dict[str, Any]:
    """Return the fields that name a generation of the bundle's space; none where the one that is served is of it."""
    fitting = [
        kept
        for kept in kept_generations(home, settings).kept
        if kept.state.info is not None and kept.state.info.space_id == bundle.space_id
    ]
    if any((kept.engine, kept.state.generation_id) == (current.engine, current.generation) for kept in fitting):
        return {}
    if not fitting:
        raise HomeError(
            f"Bundle {bundle.bundle_id} is of space {bundle.space_id}, of which no generation is kept: its vectors "
            "never meet those that are served. Build a release with it, and `kitsune rollback`; then start again."
        )
    return {"generation": fitting[-1].state.generation_id, "engine": fitting[-1].engine}


def _install(home: Home, path: Path) -> str:
    """Copy a mapping into the home under the hash of its content, and return that."""
    try:
        mapping = load_mapping(path)
    except (OSError, MappingInvalid) as error:
        raise MappingError(str(error)) from error
    replace_file(home.mappings / f"{mapping.mapping_id}.yaml", path.read_bytes())
    return mapping.mapping_id
