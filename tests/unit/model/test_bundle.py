from pathlib import Path

import numpy as np
import pytest

from model.bundle import complete_bundle, copy_bundle, open_bundle
from model.compression import Compression
from model.errors import BundleCorrupt, ModelError
from model.inference import Generator, GeneratorConfig
from model.manifest import (
    COMPRESSION,
    ENCODER,
    GENERATOR,
    IMAGE_BACKBONE,
    MANIFEST,
    READOUT,
    TEXT,
)
from tests.unit.model import tiny

FILES = (IMAGE_BACKBONE, ENCODER, COMPRESSION, GENERATOR, READOUT, TEXT, MANIFEST)


# What is written can be read.


def test_a_bundle_computes_what_its_parts_compute(made: Path) -> None:
    bundle = open_bundle(made)
    embeddings, vectors = tiny.normal(3, tiny.EMBEDDING), tiny.normal(3, tiny.DIMENSIONS)
    np.testing.assert_array_equal(bundle.compression.compress(embeddings), tiny.compression().compress(embeddings))
    expected = Generator(tiny.generator_tensors(), tiny.CONFIG).generate(vectors)
    np.testing.assert_array_equal(bundle.generator.generate(vectors), expected)
    assert bundle.dimensions == tiny.DIMENSIONS
    assert bundle.attributes == tiny.ATTRIBUTES


def test_a_bundles_readout_names_what_the_written_one_does(made: Path) -> None:
    vectors = tiny.normal(4, tiny.DIMENSIONS)
    readout = open_bundle(made).readout
    assert readout is not None
    assert readout.config == tiny.readout().config
    np.testing.assert_array_equal(readout.probabilities(vectors), tiny.readout().probabilities(vectors))


def test_another_readout_is_another_bundle_of_the_same_space(made: Path, tmp_path: Path) -> None:
    manifest = tiny.write_tiny_bundle(tmp_path / "other", readout=tiny.readout(seed=5))
    assert manifest.bundle_id != open_bundle(made).bundle_id
    assert manifest.space_id == open_bundle(made).space_id


def test_a_bundles_text_encoder_embeds_as_the_written_one_does(made: Path) -> None:
    texts = ["red dress", "blue shoes"]
    found = open_bundle(made).encoder.encode([None, None], texts)
    np.testing.assert_array_equal(found, tiny.text().encode(texts))


def test_another_text_encoder_is_another_space(made: Path, tmp_path: Path) -> None:
    spaces = {open_bundle(made).space_id}
    spaces.add(tiny.write_tiny_bundle(tmp_path / "other", text=tiny.text(seed=5)).space_id)
    spaces.add(tiny.write_tiny_bundle(tmp_path / "none", text=None).space_id)
    assert len(spaces) == 3


def test_the_encoders_tensors_come_back_to_go_on_training(made: Path) -> None:
    found = open_bundle(made).encoder_tensors()
    assert found.keys() == tiny.encoder_tensors().keys()
    for name, tensor in tiny.encoder_tensors().items():
        np.testing.assert_array_equal(found[name], tensor)


def test_a_transposed_tensor_is_written_as_it_reads(tmp_path: Path) -> None:
    components = np.asfortranarray(tiny.compression().components)
    tiny.write_tiny_bundle(tmp_path / "bundle", compression=Compression(tiny.compression().mean, components))
    np.testing.assert_array_equal(open_bundle(tmp_path / "bundle").compression.components, components)


def test_the_same_parts_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    manifest = tiny.write_tiny_bundle(tmp_path / "again")
    assert manifest.bundle_id == open_bundle(made).bundle_id
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (made / name).read_bytes()


def test_a_measured_time_changes_no_id(made: Path, tmp_path: Path) -> None:
    manifest = tiny.write_tiny_bundle(tmp_path / "slower", training={"seconds": 99.5})
    assert manifest.bundle_id == open_bundle(made).bundle_id


def test_another_generator_is_another_bundle_of_the_same_space(made: Path, tmp_path: Path) -> None:
    config = GeneratorConfig(widths=(), activation="relu")
    generator = Generator(tiny.generator_tensors(config), config)
    manifest = tiny.write_tiny_bundle(tmp_path / "other", generator=generator)
    assert manifest.bundle_id != open_bundle(made).bundle_id
    assert manifest.space_id == open_bundle(made).space_id


def test_another_compression_is_another_space(made: Path, tmp_path: Path) -> None:
    manifest = tiny.write_tiny_bundle(tmp_path / "other", compression=tiny.compression(seed=1))
    assert manifest.space_id != open_bundle(made).space_id


