from pathlib import Path

import pytest
from pydantic import ValidationError

from service.errors import SettingsError
from service.settings import Settings


def test_without_an_environment_the_service_listens_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KITSUNE_HOST", raising=False)
    settings = Settings.load()
    assert (settings.host, settings.deadline_s, settings.admin_key) == ("127.0.0.1", 1.0, None)


def test_an_override_wins_over_the_environment_and_none_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITSUNE_HOME", "/from/environment")
    assert Settings.load(home=None).home == Path("/from/environment")
    assert Settings.load(home=Path("/from/option")).home == Path("/from/option")


@pytest.mark.parametrize(
    ("name", "closest"), [("KITSUNE_PROT", "KITSUNE_PORT"), ("kitsune_admin", "KITSUNE_ADMIN_KEY")]
)
def test_an_unknown_variable_is_refused_with_the_closest_name(
    monkeypatch: pytest.MonkeyPatch, name: str, closest: str
) -> None:
    monkeypatch.setenv(name, "CANARY")
    with pytest.raises(SettingsError, match=f"{name} is not a setting. Closest: {closest}") as caught:
        Settings.load()
    assert "CANARY" not in caught.value.detail


def test_the_tests_own_variables_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITSUNE_TEST_DATA", "/data")
    Settings.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KITSUNE_PORT", "65536"),
        ("KITSUNE_PORT", "CANARY"),
        ("KITSUNE_DEADLINE_S", "nan"),
        ("KITSUNE_DEADLINE_S", "0"),
        ("KITSUNE_MAX_BODY_BYTES", "1"),
        ("KITSUNE_LOG_LEVEL", "CANARY"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: ") as caught:
        Settings.load()
    assert "CANARY" not in caught.value.detail


def test_an_empty_admin_key_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITSUNE_ADMIN_KEY", "")
    assert Settings.load().admin_key is None


def test_the_admin_key_is_not_shown() -> None:
    assert "a-key-only-for-tests" not in repr(Settings.load(admin_key="a-key-only-for-tests"))


@pytest.mark.parametrize("content", ["the-key==", "the-key==\n", "\tthe-key==\r\n"])
def test_the_key_to_elasticsearch_comes_from_a_file_too(tmp_path: Path, content: str) -> None:
    file = tmp_path / "key"
    file.write_text(content)
    settings = Settings.load(elasticsearch_api_key_file=file)
    assert settings.elasticsearch_key() == "the-key=="
    assert "the-key" not in repr(settings)
    file.write_text("another")
    assert settings.elasticsearch_key() == "another"


def test_without_a_key_to_elasticsearch_there_is_none() -> None:
    assert Settings.load().elasticsearch_key() is None
    assert Settings.load(elasticsearch_api_key="the-key").elasticsearch_key() == "the-key"


@pytest.mark.parametrize(
    ("layout", "why"),
    [
        ("bbq_hnsw", "from 64 numbers on, and vectors here have 50"),
        ("int8_hnsw", "rounds the vectors, and finds 8 of the 10"),
        ("int4_flat", "more coarsely than int8"),
        ("hnsw", "one graph over all taxonomies is slower"),
        ("CANARY", "should be 'auto', 'exact' or 'partitioned'"),
    ],
)
def test_a_layout_that_cannot_be_is_refused_with_the_reason(layout: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as refused:
        Settings.load(elasticsearch_layout=layout)
    assert "KITSUNE_ELASTICSEARCH_LAYOUT" in str(refused.value)
    assert "CANARY" not in str(refused.value)


def test_an_index_is_built_anew_where_it_would_be_laid_out_otherwise() -> None:
    exact, sharded = (
        Settings.load(engine="elasticsearch", **options).index_options()
        for options in ({"elasticsearch_layout": "exact"}, {"elasticsearch_shards": 3})
    )
    assert exact != sharded
    assert Settings.load(elasticsearch_shards=3).index_options() == Settings.load().index_options()


def test_two_keys_to_elasticsearch_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITSUNE_ELASTICSEARCH_API_KEY", "CANARY")
    monkeypatch.setenv("KITSUNE_ELASTICSEARCH_API_KEY_FILE", "key")
    with pytest.raises(SettingsError, match=r"_API_KEY_FILE: KITSUNE_ELASTICSEARCH_API_KEY is set as well; unset one"):
        Settings.load()


@pytest.mark.parametrize("url", ["search.example:9200", "ftp://search.example", "https://"])
def test_an_address_that_no_client_takes_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="KITSUNE_ELASTICSEARCH_URL"):
        Settings.load(elasticsearch_url=url)


def test_an_authority_for_an_address_without_tls_is_refused() -> None:
    with pytest.raises(SettingsError, match="CA_FILE: KITSUNE_ELASTICSEARCH_URL must begin with https://"):
        Settings.load(elasticsearch_ca_file="ca.pem")
    Settings.load(elasticsearch_ca_file="ca.pem", elasticsearch_url="https://search.example:9200")


@pytest.mark.parametrize("content", [b"", b" \n", b"CANARY\nCANARY", b"CANARY\xff", None])
def test_a_key_file_without_one_key_is_refused_and_not_repeated(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    settings = Settings.load(elasticsearch_api_key_file=file)
    with pytest.raises(
        SettingsError, match=r"^KITSUNE_ELASTICSEARCH_API_KEY_FILE: .*key (cannot be|does not)"
    ) as caught:
        settings.elasticsearch_key()
    assert "CANARY" not in caught.value.detail


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings.load().port = 1  # type: ignore[misc]
