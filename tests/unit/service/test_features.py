import random
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from model.histogram import COLOURS
from model.inference import ImageBackbone, garment_colours
from service.catalog.features import BATCH, FeatureCache, photo_features
from tests.shop import draw_photo

PHOTOS = [f"{i}.png" for i in range(BATCH + 3)]


class CountingBackbone:
    """Features are the mean of each view's channels; remembers how many photos went through."""

    size_px = 16

    def __init__(self) -> None:
        self.photos = 0

    def features(self, views: NDArray[np.float32]) -> NDArray[np.float32]:
        self.photos += len(views)
        means: NDArray[np.float32] = views.mean(axis=(3, 4)).reshape(len(views), -1)
        return means


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = random.Random(0)  # noqa: S311 - drawings
    for name in PHOTOS:
        draw_photo(rng.choice(["red", "blue"]), "plain", rng).save(tmp_path / name)
    return tmp_path


def features(data: Path, backbone: CountingBackbone, photos: list[str] = PHOTOS, kill_after: int = 10**9) -> object:
    def progress(done: int, total: int) -> None:
        if done >= min(kill_after, total + 1):
            raise KilledError

    with FeatureCache(data / "cache" / "features.sqlite") as cache:
        return photo_features(photos, data, cast(ImageBackbone, backbone), cache, progress)


def test_every_photo_gets_the_features_of_its_own_views(data: Path) -> None:
    read = photo_features_of(data)
    assert set(read) == set(PHOTOS)
    assert len({row.tobytes() for row in read.values()}) == len(PHOTOS)


def photo_features_of(data: Path) -> dict[str, NDArray[np.float32]]:
    with FeatureCache(data / "cache" / "features.sqlite") as cache:
        backbone = cast(ImageBackbone, CountingBackbone())
        return dict(photo_features(PHOTOS, data, backbone, cache, lambda *_: None).features)


def test_a_photo_goes_through_the_backbone_once(data: Path) -> None:
    backbone = CountingBackbone()
    features(data, backbone)
    features(data, backbone)
    assert backbone.photos == len(PHOTOS)


def test_a_killed_run_goes_on_where_it_was(data: Path) -> None:
    backbone = CountingBackbone()
    with pytest.raises(KilledError):
        features(data, backbone, kill_after=1)
    features(data, backbone)
    assert backbone.photos == len(PHOTOS)


def test_a_renamed_photo_is_known_by_its_content(data: Path) -> None:
    backbone = CountingBackbone()
    features(data, backbone)
    (data / PHOTOS[0]).rename(data / "renamed.png")
    features(data, backbone, ["renamed.png"])
    assert backbone.photos == len(PHOTOS)


def test_photos_that_cannot_be_read_are_named_with_the_reason(data: Path) -> None:
    (data / "text.png").write_text("no photo")
    with FeatureCache(data / "cache" / "features.sqlite") as cache:
        backbone = cast(ImageBackbone, CountingBackbone())
        read = photo_features(["text.png", "gone.png", PHOTOS[0]], data, backbone, cache, lambda *_: None)
    assert set(read.features) == {PHOTOS[0]}
    assert set(read.refused) == {"text.png", "gone.png"}
    assert "No such file" in read.refused["gone.png"]


def test_progress_ends_at_the_number_of_photos(data: Path) -> None:
    steps: list[tuple[int, int]] = []
    with FeatureCache(data / "cache" / "features.sqlite") as cache:
        photo_features(PHOTOS, data, cast(ImageBackbone, CountingBackbone()), cache, lambda *step: steps.append(step))
    assert steps[-1] == (len(PHOTOS), len(PHOTOS))


def test_colours_follow_the_features_and_are_counted_once(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = photo_features_of(data)
    coloured = coloured_features_of(data)
    for name, row in coloured.items():
        np.testing.assert_array_equal(row[:-COLOURS], plain[name])
        np.testing.assert_array_equal(row[-COLOURS:], garment_colours((data / name).read_bytes()))
    monkeypatch.setattr("service.catalog.features.garment_colours", None)
    assert coloured_features_of(data).keys() == coloured.keys()


def coloured_features_of(data: Path) -> dict[str, NDArray[np.float32]]:
    backbone = CountingBackbone()
    with FeatureCache(data / "cache" / "features.sqlite") as cache:
        found = photo_features(PHOTOS, data, cast(ImageBackbone, backbone), cache, lambda *_: None, colours=True)
    assert backbone.photos == 0
    return dict(found.features)
