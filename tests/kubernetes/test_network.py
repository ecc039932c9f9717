"""Nothing talks to anything that it need not, and only what shoppers see is public."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from starlette.routing import Route

from service.app import create_app
from service.settings import Settings
from tests.kubernetes.rendered import OVERLAYS, Manifest, of_kind, pods

WHOLE = [overlay for overlay in OVERLAYS if of_kind(overlay, "Ingress")]
INSIDE = ("/v1/admin", "/v1/feedback", "/livez", "/readyz", "/metrics", "/docs", "/openapi.json")
"""What the shop's backend, Prometheus and Kubernetes ask, and nobody outside the cluster."""

NAMES = 53
REACHED = [
    ("demo", "service", {NAMES}),
    ("production", "service", {NAMES, 9200}),
    ("production", "job", {NAMES, 9200}),
    ("production", "elasticsearch", {NAMES, 9200, 9300}),
    ("load", "load", {5557, 8000}),
]


def paths() -> Iterator[str]:
    """Yield the addresses of the service, with a word in the place of each parameter."""
    for route in create_app(Settings.load()).routes:
        path = str(getattr(route, "path", ""))
        before, parameter, _ = path.partition("{")
        yield path if isinstance(route, Route) and not parameter else f"{before.rstrip('/')}/word"


def admitted(ingress: Manifest, path: str) -> bool:
    (rule,) = ingress["spec"]["rules"]
    return any(
        path == way["path"] or (way["pathType"] == "Prefix" and path.startswith(f"{way['path']}/"))
        for way in rule["http"]["paths"]
    )


def ways(overlay: str, direction: str) -> Iterator[tuple[Manifest, Any]]:
    """Yield each way in or out with its policy."""
    for policy in of_kind(overlay, "NetworkPolicy"):
        yield from ((policy, rule) for rule in policy["spec"].get(direction, ()))


def chooses(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Say whether a selector chooses a pod, as Kubernetes would."""
    listed = all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", ()))
    return listed and selector.get("matchLabels", {}).items() <= labels.items()


@pytest.mark.parametrize("overlay", WHOLE)
def test_the_lookbook_and_what_reads_is_public_and_all_else_is_not(overlay: str) -> None:
    (ingress,) = of_kind(overlay, "Ingress")
    for path in paths():
        assert admitted(ingress, path) is not path.startswith(INSIDE), path


@pytest.mark.parametrize("overlay", WHOLE)
def test_nothing_is_allowed_but_what_a_policy_names(overlay: str) -> None:
    (closed,) = (found for found in of_kind(overlay, "NetworkPolicy") if found["metadata"]["name"] == "default-deny")
    assert closed["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_way_in_and_out_names_its_other_end_and_its_port(overlay: str) -> None:
    for direction, word in (("ingress", "from"), ("egress", "to")):
        for policy, rule in ways(overlay, direction):
            name = policy["metadata"]["name"]
            assert rule[word], name
            assert rule["ports"], name
            assert all(end.keys() <= {"podSelector", "namespaceSelector"} for end in rule[word]), name
            assert {} not in [selector for end in rule[word] for selector in end.values()], name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_policy_chooses_pods_that_there_are(overlay: str) -> None:
    # The load is applied beside another overlay, and opens a way to its service.
    labels = [pod["metadata"]["labels"] for beside in (overlay, "production") for _, pod in pods(beside)]
    for policy in of_kind(overlay, "NetworkPolicy"):
        assert any(chooses(policy["spec"]["podSelector"], found) for found in labels), policy["metadata"]["name"]


@pytest.mark.parametrize(("overlay", "component", "ports"), REACHED)
def test_a_pod_reaches_what_it_needs_and_no_more(overlay: str, component: str, ports: set[int]) -> None:
    labels = next(
        found
        for _, pod in pods(overlay)
        if (found := pod["metadata"]["labels"])["app.kubernetes.io/component"] == component
    )
    reached = {
        port["port"]
        for policy, rule in ways(overlay, "egress")
        if chooses(policy["spec"]["podSelector"], labels)
        for port in rule["ports"]
    }
    assert reached == ports
