import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from model.bundle import open_bundle
from model.estimates import Estimate
from model.evaluation import Difference, Slice
from service.catalog.figures import Measured, keep
from service.catalog.promoting import promote, refusals
from service.errors import BundleError, HomeError, InvalidRequest, PromotionRefused
from service.home import Home, ReleasePointer
from tests.figures import estimates, measured

RECALL = ["recall_at_10"]
BETTER = (0.01, 0.03)
EVEN = (-0.01, 0.03)


def figures(bundle: str, margins: Mapping[str, tuple[float, float]], **changes: object) -> Measured:
    found = measured()
    differences = tuple(
        Difference(name, estimates((low + high) / 2, low, high), estimates(1 + high, 1 + low, 1 + high))
        for name, (low, high) in margins.items()
    )
    rows = tuple(row for row in found.evaluation.rows if row.name == "generator")
    rows += tuple(replace(rows[0], name=name) for name in margins)
    evaluation = replace(found.evaluation, rows=rows, differences=differences, slices=())
    return replace(found, bundle=bundle, evaluation=evaluation, **changes)  # type: ignore[arg-type]


def sliced(pairs: int, own: float, production: float) -> Measured:
    one = figures("new", {"random": BETTER, "production": EVEN}, production="old")
    parts = (Slice("colour", "red", pairs, 400, {"generator": own, "production": production, "random": 0.01}),)
    return replace(one, evaluation=replace(one.evaluation, slices=parts))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that serves some bundle, and has the demo's beside it."""
    home = Home(tmp_path)
    with home.writer(), as_file(files("service.demo") / "bundle") as bundle:
        shutil.copytree(bundle, home.bundles / open_bundle(bundle).bundle_id)
        home.release(ReleasePointer("old", "generation", "mapping"))
    return home


@pytest.fixture
def bundle_id(home: Home) -> str:
    (directory,) = home.bundles.iterdir()
    return directory.name


def promotion_of(home: Home, bundle_id: str) -> Mapping[str, object]:
    found: Mapping[str, object] = open_bundle(home.bundles / bundle_id).manifest.metrics["promotion"]
    return found


def test_a_bundle_that_clearly_beats_every_naive_row_is_promoted_and_its_manifest_says_so(
    home: Home, bundle_id: str
) -> None:
    path = keep(home, figures(bundle_id, {"random": BETTER, "ridge": BETTER, "production": EVEN}, production="old"))
    promotion = promote(home, bundle_id, RECALL)
    assert (promotion.forced, promotion.refused) == (False, ())
    noted = promotion_of(home, bundle_id)
    assert (noted["at"], noted["production"], noted["forced"]) == (promotion.at, "old", False)
    assert path.is_file()
    assert json.loads(home.runs_path.read_text().splitlines()[-1])["stage"] == "promote"


def test_the_id_of_a_promoted_bundle_stays_and_it_is_still_whole(home: Home, bundle_id: str) -> None:
    keep(home, figures(bundle_id, {"random": BETTER}, production="old"))
    promote(home, bundle_id, RECALL)
    assert open_bundle(home.bundles / bundle_id).bundle_id == bundle_id
    assert [path.name for path in home.bundles.iterdir()] == [bundle_id]


def test_a_row_that_is_not_clearly_beaten_refuses_the_bundle_by_name(home: Home, bundle_id: str) -> None:
    keep(home, figures(bundle_id, {"random": BETTER, "ridge": EVEN}, production="old"))
    with pytest.raises(PromotionRefused, match=r"does not clearly beat ridge at recall_at_10 \(-0.010 to \+0.030\)"):
        promote(home, bundle_id, RECALL)
    assert "promotion" not in open_bundle(home.bundles / bundle_id).manifest.metrics


def test_force_promotes_and_the_manifest_keeps_the_reasons_against(home: Home, bundle_id: str) -> None:
    keep(home, figures(bundle_id, {"ridge": EVEN}, production="old"))
    promote(home, bundle_id, RECALL, force=True)
    noted = promotion_of(home, bundle_id)
    assert noted["forced"]
    assert "ridge" in str(noted["refused"])


def test_force_that_was_not_needed_is_not_noted(home: Home, bundle_id: str) -> None:
    keep(home, figures(bundle_id, {"ridge": BETTER}, production="old"))
    assert not promote(home, bundle_id, RECALL, force=True).forced


def test_only_the_chosen_measures_decide() -> None:
    found = figures("new", {"ridge": BETTER})
    (ridge,) = found.evaluation.differences
    worse = replace(ridge, measures={**ridge.measures, "mrr": Estimate(-0.1, -0.2, 0.0)})
    found = replace(found, evaluation=replace(found.evaluation, differences=(worse,)))
    assert list(refusals(found, RECALL, None)) == []
    assert len(list(refusals(found, ["recall_at_10", "mrr"], None))) == 1


def test_a_head_alone_and_production_are_no_naive_rows() -> None:
    found = figures("new", {"random": BETTER, "head 1": EVEN, "production": EVEN}, production="old")
    assert list(refusals(found, RECALL, "old")) == []


def test_a_slice_that_loses_more_than_three_points_to_production_refuses() -> None:
    assert "4.0 points" in next(refusals(sliced(200, 0.10, 0.14), RECALL, "old"))
    assert list(refusals(sliced(200, 0.12, 0.14), RECALL, "old")) == []


def test_a_small_slice_is_noise() -> None:
    assert list(refusals(sliced(199, 0.10, 0.90), RECALL, "old")) == []


def test_figures_of_a_refitted_bundle_refuse_it() -> None:
    assert "refitted" in next(refusals(figures("new", {"random": BETTER}, honest=False), RECALL, None))


def test_figures_that_were_compared_with_another_bundle_than_the_served_one_refuse() -> None:
    assert "run `kitsune evaluate` again" in next(refusals(figures("new", {"random": BETTER}), RECALL, "old"))


def test_the_served_bundle_stays_where_the_new_one_needs_another_index(home: Home, bundle_id: str) -> None:
    keep(home, figures(bundle_id, {"random": BETTER}, production="old"))
    before = home.current()
    promote(home, bundle_id, RECALL)
    assert home.current() == before


@pytest.mark.parametrize("name", ["elsewhere", "..", "../bundles", ""])
def test_what_is_no_bundle_of_the_home_is_refused(home: Home, name: str) -> None:
    with pytest.raises(BundleError, match="no such bundle"):
        promote(home, name, RECALL)


def test_a_bundle_that_was_never_measured_says_how(home: Home, bundle_id: str) -> None:
    with pytest.raises(HomeError, match="kitsune evaluate"):
        promote(home, bundle_id, RECALL)


def test_an_unknown_measure_comes_with_those_that_there_are(home: Home, bundle_id: str) -> None:
    with pytest.raises(InvalidRequest, match="recall_at_10"):
        promote(home, bundle_id, ["recall"])
