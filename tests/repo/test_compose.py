"""compose.yaml is what Compose takes, and says what the code says. No container is started here."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from service.settings import PREFIX, Settings
from tests.elasticsearch.artefact import VERSION
from tests.repo.locks import ROOT
from tests.repo.test_locks import PROJECT, locked

COMPOSE: Mapping[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
SCRAPED = yaml.safe_load((ROOT / "dashboards" / "prometheus.yaml").read_text())
HEALTHY = {"condition": "service_healthy"}

each_service = pytest.mark.parametrize("name", SERVICES)


def test_compose_takes_it_word_for_word() -> None:
    assert set(PyCompose.from_json(json.dumps(COMPOSE)).service_names()) == SERVICES.keys()


@each_service
def test_every_image_is_of_one_version(name: str) -> None:
    assert re.fullmatch(r"\S+:v?\d+\.\d+\.\d+", SERVICES[name]["image"])


def test_the_server_is_the_one_that_is_tested() -> None:
    assert SERVICES["elasticsearch"]["image"] == f"elasticsearch:{VERSION}"


def test_the_client_is_of_the_server_s_major_version() -> None:
    assert locked("serve.lock")["elasticsearch"].split(".")[0] == VERSION.split(".")[0]


def test_the_service_is_built_from_this_checkout() -> None:
    assert SERVICES["kitsune"]["build"] == {"context": ".", "target": "serve"}
    assert SERVICES["kitsune"]["image"] == f"kitsune:{PROJECT['project']['version']}"


def test_the_service_uses_the_server_of_the_other_container(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SERVICES["kitsune"]["environment"].items():
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, value)
    settings = Settings.load()
    assert (settings.engine, settings.elasticsearch_url) == ("elasticsearch", "http://elasticsearch:9200")


@each_service
def test_every_service_says_how_its_health_is_asked_for(name: str) -> None:
    asked = "healthcheck" in SERVICES[name] or "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    assert asked if name == "kitsune" else "healthcheck" in SERVICES[name]
    assert all(needed == HEALTHY for needed in SERVICES[name].get("depends_on", {}).values())


@each_service
def test_a_service_has_no_rights_and_writes_no_files_of_its_image(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    # Elasticsearch writes its settings beside its program when it starts.
    assert service.get("read_only", False) is (name != "elasticsearch")


@each_service
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


def test_grafana_does_not_start_without_a_password_of_one_s_own() -> None:
    environment = SERVICES["grafana"]["environment"]
    assert re.fullmatch(r"\$\{GRAFANA_PASSWORD:\?.+\}", environment["GF_SECURITY_ADMIN_PASSWORD"])
    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == environment["GF_USERS_ALLOW_SIGN_UP"] == "false"


@each_service
def test_what_is_mounted_of_this_checkout_is_there_and_only_read(name: str) -> None:
    for mount in SERVICES[name].get("volumes", ()):
        source, *_, mode = mount.split(":")
        if source.startswith("."):
            assert (ROOT / source).exists(), source
            assert mode == "ro", mount


def test_every_volume_is_named() -> None:
    mounts = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())}
    assert {mount for mount in mounts if not mount.startswith(".")} == COMPOSE["volumes"].keys()


def test_prometheus_scrapes_and_tells_services_that_there_are() -> None:
    told = SCRAPED["alerting"]["alertmanagers"]
    asked = [*SCRAPED["scrape_configs"], *told]
    targets = {target for one in asked for group in one.get("static_configs", ()) for target in group["targets"]}
    assert {target.split(":")[0] for target in targets} - {"127.0.0.1"} <= SERVICES.keys()
    assert {one["job_name"] for one in SCRAPED["scrape_configs"]} == {"kitsune", "elasticsearch", "prometheus"}
