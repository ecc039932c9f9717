"""What a bar shows of a long piece of work."""

from itertools import count

from rich.progress import Progress

from service.cli.console import RateColumn


def test_a_bar_shows_steps_a_second_once_they_are_known() -> None:
    # Each look at the clock is a second later than the one before.
    bars = Progress(RateColumn(), get_time=count().__next__, disable=True)
    bar = bars.add_task("index", total=10_000)
    (task,) = bars.tasks
    assert RateColumn().render(task).plain == ""
    for done in (2000, 4000, 6000):
        bars.update(bar, completed=done)
    assert RateColumn().render(task).plain == "2,000/s"
