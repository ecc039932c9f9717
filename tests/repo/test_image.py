"""The image holds what serves and nothing else. None is built here: docs/operations.md says how one was."""

import json
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.kubernetes.rendered import OVERLAYS, containers, pods
from tests.repo.locks import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = {
    name: text
    for text, name in re.findall(r"^(FROM \S+ AS (\S+)$.*?)(?=^FROM|\Z)", DOCKERFILE, re.DOTALL | re.MULTILINE)
}
REPORT = json.loads((ROOT / "benchmarks" / "reports" / "image.json").read_text())
USER = 10001


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    subprocess.run([str(hadolint), str(ROOT / "Dockerfile")], check=True)


def test_the_base_is_slim_and_the_python_that_is_tested() -> None:
    (python,) = re.findall(r"^PYTHON \?= python(\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    (base,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(rf"docker\.io/library/python:{re.escape(python)}-slim-\w+(@sha256:[0-9a-f]{{64}})?", base)
    assert {text.split()[1] for text in STAGES.values()} == {"${PYTHON_IMAGE}", "build", "base"}


def test_what_is_not_named_is_the_image_that_serves() -> None:
    assert list(STAGES)[-1] == "serve"


@pytest.mark.parametrize("name", ["serve", "train"])
def test_an_image_is_the_confined_base_with_one_environment_in_it(name: str) -> None:
    first, *rest = STAGES[name].strip().splitlines()
    assert first == f"FROM base AS {name}"
    assert len(rest) == 1
    assert rest[0].endswith(" /opt/kitsune /opt/kitsune")


def test_the_base_runs_as_a_user_without_rights_and_has_no_pip() -> None:
    base = STAGES["base"]
    assert f"USER {USER}:{USER}" in base
    assert "pip uninstall --yes pip" in base
    assert "ensurepip" in base
    assert re.search(r"^HEALTHCHECK .*\n +CMD \[\"python\"", base, re.MULTILINE)
    assert not re.search(r"apt-get|curl|wget|^ADD", DOCKERFILE, re.MULTILINE)


def test_every_package_of_an_image_is_locked_by_hash() -> None:
    installs = re.findall(r"pip(?: --python \S+)? install (.+?)(?: \\)?$", DOCKERFILE, re.MULTILINE)
    assert len(installs) == 4
    assert all("--require-hashes" in install or install == "--no-deps /wheels/*.whl" for install in installs)
    for lock in re.findall(r"requirements/\w+\.lock", DOCKERFILE):
        assert (ROOT / lock).is_file()


def test_manifests_run_it_as_its_own_user() -> None:
    users = {
        pod["spec"]["securityContext"]["runAsUser"]
        for overlay in OVERLAYS
        for _, pod in pods(overlay)
        if containers(pod)[0]["name"] == "kitsune"
    }
    assert users == {USER}


@pytest.mark.parametrize("path", [".git", ".venv", "tests", "kitsune-home", "kitsune-demo", "docs", ".env"])
def test_what_is_no_part_of_the_wheel_is_not_sent_to_the_builder(path: str) -> None:
    assert not sent(path)


@pytest.mark.parametrize("path", ["service", "model", "mappings", "requirements", "pyproject.toml", "README.md"])
def test_what_the_wheel_is_made_of_is_sent(path: str) -> None:
    assert sent(path)


def sent(path: str) -> bool:
    """Read .dockerignore as the builder does: the last line that fits decides."""
    kept = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line.startswith("#") and fnmatch(path, line.removeprefix("!")):
            kept = line.startswith("!")
    return kept


def test_the_image_that_was_built_is_as_small_as_it_was_to_be() -> None:
    (size,) = (found for found in REPORT["figures"] if found["name"] == "size of the image that serves")
    assert size["unit"] == "MB"
    assert size["value"] < 600
