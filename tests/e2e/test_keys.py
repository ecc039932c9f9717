"""A shop on a real Elasticsearch whose security is on: two keys, each for what it is for, over TLS that is checked."""

import base64
import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from elasticsearch import AuthorizationException, Elasticsearch

from service.home import Home, ReleasePointer
from service.index.elastic import keys
from service.index.elastic.connection import Connection
from service.index.elastic.keys import make_keys
from tests.conftest import MadeHome, kitsune
from tests.e2e.test_elasticsearch import bundle_of, wait_until
from tests.e2e.test_serving import outfit, serving
from tests.elasticsearch.running import own_server
from tests.elasticsearch.secured import GUEST, OPERATOR, PASSWORD, ca_file, secured_server
from tests.elasticsearch.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SEED = "dresses-red-plain-0"
ALIAS, OTHER = "shop", "shop-two"
REFUSED = "Elasticsearch refuses the key (403)"
KEY_FILE = "KITSUNE_ELASTICSEARCH_API_KEY_FILE"


@dataclass(frozen=True, slots=True)
class Keys:
    """The files that the command made, and what it said of them."""

    serve: Path
    ingest: Path
    said: Sequence[dict[str, Any]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with own_server(secured_server) as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("KITSUNE_ELASTICSEARCH_URL", server.url)
        environment.setenv("KITSUNE_ELASTICSEARCH_ALIAS", ALIAS)
        environment.setenv("KITSUNE_ELASTICSEARCH_CA_FILE", str(ca_file(server)))
        yield server


@pytest.fixture(scope="module")
def connection(server: Server) -> Connection:
    """Without a key."""
    return Connection(server.url, ALIAS, ca_file=ca_file(server))


@pytest.fixture(scope="module")
def operator(connection: Connection) -> Iterator[Elasticsearch]:
    with connection.client() as client:
        yield client.options(basic_auth=base64.b64encode(f"{OPERATOR}:{PASSWORD}".encode()).decode())


@pytest.fixture(scope="module")
def password(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("password") / "password"
    file.write_text(f"{PASSWORD}\n")
    return file


@pytest.fixture(scope="module")
def shop_keys(server: Server, password: Path, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    del server
    return made(tmp_path_factory.mktemp("keys") / "of-the-shop", password)


@pytest.fixture(scope="module")
def shop(shop_keys: Keys, made_home: MadeHome, tmp_path_factory: pytest.TempPathFactory) -> MadeHome:
    """A copy of the made home, built and released with the key that is for that."""
    return built(made_home, tmp_path_factory.mktemp("shop") / "home", shop_keys)


@pytest.fixture(scope="module")
def other(password: Path, made_home: MadeHome, shop: MadeHome, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """The keys of another shop on the same cluster; its alias begins as ours does."""
    del shop
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KITSUNE_ELASTICSEARCH_ALIAS", OTHER)
        others = made(tmp_path_factory.mktemp("keys"), password)
        built(made_home, tmp_path_factory.mktemp("other") / "home", others)
    return others


def made(folder: Path, password: Path) -> Keys:
    arguments = ["index", "keys", "--to", str(folder), "--user", OPERATOR, "--password-file", str(password), "--json"]
    serve, ingest = said = json.loads(kitsune(arguments).stdout)["keys"]
    return Keys(Path(serve["file"]), Path(ingest["file"]), said)


def built(made_home: MadeHome, path: Path, shop_keys: Keys) -> MadeHome:
    copy = MadeHome(made_home.shop, Path(shutil.copytree(made_home.path, path)))
    with_key(shop_keys.ingest, ["index", "build", *copy.arguments(), "--engine", "elasticsearch"], check=True)
    return copy


def with_key(file: Path, arguments: Sequence[str], *, check: bool = False) -> subprocess.CompletedProcess[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(KEY_FILE, str(file))
        return kitsune(arguments, check=check)


def looks(shop: MadeHome, file: Path) -> subprocess.CompletedProcess[str]:
    """Open the release and search it, as a process that serves does."""
    return with_key(file, ["outfit", SEED, "--home", str(shop.path), "--json"])


def build(shop: MadeHome, file: Path) -> subprocess.CompletedProcess[str]:
    (shop.path / "work" / "stages.json").unlink(missing_ok=True)
    arguments = ["build", *shop.arguments(), "--bundle", str(bundle_of(shop)), "--engine", "elasticsearch"]
    return with_key(file, arguments)


@pytest.fixture
def with_rights(connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Give the file of a key that has other privileges than its role's."""

    def make(role: keys.Role, privileges: Sequence[str]) -> Path:
        monkeypatch.setattr(keys, "PRIVILEGES", {role: privileges})
        (key,) = make_keys(connection, OPERATOR, PASSWORD, "1h")
        file = tmp_path / "key"
        file.write_text(key.encoded)
        return file

    return make


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the service reads its key from."""
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    return tmp_path / "key"


def current(shop: MadeHome) -> ReleasePointer:
    pointer = Home(shop.path).current()
    assert pointer is not None
    return pointer


def not_ready(client: httpx.Client, reason: str) -> bool:
    answer = client.get("/readyz")
    return answer.status_code == 503 and reason in answer.json()["detail"]


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


def test_the_key_for_building_lists_swaps_rolls_back_and_prunes(shop: MadeHome, shop_keys: Keys) -> None:
    first = current(shop).generation
    assert build(shop, shop_keys.ingest).returncode == 0
    home = ["--home", str(shop.path)]
    for command in (["swap", first], ["rollback"], ["prune"]):
        with_key(shop_keys.ingest, ["index", *command, *home], check=True)
    done = with_key(shop_keys.ingest, ["index", "list", *home, "--json"], check=True)
    kept = {row["generation"] for row in json.loads(done.stdout)["generations"] if row["engine"] == "elasticsearch"}
    assert kept == {first, current(shop).generation}
    assert current(shop).generation != first


def test_the_key_for_serving_serves(shop: MadeHome, shop_keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_FILE, str(shop_keys.serve))
    with serving(shop.path) as (client, _):
        wait_until(lambda: client.get("/readyz").status_code == 200, within_s=20)
        assert outfit(client)["versions"]["generation"] == current(shop).generation
        for path in ("/v1/products?q=dress", f"/v1/products/{SEED}", f"/v1/products/{SEED}/similar", "/v1/taxonomies"):
            assert client.get(path).status_code == 200, path


def test_the_key_for_serving_changes_no_release(shop: MadeHome, shop_keys: Keys) -> None:
    before = current(shop)
    home = ["--home", str(shop.path), "--engine", "elasticsearch"]
    for done in (
        build(shop, shop_keys.serve),
        with_key(shop_keys.serve, ["index", "swap", before.generation, *home]),
        with_key(shop_keys.serve, ["index", "prune", *home]),
    ):
        assert done.returncode == 4
        assert REFUSED in done.stderr
    assert current(shop) == before


WRITES: dict[str, Callable[[Elasticsearch, str], object]] = {
    "put a product": lambda client, index: client.index(
        index=index, id="new", routing="shop", document={"product": {}}
    ),
    "patch a product": lambda client, index: client.update(
        index=index, id=SEED, routing="shop", doc={"in_stock": False}
    ),
    "delete a product": lambda client, index: client.delete(index=index, id=SEED, routing="shop"),
    "create an index": lambda client, index: client.indices.create(index=f"{index}0"),
    "delete an index": lambda client, index: client.indices.delete(index=index),
    "change a mapping": lambda client, index: client.indices.put_mapping(index=index, meta={}),
    "change settings": lambda client, index: client.indices.put_settings(
        index=index, settings={"refresh_interval": "1h"}
    ),
    "move the alias": lambda client, index: client.indices.update_aliases(
        actions=[{"remove": {"index": index, "alias": ALIAS}}]
    ),
}
READS: dict[str, Callable[[Elasticsearch, str], object]] = {
    "search": lambda client, index: client.search(index=index),
    "read a mapping": lambda client, index: client.indices.get_mapping(index=index),
}


def attempt(connection: Connection, file: Path, index: str, action: Callable[[Elasticsearch, str], object]) -> None:
    with replace(connection, api_key=file.read_text()).client() as client:
        action(client, index)


@pytest.mark.parametrize("action", WRITES)
def test_the_key_for_serving_cannot(connection: Connection, shop: MadeHome, shop_keys: Keys, action: str) -> None:
    index = f"{ALIAS}-{current(shop).generation.lower()}"
    with pytest.raises(AuthorizationException):
        attempt(connection, shop_keys.serve, index, WRITES[action])


@pytest.mark.parametrize("action", WRITES | READS)
def test_no_key_reaches_the_indices_of_another_shop(
    connection: Connection, operator: Elasticsearch, shop_keys: Keys, other: Keys, action: str
) -> None:
    act = (WRITES | READS)[action]
    aliases = {alias: next(iter(operator.indices.get_alias(name=alias))) for alias in (ALIAS, OTHER)}
    for file, index in (
        (shop_keys.serve, aliases[OTHER]),
        (shop_keys.ingest, aliases[OTHER]),
        (other.serve, aliases[ALIAS]),
        (other.ingest, aliases[ALIAS]),
    ):
        with pytest.raises(AuthorizationException):
            attempt(connection, file, index, act)


def test_no_key_moves_the_alias_of_another_shop(
    connection: Connection, operator: Elasticsearch, shop: MadeHome, shop_keys: Keys, other: Keys
) -> None:
    del other
    index = f"{ALIAS}-{current(shop).generation.lower()}"
    with pytest.raises(AuthorizationException):
        attempt(
            connection,
            shop_keys.ingest,
            index,
            lambda client, index: client.indices.update_aliases(actions=[{"add": {"index": index, "alias": OTHER}}]),
        )
    assert index not in operator.indices.get_alias(name=OTHER)


@pytest.mark.parametrize("missing", keys.PRIVILEGES["serve"])
def test_a_process_that_serves_needs_each_of_its_rights(
    shop: MadeHome, with_rights: Callable[..., Path], missing: str
) -> None:
    enough = [privilege for privilege in keys.PRIVILEGES["serve"] if privilege != missing]
    done = looks(shop, with_rights("serve", enough))
    assert done.returncode == 4
    assert REFUSED in done.stderr


@pytest.mark.parametrize(
    ("missing", "instead"),
    [
        ("manage", ["create_index", "delete_index", "maintenance", "view_index_metadata"]),
        ("read", []),
        ("write", []),
    ],
)
def test_a_build_needs_each_of_its_rights(
    shop: MadeHome, with_rights: Callable[..., Path], missing: str, instead: list[str]
) -> None:
    enough = [privilege for privilege in keys.PRIVILEGES["ingest"] if privilege != missing]
    before = current(shop)
    done = build(shop, with_rights("ingest", [*enough, *instead]))
    assert done.returncode != 0
    assert current(shop) == before


def test_an_expired_key_is_told_and_a_new_one_is_found_in_its_file(
    connection: Connection, shop: MadeHome, shop_keys: Keys, key_file: Path
) -> None:
    key_file.write_text(make_keys(connection, OPERATOR, PASSWORD, "1ms")[0].encoded)
    with serving(shop.path) as (client, _):
        wait_until(lambda: not_ready(client, "Elasticsearch refuses the key (401)"), within_s=20)
        assert client.post("/v1/outfits", json={"seed": {"product_id": SEED}}).status_code == 503
        shutil.copyfile(shop_keys.serve, key_file)
        wait_until(lambda: client.get("/readyz").status_code == 200, within_s=20)


def test_a_key_that_is_taken_back_is_told_and_a_new_one_is_found_by_a_reload(
    connection: Connection, operator: Elasticsearch, shop: MadeHome, shop_keys: Keys, key_file: Path
) -> None:
    key = make_keys(connection, OPERATOR, PASSWORD, "1h")[0]
    key_file.write_text(key.encoded)
    with key_file.with_name("log").open("wb") as log, serving(shop.path, log) as (client, process):
        wait_until(lambda: client.get("/readyz").status_code == 200, within_s=20)
        operator.security.invalidate_api_key(ids=[key.key_id])
        wait_until(lambda: not_ready(client, "Elasticsearch refuses the key (401)"), within_s=20)
        answers = [client.get("/readyz"), client.post("/v1/outfits", json={"seed": {"product_id": SEED}})]
        assert {answer.status_code for answer in answers} == {503}
        shutil.copyfile(shop_keys.serve, key_file)
        process.send_signal(signal.SIGHUP)
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


@pytest.fixture
def another_authority(tmp_path: Path) -> Path:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


@pytest.mark.parametrize("trusted", ["another authority", "the system's", "another name"])
def test_a_server_that_cannot_be_trusted_is_told_nothing(
    shop: MadeHome, shop_keys: Keys, another_authority: Path, monkeypatch: pytest.MonkeyPatch, trusted: str
) -> None:
    match trusted:
        case "another authority":
            monkeypatch.setenv("KITSUNE_ELASTICSEARCH_CA_FILE", str(another_authority))
        case "the system's":
            monkeypatch.delenv("KITSUNE_ELASTICSEARCH_CA_FILE")
        case _:
            url = os.environ["KITSUNE_ELASTICSEARCH_URL"]
            monkeypatch.setenv("KITSUNE_ELASTICSEARCH_URL", url.replace("127.0.0.1", "localhost"))
    done = looks(shop, shop_keys.serve)
    assert done.returncode == 4
    assert "does not show a certificate that is trusted" in done.stderr


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
