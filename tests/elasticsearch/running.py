"""The server that a test session uses: the one that KITSUNE_TEST_ELASTICSEARCH_URL names, or one of its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
def own_server() -> Iterator[Server]:
    """Run a server that a test may stop as it likes.

    Without what it needs, the test fails where CI is set, and is skipped with the reason elsewhere.
    """
    # Not below pytest's own folder, which nobody but its user may enter.
    folder = Path(tempfile.mkdtemp(prefix="kitsune-elasticsearch-"))
    server = Server(folder, free_port())
    try:
        server.start()
        yield server
    except Missing as error:
        no_server(str(error))
    finally:
        server.stop()
        shutil.rmtree(folder)


def no_server(reason: str) -> None:
    """Fail where CI is set; skip with the reason elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(f"NOT TESTED ON ELASTICSEARCH: {reason}")
