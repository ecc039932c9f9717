"""The server that a test session uses: the one that KITSUNE_TEST_ELASTICSEARCH_URL names, or one of its own."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.elasticsearch.java import Missing
from tests.elasticsearch.server import Server, free_port

URL_VARIABLE = "KITSUNE_TEST_ELASTICSEARCH_URL"


@contextmanager
def running_url() -> Iterator[str]:
    """Give the address of a server that lives as long as the block."""
    if given := os.environ.get(URL_VARIABLE):
        yield given
        return
    with own_server() as server:
        yield server.url


@contextmanager
def own_server(make: Callable[[Path, int], Server] = Server) -> Iterator[Server]:
    """Run a server that a test may stop as it likes.

    `make` describes it, given a folder and a free port.

    Without what it needs, the test fails where CI is set, and is skipped with the reason elsewhere.
    """
    # Not below pytest's own folder, which nobody but its user may enter.
    folder = Path(tempfile.mkdtemp(prefix="kitsune-elasticsearch-"))
    with ExitStack() as afterwards:
        afterwards.callback(shutil.rmtree, folder)
        try:
            server = make(folder, free_port())
            afterwards.callback(server.stop)
            server.start()
        except Missing as error:
            no_server(str(error))
        yield server


def no_server(reason: str) -> NoReturn:
    """Fail where CI is set; skip with the reason elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(f"NOT TESTED ON ELASTICSEARCH: {reason}")
