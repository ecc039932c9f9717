"""What a benchmark found: a table for people, and beside it the same as JSON with all that it depends on."""

import os
import platform
import subprocess
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

Rounds = Sequence[float | np.floating[Any]] | NDArray[np.float64]

REPORTS = Path(__file__).with_name("reports")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value: the median of its rounds, with the lowest and the highest of them."""

    name: str
    unit: str
    value: float
    low: float
    high: float
    goal: str | None = None
    met: bool | None = None


@dataclass(slots=True)
class Report:
    """The figures of one script; `setting` is what was measured on."""

    benchmark: str
    setting: dict[str, Any]
    products: int | None = None
    """The size that was asked for: a report of its own."""
    command: str = field(init=False)
    figures: list[Figure] = field(default_factory=list)
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])

    def __post_init__(self) -> None:
        self.command = f"python -m benchmarks.{self.benchmark}"
        if self.products is not None:
            self.command += f" --products {self.products}"

    @property
    def name(self) -> str:
        """What the report is called."""
        return self.benchmark if self.products is None else f"{self.benchmark}_{self.products}"

    def add(
        self,
        name: str,
        unit: str,
        rounds: Rounds,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """Take the rounds of a figure, and the goal that their median has to reach."""
        values = np.asarray(rounds, np.float64)
        value, low, high = (_short(float(found(values))) for found in (np.median, np.min, np.max))
        goal = f"<= {at_most:g}" if at_most is not None else f">= {at_least:g}" if at_least is not None else None
        met = None if goal is None else value <= at_most if at_most is not None else value >= (at_least or 0)
        self.figures.append(Figure(name, unit, value, low, high, goal, met))

    def finish(self) -> None:
        """Print the table and write the JSON."""
        self._print()
        content = {
            "benchmark": self.benchmark,
            "command": self.command,
            "at": self.started,
            "git_revision": git_revision(),
            "machine": machine() | {"load_before": round(self.load_before, 2)},
            "versions": versions(),
            "setting": self.setting,
            "figures": [asdict(figure) for figure in self.figures],
        }
        REPORTS.mkdir(exist_ok=True)
        encoded = msgspec.json.format(msgspec.json.encode(content), indent=1)
        (REPORTS / f"{self.name}.json").write_bytes(encoded + b"\n")

    def _print(self) -> None:
        table = Table("figure", "median of rounds", "lowest to highest", "goal", title=self.name)
        for figure in self.figures:
            goal = "" if figure.goal is None else f"{figure.goal} {'met' if figure.met else 'MISSED'}"
            table.add_row(figure.name, f"{figure.value:g} {figure.unit}", f"{figure.low:g} to {figure.high:g}", goal)
        Console(width=140).print(table)


def machine() -> dict[str, Any]:
    """Describe the machine, without its name."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": model,
        "processors": os.cpu_count(),
        "memory_gib": round(memory_bytes / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
    }


def versions() -> dict[str, str]:
    """Return the versions of what the figures depend on."""
    names = (
        "elasticsearch",
        "fastapi",
        "msgspec",
        "numpy",
        "onnxruntime",
        "pydantic",
        "starlette",
        "torch",
        "uvicorn",
        "uvloop",
    )
    return {"python": platform.python_version()} | {name: version(name) for name in names}


def git_revision() -> str:
    """Return the revision, with a + where the tree differs from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)  # noqa: S603, S607
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "service", "model", "mappings")
    return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def asked_products(default: int) -> int:
    """Return how many products the command line asks for."""
    parser = ArgumentParser()
    parser.add_argument("--products", type=int, default=default)
    products: int = parser.parse_args().products
    return products
