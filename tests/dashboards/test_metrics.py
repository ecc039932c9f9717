"""Every metric that a board or a rule names is exported, and every one that is exported is used."""

import re
from pathlib import Path

from dashboards.alerts import ALERTS
from dashboards.reading import boards, panels
from dashboards.recording import recordings
from service.drift.metrics import DriftMetrics
from service.feedback.counters import Counters
from service.golden import GoldenQuery
from service.home import Home
from service.metrics import Metrics
from tests.dashboards.awaited import OTHER_EXPORTERS

METRIC = re.compile(r"\b((?:kitsune|process|python|elasticsearch|container)_\w+|up)\b")

FOR_DEBUGGING = {
    "process_virtual_memory_bytes",
    "python_gc_objects_collected",
    "python_gc_objects_uncollectable",
    "python_info",
}
"""What is exported and on no board: looked at by hand when something is wrong."""

BY_PROMETHEUS = {"up"}


def named() -> set[str]:
    """Return every metric that a board or a rule names, without its histogram's ending."""
    expressions = [query.expression for name in boards() for panel in panels(name) for query in panel.queries]
    expressions += [variable["query"] for board in boards().values() for variable in board["templating"]["list"]]
    expressions += [rule.expression for rule in recordings()] + [alert.expression for alert in ALERTS]
    without_labels = [re.sub(r'"[^"]*"|namespace_job:\S+', "", expression) for expression in expressions]
    found = {name for expression in without_labels for name in METRIC.findall(expression)}
    return {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in found - OTHER_EXPORTERS}


def exported() -> set[str]:
    """Return what a service exports that has everything turned on."""
    metrics = Metrics()
    Counters(metrics.registry)
    DriftMetrics(metrics.registry)
    GoldenQuery(Home(Path("nowhere")), metrics.registry)
    return {family.name for family in metrics.registry.collect()}


def test_every_metric_that_is_named_is_exported() -> None:
    assert named() - exported() - BY_PROMETHEUS == set()


def test_every_metric_that_is_exported_is_used() -> None:
    assert exported() - named() == FOR_DEBUGGING & exported()


def test_what_is_another_exporter_s_is_named() -> None:
    text = " ".join(query.expression for name in boards() for panel in panels(name) for query in panel.queries)
    assert {name for name in METRIC.findall(text) if name.startswith(("elasticsearch", "container"))} <= OTHER_EXPORTERS
