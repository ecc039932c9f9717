"""A made shop whose index is on Elasticsearch: made columns behind an alias, and a home that serves them.

The heads of its bundle shift a seed's vector, so that what is searched for lies where products do, as a trained head's
targets would.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from benchmarks.cluster import Cluster, Filled, filled
from benchmarks.columns import Columns
from benchmarks.made import DIMENSIONS, FOLDER, SEED, write_made_mapping
from model.compression import Compression
from model.inference import HEADS, Generator, GeneratorConfig
from service.catalog.record import Record
from service.home import Home, ReleasePointer
from service.index.elastic.layouts import LayoutName
from service.settings import PREFIX
from tests.unit.model.tiny import EMBEDDING, normal, write_tiny_bundle

SHIFT = 0.5
"""How far a head's target is from the seed's vector, which is 1 long."""


DEADLINE_S = "30"
"""Slow answers are to be counted here, not refused."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A home, and its generation."""

    home: Home
    space_id: str
    generation: Filled

    @contextmanager
    def settings(self) -> Iterator[None]:
        """Tell the service, in this process and those that it starts, where the index is."""
        connection = self.generation.connection
        named = {"ELASTICSEARCH_URL": connection.url, "ELASTICSEARCH_ALIAS": connection.alias, "DEADLINE_S": DEADLINE_S}
        before = dict(os.environ)
        os.environ.update({PREFIX + name: value for name, value in named.items()})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def made_shop(cluster: Cluster, columns: Columns, layout: LayoutName) -> Shop:
    """Fill an index unless it is there, and release it in a home of its own."""
    home = Home(FOLDER / f"home-{layout}-{len(columns)}")
    with home.writer():
        bundle_id, space_id = _bundle(home)
        generation = filled(cluster, columns, layout, space_id)
        Record.open(home.record_path).close()
        home.release(ReleasePointer(bundle_id, generation.generation_id, write_made_mapping(home), "elasticsearch"))
    return Shop(home, space_id, generation)


def shifting_generator() -> Generator:
    """Return a generator whose heads add a direction of their own to the seed's vector."""
    config = GeneratorConfig((DIMENSIONS,), "linear")
    tensors = {name: np.zeros(shape, np.float32) for name, shape in config.shapes(DIMENSIONS).items()}
    shifts = np.random.default_rng(SEED).standard_normal((HEADS, DIMENSIONS)).astype(np.float32)
    tensors["trunk.0.weight"] = np.eye(DIMENSIONS, dtype=np.float32)
    for head, shift in enumerate(shifts):
        tensors[f"heads.{head}.weight"] = np.eye(DIMENSIONS, dtype=np.float32)
        tensors[f"heads.{head}.bias"] = SHIFT * shift / np.linalg.norm(shift)
    return Generator(tensors, config)


def _bundle(home: Home) -> tuple[str, str]:
    """Write a bundle with a small encoder, which nobody asks, and return its id and space."""
    new = home.bundles / "new"
    manifest = write_tiny_bundle(
        new,
        compression=Compression(normal(EMBEDDING), normal(DIMENSIONS, EMBEDDING)),
        generator=shifting_generator(),
        readout=None,
    )
    place = home.bundles / manifest.bundle_id
    if not place.exists():
        new.rename(place)
    return manifest.bundle_id, manifest.space_id
