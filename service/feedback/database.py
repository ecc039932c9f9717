"""How the SQLite files of predictions and of feedback are opened to be written."""

import sqlite3
from pathlib import Path
from typing import Literal

BUSY_S = 0.5
"""How long another writer is waited for: less than a request's deadline."""

FORMAT_VERSION = 1


def connect(path: Path, schema: str, *, synchronous: Literal["NORMAL", "FULL"]) -> sqlite3.Connection:
    """Open a file in WAL mode, and make it and its tables where they are not there.

    `FULL` has the disk keep each transaction before it is said to be committed; `NORMAL` may lose the last ones to a
    power cut, and none to a kill.

    Raises:
        sqlite3.Error: it cannot be opened, or a newer Kitsune made it.
    """
    connection = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)
    try:
        _check_format(connection)
        connection.executescript(
            f"PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; {schema}"
            f"PRAGMA user_version = {FORMAT_VERSION}"
        )
    except BaseException:
        connection.close()
        raise
    return connection


def _check_format(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > FORMAT_VERSION:
        raise sqlite3.NotSupportedError(f"it has format {version}: upgrade kitsune-outfits")
