"""The row of Elasticsearch shows what the real exporter says of a real server."""

import math
import time
from pathlib import Path

import httpx
import pytest

from dashboards.live import exporter, prometheus
from dashboards.reading import panels
from tests.dashboards.programs import program

pytestmark = pytest.mark.slow

SHOWN = [panel for panel in panels("catalogue") if panel.row == "Elasticsearch"]
INDEX = "looked-at"


def test_every_panel_of_elasticsearch_shows_something(elasticsearch_url: str, tmp_path: Path) -> None:
    program("prometheus")
    program("prometheus-elasticsearch-exporter")
    with (
        httpx.Client(base_url=elasticsearch_url, timeout=60) as client,
        exporter(tmp_path, elasticsearch_url) as url,
        prometheus(tmp_path, url, others={"elasticsearch": url}) as watching,
    ):
        client.put(f"/{INDEX}/_doc/1", json={"title": "dress"}, params={"refresh": "true"}).raise_for_status()
        for _ in range(15):
            client.get(f"/{INDEX}/_search", params={"request_cache": "false"}).raise_for_status()
            time.sleep(1)
        answers = {
            panel.title: [float(one["value"][1]) for query in panel.queries for one in watching.now(query.filled)]
            for panel in SHOWN
        }
        client.delete(f"/{INDEX}").raise_for_status()
    assert {title for title, values in answers.items() if not any(map(math.isfinite, values))} == set()
