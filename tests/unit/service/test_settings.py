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


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings.load().port = 1  # type: ignore[misc]
