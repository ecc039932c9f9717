import numpy as np
import pytest

from model.text import MAX_WORDS, has_words, product_text, tokenize
from tests.unit.model import tiny

ROWS = 4096


def pieces(text: str) -> set[int]:
    return set(tokenize([text], ROWS).pieces.tolist())


def alike(one: str, other: str) -> float:
    """Return the share of two texts' pieces that both have."""
    return len(pieces(one) & pieces(other)) / len(pieces(one) | pieces(other))


@pytest.mark.parametrize("other", ["RED Dress", "réd  dress!", "red-dress", "ｒｅｄ dress"])  # noqa: RUF001 - wide letters
def test_capitals_accents_and_marks_say_nothing(other: str) -> None:
    assert pieces(other) == pieces("red dress")


@pytest.mark.parametrize(
    ("word", "kin"), [("burgundy", "burgandy"), ("embroidered", "embroidery"), ("vestido", "vestidos")]
)
def test_a_misspelt_word_keeps_much_of_what_it_is(word: str, kin: str) -> None:
    assert alike(word, kin) > 0.25 > alike(word, "leather")


def test_a_words_place_in_the_table_never_changes() -> None:
    assert sorted(pieces("red")) == [78, 977, 2885, 3528, 3736, 3983]


def test_padding_changes_nothing() -> None:
    encoder = tiny.text()
    texts = ["red dress", "a very long red and blue dress of soft cotton", "shoes"]
    together = encoder.encode(texts)
    for text, row in zip(texts, together, strict=True):
        np.testing.assert_allclose(encoder.encode([text])[0], row, atol=1e-6)


@pytest.mark.parametrize("text", ["xyzzy", "連衣裙", "a", "w" * 5000, "\ud800x", "платье " * 900])
def test_what_training_never_saw_has_a_finite_embedding(text: str) -> None:
    found = tiny.text().encode([text])
    assert found.shape == (1, tiny.EMBEDDING)
    assert np.isfinite(found).all()


def test_further_words_are_left_out() -> None:
    many = " ".join(f"word{number}" for number in range(MAX_WORDS))
    assert pieces(f"{many} dress") == pieces(many)


def test_a_text_of_marks_alone_has_no_word() -> None:
    assert not has_words("-- ★ !_! 👗")
    assert not has_words("")
    assert has_words("7")


def test_the_titles_words_come_before_the_descriptions() -> None:
    assert product_text("Red dress", "Of silk.") == "Red dress\nOf silk."
    assert product_text(None, "Of silk.") == "Of silk."
    assert product_text(None, None) == ""
