"""Answers of a made shop, and a home with its bundle."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from model.bundle import complete_bundle, open_bundle
from model.inference import Generator
from model.manifest import Manifest
from model.profile import count_words, make_profile
from service.domain import Outfit, OutfitRequest, Override, ProductSeed, Seed, Versions, Wish
from service.home import Home
from service.observation import Observation
from tests.unit.model import tiny

VERSIONS = Versions("bundle", "space", "generation", "mapping")


def answer(
    row: int, *, bundle: str = VERSIONS.bundle, taxonomy: str = "Bags", overrides: int = 0, moved: float = 0
) -> Observation:
    """Return an answer for a seed whose vector is chance's, `moved` along every dimension."""
    chance = np.random.default_rng(row)
    vector = (chance.standard_normal(tiny.DIMENSIONS) + moved).astype(np.float32)
    wishes: list[Wish] = [Override("Hats")] * overrides + [None] * (3 - overrides)
    versions = replace(VERSIONS, bundle=bundle)
    return Observation(
        reference=ProductSeed(str(row)),
        request=OutfitRequest(slots=(wishes[0], wishes[1], wishes[2])),
        outfit=Outfit(outfit_id=str(row), seed=Seed(taxonomy), template=None, looks=(), versions=versions),
        vector=vector,
        targets=np.stack([np.roll(vector, head) for head in (1, 2, 3)]),
        stages_s={},
    )


def home_with_bundle(path: Path, *, profiled: bool = True) -> tuple[Home, Manifest]:
    """Make a home with a bundle that was trained on such seeds; without a profile it is as bundles were before."""
    home = Home(path / "home")
    tiny.write_tiny_bundle(path / "draft", generator=None)
    draft = open_bundle(path / "draft", draft=True)
    seen = [answer(row) for row in range(10_000, 12_000)]
    vectors = np.stack([one.vector for one in seen])
    words = count_words(draft.readout, vectors, [("Bags",)] * len(seen))
    profile = make_profile(vectors, np.stack([one.targets for one in seen]), ["Bags"] * len(seen), words=words)
    generator = Generator(tiny.generator_tensors(), tiny.CONFIG)
    home.bundles.mkdir(parents=True)
    manifest = complete_bundle(
        draft, path / "made", generator=generator, profile=profile if profiled else None, training={}, metrics={}
    )
    (path / "made").rename(home.bundles / manifest.bundle_id)
    return home, manifest
