import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from service.index.elastic.connection import Connection
from tests.conftest import MadeHome
from tests.e2e.keys.shops import ALIAS, OTHER, Keys, built, made
from tests.elasticsearch.running import own_server
from tests.elasticsearch.secured import OPERATOR, PASSWORD, ca_file, secured_server
from tests.elasticsearch.server import Server


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with own_server(secured_server) as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("KITSUNE_ELASTICSEARCH_URL", server.url)
        environment.setenv("KITSUNE_ELASTICSEARCH_ALIAS", ALIAS)
        environment.setenv("KITSUNE_ELASTICSEARCH_CA_FILE", str(ca_file(server)))
        yield server


@pytest.fixture(scope="package")
def connection(server: Server) -> Connection:
    """Without a key."""
    return Connection(server.url, ALIAS, ca_file=ca_file(server))


@pytest.fixture(scope="package")
def operator(connection: Connection) -> Iterator[Elasticsearch]:
    with connection.client() as client:
        yield client.options(basic_auth=base64.b64encode(f"{OPERATOR}:{PASSWORD}".encode()).decode())


@pytest.fixture(scope="package")
def password(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("password") / "password"
    file.write_text(f"{PASSWORD}\n")
    return file


@pytest.fixture(scope="package")
def shop_keys(server: Server, password: Path, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    del server
    return made(tmp_path_factory.mktemp("keys") / "of-the-shop", password)


@pytest.fixture(scope="package")
def shop(shop_keys: Keys, made_home: MadeHome, tmp_path_factory: pytest.TempPathFactory) -> MadeHome:
    """A copy of the made home, built and released with the key that is for that."""
    return built(made_home, tmp_path_factory.mktemp("shop") / "home", shop_keys)


@pytest.fixture(scope="package")
def other(password: Path, made_home: MadeHome, shop: MadeHome, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """The keys of another shop on the same cluster; its alias begins as ours does."""
    del shop
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KITSUNE_ELASTICSEARCH_ALIAS", OTHER)
        others = made(tmp_path_factory.mktemp("keys"), password)
        built(made_home, tmp_path_factory.mktemp("other") / "home", others)
    return others
