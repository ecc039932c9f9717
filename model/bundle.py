"""A bundle: encoder, compression and generator that were made together, with the manifest that vouches for them.

    image_backbone.onnx       a photo's views to features
    encoder.safetensors       the neck, the attributes' heads, and `backbone.*` to go on training
    compression.safetensors   embedding to vector
    generator.safetensors     a seed's vector to targets; a *draft* does not have it yet
    readout.safetensors       a vector to words; bundles made before format 3 do not have it
    text.safetensors          a text to embedding; only where the shop that trained it has titles
    profile.json              how the seeds of the training are spread; drafts and older bundles do not have it
    manifest.json             what they are, the sha256 of each, and its own

A bundle's files never change: it appears by one rename, whole and checked, and its id is the hash of these files. The
manifest alone may be replaced, to note what was decided about the bundle: it is no part of the id. Nothing in a bundle
is a pickle, and no file is parsed before its hash was compared.

Notation used for array shapes: d vector, e embedding, f features of one view.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import safetensors.numpy
from numpy.typing import NDArray

from model.attributes import Attribute
from model.compression import Compression
from model.errors import BundleCorrupt, ModelError
from model.inference import ENCODER_THREADS, VIEWS, Encoder, Generator, ImageBackbone, Neck
from model.manifest import (
    COMPRESSION,
    ENCODER,
    GENERATOR,
    IMAGE_BACKBONE,
    MANIFEST,
    PROFILE,
    READOUT,
    SPACE_FILES,
    TEXT,
    Dims,
    EncoderInfo,
    LabelSet,
    Manifest,
    check_files,
    describe_files,
    digest,
    load_manifest,
    save_manifest,
)
from model.profile import Profile, encode_profile, read_profile
from model.readout import Readout
from model.tensors import load_tensors, save_tensors
from model.text import TextEncoder

BUNDLE_FILES = SPACE_FILES | {GENERATOR, READOUT, PROFILE, MANIFEST}

BACKBONE_STATE = "backbone."
"""Prefix of the encoder's tensors whose names and shapes are the backbone's own business."""


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A checked bundle, ready to compute. Safe to use from several threads.

    `encoder` opens onnxruntime at first use; `encoder.backbone.open()` does it at once. `trained` is None in a draft,
    `readout` in an old bundle.
    """

    directory: Path
    manifest: Manifest
    encoder: Encoder
    compression: Compression
    trained: Generator | None
    readout: Readout | None

    @property
    def bundle_id(self) -> str:
        """12 hex digits that stand for the content of all files."""
        return self.manifest.bundle_id

    @property
    def space_id(self) -> str:
        """12 hex digits that stand for what a vector means."""
        return self.manifest.space_id

    @property
    def dimensions(self) -> int:
        """The d of the vectors."""
        return self.manifest.dims.vector

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """What the encoder's heads were trained to tell apart."""
        return _attributes(self.manifest)

    @property
    def generator(self) -> Generator:
        """The generator.

        Raises:
            ModelError: this is a draft, which has none yet.
        """
        if self.trained is None:
            raise ModelError(f"{self.directory} is a draft: it has no generator yet. Train one.")
        return self.trained

    def profile(self) -> Profile | None:
        """Read how the seeds of the training are spread; None in a draft or an older bundle.

        Raises:
            BundleCorrupt: the file is no profile.
        """
        return read_profile(self.directory / PROFILE) if PROFILE in self.manifest.files else None

    def encoder_tensors(self) -> dict[str, NDArray[Any]]:
        """Read all of the encoder's tensors, to go on training."""
        return safetensors.numpy.load_file(self.directory / ENCODER)


