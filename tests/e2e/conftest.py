"""The real server on a free port, over a fake shop of twelve products."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic, sleep

import httpx
import pytest
import structlog
import uvicorn
from fastapi import FastAPI

from service import logs
from service.app import create_app
from service.settings import Settings
from tests.e2e.shapes import assert_safe_headers
from tests.fakes import FakeRuntime

ADMIN_KEY = "a-key-only-for-tests"

Serve = Callable[..., AbstractContextManager[httpx.Client]]


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """Serve `app` from a thread; every answer is checked for the headers that all answers have."""
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, server_header=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = monotonic() + 20
    while not server.started:
        assert thread.is_alive(), "the server ended"
        assert monotonic() < deadline, "the server did not start"
        sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", event_hooks={"response": [assert_safe_headers]}) as client:
        yield client
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def quiet() -> Iterator[None]:
    """Write no log lines: the servers outlive the tests that they would be shown beside."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Start another server: `with serve(runtime, max_body_bytes=2000) as client`."""

    def start(runtime: FakeRuntime | None = None, **settings: object) -> AbstractContextManager[httpx.Client]:
        return served(create_app(Settings.load(**settings), (runtime or FakeRuntime()).open()))

    return start


@pytest.fixture(scope="session")
def client(serve: Serve) -> Iterator[httpx.Client]:
    with serve(admin_key=ADMIN_KEY, max_photo_bytes=200_000) as client:
        yield client


@pytest.fixture
def json_logs() -> Iterator[None]:
    """Log as the service does, for one test."""
    handlers, level, before = logging.root.handlers[:], logging.root.level, structlog.get_config()
    logging.root.handlers = []
    logs.configure("info")
    yield
    structlog.configure(**before)
    logging.root.handlers = handlers
    logging.root.setLevel(level)
