from pathlib import Path

import pytest

from benchmarks import cluster
from benchmarks.cluster import MOST_ROUNDS, is_warm, layouts_of
from benchmarks.columns import Columns
from service.index.elastic import planning

FALLING = [55.5, 28.5, 22.7, 19.3, 16.4, 16.6, 13.0, 13.2, 12.0, 8.7, 8.8]
"""What requests cost a server that had just been started, 300 at a time."""


@pytest.mark.parametrize("rounds", range(len(FALLING) + 1))
def test_a_server_is_not_warm_while_it_gets_faster(rounds: int) -> None:
    assert not is_warm(FALLING[:rounds])


def test_a_server_is_warm_once_two_rounds_bring_nothing() -> None:
    assert is_warm([*FALLING, 8.8, 9.6])


def test_a_machine_that_never_settles_is_measured_all_the_same() -> None:
    assert is_warm([0.5**turn for turn in range(MOST_ROUNDS)])


def test_only_large_taxonomies_make_a_second_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = Columns.made(3000, 5)
    assert layouts_of(columns) == ("exact",)
    monkeypatch.setattr(planning, "GRAPH_FROM", 400)
    assert layouts_of(columns) == ("exact", "partitioned")


def test_two_benchmarks_do_not_share_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "FOLDER", tmp_path / "new")
    with cluster._alone(), pytest.raises(SystemExit, match="wait until it is done"), cluster._alone():
        pass
    with cluster._alone():
        pass
