"""A server whose certificate is not trusted is told nothing, no key either."""

import os
from pathlib import Path

import pytest
import trustme

from tests.conftest import MadeHome
from tests.e2e.keys.shops import Keys, looks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


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
