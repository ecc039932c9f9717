"""`python -m dashboards`: write boards and rules anew."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.boards import catalogue, outfits, resources, service
from dashboards.rules import alert_groups, prometheus_rule, recording_group, rule_file

ROOT: Final = Path(__file__).parents[1]
BOARDS: Final = {"service": service, "outfits": outfits, "catalogue": catalogue, "resources": resources}


def files() -> Mapping[str, str]:
    """Return the content of every written file by its path in the repository."""
    return {
        **{f"dashboards/boards/{name}.json": _board(module.build()) for name, module in BOARDS.items()},
        "dashboards/rules/kitsune-recording.yaml": rule_file([recording_group()]),
        "dashboards/rules/kitsune-alerts.yaml": rule_file(alert_groups()),
        "kubernetes/base/prometheus-rule.yaml": prometheus_rule(),
    }


def _board(board: Dashboard) -> str:
    """Write a board: panels get their numbers, and what the SDK writes of its own accord is left out."""
    made = json.loads(json.dumps(board.build(), cls=JSONEncoder))
    for number, panel in enumerate(made["panels"], start=1):
        panel["id"] = number
    for variable in made["templating"]["list"]:
        for key in ("auto", "auto_count", "auto_min"):
            variable.pop(key, None)
    for link in made["links"]:
        del link["placement"]
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, content in files().items():
        (ROOT / path).write_text(content)
