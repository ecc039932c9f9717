import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from service.catalog.figures import keep, kept
from service.errors import HomeError
from service.generation import BundleModel
from service.home import Home
from service.web.card import CURVE_HEIGHT, CURVE_WIDTH, card_of
from tests.conftest import MadeHome, kitsune, shop_arguments
from tests.fakes import CARD, FakeModel, fake_release
from tests.figures import BUNDLE, measured


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_figures_that_were_kept_come_back_as_they_were(home: Home) -> None:
    keep(home, measured())
    assert kept(home, BUNDLE, "test") == measured()


def test_what_is_kept_is_what_the_command_prints(home: Home) -> None:
    assert json.loads(keep(home, measured()).read_bytes()) == json.loads(json.dumps(measured().as_dict()))


@pytest.mark.slow
def test_the_command_keeps_what_it_prints(made_home: MadeHome, tmp_path: Path) -> None:
    home = Path(shutil.copytree(made_home.path, tmp_path / "home"))
    printed = kitsune(["evaluate", *shop_arguments(made_home.shop, home), "--json"]).stdout
    (file,) = (home / "evaluations").glob("*.json")
    assert json.loads(file.read_bytes()) == json.loads(printed)


def test_a_second_measurement_takes_the_place_of_the_first(home: Home) -> None:
    keep(home, measured())
    keep(home, replace(measured(), outfits=7))
    assert [path.name for path in home.evaluations.iterdir()] == [f"{BUNDLE}.test.json"]
    assert (again := kept(home, BUNDLE, "test"))
    assert again.outfits == 7


def test_a_home_that_cannot_be_written_says_where(home: Home) -> None:
    home.evaluations.write_text("in the way")
    with pytest.raises(HomeError, match=f"{BUNDLE}.test.json"):
        keep(home, measured())


def without(name: str) -> dict[str, Any]:
    figures = measured().as_dict()
    figures["evaluation"]["rows"] = [row for row in figures["evaluation"]["rows"] if row["name"] != name]
    return figures


DAMAGED: Mapping[str, bytes] = {
    "nothing": b"",
    "no JSON": b"\xff{",
    "another shape": b"[]",
    "cut off": json.dumps(measured().as_dict()).encode()[:500],
    "without the judged row": json.dumps(without("generator")).encode(),
    "without a row that is compared": json.dumps(without("random")).encode(),
    "older measures": json.dumps(measured().as_dict()).replace("mrr", "map").encode(),
    "another bundle": json.dumps(replace(measured(), bundle="other").as_dict()).encode(),
    "another part": json.dumps(measured("validation").as_dict()).encode(),
    "nested": b"[" * 100_000,
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_evaluation_is_named_and_the_rest_of_the_card_stands(home: Home, content: bytes) -> None:
    keep(home, measured()).write_bytes(content)
    card = card_of(fake_release(), home)
    assert card.evaluation is None
    assert card.damaged == f"{BUNDLE}.test.json"
    assert card.versions.bundle == BUNDLE


def test_a_bundle_that_was_never_measured_has_no_evaluation(home: Home) -> None:
    keep(home, replace(measured(), bundle="other"))
    card = card_of(fake_release(), home)
    assert (card.evaluation, card.damaged) == (None, None)


def test_the_test_part_is_shown_rather_than_the_validation_part(home: Home) -> None:
    keep(home, measured("validation"))
    assert (only := card_of(fake_release(), home).evaluation)
    assert only.measured.part == "validation"
    keep(home, measured("test"))
    assert (both := card_of(fake_release(), home).evaluation)
    assert both.measured.part == "test"


def test_a_row_is_beaten_only_where_the_whole_interval_says_so(home: Home) -> None:
    keep(home, measured())
    evaluation = card_of(fake_release(), home).evaluation
    assert evaluation
    assert (evaluation.better, evaluation.even, evaluation.worse) == (("random",), ("ridge",), ("colour PMI",))


def test_the_strongest_naive_row_is_no_head(home: Home) -> None:
    keep(home, measured())
    evaluation = card_of(fake_release(), home).evaluation
    assert evaluation
    assert evaluation.strongest == "colour PMI"
    assert evaluation.span == pytest.approx((0.3, 1.0))


MEASURED_CARD: Mapping[str, Any] = {
    **CARD,
    "metrics": {
        "encoder": {"attributes": {"colour": {"accuracy": 0.9, "majority_accuracy": 0.4, "held_out_rows": 12}}},
        "generator": {"train_loss": [3.0, 1.0, 2.0], "validation_loss": [2.0]},
    },
}


def test_an_attribute_s_accuracy_stands_beside_guessing(home: Home) -> None:
    (colour,) = card_of(replace(fake_release(), model=FakeModel(MEASURED_CARD)), home).attributes
    assert (colour.name, colour.labels) == ("colour", ("red", "écru"))
    assert (colour.accuracy, colour.majority, colour.held_out) == (0.9, 0.4, 12)


def test_an_attribute_that_was_not_measured_says_so(home: Home) -> None:
    (colour,) = card_of(fake_release(), home).attributes
    assert (colour.accuracy, colour.majority) == (None, None)


def test_a_curve_goes_from_the_left_to_the_right_and_the_highest_loss_is_on_top(home: Home) -> None:
    training, validation = card_of(replace(fake_release(), model=FakeModel(MEASURED_CARD)), home).curves
    assert training.points == f"0.0,0.0 50.0,{CURVE_HEIGHT} {CURVE_WIDTH},{CURVE_HEIGHT / 2}"
    assert validation.points == f"0.0,{CURVE_HEIGHT / 2}"


def test_without_losses_there_is_no_curve(home: Home) -> None:
    assert card_of(fake_release(), home).curves == ()


def test_the_card_of_a_real_bundle_is_its_manifest(home: Home) -> None:
    with as_file(files("service.demo") / "bundle") as bundle:
        model = BundleModel.open(bundle)
        manifest = json.loads((bundle / "manifest.json").read_bytes())
    manifest["encoder"].setdefault("colours", 0)  # a bundle of format 1 does not say that it reads none
    for part in ("readout", "text"):  # nor one before formats 3 and 4 that it has none
        manifest.setdefault(part, None)
    model.close()
    card = card_of(replace(fake_release(), model=model), home)
    assert json.loads(json.dumps(card.manifest)) == manifest
    assert [attribute.name for attribute in card.attributes] == list(manifest["label_sets"])
    assert all(attribute.accuracy for attribute in card.attributes)
    assert len(card.curves) == 2
