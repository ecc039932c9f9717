"""The queue before the prediction log: answers never wait for it, and what is lost is counted."""

from collections.abc import Callable, Sequence
from threading import Event
from time import monotonic, sleep

from prometheus_client import CollectorRegistry

from service.feedback.counters import Counters
from service.feedback.log import PredictionLog, Row, StoreFailed
from tests.unit.service.feedback.answers import prediction


class Shelf:
    """A store that stalls, or fails, as long as a test says."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.goes_on = Event()
        self.goes_on.set()
        self.broken = False
        self.closed = False

    def write(self, rows: Sequence[Row]) -> None:
        self.goes_on.wait(10)
        if self.broken:
            raise StoreFailed("the disk is full")
        self.rows += rows

    def close(self) -> None:
        self.closed = True


def opened(shelf: Shelf, waiting: int = 100) -> tuple[PredictionLog, Callable[[str], float]]:
    registry = CollectorRegistry()

    def count(result: str) -> float:
        return registry.get_sample_value("kitsune_predictions_total", {"result": result}) or 0

    return PredictionLog(shelf, Counters(registry).predictions, waiting=waiting), count


def until(true: Callable[[], bool]) -> None:
    deadline = monotonic() + 10
    while not true():
        assert monotonic() < deadline
        sleep(0.005)


def test_what_was_queued_is_written_before_the_log_closes() -> None:
    shelf = Shelf()
    log, count = opened(shelf, waiting=2000)
    assert all(log.put(prediction(f"{number:032x}")) for number in range(1500))
    log.close()
    assert [outfit_id for outfit_id, *_ in shelf.rows] == [f"{number:032x}" for number in range(1500)]
    assert (count("logged"), count("dropped"), shelf.closed) == (1500, 0, True)


def test_a_store_that_stalls_costs_predictions_and_nothing_else() -> None:
    shelf = Shelf()
    shelf.goes_on.clear()
    log, count = opened(shelf, waiting=5)
    queued = [log.put(prediction(f"{number:032x}")) for number in range(50)]
    assert not all(queued)
    assert count("dropped") == queued.count(False)
    shelf.goes_on.set()
    log.close()
    assert len(shelf.rows) == count("logged") == queued.count(True)


def test_a_store_that_fails_is_told_and_works_again_once_it_can() -> None:
    shelf = Shelf()
    shelf.broken = True
    log, count = opened(shelf)
    log.put(prediction())
    until(lambda: count("failed") == 1)
    until(lambda: not log.put(prediction()))
    shelf.broken = False
    until(lambda: log.put(prediction()))
    log.close()
    assert count("logged") == len(shelf.rows) > 0
