"""What a run must keep: read from `thresholds.toml`, held against what was counted."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

THRESHOLDS = Path(__file__).with_name("thresholds.toml")


@dataclass(slots=True)
class Slots:
    """Slots that were answered, and how many of them had no candidate."""

    answered: int = 0
    empty: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """What a run came to; `p95_ms` by the name of the task."""

    requests: int
    failures: int
    p95_ms: Mapping[str, float]
    slots: Slots


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The most that a run may have: shares between 0 and 1, milliseconds by the name of the task.

    A task that is not named has no limit.
    """

    error_rate: float
    empty_slots: float
    p95_ms: Mapping[str, float]

    @classmethod
    def read(cls, path: Path = THRESHOLDS) -> Self:
        """Read a file of thresholds.

        Raises:
            SystemExit: it cannot be read, or has other names than these.
        """
        try:
            return cls(**tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
            raise SystemExit(f"{path} is no file of thresholds; {THRESHOLDS} is one.") from error

    def missed(self, counted: Counted) -> list[str]:
        """Return a sentence for each threshold that a run missed; a run that asked nothing missed them all."""
        if not counted.requests:
            return ["Nothing was asked."]
        shares = (
            ("failed requests", counted.failures / counted.requests, self.error_rate),
            ("empty slots", counted.slots.empty / max(counted.slots.answered, 1), self.empty_slots),
        )
        sentences = [f"{found:.2%} {name}, at most {most:.2%} may be." for name, found, most in shares if found > most]
        return sentences + [
            f"{name}: p95 {counted.p95_ms[name]:.0f} ms, at most {most_ms:g} ms may be."
            for name, most_ms in self.p95_ms.items()
            if counted.p95_ms.get(name, 0) > most_ms
        ]
