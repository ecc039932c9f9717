import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import safetensors.numpy

from model.bundle import complete_bundle, copy_bundle, open_bundle
from model.compression import Compression
from model.errors import BundleCorrupt, ModelError
from model.histogram import COLOURS
from model.inference import Generator, GeneratorConfig
from model.manifest import (
    COMPRESSION,
    ENCODER,
    GENERATOR,
    IMAGE_BACKBONE,
    MANIFEST,
    SPACE_FILES,
    EncoderInfo,
    describe_files,
    digest,
    load_manifest,
    save_manifest,
)
from tests.unit.model import tiny

FILES = (IMAGE_BACKBONE, ENCODER, COMPRESSION, GENERATOR, MANIFEST)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("made") / "bundle"
    tiny.write_tiny_bundle(directory)
    return directory


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    """A bundle of the test's own, to be damaged."""
    return Path(shutil.copytree(made, tmp_path / "bundle"))


def edit_manifest(bundle: Path, **changes: Any) -> None:
    """Change the manifest as an author would: its own hash fits again."""
    save_manifest(bundle, msgspec.structs.replace(load_manifest(bundle), **changes))


def plant(bundle: Path, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a file's tensors and let the manifest vouch for them: only the checks of the content are left."""
    tensors = safetensors.numpy.load_file(bundle / name)
    change(tensors)
    (bundle / name).write_bytes(safetensors.numpy.save(tensors))
    vouch(bundle)


def vouch(bundle: Path) -> None:
    files = describe_files(bundle)
    del files[MANIFEST]
    edit_manifest(bundle, files=files, space_id=digest(files, SPACE_FILES))


def rewrite_manifest(bundle: Path, change: Callable[[dict[str, Any]], None]) -> None:
    manifest = json.loads((bundle / MANIFEST).read_bytes())
    change(manifest)
    (bundle / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


# What is written can be read.


def test_a_bundle_computes_what_its_parts_compute(made: Path) -> None:
    bundle = open_bundle(made)
    embeddings, vectors = tiny.normal(3, tiny.EMBEDDING), tiny.normal(3, tiny.DIMENSIONS)
    np.testing.assert_array_equal(bundle.compression.compress(embeddings), tiny.compression().compress(embeddings))
    expected = Generator(tiny.generator_tensors(), tiny.CONFIG).generate(vectors)
    np.testing.assert_array_equal(bundle.generator.generate(vectors), expected)
    assert bundle.dimensions == tiny.DIMENSIONS
    assert bundle.attributes == tiny.ATTRIBUTES


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


# Damage.


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda content: content[:-1], id="one byte short"),
        pytest.param(lambda content: content + b"\0", id="one byte more"),
        pytest.param(lambda content: content[::-1], id="reversed"),
    ],
)
def test_a_damaged_file_is_refused_by_name(bundle: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    (bundle / name).write_bytes(damage((bundle / name).read_bytes()))
    with pytest.raises(BundleCorrupt, match=name):
        open_bundle(bundle)


@pytest.mark.parametrize("name", FILES)
def test_no_flipped_bit_passes(bundle: Path, name: str) -> None:
    content = (bundle / name).read_bytes()
    flips = np.random.default_rng(0).choice(8 * len(content), 50, replace=False).tolist()
    for flip in flips:
        flipped = bytearray(content)
        flipped[flip // 8] ^= 1 << flip % 8
        (bundle / name).write_bytes(flipped)
        with pytest.raises(BundleCorrupt, match=name):
            open_bundle(bundle)


def test_swapped_files_are_refused(bundle: Path) -> None:
    (bundle / COMPRESSION).rename(bundle / "held")
    (bundle / GENERATOR).rename(bundle / COMPRESSION)
    (bundle / "held").rename(bundle / GENERATOR)
    with pytest.raises(BundleCorrupt, match=r"safetensors has \d+ bytes; the manifest says"):
        open_bundle(bundle)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_by_name(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    with pytest.raises(BundleCorrupt, match=f"{name} is missing"):
        open_bundle(bundle)


def test_a_missing_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleCorrupt, match=r"manifest\.json is missing"):
        open_bundle(tmp_path / "nowhere")


def test_a_surplus_file_is_refused_by_name(bundle: Path) -> None:
    (bundle / "weights.pt").write_bytes(b"\x80\x04pickle")
    with pytest.raises(BundleCorrupt, match=r"weights\.pt belongs to no bundle"):
        open_bundle(bundle)


# Content that the manifest vouches for.


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        (ENCODER, "neck.weight"),
        (ENCODER, "head.colour.bias"),
        (ENCODER, "backbone.norm.running_mean"),
        (COMPRESSION, "components"),
        (GENERATOR, "heads.2.bias"),
    ],
)
def test_a_planted_value_that_is_not_finite_is_refused(bundle: Path, name: str, tensor: str, value: float) -> None:
    def change(tensors: dict[str, Any]) -> None:
        tensors[tensor].flat[-1] = value

    plant(bundle, name, change)
    with pytest.raises(BundleCorrupt, match=rf"{name} holds {tensor} with values that are not finite"):
        open_bundle(bundle)