def write_bundle(
    directory: Path,
    *,
    image_backbone: Path,
    encoder: Mapping[str, NDArray[Any]],
    encoder_info: EncoderInfo,
    attributes: Sequence[Attribute],
    compression: Compression,
    generator: Generator | None = None,
    readout: Readout | None = None,
    text: TextEncoder | None = None,
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
    git_revision: str | None = None,
) -> Manifest:
    """Write a bundle, or a draft where there is no generator yet; the same parts give the same bundle id.

    It is checked as `open_bundle` does before it appears at `directory`, where it replaces an older one.

    Shapes:
        encoder: neck.weight [e, 2f + colours], neck.bias [e], head.<attribute>.weight [labels, e] and .bias [labels]

    Raises:
        BundleCorrupt: the parts do not fit each other, or hold a value that is not finite.
        ModelError: something else than a bundle is at `directory`.
    """
    embedding, features = encoder["neck.weight"].shape
    with _appearing(directory) as new:
        shutil.copyfile(image_backbone, new / IMAGE_BACKBONE)
        save_tensors(new / ENCODER, encoder)
        save_tensors(new / COMPRESSION, compression.tensors())
        if readout is not None:
            save_tensors(new / READOUT, readout.tensors)
        if text is not None:
            save_tensors(new / TEXT, text.tensors)
        files = describe_files(new)
        draft = Manifest(
            space_id=digest(files, SPACE_FILES),
            dims=Dims((features - encoder_info.colours) // VIEWS, embedding, compression.dimensions),
            label_sets={a.name: LabelSet(a.kind, a.labels) for a in attributes},
            encoder=encoder_info,
            generator=None,
            readout=None if readout is None else readout.config,
            text=None if text is None else text.config,
            training=dict(training),
            metrics=dict(metrics),
            git_revision=git_revision,
            files=files,
        )
        return _finish(new, draft, generator)


def complete_bundle(
    draft: Bundle,
    directory: Path,
    *,
    generator: Generator,
    profile: Profile | None = None,
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
    git_revision: str | None = None,
) -> Manifest:
    """Write `draft` with a generator, and the profile of the seeds that it learned from.

    The space stays what it is; `training` and `metrics` join what the draft says.

    Raises:
        BundleCorrupt: the generator does not fit the draft, or holds a value that is not finite.
        ModelError: something else than a bundle is at `directory`.
    """
    manifest = msgspec.structs.replace(
        draft.manifest,
        training=draft.manifest.training | dict(training),
        metrics=draft.manifest.metrics | dict(metrics),
        git_revision=git_revision,
    )
    with _appearing(directory) as new:
        for name in draft.manifest.files:
            shutil.copyfile(draft.directory / name, new / name)
        if profile is not None:
            (new / PROFILE).write_bytes(encode_profile(profile))
        return _finish(new, manifest, generator)


def note_metric(bundle: Bundle, name: str, value: Mapping[str, Any]) -> None:
    """Put a value into the `metrics` of an installed bundle's manifest, in one step; the bundle's id stays."""
    metrics = bundle.manifest.metrics | {name: dict(value)}
    unfinished = bundle.directory.with_name(f".{bundle.directory.name}.manifest")
    _remove(unfinished)
    unfinished.mkdir()
    save_manifest(unfinished, msgspec.structs.replace(bundle.manifest, metrics=metrics))
    _fsync(unfinished / MANIFEST)
    (unfinished / MANIFEST).replace(bundle.directory / MANIFEST)
    _fsync(bundle.directory)
    _remove(unfinished)


def copy_bundle(source: Path, bundles: Path) -> Bundle:
    """Install the bundle at `source` as `bundles`/<its id> and open it; a sound one that is there already stays.

    Raises:
        BundleCorrupt: a file of `source` is damaged; nothing was installed.
    """
    bundle = open_bundle(source)
    installed = bundles / bundle.bundle_id
    try:
        return open_bundle(installed)
    except BundleCorrupt:  # it is absent, or damaged
        # One name for all: whatever a killed run left, the next run clears away.
        with _appearing(installed, bundles / ".unfinished") as new:
            for name in (*bundle.manifest.files, MANIFEST):
                shutil.copyfile(source / name, new / name)
            open_bundle(new)
    return open_bundle(installed)


def open_bundle(directory: Path, *, draft: bool = False, encoder_threads: int = ENCODER_THREADS) -> Bundle:
    """Check a bundle and open it. One without a generator is refused unless `draft` lets it pass.

    Raises:
        BundleCorrupt: a file is missing, surplus, damaged, or of another format or shape; the message says which.
    """
    manifest = load_manifest(directory)
    if manifest.generator is None and not draft:
        raise BundleCorrupt(f"{directory} is a draft: it has no {GENERATOR} yet. Train the generator first.")
    check_files(directory, manifest)
    backbone = ImageBackbone(directory / IMAGE_BACKBONE, manifest.encoder.size_px, encoder_threads)
    neck, text = _read_neck(directory, manifest), _read_text(directory, manifest)
    encoder = Encoder(backbone, neck, text, colours=manifest.encoder.colours > 0)
    return Bundle(
        directory,
        manifest,
        encoder,
        _read_compression(directory, manifest),
        _read_generator(directory, manifest),
        _read_readout(directory, manifest),
    )


def _attributes(manifest: Manifest) -> tuple[Attribute, ...]:
    return tuple(Attribute(name, found.kind, found.labels) for name, found in manifest.label_sets.items())


def _read_neck(directory: Path, manifest: Manifest) -> Neck:
    embedding, features = manifest.dims.embedding, VIEWS * manifest.dims.features + manifest.encoder.colours
    shapes: dict[str, tuple[int, ...]] = {"neck.weight": (embedding, features), "neck.bias": (embedding,)}
    for name, found in manifest.label_sets.items():
        shapes[f"head.{name}.weight"] = (len(found.labels), embedding)
        shapes[f"head.{name}.bias"] = (len(found.labels),)
    tensors = load_tensors(directory, ENCODER, shapes, free=BACKBONE_STATE)
    return Neck(tensors["neck.weight"], tensors["neck.bias"])


def _read_compression(directory: Path, manifest: Manifest) -> Compression:
    embedding, vector = manifest.dims.embedding, manifest.dims.vector
    shapes = {"mean": (embedding,), "components": (vector, embedding)}
    return Compression.from_tensors(load_tensors(directory, COMPRESSION, shapes))


def _read_generator(directory: Path, manifest: Manifest) -> Generator | None:
    if manifest.generator is None:
        return None
    shapes = manifest.generator.shapes(manifest.dims.vector)
    return Generator(load_tensors(directory, GENERATOR, shapes), manifest.generator)


def _read_readout(directory: Path, manifest: Manifest) -> Readout | None:
    if manifest.readout is None:
        return None
    vector = manifest.dims.vector
    shapes: dict[str, tuple[int, ...]] = {}
    for name, found in manifest.label_sets.items():
        shapes |= {f"{name}.weight": (len(found.labels), vector), f"{name}.bias": (len(found.labels),)}
    return Readout(load_tensors(directory, READOUT, shapes), _attributes(manifest), manifest.readout)


def _read_text(directory: Path, manifest: Manifest) -> TextEncoder | None:
    if manifest.text is None:
        return None
    shapes = manifest.text.shapes(manifest.dims.embedding)
    return TextEncoder(load_tensors(directory, TEXT, shapes), manifest.text)


def _finish(new: Path, draft: Manifest, generator: Generator | None) -> Manifest:
    """Add the generator and the manifest to the files in `new`, and check the whole."""
    if generator is not None:
        save_tensors(new / GENERATOR, generator.tensors)
    config = None if generator is None else generator.config
    save_manifest(new, msgspec.structs.replace(draft, generator=config, files=describe_files(new)))
    return open_bundle(new, draft=generator is None).manifest


@contextmanager
def _appearing(directory: Path, unfinished: Path | None = None) -> Iterator[Path]:
    """Yield an empty folder that becomes `directory`, whole and on disk, when the with-block succeeds.

    Whatever a killed run left in `unfinished`, which lies beside `directory`, is removed first.
    """
    new = unfinished or directory.with_name(f".{directory.name}.unfinished")
    old = new.with_name(f"{new.name}.replaced")
    _refuse_strangers(directory)
    _remove(new, old)
    new.mkdir(parents=True)
    try:
        yield new
        for path in (*new.iterdir(), new):
            _fsync(path)
        if directory.exists():
            directory.rename(old)
        new.rename(directory)
        _fsync(directory.parent)
        _remove(old)
    finally:
        _remove(new)


def _refuse_strangers(directory: Path) -> None:
    strangers = {path.name for path in directory.iterdir()} - BUNDLE_FILES if directory.is_dir() else set()
    if strangers or directory.is_file():
        raise ModelError(f"{directory} exists and is no bundle. Move it away, or choose another place.")


def _remove(*folders: Path) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
