"""A made shop for drift: 600 products whose vectors say their colour and their taxonomy, and windows of requests."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from model.attributes import Attribute
from model.compression import unit_rows
from model.inference import Generator, GeneratorConfig
from model.profile import SEED_VECTORS, TARGETS, Profile, count_words, make_profile
from model.readout import Readout, ReadoutConfig
from tests.unit.model import tiny

DIMENSIONS = 50
PRODUCTS = 600
TAXONOMIES = tuple(f"taxonomy {number:02}" for number in range(30))
COLOURS = ("black", "navy", "camel", "white", "red", "green", "teal", "coral")
SHARES = (0.2, 0.17, 0.15, 0.14, 0.12, 0.09, 0.07, 0.06)

Array = NDArray[np.float32]
Rows = NDArray[np.int64]


class DriftShop:
    """Products as rows of vectors, and what a bundle makes of them."""

    def __init__(self) -> None:
        chance = np.random.default_rng(0)
        self.colours = chance.choice(len(COLOURS), PRODUCTS, p=SHARES)
        self.taxonomies = chance.choice(len(TAXONOMIES), PRODUCTS)
        said = np.linalg.qr(chance.standard_normal((DIMENSIONS, len(COLOURS))))[0].T  # one direction a colour
        filed = chance.standard_normal((len(TAXONOMIES), DIMENSIONS)) / 7
        noise = chance.standard_normal((PRODUCTS, DIMENSIONS)) / 10
        self.vectors = unit_rows((said[self.colours] + filed[self.taxonomies] + noise).astype(np.float32))
        config = GeneratorConfig(widths=(), activation="linear")
        self.generator = Generator(tiny.generator_tensors(config, DIMENSIONS), config)
        tensors = {"colour.weight": (20 * said).astype(np.float32), "colour.bias": np.zeros(len(COLOURS), np.float32)}
        applies = ReadoutConfig(dict.fromkeys(TAXONOMIES, ("colour",)))
        self.readout = Readout(tensors, (Attribute("colour", "single", COLOURS),), applies)

    def rows(self, chance: np.random.Generator, requests: int = 1000, without: str | None = None) -> Rows:
        """Draw the products of a window, each request any product."""
        left = np.flatnonzero(self.colours != (COLOURS.index(without) if without else -1))
        return chance.choice(left, requests)

    def look(self, rows: Rows, vectors: Array | None = None) -> tuple[Profile, Mapping[str, Array]]:
        """Return the profile of requests for products, and their tables; `vectors` are what came in their place."""
        came = self.vectors[rows] if vectors is None else vectors
        targets = self.generator.generate(came)
        filed = [TAXONOMIES[taxonomy] for taxonomy in self.taxonomies[rows].tolist()]
        words = count_words(self.readout, came, [(name,) for name in filed])
        overrides = [str(row % 10 // 9) for row in rows.tolist()]
        profile = make_profile(came, targets, filed, words=words, overrides=overrides)
        return profile, {SEED_VECTORS: came, TARGETS: targets.reshape(len(came), -1)}

    def reference(self) -> Profile:
        """Return the profile of the shop's products, each once, with no wishes: what a bundle has."""
        profile, _ = self.look(np.arange(PRODUCTS))
        return Profile(
            rows=profile.rows,
            quantiles=profile.quantiles,
            counts={name: counts for name, counts in profile.counts.items() if name != "overrides"},
            words=profile.words,
        )