@pytest.mark.parametrize(
    ("name", "tensor"), [(ENCODER, "neck.bias"), (COMPRESSION, "mean"), (GENERATOR, "heads.0.bias")]
)
def test_tensors_of_other_shapes_types_and_names_are_refused(bundle: Path, name: str, tensor: str) -> None:
    right = (bundle / name).read_bytes()

    def longer(tensors: dict[str, Any]) -> None:
        tensors[tensor] = np.append(tensors[tensor], np.float32(0))

    def doubled(tensors: dict[str, Any]) -> None:
        tensors[tensor] = tensors[tensor].astype(np.float64)

    def dropped(tensors: dict[str, Any]) -> None:
        del tensors[tensor]

    def joined(tensors: dict[str, Any]) -> None:
        tensors["surplus"] = tensors[tensor]

    expected = {
        longer: rf"{name} holds {tensor} of shape \[\d+\]; the manifest says \[\d+\]",
        doubled: f"{name} holds {tensor} as F64, not F32",
        dropped: f"{name} lacks {tensor}",
        joined: f"{name} holds surplus, which the manifest does not know",
    }
    for change, message in expected.items():
        (bundle / name).write_bytes(right)
        plant(bundle, name, change)
        with pytest.raises(BundleCorrupt, match=message):
            open_bundle(bundle)


def test_dims_that_are_not_those_of_the_tensors_are_refused(bundle: Path) -> None:
    dims = load_manifest(bundle).dims
    edit_manifest(bundle, dims=msgspec.structs.replace(dims, vector=dims.vector + 1))
    with pytest.raises(BundleCorrupt, match=f"{COMPRESSION} holds components of shape"):
        open_bundle(bundle)


def test_a_huge_header_is_refused_unread(bundle: Path) -> None:
    (bundle / GENERATOR).write_bytes((2**40).to_bytes(8, "little") + b"{}")
    vouch(bundle)
    with pytest.raises(BundleCorrupt, match=rf"{GENERATOR} announces a header of {2**40} bytes"):
        open_bundle(bundle)


def test_what_is_no_safetensors_file_is_refused(bundle: Path) -> None:
    (bundle / GENERATOR).write_bytes(b"\x08\0\0\0\0\0\0\0cos\nsystem")
    vouch(bundle)
    with pytest.raises(BundleCorrupt, match=f"{GENERATOR} is no safetensors file"):
        open_bundle(bundle)


def test_a_space_id_of_another_space_is_refused(bundle: Path) -> None:
    edit_manifest(bundle, space_id="0" * 12)
    with pytest.raises(BundleCorrupt, match=f"{MANIFEST} has a space_id"):
        open_bundle(bundle)


# The manifest.


@pytest.mark.parametrize(("version", "advice"), [(3, "Upgrade Kitsune"), (0, "Build the bundle again")])
def test_another_format_version_is_refused_with_advice(bundle: Path, version: int, advice: str) -> None:
    rewrite_manifest(bundle, lambda manifest: manifest.update(format_version=version, invention={"of": "tomorrow"}))
    with pytest.raises(BundleCorrupt, match=rf"format_version {version}; this Kitsune reads up to 2\. {advice}"):
        open_bundle(bundle)


