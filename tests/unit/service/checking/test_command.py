"""`kitsune bundle check` as it is typed: what it prints, and how it ends."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.checking.checks import Case, Check, Limit
from service.checking.running import run_checks
from service.checking.subject import NotAsked, Subject
from service.cli import app, checking
from tests.unit.service.checking.shop import make_release, make_subject

NEVER = Limit("failures", "at most", 0.0)


async def held(_: Subject) -> list[Case]:
    return [Case("one", 0.0), Case("another", 0.0)]


async def broken(_: Subject) -> list[Case]:
    return [Case("one", 0.0), Case("product [b]7[/b]", 1.0)]


async def lacking(_: Subject) -> list[Case]:
    raise NotAsked("no product states a season")


HELD = Check("slots", "MFT", "Q18", "Does every slot hold its taxonomy?", NEVER, held)
BROKEN = Check("stock", "MFT", "Q19", "Is everything in stock?", NEVER, broken)
LACKING = Check("winter", "DIR", "Q29", "Does winter follow?", NEVER, lacking)

Run = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command over a made shop, with a few checks in the place of all."""

    @asynccontextmanager
    async def open_subject(*_: object) -> AsyncIterator[Subject]:
        release = make_release(tmp_path)
        yield await make_subject(release)
        await release.close()

    def check(*checks: Check, options: tuple[str, ...] = ()) -> Result:
        monkeypatch.setattr(checking, "open_subject", open_subject)
        monkeypatch.setattr(checking, "run_checks", lambda subject, tell: run_checks(subject, tell, checks))
        return CliRunner().invoke(app, ["bundle", "check", *options])

    return check


def test_limits_that_are_kept_end_with_0(check: Run) -> None:
    done = check(HELD, LACKING)
    assert done.exit_code == 0
    assert "All 1 checks keep to their limits." in done.stdout
    assert "Not asked: no product states a season." in " ".join(done.stdout.split())


def test_a_limit_that_is_missed_ends_with_1_and_is_named_with_an_example(check: Run) -> None:
    done = check(HELD, BROKEN)
    assert done.exit_code == 1
    assert "1 of 2 checks miss their limits." in done.stdout
    assert "stock: missed for example by product [b]7[/b]" in done.stdout
    assert "FAIL" in done.stdout


def test_json_has_every_figure(check: Run) -> None:
    done = check(BROKEN, LACKING, options=("--json",))
    assert done.exit_code == 1
    stock, winter = json.loads(done.stdout)["results"]
    assert stock == {
        "name": "stock", "skill": "MFT", "row": "Q19", "question": "Is everything in stock?",
        "figure": "failures", "sense": "at most", "bound": 0.0, "asked": 2, "failed": 1, "failure_rate": 0.5,
        "measured": 0.5, "passed": False, "reason": None, "examples": ["product [b]7[/b]"],
    }  # fmt: skip
    assert (winter["asked"], winter["passed"], winter["reason"]) == (0, None, "no product states a season")
    assert json.loads(done.stdout)["versions"]["bundle"] == "checked-bundle"


def test_a_question_is_readable_in_a_narrow_terminal(check: Run) -> None:
    assert "Does every slot hold its " in check(HELD).stdout
