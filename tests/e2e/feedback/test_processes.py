"""`kitsune serve` as a process: killed, out of disk, and with an experiment beside what it serves."""

import json
import resource
import shutil
from math import sqrt
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.api.schemas import Taken
from service.feedback.predictions import decode
from tests.conftest import MadeHome, kitsune
from tests.e2e.feedback.conftest import FEEDBACK_KEY, event, figure, rows, send, until
from tests.e2e.shapes import answered, refused
from tests.e2e.test_serving import SEED, outfit, serving

pytestmark = pytest.mark.slow

UNKNOWN = "f" * 32
CALLERS = 300

MAPPING = """
version: 1
name: bags first
taxonomies:
  Clothing:
    - {id: day, slots: [Bags, Shoes, Jackets]}
"""


@pytest.fixture
def home(made_home: MadeHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KITSUNE_FEEDBACK_KEY", FEEDBACK_KEY)
    monkeypatch.setenv("KITSUNE_PREDICTION_LOG", "sqlite")
    return Path(shutil.copytree(made_home.path, tmp_path / "home", symlinks=True))


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """Another order of the slots, so that the trial's answers are known by their looks."""
    path = tmp_path / "trial.yaml"
    path.write_text(MAPPING)
    return path


def experiment(*arguments: str | Path) -> Any:
    return json.loads(kitsune(["experiment", *map(str, arguments), "--json"]).stdout)["experiment"]


def asked(client: httpx.Client, key: str) -> tuple[str | None, str]:
    """Return the arm of a caller, and the first slot's taxonomy."""
    response = client.get(f"/v1/outfits/{SEED}", params={"k": 1}, headers={"x-sticky-key": key})
    assert response.status_code == 200, response.text
    answer = response.json()
    return answer["variant"] and answer["variant"]["arm"], answer["looks"][0]["slots"][0]["taxonomy"]


def test_what_was_answered_200_survives_a_kill(home: Path) -> None:
    with serving(home) as (client, process):
        told = [event(UNKNOWN, "purchase") for _ in range(200)]
        assert answered(send(client, *told[:100]), Taken).accepted == 100
        assert answered(send(client, *told[100:]), Taken).accepted == 100
        process.kill()
        process.wait()
    kept = rows(home / "feedback.sqlite", "SELECT event_id FROM events")
    assert {event_id for (event_id,) in kept} == {one["event_id"] for one in told}
    with serving(home) as (client, _):
        assert answered(send(client, *told[:50], event(UNKNOWN)), Taken) == Taken(accepted=1, repeated=50)


def test_a_full_disk_costs_feedback_and_no_answer(home: Path) -> None:
    with serving(home) as (client, process):
        assert answered(send(client, event(UNKNOWN)), Taken).accepted == 1
        outfit(client)
        until(lambda: figure(client, "kitsune_predictions_total", result="logged"))
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        # No file may have a second byte written: what a process sees of a full disk.
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
        lost = [event(UNKNOWN) for _ in range(100)]
        for _ in range(3):
            refused(send(client, *lost), 503, "feedback_unavailable")
        until(lambda: outfit(client)["prediction_logged"] is False)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        assert answered(send(client, *lost), Taken) == Taken(accepted=100, repeated=0)
        until(lambda: outfit(client)["prediction_logged"])
        assert figure(client, "kitsune_predictions_total", result="failed") > 0


def test_callers_are_split_and_stay_where_they_are(home: Path, mapping: Path) -> None:
    with serving(home) as (client, _):
        assert asked(client, "a") == (None, "Shoes")
        started = experiment("start", "--home", home, "--name", "bags", "--share", "0.2", "--mapping", mapping)
        assert (started["name"], started["bundle"], started["shadow"]) == ("bags", None, False)
        until(lambda: asked(client, "a")[0] is not None)
        arms = {key: asked(client, key) for key in map(str, range(CALLERS))}
        assert set(arms.values()) == {("control", "Shoes"), ("trial", "Bags")}
        trials = sum(arm == "trial" for arm, _ in arms.values())
        assert abs(trials - 0.2 * CALLERS) <= 4 * sqrt(CALLERS * 0.2 * 0.8)
        assert all(asked(client, key) == arms[key] for key in list(arms)[:50])
        assert outfit(client)["variant"] is None
        assert figure(client, "kitsune_variant_outfits_total", variant="trial") >= trials
        assert experiment("status", "--home", home)["share"] == 0.2
        experiment("stop", "--home", home)
        until(lambda: asked(client, "a") == (None, "Shoes"))
    kept = [decode(line) for (line,) in rows(home / "predictions.sqlite", "SELECT prediction FROM predictions")]
    assert sum(one.variant is not None and one.variant.arm == "trial" for one in kept) >= trials
    report = json.loads(kitsune(["feedback", "report", "--home", str(home), "--json"]).stdout)
    variants = {line["value"] for line in report["lines"] if line["by"] == "variant"}
    assert variants <= {"only", "bags control", "bags trial"}


def test_a_trial_that_is_damaged_leaves_all_to_the_control(home: Path, mapping: Path) -> None:
    started = experiment("start", "--home", home, "--name", "bags", "--share", "1", "--mapping", mapping)
    released = home / "mappings" / f"{started['mapping']}.yaml"
    released.write_text("CANARY")
    with serving(home) as (client, _):
        assert client.get("/readyz").status_code == 200
        assert asked(client, "a") == (None, "Shoes")
        assert figure(client, "kitsune_experiment_degraded") == 1
        experiment("start", "--home", home, "--name", "again", "--share", "1", "--mapping", mapping)
        until(lambda: asked(client, "a") == ("trial", "Bags"))
        assert figure(client, "kitsune_experiment_degraded") == 0


def test_a_trial_in_the_shadow_is_counted_and_never_shown(home: Path, mapping: Path) -> None:
    experiment("start", "--home", home, "--name", "bags", "--share", "1", "--mapping", mapping, "--shadow")
    with serving(home) as (client, _):
        assert {asked(client, str(key)) for key in range(20)} == {(None, "Shoes")}
        until(lambda: figure(client, "kitsune_shadow_total", result="different"))
        assert figure(client, "kitsune_shadow_total", result="failed") == 0


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["--bundle", "no-such-bundle"], 9, "bundle"),
        (["--mapping", "no-such-file.yaml"], 8, "mapping"),
        ([], 10, "Nothing would differ"),
    ],
)
def test_what_cannot_be_tried_is_refused(home: Path, arguments: list[str], code: int, word: str) -> None:
    start = ["experiment", "start", "--home", str(home), "--name", "e", "--share", "0.5", *arguments]
    run = kitsune(start, check=False)
    assert run.returncode == code
    assert word in run.stderr
    assert not (home / "experiment.json").exists()