# Drafts.


def test_a_draft_opens_only_where_drafts_are_allowed(tmp_path: Path) -> None:
    tiny.write_tiny_bundle(tmp_path / "draft", generator=None)
    with pytest.raises(BundleCorrupt, match=r"draft.*Train the generator"):
        open_bundle(tmp_path / "draft")
    draft = open_bundle(tmp_path / "draft", draft=True)
    with pytest.raises(ModelError, match="no generator yet"):
        _ = draft.generator


def test_a_completed_draft_is_the_bundle_that_was_written_at_once(made: Path, tmp_path: Path) -> None:
    tiny.write_tiny_bundle(tmp_path / "draft", generator=None, metrics={"colour": 0.5})
    manifest = complete_bundle(
        open_bundle(tmp_path / "draft", draft=True),
        tmp_path / "complete",
        generator=Generator(tiny.generator_tensors(), tiny.CONFIG),
        training={"generator": {"seed": 0}},
        metrics={"recall@10": 0.25},
    )
    assert manifest.bundle_id == open_bundle(made).bundle_id
    opened = open_bundle(tmp_path / "complete").manifest
    assert opened == manifest
    assert opened.training == {"outfits": 12, "generator": {"seed": 0}}
    assert opened.metrics == {"colour": 0.5, "recall@10": 0.25}


# Writing survives a kill, and never leaves half a bundle.


def test_parts_that_do_not_fit_leave_nothing_behind(tmp_path: Path) -> None:
    generator = Generator(tiny.generator_tensors(dimensions=9), tiny.CONFIG)
    with pytest.raises(BundleCorrupt, match=rf"{GENERATOR} holds heads\.0\.\w+ of shape \[9"):
        tiny.write_tiny_bundle(tmp_path / "bundle", generator=generator)
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.onnx"]


def test_a_write_that_fails_keeps_what_was_there(bundle: Path) -> None:
    before = open_bundle(bundle).bundle_id
    diverged = tiny.compression()
    diverged.mean[0] = np.nan
    with pytest.raises(BundleCorrupt, match="mean with values that are not finite"):
        tiny.write_tiny_bundle(bundle, compression=diverged)
    assert open_bundle(bundle).bundle_id == before


def test_a_write_replaces_an_older_bundle_and_what_a_killed_run_left(bundle: Path) -> None:
    for leftover in (".bundle.unfinished", ".bundle.unfinished.replaced"):
        (bundle.parent / leftover).mkdir()
        (bundle.parent / leftover / ENCODER).write_bytes(b"half a fi")
    manifest = tiny.write_tiny_bundle(bundle, compression=tiny.compression(seed=1))
    assert open_bundle(bundle).bundle_id == manifest.bundle_id
    assert list(bundle.parent.iterdir()) == [bundle]


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(ModelError, match="is no bundle"):
        tiny.write_tiny_bundle(tmp_path / "bundle")
    assert (tmp_path / "bundle" / "thesis.tex").exists()


# Installing from elsewhere.


def test_a_bundle_is_installed_under_its_id(made: Path, tmp_path: Path) -> None:
    (tmp_path / "bundles" / ".unfinished").mkdir(parents=True)
    installed = copy_bundle(made, tmp_path / "bundles")
    assert installed.directory == tmp_path / "bundles" / installed.bundle_id
    assert list((tmp_path / "bundles").iterdir()) == [installed.directory]


def test_an_installed_bundle_is_not_written_again(made: Path, tmp_path: Path) -> None:
    first = copy_bundle(made, tmp_path).directory
    inode = first.stat().st_ino
    assert copy_bundle(made, tmp_path).directory.stat().st_ino == inode
    assert copy_bundle(first, tmp_path).directory.stat().st_ino == inode


def test_a_damaged_installed_bundle_is_replaced(made: Path, tmp_path: Path) -> None:
    installed = copy_bundle(made, tmp_path).directory
    (installed / GENERATOR).write_bytes(b"")
    assert copy_bundle(made, tmp_path).directory == installed
    assert (installed / GENERATOR).read_bytes() == (made / GENERATOR).read_bytes()


def test_a_damaged_bundle_is_not_installed(bundle: Path, tmp_path: Path) -> None:
    (bundle / COMPRESSION).write_bytes(b"")
    with pytest.raises(BundleCorrupt, match=COMPRESSION):
        copy_bundle(bundle, tmp_path / "bundles")
    assert not (tmp_path / "bundles").exists()