def test_a_bundle_of_version_1_is_one_without_colours(bundle: Path) -> None:
    edit_manifest(bundle, format_version=1)
    without = json.loads((bundle / MANIFEST).read_bytes()) | {"manifest_sha256": ""}
    del without["encoder"]["colours"]
    unsealed = json.dumps(without)
    own_hash = hashlib.sha256(unsealed.encode()).hexdigest()
    (bundle / MANIFEST).write_text(unsealed.replace('""', f'"{own_hash}"'), encoding="utf-8")
    assert not open_bundle(bundle).encoder.colours


def test_a_neck_may_read_colours_beside_features(tmp_path: Path) -> None:
    tensors = tiny.encoder_tensors() | {"neck.weight": tiny.normal(tiny.EMBEDDING, 2 * tiny.FEATURES + COLOURS)}
    info = EncoderInfo("tiny", tiny.SIZE_PX, COLOURS)
    manifest = tiny.write_tiny_bundle(tmp_path / "bundle", encoder=tensors, encoder_info=info)
    assert manifest.dims.features == tiny.FEATURES
    opened = open_bundle(tmp_path / "bundle")
    assert opened.encoder.colours
    assert opened.encoder.neck.weight.shape == (tiny.EMBEDDING, 2 * tiny.FEATURES + COLOURS)


def test_colours_that_the_manifest_does_not_know_are_refused(tmp_path: Path) -> None:
    tensors = tiny.encoder_tensors() | {"neck.weight": tiny.normal(tiny.EMBEDDING, 2 * tiny.FEATURES + 1)}
    with pytest.raises(BundleCorrupt, match=r"neck\.weight of shape"):
        tiny.write_tiny_bundle(tmp_path / "bundle", encoder=tensors)


@pytest.mark.parametrize(
    "content",
    [b"no JSON", b"[]", b"null", b"\xff\xfe", b'{"format_version": 1}', b'{"format_version": "1"}', b"[" * 100_000],
)
def test_what_is_no_manifest_is_refused(bundle: Path, content: bytes) -> None:
    (bundle / MANIFEST).write_bytes(content)
    with pytest.raises(BundleCorrupt, match=f"{MANIFEST} is no manifest"):
        open_bundle(bundle)


def test_an_endless_manifest_is_refused_unread(bundle: Path) -> None:
    with (bundle / MANIFEST).open("wb") as file:
        file.truncate(2**33)
    with pytest.raises(BundleCorrupt, match=f"{MANIFEST} has more than"):
        open_bundle(bundle)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda manifest: manifest.update(command="rm"), id="unknown key"),
        pytest.param(lambda manifest: manifest["dims"].update(depth=3), id="unknown key inside"),
        pytest.param(lambda manifest: manifest["dims"].update(vector=-5), id="negative dims"),
        pytest.param(lambda manifest: manifest["dims"].update(vector="5"), id="dims as text"),
        pytest.param(lambda manifest: manifest["generator"].update(activation="tanh"), id="unknown activation"),
        pytest.param(lambda manifest: manifest["files"][ENCODER].update(sha256="0"), id="no hash"),
        pytest.param(lambda manifest: manifest.pop("files"), id="no files"),
    ],
)
def test_a_manifest_of_another_form_is_refused(bundle: Path, change: Callable[[dict[str, Any]], None]) -> None:
    rewrite_manifest(bundle, change)
    with pytest.raises(BundleCorrupt, match=f"{MANIFEST} is no manifest: (Object|Expected|Invalid enum)"):
        open_bundle(bundle)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "generator.pickle", MANIFEST])
def test_a_manifest_cannot_name_other_files(bundle: Path, name: str) -> None:
    files = load_manifest(bundle).files
    edit_manifest(bundle, files=files | {name: files[ENCODER]})
    with pytest.raises(BundleCorrupt, match=f"{MANIFEST} lists .* as files"):
        open_bundle(bundle)


def test_an_edited_metric_is_found(bundle: Path) -> None:
    text = (bundle / MANIFEST).read_text(encoding="utf-8")
    assert "0.125" in text
    (bundle / MANIFEST).write_text(text.replace("0.125", "0.925"), encoding="utf-8")
    with pytest.raises(BundleCorrupt, match=f"{MANIFEST} was changed after it was written"):
        open_bundle(bundle)


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
