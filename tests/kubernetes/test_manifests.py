"""The manifests are what Kubernetes takes, and say what the code says."""

import json
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from typer.main import get_command

from service.catalog.profile import load_profile
from service.cli import app
from service.settings import Settings
from tests.docs.pages import DOCS
from tests.elasticsearch.artefact import VERSION
from tests.kubernetes.rendered import (
    KUBERNETES,
    OVERLAYS,
    Manifest,
    containers,
    name_of,
    of_kind,
    pods,
    rendered,
    settings_of,
)
from tests.repo.locks import ROOT

RELEASE = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
KUBERNETES_VERSION = "1.34"
OPERATOR_TYPES = "@kubernetes-models/prometheus-operator@6.0.0"
OF_OPERATORS = {"Elasticsearch", "PrometheusRule", "ServiceMonitor"}

ALL = [pytest.param(found, id=f"{overlay}: {name_of(found)}") for overlay in OVERLAYS for found in rendered(overlay)]


@pytest.mark.parametrize("manifest", ALL)
def test_kubernetes_takes_a_manifest_word_for_word(manifest: Manifest) -> None:
    if manifest["kind"] not in OF_OPERATORS:
        kubernetes_validate.validate(manifest, KUBERNETES_VERSION, strict=True)


@pytest.mark.slow
def test_prometheus_operator_takes_its_manifests(tmp_path: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no npm: install Node.js to run this test")
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(tmp_path), OPERATOR_TYPES]
    subprocess.run(install, check=True)
    found = [manifest for overlay in OVERLAYS for manifest in of_kind(overlay, "ServiceMonitor", "PrometheusRule")]
    script = """
        import {readFileSync} from "node:fs";
        import * as operator from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
        for (const found of JSON.parse(readFileSync(0))) new operator[found.kind](found).validate();
    """
    checked = subprocess.run(
        [node, "--input-type=module", "--eval", script],
        cwd=tmp_path, input=json.dumps(found), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_setting_is_one_of_the_service_s(overlay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not of_kind(overlay, "Ingress"):
        return
    for name, value in settings_of(overlay).items():
        monkeypatch.setenv(name, value)
    settings = Settings.load()
    for owner, pod in pods(overlay):
        mounts = [mount["mountPath"] for container in containers(pod) for mount in container.get("volumeMounts", ())]
        if containers(pod)[0]["name"] == "kitsune":
            assert str(settings.home) in mounts, owner


def commands() -> list[list[str]]:
    """Return what the pods run of our command line."""
    words = []
    for overlay in OVERLAYS:
        for _, pod in pods(overlay):
            for container in containers(pod):
                if container["name"] == "kitsune":
                    lines = container["args"][0].splitlines() if "command" in container else None
                    words += [line.split()[1:] for line in lines] if lines else [container["args"]]
    return words


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_what_a_pod_runs_is_a_command_of_ours(words: list[str]) -> None:
    command = get_command(app)
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    command.make_context(command.name, [*words], resilient_parsing=True).close()
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_a_pod_mounts_or_reads_is_made_or_named_on_the_page(overlay: str) -> None:
    made = {name_of(found) for found in rendered(overlay)}
    page = (DOCS / "operations.md").read_text()
    text = json.dumps([pod for _, pod in pods(overlay)])
    for volume in (volume for _, pod in pods(overlay) for volume in pod["spec"].get("volumes", ())):
        if "persistentVolumeClaim" in volume:
            assert f"PersistentVolumeClaim {volume['persistentVolumeClaim']['claimName']}" in made
        if "configMap" in volume:
            assert f"ConfigMap {volume['configMap']['name']}" in made
    for secret in ("kitsune-keys", "kitsune-elasticsearch"):
        assert secret not in text or f"secret generic {secret} " in page


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_secret_lies_among_the_manifests(overlay: str) -> None:
    assert of_kind(overlay, "Secret") == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_images_are_of_this_version(overlay: str) -> None:
    for owner, pod in pods(overlay):
        for container in containers(pod):
            if container["name"] == "kitsune":
                assert container["image"].rpartition(":")[2] == RELEASE, owner


def test_elasticsearch_is_the_one_that_is_tested() -> None:
    (cluster,) = of_kind("production", "Elasticsearch")
    assert cluster["spec"]["version"] == VERSION


def test_the_service_is_what_prometheus_and_the_ingress_are_led_to() -> None:
    for overlay in OVERLAYS:
        for ingress in of_kind(overlay, "Ingress"):
            (service,) = of_kind(overlay, "Service")
            (monitor,) = of_kind(overlay, "ServiceMonitor")
            (port,) = service["spec"]["ports"]
            (endpoint,) = monitor["spec"]["endpoints"]
            backends = {json.dumps(way["backend"]) for way in ingress["spec"]["rules"][0]["http"]["paths"]}
            backend = {"service": {"name": service["metadata"]["name"], "port": {"name": port["name"]}}}
            assert backends == {json.dumps(backend)}
            assert endpoint["port"] == port["name"]
            assert endpoint["interval"] == "15s"
            chosen = monitor["spec"]["selector"]["matchLabels"].items()
            assert chosen <= service["metadata"]["labels"].items()


def test_the_profile_that_comes_along_is_one() -> None:
    load_profile(KUBERNETES / "overlays" / "production" / "config" / "profile.toml")


def test_the_autoscaler_s_metric_is_made_of_one_of_ours() -> None:
    values = yaml.safe_load((KUBERNETES / "prometheus-adapter.yaml").read_text())
    (rule,) = values["rules"]["custom"]
    (scaler,) = of_kind("production", "HorizontalPodAutoscaler")
    (metric,) = (found["pods"]["metric"]["name"] for found in scaler["spec"]["metrics"] if found["type"] == "Pods")
    assert rule["name"]["as"] == metric
    assert "kitsune_http_requests_total" in rule["seriesQuery"]
