"""A real Prometheus scrapes a real service that is asked things: no panel stays empty."""

import math
import shutil
import time
from collections.abc import Iterator

import httpx
import pytest

from dashboards.live import Prometheus, kitsune, prometheus
from dashboards.reading import Panel, boards, panels
from dashboards.traffic import ASKED, Traffic
from dashboards.trying import try_another_mapping
from tests.conftest import MadeHome
from tests.dashboards.awaited import EMPTY_ROWS
from tests.dashboards.programs import program

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PANELS = [panel for name in boards() for panel in panels(name)]
TRAFFIC_S = 30


@pytest.fixture(scope="module")
def watched(made_home: MadeHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A service over the made shop, after half a minute of a little of everything."""
    program("prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    home = folder / "home"
    shutil.copytree(made_home.path, home, symlinks=True)
    with kitsune(folder, home) as url, prometheus(folder, url) as watching:
        with httpx.Client(base_url=url, timeout=30) as client:
            traffic = Traffic.of(client)
            try_another_mapping(home, shadow=True)
            for ask in ASKED:
                ask(traffic)
            traffic.run(TRAFFIC_S / 3)
            try_another_mapping(home, shadow=False)
            traffic.run(TRAFFIC_S)
            while not watching.now("kitsune_drift_windows_total > 0"):
                traffic.run(1)
        time.sleep(3)  # until the last of it is scraped
        yield watching


def test_the_rules_are_evaluated_without_an_error(watched: Prometheus) -> None:
    groups = httpx.get(f"{watched.url}/api/v1/rules").json()["data"]["groups"]
    assert [rule["lastError"] for group in groups for rule in group["rules"] if rule["health"] == "err"] == []
    assert {rule["health"] for group in groups for rule in group["rules"]} == {"ok"}


def test_no_alert_fires_at_a_service_that_is_well(watched: Prometheus) -> None:
    assert watched.now('ALERTS{alertstate="firing"}') == []


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_a_panel_shows_something(watched: Prometheus, panel: Panel) -> None:
    if panel.row in EMPTY_ROWS:
        pytest.skip(EMPTY_ROWS[panel.row])
    for query in panel.queries:
        values = [float(series["value"][1]) for series in watched.now(query.filled)]
        assert [value for value in values if math.isfinite(value)], query.filled


def test_what_a_variable_offers_is_there(watched: Prometheus) -> None:
    for label in ("job", "version", "instance"):
        (info,) = watched.now("kitsune_build_info")
        assert info["metric"][label]


def test_empty_rows_are_rows() -> None:
    assert EMPTY_ROWS.keys() <= {panel.row for panel in PANELS}
