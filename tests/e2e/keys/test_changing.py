"""A key that ends is told, and a new one is found where the old one was."""

import base64
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import httpx
import pytest
from elasticsearch import Elasticsearch

from service.index.elastic.connection import Connection
from service.index.elastic.keys import make_keys
from tests.conftest import MadeHome
from tests.e2e.conftest import ADMIN_KEY
from tests.e2e.keys.shops import KEY_FILE, SEED, Keys
from tests.e2e.test_elasticsearch import wait_until
from tests.e2e.test_serving import outfit, serving
from tests.elasticsearch.secured import OPERATOR, PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the service reads its key from."""
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    monkeypatch.setenv("KITSUNE_ADMIN_KEY", ADMIN_KEY)
    return tmp_path / "key"


def not_ready(client: httpx.Client, reason: str) -> bool:
    answer = client.get("/readyz")
    return answer.status_code == 503 and reason in answer.json()["detail"]


def test_an_expired_key_is_told_and_a_new_one_is_found_in_its_file(
    connection: Connection, shop: MadeHome, shop_keys: Keys, key_file: Path
) -> None:
    key_file.write_text(make_keys(connection, OPERATOR, PASSWORD, "1ms")[0].encoded)
    with serving(shop.path) as (client, _):
        wait_until(lambda: not_ready(client, "Elasticsearch refuses the key (401)"), within_s=20)
        assert client.post("/v1/outfits", json={"seed": {"product_id": SEED}}).status_code == 503
        shutil.copyfile(shop_keys.serve, key_file)
        wait_until(lambda: client.get("/readyz").status_code == 200, within_s=20)


def by_signal(_: httpx.Client, process: Popen[bytes]) -> None:
    process.send_signal(signal.SIGHUP)


def by_request(client: httpx.Client, _: Popen[bytes]) -> None:
    client.post("/v1/admin/reload", headers={"authorization": f"Bearer {ADMIN_KEY}"}).raise_for_status()


@pytest.mark.parametrize("reload", [by_signal, by_request])
def test_a_key_that_is_taken_back_is_told_and_a_new_one_is_found_by_a_reload(
    *,
    connection: Connection,
    operator: Elasticsearch,
    shop: MadeHome,
    shop_keys: Keys,
    key_file: Path,
    reload: Callable[[httpx.Client, Popen[bytes]], None],
) -> None:
    key = make_keys(connection, OPERATOR, PASSWORD, "1h")[0]
    key_file.write_text(key.encoded)
    with key_file.with_name("log").open("wb") as log, serving(shop.path, log=log) as (client, process):
        wait_until(lambda: client.get("/readyz").status_code == 200, within_s=20)
        operator.security.invalidate_api_key(ids=[key.key_id])
        wait_until(lambda: not_ready(client, "Elasticsearch refuses the key (401)"), within_s=20)
        answers = [client.get("/readyz"), client.post("/v1/outfits", json={"seed": {"product_id": SEED}})]
        assert {answer.status_code for answer in answers} == {503}
        shutil.copyfile(shop_keys.serve, key_file)
        reload(client, process)
        wait_until(lambda: client.get("/readyz").status_code == 200, within_s=20)
        outfit(client)
    said = key_file.with_name("log").read_text() + "".join(answer.text for answer in answers)
    assert "refuses the key" in said
    assert_tells_no_key(said, key.encoded, shop_keys.serve.read_text())


def assert_tells_no_key(said: str, *encoded: str) -> None:
    for key in encoded:
        secret = base64.b64decode(key).decode().partition(":")[2]
        assert key not in said
        assert secret not in said
