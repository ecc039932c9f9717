from pathlib import Path

import msgspec
import numpy as np
import pytest

from model.bundle import complete_bundle, open_bundle
from model.errors import BundleCorrupt
from model.inference import Generator
from model.profile import QUANTILES, Profile, count_words, encode_profile, make_profile, read_profile
from tests.unit.model import tiny


def profile(rows: int = 1000) -> Profile:
    vectors = tiny.normal(rows, tiny.DIMENSIONS)
    return make_profile(vectors, tiny.normal(rows, 3, tiny.DIMENSIONS), ["Bags"] * rows, words={"colour": {"blue": 3}})


def test_a_profile_holds_quantiles_of_each_column_and_no_vector() -> None:
    made = profile()
    assert {name: len(columns) for name, columns in made.quantiles.items()} == {"seed_vectors": 5, "targets": 15}
    for columns in made.quantiles.values():
        for column in columns:
            assert len(column) == QUANTILES
            assert column == sorted(column)
    assert made.quantiles["seed_vectors"][0][QUANTILES // 2] == pytest.approx(0, abs=0.1)
    assert made.counts == {"seed_taxonomies": {"Bags": 1000}}


def test_of_few_rows_every_value_is_kept() -> None:
    made = make_profile(tiny.normal(4, 5), tiny.normal(4, 3, 5), ["Bags"] * 4, words={})
    assert made.quantiles["seed_vectors"][0] == pytest.approx(sorted(tiny.normal(4, 5)[:, 0].tolist()), abs=1e-3)


def test_words_are_counted_by_attribute_and_those_that_say_nothing_too() -> None:
    vectors = tiny.normal(200, tiny.DIMENSIONS)
    counts = count_words(tiny.readout(), vectors, [("Bags",)] * 200)
    assert counts.keys() == {"colour", "pattern"}
    assert counts["pattern"] == {"": 200}, "patterns do not apply to bags"
    assert counts["colour"]["blue"] > 0
    assert count_words(None, vectors, [("Bags",)] * 200) == {}


def test_a_profile_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_bytes(encode_profile(profile()))
    assert read_profile(path) == profile()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"rows": 0, "quantiles": {}, "counts": {}, "words": {}}', b"\xff", b"[" * 10_000]
)
def test_what_is_no_profile_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "profile.json"
    path.write_bytes(content)
    with pytest.raises(BundleCorrupt, match="no profile"):
        read_profile(path)


def test_columns_of_several_lengths_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    torn = {"rows": 2, "quantiles": {"targets": [[0.0], [0.0, 1.0]]}, "counts": {}, "words": {}}
    path.write_bytes(msgspec.json.encode(torn))
    with pytest.raises(BundleCorrupt, match="several lengths"):
        read_profile(path)


def test_a_bundle_keeps_the_profile_that_it_was_completed_with(tmp_path: Path) -> None:
    tiny.write_tiny_bundle(tmp_path / "draft", generator=None)
    draft = open_bundle(tmp_path / "draft", draft=True)
    generator = Generator(tiny.generator_tensors(), tiny.CONFIG)
    complete_bundle(draft, tmp_path / "with", profile=profile(), generator=generator, training={}, metrics={})
    complete_bundle(draft, tmp_path / "without", generator=generator, training={}, metrics={})
    assert open_bundle(tmp_path / "with").profile() == profile()
    assert open_bundle(tmp_path / "without").profile() is None


def test_a_changed_profile_is_a_damaged_bundle(tmp_path: Path) -> None:
    tiny.write_tiny_bundle(tmp_path / "draft", generator=None)
    generator = Generator(tiny.generator_tensors(), tiny.CONFIG)
    draft = open_bundle(tmp_path / "draft", draft=True)
    complete_bundle(draft, tmp_path / "bundle", profile=profile(), generator=generator, training={}, metrics={})
    path = tmp_path / "bundle" / "profile.json"
    path.write_bytes(path.read_bytes().replace(b"Bags", b"Hats"))
    with pytest.raises(BundleCorrupt, match=r"profile\.json has sha256"):
        open_bundle(tmp_path / "bundle")


def test_the_packaged_bundle_has_a_profile_of_its_training_part() -> None:
    bundle = open_bundle(Path("service/demo/bundle"))
    found = bundle.profile()
    assert found is not None
    assert len(found.quantiles["seed_vectors"]) == bundle.dimensions
    assert sum(found.counts["seed_taxonomies"].values()) == found.rows
    assert np.array(found.quantiles["targets"]).shape == (3 * bundle.dimensions, QUANTILES)
