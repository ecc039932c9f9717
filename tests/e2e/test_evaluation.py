"""What an evaluation says is what the service does."""

import pytest

from benchmarks.served import offline_recalls, open_questions, served_recalls
from service.app import create_app
from service.home import Home
from service.settings import Settings
from tests.conftest import MadeHome
from tests.e2e.conftest import served

pytestmark = pytest.mark.slow


def test_partners_are_found_through_rest_as_often_as_offline(made_home: MadeHome) -> None:
    questions = open_questions(Home(made_home.path), made_home.shop.profile, made_home.shop.data, "test")
    offline = offline_recalls(questions)
    assert 0 < offline[0] < 1
    with served(create_app(Settings.load(home=made_home.path, deadline_s=30))) as client:
        client.timeout = 30
        assert served_recalls(client, questions, apart=True) == pytest.approx(offline)
