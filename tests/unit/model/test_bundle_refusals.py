"""What a bundle is refused for: damage, content that does not fit, a manifest that is none."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import safetensors.numpy

from model.bundle import open_bundle
from model.errors import BundleCorrupt
from model.histogram import COLOURS
from model.manifest import (
    COMPRESSION,
    ENCODER,
    GENERATOR,
    IMAGE_BACKBONE,
    MANIFEST,
    READOUT,
    SPACE_FILES,
    TEXT,
    EncoderInfo,
    describe_files,
    digest,
    load_manifest,
    save_manifest,
)
from tests.unit.model import tiny

FILES = (IMAGE_BACKBONE, ENCODER, COMPRESSION, GENERATOR, READOUT, TEXT, MANIFEST)


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
        (READOUT, "colour.bias"),
        (TEXT, "table"),
    ],
)
def test_a_planted_value_that_is_not_finite_is_refused(bundle: Path, name: str, tensor: str, value: float) -> None:
    def change(tensors: dict[str, Any]) -> None:
        tensors[tensor].flat[-1] = value

    plant(bundle, name, change)
    with pytest.raises(BundleCorrupt, match=rf"{name} holds {tensor} with values that are not finite"):
        open_bundle(bundle)


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        (ENCODER, "neck.bias"),
        (COMPRESSION, "mean"),
        (GENERATOR, "heads.0.bias"),
        (READOUT, "colour.bias"),
        (TEXT, "out.bias"),
    ],
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


@pytest.mark.parametrize(("version", "advice"), [(5, "Upgrade Kitsune"), (0, "Build the bundle again")])
def test_another_format_version_is_refused_with_advice(bundle: Path, version: int, advice: str) -> None:
    rewrite_manifest(bundle, lambda manifest: manifest.update(format_version=version, invention={"of": "tomorrow"}))
    with pytest.raises(BundleCorrupt, match=rf"format_version {version}; this Kitsune reads up to 4\. {advice}"):
        open_bundle(bundle)


def test_a_bundle_of_version_1_is_one_without_colours_readout_and_text(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    tiny.write_tiny_bundle(bundle, readout=None, text=None)
    edit_manifest(bundle, format_version=1)
    without = json.loads((bundle / MANIFEST).read_bytes()) | {"manifest_sha256": ""}
    del without["encoder"]["colours"], without["readout"], without["text"]
    unsealed = json.dumps(without)
    own_hash = hashlib.sha256(unsealed.encode()).hexdigest()
    (bundle / MANIFEST).write_text(unsealed.replace('""', f'"{own_hash}"'), encoding="utf-8")
    opened = open_bundle(bundle)
    assert not opened.encoder.colours
    assert opened.readout is None
    assert opened.encoder.text is None


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
