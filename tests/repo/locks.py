"""Resolve `requirements/*.lock` from pyproject.toml: `make lock`. Hashes, but no index addresses, are written."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = {"dev.lock": ["--extra", "train", "--group", "dev"], "serve.lock": ["--constraint", "requirements/dev.lock"]}


def resolve() -> None:
    """Write every lock file; what is locked already is kept where it still fits."""
    for name, options in LOCKS.items():
        command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", *options]
        command += ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
        command += ["--python-version", "3.11", "--quiet", "--output-file", f"requirements/{name}"]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    resolve()
