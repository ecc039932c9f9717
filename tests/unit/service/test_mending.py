import pytest

from service.catalog.mending import mended


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("GrÃ¼n", "Grün"),
        ("schÃƒÂ¶n", "schön"),
        ("cafÃ© noir", "café noir"),
        ("Black &amp; White", "Black & White"),
        ("Gru\u0308n", "Grün"),
    ],
)
def test_text_of_a_wrong_encoding_is_mended(broken: str, meant: str) -> None:
    assert mended(broken) == meant


@pytest.mark.parametrize(
    "sound", ["", "Grün", "L\u2019été \u201cchic\u201d", "weiß", "50 % off", "赤いドレス", "Señora\nÑandú", "H&M"]
)
def test_sound_text_stays_as_it_is(sound: str) -> None:
    assert mended(sound) == sound
