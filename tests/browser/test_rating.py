"""The page on which looks are rated blind: a file, opened from the disk."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from service.report.ratings import blind_page, read_answers, tally
from tests.figures import measured

pytestmark = pytest.mark.slow


def test_ratings_are_saved_to_a_file_that_the_tally_reads(browser: Browser, tmp_path: Path) -> None:
    figures = measured()
    page_path = tmp_path / "blind.html"
    page_path.write_text(blind_page(figures, lambda _: None))
    page = browser.new_page()
    page.goto(page_path.as_uri())
    expect(page.get_by_role("status")).to_have_text("0 of 3 looks rated")
    for place, rating in enumerate(("5", "5", "5")):
        page.get_by_role("group").nth(place).get_by_text(rating, exact=True).click()
    page.get_by_role("group").nth(0).get_by_text("2", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("3 of 3 looks rated")
    with page.expect_download() as download:
        page.get_by_role("button").click()
    download.value.save_as(tmp_path / "answers.json")
    page.close()
    answers = read_answers(tmp_path / "answers.json", figures)
    assert sorted(answers.ratings.values()) == [2, 5, 5]
    assert sorted(one.mean.value for one in tally(figures, [answers]).values()) == [2, 5, 5]


def test_what_was_rated_is_there_when_the_page_is_opened_again(browser: Browser, tmp_path: Path) -> None:
    page_path = tmp_path / "blind.html"
    page_path.write_text(blind_page(measured(), lambda _: None))
    page = browser.new_page()
    page.goto(page_path.as_uri())
    page.get_by_role("group").nth(1).get_by_text("4", exact=True).click()
    page.reload()
    expect(page.get_by_role("group").nth(1).get_by_role("radio", checked=True)).to_have_value("4")
    page.close()
