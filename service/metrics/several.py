"""Several processes that count as one: each keeps its figures in files of one folder, and a scrape adds them up.

Source: prometheus_client's documentation of its multiprocess mode, read for what it asks of its users: the variable is
set before the library is imported, the folder is empty at the start, and dead processes' gauges are taken away.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def counted_together() -> bool:
    """Say whether this process is one of several whose figures are added up."""
    return VARIABLE in os.environ


@contextmanager
def shared_folder() -> Iterator[None]:
    """Have the processes that are started inside count in one folder: the variable's, or a temporary one."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        _empty(Path(given))
        yield
        return
    with TemporaryDirectory(prefix="kitsune-metrics-") as made:
        os.environ[VARIABLE] = made
        try:
            yield
        finally:
            del os.environ[VARIABLE]


def _empty(folder: Path) -> None:
    """Make the folder, and remove what an earlier run counted: its processes' ids may come again."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink()
