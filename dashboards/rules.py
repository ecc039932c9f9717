"""The rules in the two shapes in which they are read: Prometheus' own, and the operator's on Kubernetes."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml

from dashboards.alerts import GROUPS, Alert
from dashboards.recording import Recording, recordings

HEAD: Final = "# Written by `make dashboards` out of dashboards/: change it there.\n"


def rule_file(groups: Iterable[Mapping[str, Any]]) -> str:
    """Write groups as a rule file of Prometheus."""
    return HEAD + _yaml({"groups": list(groups)})


def prometheus_rule() -> str:
    """Write all groups as one PrometheusRule, which the operator picks up."""
    labels = {"app.kubernetes.io/name": "kitsune", "release": "prometheus"}
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "kitsune", "labels": labels},
        "spec": {"groups": [recording_group(), *alert_groups()]},
    }
    return HEAD + _yaml(manifest)


def recording_group() -> Mapping[str, Any]:
    """Return the group of recording rules."""
    return {"name": "kitsune-recording", "rules": [_recorded(rule) for rule in recordings()]}


def alert_groups() -> list[Mapping[str, Any]]:
    """Return the groups of alerts."""
    return [{"name": name, "rules": [_alert(alert) for alert in alerts]} for name, alerts in GROUPS.items()]


def _recorded(rule: Recording) -> Mapping[str, str]:
    return {"record": rule.name, "expr": rule.expression}


def _alert(alert: Alert) -> Mapping[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expression,
        "for": alert.lasting,
        "labels": {"severity": alert.severity},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook_url": alert.runbook,
        },
    }


def _yaml(document: Mapping[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
