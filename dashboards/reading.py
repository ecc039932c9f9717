"""The boards as they are written: their panels, and their queries with the variables filled in."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

BOARDS: Final = Path(__file__).parent / "boards"

FILLED: Final = {"$__rate_interval": "1m", "$__range": "5m"}
"""What Grafana fills in by itself; other variables mean All."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel."""

    expression: str
    legend: str

    @property
    def filled(self) -> str:
        """The expression as Prometheus gets it."""
        expression = self.expression
        for variable, value in FILLED.items():
            expression = expression.replace(variable, value)
        return re.sub(r"\$\w+", ".*", expression)


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of a board, as its JSON has it."""

    board: str
    row: str
    told: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Grafana's name of what draws it."""
        return str(self.told["type"])

    @property
    def title(self) -> str:
        """What stands above it."""
        return str(self.told["title"])

    @property
    def field(self) -> Mapping[str, Any]:
        """Unit, limits and thresholds of its values."""
        defaults: Mapping[str, Any] = self.told["fieldConfig"]["defaults"]
        return defaults

    @property
    def queries(self) -> list[Query]:
        """What it asks Prometheus."""
        return [Query(target["expr"], target["legendFormat"]) for target in self.told.get("targets", [])]

    def __str__(self) -> str:
        return f"{self.board}: {self.row}: {self.title}"


def boards() -> Mapping[str, Mapping[str, Any]]:
    """Read every board by the name of its file."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(BOARDS.glob("*.json"))}


def panels(name: str) -> Iterator[Panel]:
    """Return the panels of a board that ask something, in their order."""
    row = ""
    for told in boards()[name]["panels"]:
        if told["type"] == "row":
            row = told["title"]
        elif told["type"] != "text":
            yield Panel(name, row, told)
