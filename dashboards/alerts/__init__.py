"""Every alert, told once, by the groups in which Prometheus evaluates them."""

from collections.abc import Mapping
from typing import Final

from dashboards.alerts.alert import Alert
from dashboards.alerts.model import CATALOGUE, FEEDBACK, MODEL
from dashboards.alerts.resources import RESOURCES
from dashboards.alerts.service import OBJECTIVES, SERVICE

__all__ = ["ALERTS", "GROUPS", "Alert"]

GROUPS: Final[Mapping[str, tuple[Alert, ...]]] = {
    "kitsune-objectives": OBJECTIVES,
    "kitsune-service": SERVICE,
    "kitsune-model": MODEL,
    "kitsune-catalogue": CATALOGUE,
    "kitsune-feedback": FEEDBACK,
    "kitsune-resources": RESOURCES,
}
ALERTS: Final = tuple(alert for group in GROUPS.values() for alert in group)
