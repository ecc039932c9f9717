"""The server's files: fetched once through Maven, kept in a cache folder, never changed there."""

import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from tests.elasticsearch.java import Missing

VERSION = "9.2.0"
COORDINATES = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
"""Elasticsearch's own distribution for integration tests: a whole server without most of the modules."""

COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"


def cache_folder() -> Path:
    """Return where downloads stay. What root fetches lies where the user that the server runs as can read it."""
    if os.geteuid() == 0:
        return Path("/var/cache/kitsune")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kitsune"


def fetch() -> Path:
    """Return the folder of the unpacked server, fetching it the first time.

    Raises:
        Missing: it is not there, and cannot be fetched.
    """
    unpacked = cache_folder() / f"elasticsearch-{VERSION}"
    if not unpacked.exists():
        unpacked.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=unpacked.parent) as folder:
            _unpack(download(COORDINATES, Path(folder)), Path(folder)).rename(unpacked)
    return unpacked


def download(coordinates: str, folder: Path) -> Path:
    """Fetch one file through Maven into an empty folder.

    Raises:
        Missing: it cannot be had.
    """
    maven = shutil.which("mvn")
    if maven is None:
        raise Missing("Elasticsearch is fetched through Maven: install `mvn`, or set KITSUNE_TEST_ELASTICSEARCH_URL.")
    command = [maven, "-B", "-q", COPY, f"-Dartifact={coordinates}", f"-DoutputDirectory={folder}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise Missing(f"Maven could not fetch {coordinates}: {(run.stdout + run.stderr).strip()[-500:]}")
    (file,) = folder.iterdir()
    return file


def _unpack(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
        (top,) = {name.split("/")[0] for name in packed.namelist()}
    for program in (folder / top / "bin").iterdir():
        program.chmod(0o755)
    return folder / top
