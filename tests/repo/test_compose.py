"""compose.yaml says what the code says. No container is started here."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from service.settings import PREFIX, Settings
from tests.elasticsearch.artefact import VERSION
from tests.repo.locks import ROOT
from tests.repo.test_locks import locked

COMPOSE: Mapping[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]


def test_the_server_is_the_one_that_is_tested() -> None:
    assert SERVICES["elasticsearch"]["image"] == f"elasticsearch:{VERSION}"


def test_the_client_is_of_the_server_s_major_version() -> None:
    assert locked("serve.lock")["elasticsearch"].split(".")[0] == VERSION.split(".")[0]


def test_the_service_runs_on_the_python_that_is_tested() -> None:
    (python,) = re.findall(r"^PYTHON \?= python(\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert SERVICES["kitsune"]["image"] == f"python:{python}-slim"


def test_the_service_uses_the_server_of_the_other_container(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SERVICES["kitsune"]["environment"].items():
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, value)
    settings = Settings.load()
    assert (settings.engine, settings.elasticsearch_url) == ("elasticsearch", "http://elasticsearch:9200")
    assert SERVICES["kitsune"]["depends_on"] == {"elasticsearch": {"condition": "service_healthy"}}


def test_nothing_is_published_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:8000:8000"]


def test_what_the_service_installs_from_is_there() -> None:
    script = SERVICES["kitsune"]["command"][-1]
    (lock,) = re.findall(r"/source/(\S+\.lock)", script)
    assert (ROOT / lock).is_file()


def test_every_volume_is_named() -> None:
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service["volumes"]}
    assert used - {"."} == COMPOSE["volumes"].keys()
