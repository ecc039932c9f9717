"""The manifest of a bundle: what each file must be, byte for byte, checked before any of them is parsed."""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from model.attributes import Kind
from model.errors import BundleCorrupt
from model.inference import GeneratorConfig
from model.readout import ReadoutConfig
from model.text import TextConfig

FORMAT_VERSION = 4
READABLE_VERSIONS = (1, 2, 3, FORMAT_VERSION)
"""Version 1 knows no colours, 2 no readout and 3 no text: every bundle of theirs is one of version 4 without."""

IMAGE_BACKBONE = "image_backbone.onnx"
ENCODER = "encoder.safetensors"
COMPRESSION = "compression.safetensors"
GENERATOR = "generator.safetensors"
READOUT = "readout.safetensors"
TEXT = "text.safetensors"
PROFILE = "profile.json"
MANIFEST = "manifest.json"

BASE_FILES = frozenset({IMAGE_BACKBONE, ENCODER, COMPRESSION})
"""The files that every bundle has, and every draft."""

SPACE_FILES = BASE_FILES | {TEXT}
"""The files that decide what a vector means, so far as a bundle has them."""

MAX_MANIFEST_BYTES = 8 * 2**20

Positive = Annotated[int, Meta(ge=1)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Dims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lengths: `features` of one view, `embedding`, `vector`."""

    features: Positive
    embedding: Positive
    vector: Positive


class LabelSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an attribute's head was trained to tell apart."""

    kind: Kind
    labels: tuple[str, ...]


class EncoderInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which backbone, how many pixels a side it looks at, and how many colour bins the neck reads beside it."""

    backbone: str
    size_px: Positive
    colours: Annotated[int, Meta(ge=0)] = 0


class FileInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file must be, byte for byte."""

    sha256: Sha256
    size_bytes: Annotated[int, Meta(ge=0)]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a bundle is made of. `training` and `metrics` hold the plain JSON values that their makers report."""

    format_version: int = FORMAT_VERSION
    space_id: str
    dims: Dims
    label_sets: dict[str, LabelSet]
    encoder: EncoderInfo
    generator: GeneratorConfig | None
    readout: ReadoutConfig | None = None
    text: TextConfig | None = None
    training: dict[str, Any]
    metrics: dict[str, Any]
    git_revision: str | None
    files: dict[str, FileInfo]
    manifest_sha256: Sha256 | Literal[""] = ""
    """Of the manifest itself, while this value was empty: a flipped digit in a metric is found as well."""

    @property
    def file_names(self) -> frozenset[str]:
        """The files that stand beside the manifest."""
        parts = {
            GENERATOR: self.generator,
            READOUT: self.readout,
            TEXT: self.text,
            PROFILE: self.files.get(PROFILE),
        }
        return BASE_FILES | {name for name, part in parts.items() if part is not None}

    @property
    def bundle_id(self) -> str:
        """12 hex digits of the hash over the files' hashes: a time measured while training does not change it."""
        return digest(self.files, self.files.keys())


class _Version(msgspec.Struct):
    format_version: int


def corrupt(directory: Path, name: str, mismatch: str) -> BundleCorrupt:
    """Return the error that names a file of the bundle and what is wrong with it."""
    return BundleCorrupt(f"{directory / name} {mismatch}. Install the bundle from its source again, or build it again.")


def digest(files: Mapping[str, FileInfo], names: Collection[str]) -> str:
    """Return 12 hex digits that stand for the content of those among `files` that are called as in `names`."""
    lines = "".join(f"{name} {files[name].sha256}\n" for name in sorted(files.keys() & set(names)))
    return hashlib.sha256(lines.encode()).hexdigest()[:12]


def describe_files(directory: Path) -> dict[str, FileInfo]:
    """Return hash and size of every file in `directory`."""
    return {path.name: _describe(path) for path in sorted(directory.iterdir())}


def _describe(path: Path) -> FileInfo:
    with path.open("rb") as file:
        return FileInfo(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def save_manifest(directory: Path, manifest: Manifest) -> None:
    """Write `manifest` with its own hash."""
    unsealed = _encode(msgspec.structs.replace(manifest, manifest_sha256=""))
    own_hash = hashlib.sha256(unsealed).hexdigest()
    (directory / MANIFEST).write_bytes(_encode(msgspec.structs.replace(manifest, manifest_sha256=own_hash)))


def _encode(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=2)


def load_manifest(directory: Path) -> Manifest:
    """Read the manifest.

    Raises:
        BundleCorrupt: it is missing, damaged, or of another format version.
    """
    raw = _read(directory)
    try:
        version = msgspec.json.decode(raw, type=_Version).format_version
        if version not in READABLE_VERSIONS:
            raise _other_format(directory, version)
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise corrupt(directory, MANIFEST, f"is no manifest: {error}") from error
    own_hash = manifest.manifest_sha256
    if hashlib.sha256(raw.replace(f'"{own_hash}"'.encode(), b'""')).hexdigest() != own_hash:
        raise corrupt(directory, MANIFEST, "was changed after it was written: its manifest_sha256 does not match")
    return manifest


def _read(directory: Path) -> bytes:
    path = directory / MANIFEST
    if not path.is_file():
        raise corrupt(directory, MANIFEST, "is missing")
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise corrupt(directory, MANIFEST, f"has more than {MAX_MANIFEST_BYTES} bytes")
    return path.read_bytes()


def _other_format(directory: Path, version: int) -> BundleCorrupt:
    advice = "Upgrade Kitsune to read it" if version > FORMAT_VERSION else "Build the bundle again"
    return BundleCorrupt(
        f"{directory / MANIFEST} has format_version {version}; this Kitsune reads up to {FORMAT_VERSION}. {advice}."
    )


def check_files(directory: Path, manifest: Manifest) -> None:
    """Compare the files in `directory` with the manifest.

    Raises:
        BundleCorrupt: one is missing, surplus, or not the one that the manifest describes.
    """
    expected = manifest.file_names
    if manifest.files.keys() != expected:
        raise corrupt(directory, MANIFEST, f"lists {sorted(manifest.files)} as files, not {sorted(expected)}")
    surplus = {path.name for path in directory.iterdir()} - expected - {MANIFEST}
    if surplus:
        raise corrupt(directory, min(surplus), "belongs to no bundle")
    for name, info in manifest.files.items():
        _check_file(directory, name, info)
    if manifest.space_id != digest(manifest.files, SPACE_FILES):
        raise corrupt(directory, MANIFEST, "has a space_id that is not the one of its files")


def _check_file(directory: Path, name: str, info: FileInfo) -> None:
    path = directory / name
    if not path.is_file():
        raise corrupt(directory, name, "is missing")
    if path.stat().st_size != info.size_bytes:
        raise corrupt(directory, name, f"has {path.stat().st_size} bytes; the manifest says {info.size_bytes}")
    found = _describe(path).sha256
    if found != info.sha256:
        raise corrupt(directory, name, f"has sha256 {found[:12]}...; the manifest says {info.sha256[:12]}...")
