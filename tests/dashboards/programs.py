"""Prometheus and its companions, as Debian packages them."""

import os
import shutil

import pytest


def program(name: str) -> str:
    """Find a program; without it, the tests of CI fail and others are skipped, with what to install."""
    found = shutil.which(name)
    if found is None:
        reason = f"no {name}: install Debian's prometheus and prometheus-alertmanager to run these tests"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return found
