"""Each key may do what it is for, and nothing else."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from elasticsearch import AuthorizationException, Elasticsearch

from service.index.elastic import keys
from service.index.elastic.connection import Connection
from service.index.elastic.keys import make_keys
from tests.conftest import MadeHome
from tests.e2e.keys.shops import ALIAS, KEY_FILE, OTHER, REFUSED, SEED, Keys, build, current, looks, with_key
from tests.e2e.test_elasticsearch import wait_until
from tests.e2e.test_serving import outfit, serving
from tests.elasticsearch.secured import OPERATOR, PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


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
