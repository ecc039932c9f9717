"""Every alert fires when it should, does not when it should not, and says what it found: asked of promtool."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.alerts import ALERTS, GROUPS, Alert
from tests.dashboards.alert_cases import CASES, Case, Series
from tests.dashboards.programs import program
from tests.repo.locks import ROOT

RULES = sorted(map(str, (ROOT / "dashboards" / "rules").glob("*.yaml")))


def test_every_alert_has_a_case_and_every_case_an_alert() -> None:
    assert CASES.keys() == {alert.name for alert in ALERTS}


def test_only_what_a_shopper_feels_wakes_somebody() -> None:
    assert {alert.name for alert in ALERTS if alert.severity == "page"} == {
        "KitsuneErrorBudgetBurnsFast",
        "KitsuneLatencyBudgetBurnsFast",
        "KitsuneDown",
        "KitsuneNotReady",
        "KitsuneBreakerOpen",
        "KitsuneManySlotsEmpty",
        "KitsuneGoldenQueryFails",
    }


def test_prometheus_takes_the_rules() -> None:
    run = promtool("check", "rules", *RULES)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_fires_when_it_should_and_only_then(alert: Alert, tmp_path: Path) -> None:
    case = CASES[alert.name]
    tests = [*_expectations(alert, case)]
    suite = {
        "rule_files": RULES,
        "evaluation_interval": case.step,
        "group_eval_order": ["kitsune-recording", *GROUPS],
        "tests": tests,
    }
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(suite))
    run = promtool("test", "rules", str(tmp_path / "tests.yaml"))
    assert run.returncode == 0, run.stdout + run.stderr


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program("promtool"), *arguments], capture_output=True, text=True, check=False)


def _expectations(alert: Alert, case: Case) -> Iterator[Mapping[str, Any]]:
    fired = {
        "exp_labels": {**case.labels, "severity": alert.severity},
        "exp_annotations": {
            "summary": alert.summary,
            "description": _worded(alert.description, case),
            "runbook_url": alert.runbook,
        },
    }
    yield _test(alert, case, case.fires, [fired])
    yield _test(alert, case, case.quiet, [])


def _test(alert: Alert, case: Case, series: Series, expected: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {
        "interval": case.step,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [{"eval_time": case.at, "alertname": alert.name, "exp_alerts": expected}],
    }


def _worded(description: str, case: Case) -> str:
    """Fill a description in as Prometheus has to."""
    worded = re.sub(r"\{\{ \$value[^}]*\}\}", case.value, description)
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: case.labels[found[1]], worded)
