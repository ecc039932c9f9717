"""An experiment beside what a home serves, so that its panels have something to show."""

import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from service.home import Home

SHARE = 0.5


def try_another_mapping(home: Path, *, shadow: bool) -> None:
    """Try the served mapping under another name: for half of the callers, or of the answers in the shadow."""
    served = Home(home)
    pointer = served.current()
    if pointer is None:
        return
    mapping = yaml.safe_load((served.mappings / f"{pointer.mapping}.yaml").read_text())
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(yaml.safe_dump(mapping | {"name": "tried"}))
        file.flush()
        command = [sys.executable, "-m", "service.cli", "experiment", "start", "--home", str(home)]
        command += ["--name", "tried", "--share", str(SHARE), "--mapping", file.name]
        subprocess.run([*command, "--shadow"] if shadow else command, check=True, capture_output=True)
