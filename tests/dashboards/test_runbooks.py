"""Every alert has its section in the runbooks, and every section its alert."""

import re

from dashboards.alerts import ALERTS
from tests.repo.locks import ROOT

PAGE = ROOT / "docs" / "runbooks.md"
SECTIONS = dict(re.findall(r"^## (\w+)\n\n(.*?)(?=\n## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL))
QUESTIONS = ("**The shopper**", "**Look at**", "**Do**")


def test_every_alert_has_its_section_in_the_alerts_order() -> None:
    assert list(SECTIONS) == [alert.name for alert in ALERTS]


def test_an_alert_leads_to_its_section() -> None:
    for alert in ALERTS:
        page, anchor = alert.runbook.split("#")
        assert (ROOT / page) == PAGE
        assert anchor == alert.name.lower()


def test_a_section_says_how_urgent_it_is_and_what_to_do() -> None:
    for alert in ALERTS:
        section = SECTIONS[alert.name]
        assert section.startswith(f"`{alert.severity}`.")
        assert [question for question in QUESTIONS if question in section] == list(QUESTIONS), alert.name
