from base64 import b64decode
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from model.estimates import Estimate
from service.catalog.record import Record, RecordedProduct
from service.domain import Product
from service.report.findings import findings, headline
from service.report.pages import report, shown_products
from service.report.pictures import Pictures
from tests.figures import estimates, measured


def page(**changes: object) -> str:
    return report(replace(measured(), **changes), lambda product_id: f"data:,{product_id}")  # type: ignore[arg-type]


def test_the_headline_is_the_ratio_to_the_strongest_row_that_does_not_read_the_vectors() -> None:
    assert headline(measured()) == (
        "The generator has 50.0% of the true partners among its first ten: beside colour PMI, 0.94 times as many "
        "(0.95 to 0.99) among the first 10 and 0.94 times as many (0.95 to 0.99) among the first 50."
    )
    assert headline(measured()) in page()


def test_a_bar_that_finds_nothing_has_no_ratio() -> None:
    found = measured()
    nothing = tuple(replace(one, ratios=dict.fromkeys(one.ratios)) for one in found.evaluation.differences)
    silent = replace(found, evaluation=replace(found.evaluation, differences=nothing))
    assert headline(silent).endswith("colour PMI has none.")
    assert report(silent, lambda _: None)


def test_every_row_stands_in_the_report_with_its_ratio() -> None:
    text = page()
    assert all(row.name in text for row in measured().evaluation.rows)
    assert "1.08" in text


def test_rows_that_read_the_bundle_s_own_vectors_are_told_apart() -> None:
    assert "<strong>Beside ridge</strong>, which reads the bundle's own vectors" in page()
    assert "<strong>Beside random</strong>" not in page()


def test_figures_that_prove_little_say_so() -> None:
    assert "Not honest" in page(honest=False)
    assert "Measured on the validation part" in page(part="validation")
    assert "notice" not in page().partition("<main")[2]


def test_pictures_of_all_that_is_shown_are_in_the_page() -> None:
    shown = shown_products(measured())
    assert {"dress-1", "tote-4", "wedge-2", "jacket-4"} <= shown
    assert all(f'"data:,{product_id}"' in page() for product_id in shown)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    text = report(measured(), lambda _: None)
    assert not any(word in text for word in ("<script", "<link", "http://", "https://", "url("))


def test_a_shop_s_own_words_are_escaped() -> None:
    found = measured()
    hostile = tuple(replace(miss, taxonomy="<script>alert(1)</script>") for miss in found.worst)
    assert "<script>" not in page(worst=hostile)


def test_collapsed_heads_and_a_neutral_bias_are_found() -> None:
    within = {one.name: one.within for one in findings(measured())}
    assert not within["Cosine between the heads' targets"]
    assert within["Deviation of the targets over the catalogue's"]
    found = measured()
    (neutral,) = found.diagnostics.neutrals or ()
    biased = replace(neutral, bias=Estimate(0.2, 0.1, 0.3))
    shifted = replace(found, diagnostics=replace(found.diagnostics, neutrals=(biased,)))
    assert [one.within for one in findings(shifted)][-1] is False


def test_small_slices_are_left_out() -> None:
    found = measured()
    (small,) = found.evaluation.slices
    large = replace(small, value="Large", pairs=50)
    assert "Large" in page(evaluation=replace(found.evaluation, slices=(small, large)))
    assert ">Dresses</th>" not in page()


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    Image.new("RGB", (400, 600), "red").save(tmp_path / "red.png")
    (tmp_path / "broken.png").write_bytes(b"no photo")
    photos = {"red": ("red.png",), "broken": ("broken.png",), "gone": ("gone.png",), "none": (), "out": ("../x.png",)}
    with Record.open(tmp_path / "catalog.sqlite") as record:
        record.upsert(RecordedProduct(Product(product_id=name, taxonomy="Totes"), own) for name, own in photos.items())
        return Pictures(record, tmp_path, [*photos, "unknown"])


def test_a_picture_is_a_small_file_inside_the_page(pictures: Pictures) -> None:
    address = pictures.address("red")
    assert address
    kind, _, content = address.partition(";base64,")
    assert kind == "data:image/webp"
    with Image.open(BytesIO(b64decode(content))) as picture:
        assert picture.size == (120, 180)


@pytest.mark.parametrize("product_id", ["broken", "gone", "none", "out", "unknown"])
def test_a_product_whose_photo_cannot_be_shown_has_no_picture(pictures: Pictures, product_id: str) -> None:
    assert pictures.address(product_id) is None


def test_intervals_of_measures_are_in_small_print() -> None:
    assert estimates(0.5, 0.4, 0.6)["mrr"] == Estimate(0.5, 0.4, 0.6)
    assert "0.400 to 0.600" in page()
