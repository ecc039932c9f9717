"""A log that nobody reads: requests go on, and what is lost is counted."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
import structlog

from service import logs
from service.logs import PatientStream


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_every_line_is_written_in_its_order_before_the_end(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        stream = PatientStream(file.fileno())
        for number in range(1000):
            stream.write(f"{number} é\n")
        stream.close()
    assert (tmp_path / "log").read_text("utf-8").splitlines() == [f"{number} é" for number in range(1000)]


def test_a_pipe_that_is_full_holds_nobody_up_and_the_lost_lines_are_told() -> None:
    reader, writer = os.pipe()
    stream = PatientStream(writer, waiting=50)
    logs.configure("info", stream)
    log = structlog.get_logger()
    for number in range(2000):
        log.info("line", number=number, text="x" * 1000)
    with os.fdopen(reader) as lines:
        read = dropped = 0
        while read + dropped < 2000:
            line = json.loads(lines.readline())
            read += line["event"] == "line"
            dropped += line.get("lines", 0)
        assert dropped > 0
        stream.close()
        os.close(writer)


def test_a_disk_that_is_full_costs_lines_alone() -> None:
    with Path("/dev/full").open("wb") as full:
        stream = PatientStream(full.fileno())
        for _ in range(10):
            stream.write("lost\n")
        deadline = monotonic() + 10
        while stream._dropped < 10:
            assert monotonic() < deadline
            sleep(0.005)
        stream.close()
