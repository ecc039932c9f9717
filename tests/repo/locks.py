"""Resolve `requirements/*.lock` from pyproject.toml: `make lock`. Hashes, but no index addresses, are written."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
AS_TESTED = ["--constraint", "requirements/dev.lock"]
LOCKS = {
    "dev.lock": ["pyproject.toml", "--extra", "train", "--group", "dev"],
    "serve.lock": ["pyproject.toml", *AS_TESTED],
    "train.lock": ["pyproject.toml", "--extra", "train", *AS_TESTED],
    "build.lock": ["--group", "build", *AS_TESTED],
}
"""What each is resolved from. The image takes all but the first, at the versions that are tested."""


def resolve() -> None:
    """Write every lock file; what is locked already is kept where it still fits."""
    for name, options in LOCKS.items():
        command = [sys.executable, "-m", "uv", "pip", "compile", *options]
        command += ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
        command += ["--python-version", "3.11", "--quiet", "--output-file", f"requirements/{name}"]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    resolve()
