from dataclasses import replace
from pathlib import Path

import pytest

from load_tests.thresholds import THRESHOLDS, Counted, Slots, Thresholds

MOST = Thresholds(error_rate=0.01, empty_slots=0.1, p95_ms={"outfit": 300, "photo": 1000})
KEPT = Counted(requests=1000, failures=10, p95_ms={"outfit": 300, "health": 5000}, slots=Slots(30, 3))


def test_a_run_at_its_thresholds_keeps_them() -> None:
    assert MOST.missed(KEPT) == []


@pytest.mark.parametrize(
    ("counted", "sentence"),
    [
        (replace(KEPT, failures=11), "1.10% failed requests, at most 1.00% may be."),
        (replace(KEPT, slots=Slots(30, 4)), "13.33% empty slots, at most 10.00% may be."),
        (replace(KEPT, p95_ms={"outfit": 301}), "outfit: p95 301 ms, at most 300 ms may be."),
        (Counted(0, 0, {}, Slots()), "Nothing was asked."),
    ],
)
def test_a_run_beyond_a_threshold_is_told_which(counted: Counted, sentence: str) -> None:
    assert MOST.missed(counted) == [sentence]


def test_all_that_was_missed_is_told() -> None:
    assert len(MOST.missed(Counted(10, 10, {"outfit": 9000, "photo": 9000}, Slots(1, 1)))) == 4


def test_the_thresholds_that_come_along_are_read() -> None:
    thresholds = Thresholds.read(THRESHOLDS)
    assert 0 <= thresholds.error_rate < 0.1
    assert thresholds.p95_ms["outfit"] < thresholds.p95_ms["photo"]


@pytest.mark.parametrize("text", ["error_rate = ", "error_rate = 0.1", "errors = 1\n[p95_ms]"])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "thresholds.toml"
    file.write_text(text)
    with pytest.raises(SystemExit, match="no file of thresholds"):
        Thresholds.read(file)
