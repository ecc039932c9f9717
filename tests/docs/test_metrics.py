"""Every metric that is exported is on its page, with its type and its labels, and no other."""

from pathlib import Path

from service.drift.metrics import DriftMetrics
from service.feedback.counters import Counters
from service.golden import GoldenQuery
from service.home import Home, ReleasePointer
from service.metrics import Metrics
from tests.docs.pages import DOCS, prose, quoted, rows
from tests.fakes import fake_release

BOUND = "le"
"""Histograms' own label."""


def exported(folder: Path) -> dict[str, tuple[str, set[str], set[str]]]:
    """Return each metric's type, its labels, and the values that they have."""
    metrics, versions = Metrics(), fake_release().versions
    pointer = ReleasePointer(versions.bundle, versions.generation, versions.mapping)
    metrics.release.loaded(versions, pointer, Home(folder))
    Counters(metrics.registry)
    DriftMetrics(metrics.registry)
    GoldenQuery(Home(folder), metrics.registry)
    found = {}
    for family in metrics.registry.collect():
        said = [pair for sample in family.samples for pair in sample.labels.items() if pair[0] != BOUND]
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = (family.type, {label for label, _ in said}, {value for _, value in said})
    return found


def test_every_metric_is_on_the_page_with_its_type_and_labels_and_no_other(tmp_path: Path) -> None:
    page = {cells[0].strip("`"): cells for cells in rows(prose(DOCS / "metrics.md")) if cells[0].startswith("`")}
    found = exported(tmp_path)
    assert page.keys() == found.keys()
    for name, (kind, labels, values) in found.items():
        told = quoted(page[name][2])
        assert page[name][1] == kind, name
        assert labels <= told <= labels | values, name
