"""Keys are made with stated rights and an end, and told to nobody but their maker."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from service.index.elastic import keys
from tests.conftest import kitsune
from tests.e2e.keys.shops import ALIAS, KEY_FILE, Keys
from tests.elasticsearch.secured import GUEST, OPERATOR, PASSWORD
from tests.elasticsearch.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_keys_are_put_in_files_of_their_maker_alone_and_not_printed(
    password: Path, shop_keys: Keys, tmp_path: Path
) -> None:
    for file in (shop_keys.serve, shop_keys.ingest):
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.read_text() not in json.dumps(shop_keys.said)
    folder = tmp_path / "keys"
    arguments = ["index", "keys", "--to", str(folder), "--user", OPERATOR, "--password-file", str(password)]
    printed = kitsune(arguments).stdout
    assert "shop-ingest" in printed
    assert KEY_FILE in printed
    for file in folder.iterdir():
        assert file.read_text() not in printed


def test_keys_that_are_there_are_never_overwritten(operator: Elasticsearch, password: Path, shop_keys: Keys) -> None:
    before = shop_keys.serve.read_text(), len(operator.security.get_api_key()["api_keys"])
    folder = shop_keys.serve.parent
    arguments = ["index", "keys", "--to", str(folder), "--user", OPERATOR, "--password-file", str(password)]
    again = kitsune(arguments, check=False)
    assert again.returncode == 5
    assert "shop-serve.key exists already" in again.stderr
    assert (shop_keys.serve.read_text(), len(operator.security.get_api_key()["api_keys"])) == before


@pytest.mark.parametrize("place", [0, 1], ids=["serve", "ingest"])
def test_a_key_has_stated_rights_and_an_end(operator: Elasticsearch, shop_keys: Keys, place: int) -> None:
    said = shop_keys.said[place]
    (kept,) = operator.security.get_api_key(id=said["id"])["api_keys"]
    assert kept["name"] == said["name"] == f"{ALIAS}-{said['role']}"
    ends = datetime.fromtimestamp(kept["expiration"] / 1000, UTC)
    assert said["expires_at"] == ends.isoformat()
    assert timedelta(days=89) < ends - datetime.now(UTC) < timedelta(days=90)
    (rights,) = kept["role_descriptors"].values()
    assert rights["cluster"] == []
    assert [set(given["privileges"]) for given in rights["indices"]] == [set(keys.PRIVILEGES[said["role"]])]


@pytest.mark.parametrize(
    ("user", "typed", "sentence"),
    [
        (OPERATOR, "not the password", "does not know this user by this password"),
        (secrets.token_hex(4), PASSWORD, "does not know this user by this password"),
        (GUEST, PASSWORD, "a key has no right that its maker lacks"),
    ],
)
def test_a_user_who_cannot_make_keys_is_told_and_leaves_no_files(
    server: Server, tmp_path: Path, user: str, typed: str, sentence: str
) -> None:
    del server
    (tmp_path / "password").write_text(typed)
    arguments = ["--to", str(tmp_path / "keys"), "--user", user, "--password-file", str(tmp_path / "password")]
    done = kitsune(["index", "keys", *arguments], check=False)
    assert done.returncode == 5
    assert sentence in done.stderr
    assert typed not in done.stderr + done.stdout
    assert list((tmp_path / "keys").iterdir()) == []


def test_a_cluster_without_security_is_told(
    elasticsearch_url: str, password: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITSUNE_ELASTICSEARCH_URL", elasticsearch_url)
    monkeypatch.delenv("KITSUNE_ELASTICSEARCH_CA_FILE", raising=False)
    arguments = ["--to", str(tmp_path), "--user", OPERATOR, "--password-file", str(password)]
    done = kitsune(["index", "keys", *arguments], check=False)
    assert done.returncode == 5
    assert "its security is off" in done.stderr
