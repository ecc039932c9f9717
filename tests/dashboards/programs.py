"""Programs that these tests need beside Python."""

import os
import shutil
from collections.abc import Mapping

import pytest

PACKAGES: Mapping[str, str] = {
    "promtool": "prometheus",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "prometheus-elasticsearch-exporter": "prometheus-elasticsearch-exporter",
    "npm": "npm",
}
"""Debian's package of each."""


def program(name: str) -> str:
    """Find a program; without it, the tests of CI fail and others are skipped, with what to install."""
    found = shutil.which(name)
    if found is None:
        reason = f"no {name}: install the package {PACKAGES[name]} to run these tests"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return found
