"""Every pod is confined, and the service's ends without a request lost."""

import math

import pytest

from service.serving import GRACE_S
from service.settings import Settings
from tests.kubernetes.rendered import OVERLAYS, Manifest, containers, of_kind, pods, settings_of

PODS = [pytest.param(pod, id=f"{overlay}: {owner}") for overlay in OVERLAYS for owner, pod in pods(overlay)]
SERVING = [overlay for overlay in OVERLAYS if of_kind(overlay, "Ingress")]


@pytest.fixture(params=SERVING)
def overlay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def deployment(overlay: str) -> Manifest:
    (found,) = of_kind(overlay, "Deployment")
    return found


@pytest.fixture
def container(deployment: Manifest) -> Manifest:
    (found,) = containers(deployment["spec"]["template"])
    return found


@pytest.mark.parametrize("pod", PODS)
def test_a_pod_is_restricted_and_cannot_write_its_own_files(pod: Manifest) -> None:
    security = pod["spec"]["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] >= 1000
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod["spec"].keys() & {"hostNetwork", "hostPID", "hostIPC"}
    for container in containers(pod):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@pytest.mark.parametrize("pod", PODS)
def test_a_pod_gets_no_token_and_says_what_it_needs(pod: Manifest) -> None:
    assert pod["spec"]["automountServiceAccountToken"] is False
    for container in containers(pod):
        for kind in ("requests", "limits"):
            assert container["resources"][kind].keys() == {"cpu", "memory"}


@pytest.mark.parametrize("pod", PODS)
def test_kubernetes_adds_no_variables_that_our_settings_would_be_mistaken_for(pod: Manifest) -> None:
    if any(container["name"] == "kitsune" for container in containers(pod)):
        assert pod["spec"]["enableServiceLinks"] is False


@pytest.mark.parametrize("pod", PODS)
def test_no_volume_is_of_the_node(pod: Manifest) -> None:
    kinds = {kind for volume in pod["spec"].get("volumes", ()) for kind in volume if kind != "name"}
    assert kinds <= {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_an_overlay_runs_stands_in_a_restricted_namespace(overlay: str) -> None:
    for namespace in of_kind(overlay, "Namespace"):
        assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for account in of_kind(overlay, "ServiceAccount"):
        assert account["automountServiceAccountToken"] is False


def test_the_service_is_probed_for_start_readiness_and_life(container: Manifest) -> None:
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")}
    # An engine that is away must not restart the process: only readiness asks for it.
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startup": "/livez",
        "readiness": "/readyz",
        "liveness": "/livez",
    }
    (port,) = container["ports"]
    assert {probe["port"] for probe in probes.values()} == {port["name"]}


def test_the_service_has_time_to_end_before_it_is_killed(
    overlay: str, deployment: Manifest, container: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings_of(overlay).items():
        monkeypatch.setenv(name, value)
    settings = Settings.load()
    graceful_s = math.ceil(settings.deadline_s) + GRACE_S
    pause_s = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pause_s >= 5
    assert settings.drain_s >= 2 * container["readinessProbe"]["periodSeconds"]
    grace_s = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert grace_s > pause_s + settings.drain_s + graceful_s
    assert graceful_s > settings.deadline_s


def test_a_release_takes_no_pod_away_before_another_is_ready_unless_the_home_has_one_writer(
    overlay: str, deployment: Manifest
) -> None:
    strategy = deployment["spec"]["strategy"]
    if settings_of(overlay).get("KITSUNE_ENGINE") == "elasticsearch":
        assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    else:
        assert strategy == {"type": "Recreate"}
        assert deployment["spec"]["replicas"] == 1
        assert of_kind(overlay, "HorizontalPodAutoscaler") == []


def test_pods_are_spread_and_not_all_drained_at_once(overlay: str, deployment: Manifest) -> None:
    labels = deployment["spec"]["selector"]["matchLabels"]
    spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert [rule["topologyKey"] for rule in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert all(rule["labelSelector"]["matchLabels"] == labels for rule in spread)
    (budget,) = of_kind(overlay, "PodDisruptionBudget")
    assert budget["spec"]["selector"]["matchLabels"] == labels
    assert budget["spec"]["maxUnavailable"] == 1


def test_the_autoscaler_s_target_is_there_and_its_count_is_nobody_else_s() -> None:
    (scaler,) = of_kind("production", "HorizontalPodAutoscaler")
    (deployment,) = of_kind("production", "Deployment")
    target = scaler["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == (deployment["kind"], deployment["metadata"]["name"])
    assert "replicas" not in deployment["spec"]
    assert scaler["spec"]["minReplicas"] >= 2
    assert {metric["type"] for metric in scaler["spec"]["metrics"]} == {"Resource", "Pods"}


def test_jobs_may_be_killed_and_run_again_one_at_a_time() -> None:
    for job in of_kind("production", "CronJob"):
        assert job["spec"]["concurrencyPolicy"] == "Forbid"
        assert job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["restartPolicy"] == "OnFailure"


def test_training_prefers_the_nodes_that_serving_leaves_to_it() -> None:
    preferred = {
        owner: [
            (rule["key"], rule["operator"], rule["values"])
            for term in pod["spec"]["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
            for rule in term["preference"]["matchExpressions"]
        ]
        for owner, pod in pods("production")
        if "affinity" in pod["spec"]
    }
    aside = "kitsune-training"
    assert preferred == {
        "Deployment kitsune": [(aside, "NotIn", ["true"])],
        "CronJob kitsune-train": [(aside, "In", ["true"])],
    }
