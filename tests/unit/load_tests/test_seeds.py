from collections import Counter
from pathlib import Path

import pytest

from load_tests.seeds import Seed, Seeds, read_seeds, write_seeds

HARD = [Seed('D"1,2', "Hats, scarves and gloves"), Seed("écru\n/ ?", "Ankle Boots")]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_seeds(HARD, tmp_path / "seeds.csv")
    assert read_seeds(tmp_path / "seeds.csv") == HARD


@pytest.mark.parametrize(
    ("text", "what"), [(None, "no file"), ("id,category\n1,Hats\n", "no file"), ("product_id,taxonomy\n", "no seeds")]
)
def test_a_file_without_seeds_is_refused_with_the_way_to_make_one(tmp_path: Path, text: str | None, what: str) -> None:
    file = tmp_path / "seeds.csv"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SystemExit, match=f"{what}.*load_tests.seeds URL"):
        read_seeds(file)


def test_the_first_seed_is_drawn_about_twice_as_often_as_the_second() -> None:
    seeds = Seeds([Seed(str(rank), "Hats") for rank in range(100)])
    drawn = Counter(seeds.draw().product_id for _ in range(5000))
    assert 1.5 < drawn["0"] / drawn["1"] < 2.7
    assert drawn["0"] > 10 * drawn["50"]
