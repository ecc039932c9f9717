import re
import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement

from tests.repo.locks import LOCKS, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", text, flags=re.MULTILINE | re.IGNORECASE))


def group(name: str) -> Iterator[Requirement]:
    for entry in PROJECT["dependency-groups"][name]:
        if isinstance(entry, str):
            yield Requirement(entry)
        else:
            yield from group(entry["include-group"])


def wanted(name: str) -> Iterator[Requirement]:
    if name != "build.lock":
        yield from map(Requirement, PROJECT["project"]["dependencies"])
    if name in ("dev.lock", "train.lock"):
        yield from map(Requirement, PROJECT["project"]["optional-dependencies"]["train"])
    if name in ("dev.lock", "build.lock"):
        yield from group(name.removesuffix(".lock"))


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_pins_what_pyproject_asks_for(name: str) -> None:
    pins = locked(name)
    for requirement in wanted(name):
        version = pins[requirement.name.lower()]
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}; run `make lock`"


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert len(entries) > 5
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_index(name: str) -> None:
    assert "://" not in (ROOT / "requirements" / name).read_text()


@pytest.mark.parametrize("name", LOCKS)
def test_what_an_image_installs_is_locked_at_the_versions_that_are_tested(name: str) -> None:
    tested = locked("dev.lock")
    assert {package: tested.get(package) for package in locked(name)} == locked(name)


def test_serving_needs_no_torch() -> None:
    assert not {"torch", "torchvision", "scikit-learn", "onnx"} & set(locked("serve.lock"))
