"""Load tests over the shop of twelve, and Locust itself over the made one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from load_tests.corrupt import CORRUPT, Corrupt
from load_tests.seeds import read_seeds, seeds_of, write_seeds
from service.app import create_app
from service.settings import Settings
from tests.conftest import MadeHome
from tests.docs.pages import ROOT
from tests.e2e.conftest import Serve, served
from tests.fakes import FakeRuntime

TASKS = {"health", "outfit", "override", "three looks", "photo", "corrupt"}

LENIENT = "error_rate = 0\nempty_slots = 0.5\n[p95_ms]\noutfit = 20000\n"
IMPOSSIBLE = "error_rate = 0\nempty_slots = 0.5\n[p95_ms]\noutfit = 0.01\n"


@pytest.mark.parametrize("sent", CORRUPT, ids=lambda sent: sent.what)
def test_a_corrupt_request_gets_its_4xx(client: httpx.Client, sent: Corrupt) -> None:
    headers = {"content-type": sent.media_type}
    answer = client.request(sent.method, sent.path, content=sent.body, headers=headers)
    assert answer.status_code == sent.status
    assert 400 <= sent.status < 500


def test_seeds_are_the_products_that_have_outfits(client: httpx.Client) -> None:
    seeds = seeds_of(str(client.base_url))
    assert ("red-dress", "Dresses") in seeds
    assert ("parka", "Jackets") in seeds
    # Their taxonomies have no template.
    assert not {"Hats, scarves and gloves", "Totes"} & {seed.taxonomy for seed in seeds}
    assert seeds == seeds_of(str(client.base_url))


def test_no_more_seeds_than_wanted_are_drawn_and_the_large_taxonomies_have_most(client: httpx.Client) -> None:
    assert len(seeds_of(str(client.base_url), at_most=3)) <= 3


def test_a_service_that_cannot_serve_has_no_seeds(serve: Serve) -> None:
    with serve(FakeRuntime(reason="There is no release.")) as client, pytest.raises(SystemExit, match="answers 503"):
        seeds_of(str(client.base_url))


def test_a_service_that_is_away_has_no_seeds() -> None:
    with pytest.raises(SystemExit, match="start the service first"):
        seeds_of("http://127.0.0.1:1")


@pytest.mark.slow
def test_seeds_are_made_of_a_home(made_home: MadeHome, tmp_path: Path) -> None:
    run = python("load_tests.seeds", "--home", made_home.path, "--to", "seeds.csv", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert re.match(r"seeds.csv: \d+ seeds of 6 taxonomies", run.stdout)
    assert {seed.product_id for seed in read_seeds(tmp_path / "seeds.csv")} <= set(made_home.shop.product_ids)


@pytest.mark.slow
def test_no_seeds_are_made_of_a_home_without_a_release(tmp_path: Path) -> None:
    run = python("load_tests.seeds", "--home", "nowhere", folder=tmp_path)
    assert run.returncode == 1
    assert "make one with `kitsune build`" in run.stderr
    assert "nothing to serve" in run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("workers", [[], ["--processes", "2"]], ids=["one process", "master and workers"])
def test_a_run_within_its_thresholds_ends_well(made_home: MadeHome, tmp_path: Path, workers: list[str]) -> None:
    run = locust(made_home, tmp_path, LENIENT, *workers)
    assert run.returncode == 0, run.stderr
    assert "All thresholds are kept" in run.stderr
    assert int(re.search(r"kept: \d+ requests, (\d+) slots", run.stderr)[1]) > 0  # type: ignore[index]
    # Workers, which know of nothing in the end, print an empty list each before the master's.
    asked = {row["name"]: row for row in json.loads(run.stdout.split("[]\n")[-1])}
    assert asked.keys() <= TASKS
    assert {"outfit", "corrupt"} <= asked.keys()
    assert not any(row["num_failures"] for row in asked.values())
    assert "outfit" in (tmp_path / "report.html").read_text()


@pytest.mark.slow
def test_a_run_beyond_a_threshold_ends_with_1_and_says_which(made_home: MadeHome, tmp_path: Path) -> None:
    run = locust(made_home, tmp_path, IMPOSSIBLE)
    assert run.returncode == 1
    assert "Missed: outfit: p95" in run.stderr
    assert "Missed: 0" not in run.stderr


def locust(home: MadeHome, folder: Path, thresholds: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run Locust for a few seconds over the made shop."""
    (folder / "thresholds.toml").write_text(thresholds)
    files = {"--thresholds": "thresholds.toml", "--seeds": "seeds.csv", "--html": "report.html"}
    with served(create_app(Settings.load(home=home.path, deadline_s=30))) as client:
        url = str(client.base_url)
        write_seeds(seeds_of(url), folder / "seeds.csv")
        return python(
            "locust", "--config", ROOT / "load_tests" / "locust.conf", "-f", ROOT / "load_tests" / "locustfile.py",
            "--host", url, "--json", "--run-time", "6s", *[word for pair in files.items() for word in pair], *options,
            folder=folder,
        )  # fmt: skip


def python(module: str, *arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
