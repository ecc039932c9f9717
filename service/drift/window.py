"""What came in so many requests: the seeds' vectors and taxonomies, the shoppers' overrides, and the targets.

Notation used for array shapes: d vector, n requests, s heads.
"""

from collections.abc import Mapping

import numpy as np

from model.profile import SEED_VECTORS, TARGETS, Profile, count_words, make_profile
from model.readout import Readout
from service.domain import Override
from service.index.base import Vector
from service.observation import Observation


class Window:
    """Room for `requests` answers of one bundle, like `first`. What is added is copied: an index may close."""

    def __init__(self, requests: int, first: Observation) -> None:
        self.requests = requests
        self.filled = 0
        self.versions = first.outfit.versions
        self._vectors = np.empty((requests, *first.vector.shape), np.float32)  # [n, d]
        self._targets = np.empty((requests, *first.targets.shape), np.float32)  # [n, s, d]
        self._paths: list[tuple[str, ...]] = []
        self._overrides: list[str] = []

    @property
    def share(self) -> float:
        """How full it is, 0 to 1."""
        return self.filled / self.requests

    def add(self, seen: Observation) -> None:
        """Take note of an answer, while there is room; takes a few microseconds."""
        self._vectors[self.filled] = seen.vector
        self._targets[self.filled] = seen.targets
        seed = seen.outfit.seed
        self._paths.append((*(seed.product.taxonomy_path if seed.product else ()), seed.taxonomy))
        self._overrides.append(str(sum(isinstance(wish, Override) for wish in seen.request.slots)))
        self.versions = seen.outfit.versions
        self.filled += 1

    def tables(self) -> Mapping[str, Vector]:
        """Return the vectors by profile, [n, d] and [n, s * d]."""
        return {SEED_VECTORS: self._vectors, TARGETS: self._targets.reshape(self.requests, -1)}

    def profile(self, readout: Readout | None) -> Profile:
        """Return what a full window looks like."""
        return make_profile(
            self._vectors,
            self._targets,
            [path[-1] for path in self._paths],
            words=count_words(readout, self._vectors, self._paths),
            overrides=self._overrides,
        )
