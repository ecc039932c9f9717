from collections.abc import Sequence
from pathlib import Path

import pytest

from service import demo
from service.demo.catalogue import DemoProduct


def test_one_call_writes_a_shop_that_is_ready_to_be_built(
    made: Sequence[DemoProduct], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [one for one in made if one.product.taxonomy in ("Shift Dresses", "Pumps", "Totes", "Women's Blazers")][::3]
    monkeypatch.setattr(demo, "make_products", lambda _seed: some)
    told: list[tuple[int, int]] = []
    catalogue = demo.draw_catalogue(tmp_path / "new" / "shop", lambda *counts: told.append(counts))
    assert catalogue.profile.is_file()
    assert sorted(path.name for path in catalogue.folder.iterdir()) == [
        "edition.txt", "mapping.yaml", "outfits.csv", "photos", "products.csv", "profile.toml",
    ]  # fmt: skip
    assert len(list((catalogue.folder / "photos").iterdir())) == len(catalogue.products) == len(some)
    assert told[-1] == (len(some), len(some))
    assert catalogue.outfits
    assert demo.is_drawn(catalogue.folder)


def test_a_shop_that_another_edition_drew_or_that_was_cut_off_is_not_drawn(tmp_path: Path) -> None:
    assert not demo.is_drawn(tmp_path / "nothing")
    assert not demo.is_drawn(tmp_path)
    (tmp_path / demo.EDITION).write_text("another")
    assert not demo.is_drawn(tmp_path)
    (tmp_path / demo.EDITION).write_text(demo.edition())
    assert demo.is_drawn(tmp_path)
