"""The manifests as `kubectl apply -k` would send them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repo.locks import ROOT

KUBERNETES = ROOT / "kubernetes"
OVERLAYS = sorted(path.name for path in (KUBERNETES / "overlays").iterdir())

Manifest = Mapping[str, Any]


@cache
def rendered(overlay: str) -> tuple[Manifest, ...]:
    """Return all objects of an overlay."""
    command = [*_kustomize(), str(KUBERNETES / "overlays" / overlay)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return tuple(yaml.safe_load_all(built.stdout))


def _kustomize() -> list[str]:
    beside = str(Path(sys.executable).parent)
    for name, verb in (("kustomize", "build"), ("kubectl", "kustomize")):
        if found := shutil.which(name, path=os.pathsep.join([beside, os.environ["PATH"]])):
            return [found, verb]
    reason = "neither kustomize nor kubectl is here: `make kustomize` installs one where Go is"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)


def of_kind(overlay: str, *kinds: str) -> list[Manifest]:
    """Return an overlay's objects of some kinds."""
    return [manifest for manifest in rendered(overlay) if manifest["kind"] in kinds]


def name_of(manifest: Manifest) -> str:
    """Return how messages name an object."""
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def pods(overlay: str) -> Iterator[tuple[str, Manifest]]:
    """Yield the pod templates of an overlay by their owner's name, those of the Elasticsearch operator's too."""
    for manifest in rendered(overlay):
        spec = manifest.get("spec", {})
        if manifest["kind"] == "Elasticsearch":
            yield from ((name_of(manifest), nodes["podTemplate"]) for nodes in spec["nodeSets"])
        elif manifest["kind"] == "CronJob":
            yield name_of(manifest), spec["jobTemplate"]["spec"]["template"]
        elif "template" in spec:
            yield name_of(manifest), spec["template"]


def containers(pod: Manifest) -> list[Manifest]:
    """Return the containers of a pod template, those that run first included."""
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def settings_of(overlay: str) -> dict[str, str]:
    """Return the environment that the service's settings give it."""
    (data,) = (
        found["data"]
        for found in of_kind(overlay, "ConfigMap")
        if found["metadata"]["name"].startswith("kitsune-settings")
    )
    return dict(data)
