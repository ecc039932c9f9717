"""Load a service for a while: `python -m load_tests [URL]`; without a URL the drawn shop is served for it."""

import argparse
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from load_tests.seeds import seeds_of, write_seeds
from load_tests.serving import kitsune

FOLDER = Path("kitsune-load")
HERE = Path(__file__).parent


def main() -> int:
    """Make the seeds, run Locust, and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m load_tests", description="Load a service for a while.")
    parser.add_argument("url", nargs="?", help="where the service runs; the drawn shop is served without it")
    given = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with nullcontext(given.url) if given.url else kitsune("demo") as url:
        write_seeds(seeds_of(url), FOLDER / "seeds.csv")
        return subprocess.run(_command(url), check=False).returncode  # noqa: S603 - Locust, with options of our own


def _command(url: str) -> list[str]:
    files = {
        "--config": HERE / "locust.conf",
        "--locustfile": HERE / "locustfile.py",
        "--seeds": FOLDER / "seeds.csv",
        "--html": FOLDER / "report.html",
    }
    options = [str(word) for option in files.items() for word in option]
    return [sys.executable, "-m", "locust", "--host", url, *options]


if __name__ == "__main__":
    sys.exit(main())
