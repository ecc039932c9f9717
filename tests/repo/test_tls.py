"""Certificates are checked, always: nothing that ships or measures has a way around it."""

import re

import pytest

from tests.repo.locks import ROOT

AROUND = re.compile(
    r"verify_certs|ssl_assert_hostname|ssl_show_warn|assert_fingerprint|CERT_NONE|check_hostname|_unverified"
)


@pytest.mark.parametrize("folder", ["service", "model", "mappings", "benchmarks", "load_tests"])
def test_no_certificate_goes_unchecked(folder: str) -> None:
    files = list((ROOT / folder).rglob("*.py"))
    assert files
    assert [str(path) for path in files if AROUND.search(path.read_text())] == []
