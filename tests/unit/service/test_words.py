from service.catalog.words import WordList, phrase_of, word_lists


def values(text: str, attribute: str = "colour") -> list[tuple[str, ...]]:
    return [meaning.values for _, meaning in word_lists()[attribute].found(phrase_of(text))]


def test_vendors_words_have_canonical_values() -> None:
    for word, value in {
        "ruby": "red",
        "Gray": "grey",
        "CAMEL": "beige",
        "gris claro": "grey",
        "Azul Noche": "blue",
        "dunkelgrün": "green",
        "DUNKELGRUEN": "green",
        "weiß": "white",
        "weiss": "white",
        "marrón": "brown",
        "off-white": "white",
        "red": "red",
    }.items():
        assert values(word) == [(value,)], word
    assert values("Camo", "pattern") == [("camouflage",)]


def test_a_phrase_goes_before_its_parts() -> None:
    assert values("rose gold ring") == [("gold",)]
    assert values("burnt orange and blush") == [("orange",), ("pink",)]


def test_a_word_is_not_found_inside_another() -> None:
    assert values("tailored bluebell redondo") == []


def test_a_word_under_two_values_has_both() -> None:
    assert values("khaki") == [("beige", "green")]
    assert values("khaki green") == [("green",)]


def test_a_shops_own_words_go_before_ours() -> None:
    words = word_lists()["colour"].with_own({"Sea Mist": "green", "khaki": "green"})
    assert [meaning.values for _, meaning in words.found(phrase_of("sea-mist khaki"))] == [("green",), ("green",)]


def test_a_list_without_words_finds_nothing() -> None:
    assert list(WordList.of({}).found(("red",))) == []


def test_the_lists_are_several_hundred_words_in_three_languages() -> None:
    assert len(word_lists()["colour"].meanings) > 800
    assert {"colour", "pattern", "material"} == set(word_lists())


def test_few_words_are_ambiguous_and_none_by_a_slip_within_one_value() -> None:
    ambiguous = {phrase for words in word_lists().values() for phrase, one in words.meanings.items() if one.values[1:]}
    assert {("khaki",), ("coral",), ("aqua",), ("champagne",), ("tan",)} <= ambiguous
    assert len(ambiguous) < 20
