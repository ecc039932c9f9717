"""`python -m dashboards.preview HOME`: draw every board from a real Prometheus that watches a real service.

For a few minutes the service is asked a little of everything; then every panel's query is put to that Prometheus, and
what it answers is drawn into docs/images.
"""

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from dashboards.drawing import Answers, draw
from dashboards.live import Prometheus, kitsune, prometheus
from dashboards.reading import Panel, boards, panels
from dashboards.traffic import Traffic
from dashboards.trying import try_another_mapping

IMAGES = Path(__file__).parents[1] / "docs" / "images"

MINUTES = 6
SETTLE_S = 60
"""How long rates need until they mean something."""
STEP_S = 5.0


def preview(home: Path) -> None:
    """Watch a service over a home, and draw the boards."""
    with (
        tempfile.TemporaryDirectory() as folder,
        kitsune(Path(folder), home) as url,
        prometheus(Path(folder), url) as watching,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        began_s = time.time() + SETTLE_S
        traffic = Traffic.of(client)
        try_another_mapping(home, shadow=True)
        traffic.run(MINUTES * 60 / 3)
        try_another_mapping(home, shadow=False)
        traffic.run(MINUTES * 60 * 2 / 3)
        ended_s = time.time()
        for name, board in boards().items():
            draw(board, _answered(watching, name, began_s, ended_s), IMAGES / f"board-{name}.webp")


def _answered(watching: Prometheus, name: str, began_s: float, ended_s: float) -> Mapping[int, tuple[Panel, Answers]]:
    asked: dict[int, tuple[Panel, Answers]] = {}
    for panel in panels(name):
        answers = [(query, watching.between(began_s, ended_s, query.filled, STEP_S)) for query in panel.queries]
        asked[panel.told["id"]] = panel, answers
    return asked


if __name__ == "__main__":
    preview(Path(sys.argv[1]))
