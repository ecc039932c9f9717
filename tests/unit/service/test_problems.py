import inspect

import pytest

from service import errors
from service.api.problems import Refusal, sentence, status_of


def error_classes() -> list[type[errors.KitsuneError]]:
    found = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, errors.KitsuneError)]
    return [cls for cls in found if cls is not errors.KitsuneError]


@pytest.mark.parametrize("cls", error_classes())
def test_no_error_that_is_raised_on_purpose_is_a_500(cls: type[errors.KitsuneError]) -> None:
    error = errors.UnknownTaxonomy("avoid", ()) if cls is errors.UnknownTaxonomy else cls("what to do next")
    assert 400 <= status_of(error) <= 504
    assert status_of(error) != 500


def test_an_error_has_its_own_status_or_its_parent_s() -> None:
    assert status_of(errors.UnknownProduct("")) == 404
    assert status_of(errors.SpaceMismatch("")) == 422
    assert status_of(errors.DeadlineExceeded("")) == 504
    assert status_of(errors.IndexUnavailable("")) == 503
    assert status_of(Refusal(413, "body_too_large", "")) == 413


def test_a_sentence_names_the_field_and_leaves_out_the_kinds_of_a_union() -> None:
    row = {"loc": ("slots", 1, "lock wish", "product_id"), "type": "missing", "msg": "Field required"}
    assert sentence([row]) == "slots[1].product_id: Field required."


def test_a_sentence_does_not_repeat_the_name_of_an_unknown_field() -> None:
    row = {"loc": ("filters", "CANARY"), "type": "extra_forbidden", "msg": "Extra inputs are not permitted"}
    told = sentence([row])
    assert told.startswith("filters has a field")
    assert "CANARY" not in told


def test_a_sentence_tells_three_things_at_most() -> None:
    rows = [{"loc": (name,), "type": "missing", "msg": "Field required"} for name in "abcde"]
    assert sentence(rows) == "a: Field required; b: Field required; c: Field required; and 2 more."


def test_what_is_wrong_with_the_whole_is_said_of_the_request() -> None:
    row = {"loc": (), "type": "value_error", "msg": "Value error, min must not be above max"}
    assert sentence([row]) == "the request: min must not be above max."
