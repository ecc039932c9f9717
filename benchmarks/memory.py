"""What memory a process has, as the kernel counts it."""

from pathlib import Path
from typing import NamedTuple


class Memory(NamedTuple):
    """Bytes that belong to a process, and bytes of files that it has mapped: the kernel takes those back."""

    own: int
    mapped: int


def memory_bytes(pid: int) -> Memory:
    """Read what the kernel counts for a process.

    Source: Documentation/filesystems/proc.rst, smaps_rollup.
    """
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    kb = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return Memory(kb["Anonymous"] * 1024, (kb["Rss"] - kb["Anonymous"]) * 1024)
