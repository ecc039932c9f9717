from pathlib import Path

import pytest

from service.catalog.stages import Outputs, Stages
from service.errors import HomeError


class Counter:
    """Work that says how often it was done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> Outputs:
        self.done += 1
        return {"made": self.done}


def ledger(folder: Path) -> Stages:
    return Stages(folder / "work" / "stages.json")


def test_a_stage_is_done_once(tmp_path: Path) -> None:
    work = Counter()
    first = ledger(tmp_path).run("train", {"seed": 0}, work)
    second = ledger(tmp_path).run("train", {"seed": 0}, work)
    assert (first.skipped, second.skipped) == (False, True)
    assert first.outputs == second.outputs == {"made": 1}


def test_a_stage_is_redone_when_its_inputs_change(tmp_path: Path) -> None:
    work = Counter()
    ledger(tmp_path).run("train", {"seed": 0}, work)
    assert ledger(tmp_path).run("train", {"seed": 1}, work).outputs == {"made": 2}


def test_the_order_of_the_inputs_does_not_matter(tmp_path: Path) -> None:
    work = Counter()
    ledger(tmp_path).run("train", {"a": 1, "b": 2}, work)
    assert ledger(tmp_path).run("train", {"b": 2, "a": 1}, work).skipped


def test_a_stage_is_redone_when_what_it_made_is_gone(tmp_path: Path) -> None:
    work = Counter()
    ledger(tmp_path).run("train", {}, work)
    assert not ledger(tmp_path).run("train", {}, work, still_there=lambda _: False).skipped


def test_a_stage_that_failed_is_done_again(tmp_path: Path) -> None:
    def fail() -> Outputs:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        ledger(tmp_path).run("train", {}, fail)
    assert not ledger(tmp_path).run("train", {}, Counter()).skipped


def test_a_damaged_ledger_is_refused_by_name(tmp_path: Path) -> None:
    ledger(tmp_path).run("train", {}, Counter())
    for damaged in (b"{", b"\xff"):
        (tmp_path / "work" / "stages.json").write_bytes(damaged)
        with pytest.raises(HomeError, match=r"stages\.json is damaged .* Delete it"):
            ledger(tmp_path).run("train", {}, Counter())


def test_stages_do_not_disturb_each_other(tmp_path: Path) -> None:
    ledger(tmp_path).run("train", {}, Counter())
    ledger(tmp_path).run("index", {}, Counter())
    assert ledger(tmp_path).run("train", {}, Counter()).skipped
    assert ledger(tmp_path).outputs("index") == {"made": 1}


def test_a_stage_that_was_never_done_has_no_outputs(tmp_path: Path) -> None:
    assert ledger(tmp_path).outputs("train") is None
