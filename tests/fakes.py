"""Stand-ins for what is slow or far away: a model without weights, a runtime without a home, a shop of twelve."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from prometheus_client import CollectorRegistry

from mappings import SlotMapping, Template
from service.domain import Money, PredictedAttributes, Product, Versions
from service.errors import InvalidRequest, KitsuneError, NotReady, UnreadablePhoto
from service.feedback.counters import Counters
from service.feedback.desk import FeedbackDesk, open_desk
from service.feedback.events import EventStore
from service.feedback.trial import Trial
from service.home import Home, ReleasePointer
from service.index.base import GenerationInfo, Item, Vector
from service.metrics import Metrics
from service.observation import Observation, Observer
from service.release import Release
from service.runtime import Readiness, Runtime
from service.settings import Settings
from tests.contract.reference import ReferenceIndex

DIMENSIONS = 8
SPACE = "fake-space"
JPEG = b"\xff\xd8\xff"
HATS = "Hats, scarves and gloves"

MAPPING = SlotMapping(
    "fake",
    {
        "Dresses": (Template("day", ("Wedges", "Totes", "Jackets")), Template("evening", ("Heels", "Clutches", HATS))),
        "Clothing": (Template("any", ("Shoes", "Bags", HATS)),),
    },
)

CARD: Mapping[str, Any] = {
    "format_version": 1,
    "dims": {"features": 4, "embedding": 16, "vector": DIMENSIONS},
    "label_sets": {"colour": {"kind": "single", "labels": ["red", "écru"]}},
    "encoder": {"backbone": "fake", "size_px": 8},
    "generator": None,
    "training": {},
    "metrics": {},
    "git_revision": None,
    "files": {},
}
"""What a manifest has when nothing was measured."""


def direction_of(name: str) -> Vector:
    """Return the same unit vector [d] for the same name, and another for another."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    vector = np.random.default_rng(seed).standard_normal(DIMENSIONS)
    unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def shop_items() -> list[Item]:
    """A shop of twelve, small enough to know by heart, ordered by (taxonomy, product_id)."""
    clothing, shoes, bags, extras = (("Women", name) for name in ("Clothing", "Shoes", "Bags", "Extras"))
    euros = Money(49.99, "EUR")
    products = [
        Product(product_id="clutch", taxonomy="Clutches", taxonomy_path=bags, brand="Elm", price=euros),
        Product(product_id="long-dress", taxonomy="Dresses", taxonomy_path=clothing, title="Long dress"),
        Product(product_id="red-dress", taxonomy="Dresses", taxonomy_path=clothing, group_id="dress", price=euros),
        Product(product_id="blue-dress", taxonomy="Dresses", taxonomy_path=clothing, group_id="dress"),
        Product(product_id="sold-dress", taxonomy="Dresses", taxonomy_path=clothing, availability="out_of_stock"),
        Product(product_id="beret", taxonomy=HATS, taxonomy_path=extras, attributes={"colour": ("écru",)}),
        Product(product_id="heels", taxonomy="Heels", taxonomy_path=shoes, gender="female", sizes=("38", "39")),
        Product(product_id="blazer", taxonomy="Jackets", taxonomy_path=clothing, sale_price=Money(80, "EUR")),
        Product(product_id="parka", taxonomy="Jackets", taxonomy_path=clothing, brand="Ça Va"),
        Product(product_id="tote", taxonomy="Totes", taxonomy_path=bags, brand="Elm", price=Money(120, "EUR")),
        Product(product_id="cork/wedges", taxonomy="Wedges", taxonomy_path=shoes, price=Money(70, "USD")),
        Product(product_id="wedges", taxonomy="Wedges", taxonomy_path=shoes, image_url="https://shop.example/w.jpg"),
    ]
    return [Item(product, direction_of(product.product_id)) for product in products]


class FakeModel:
    """An `OutfitModel` whose heads shift the seed's vector, and which takes anything that begins like a JPEG."""

    space_id = SPACE
    dimensions = DIMENSIONS

    def __init__(self, card: Mapping[str, Any] = CARD) -> None:
        self.card = card

    def generate(self, vector: Vector) -> Vector:
        return np.stack([np.roll(vector, head) for head in (1, 2, 3)])

    def describe(self, vectors: Vector, taxonomies: Sequence[Collection[tuple[str, ...]]]) -> list[PredictedAttributes]:
        """Every vector is red, and of leather where all of its taxonomies are of shoes."""
        assert len(vectors) == len(taxonomies)
        red = {"colour": {"red": 0.9}}
        leather = {"material": {"leather": 0.75}}
        return [red | leather if all("Shoes" in path for path in paths) else red for paths in taxonomies]

    async def encode_photo(self, photo: bytes, taxonomy: str) -> Vector:
        if not photo.startswith(JPEG):
            raise UnreadablePhoto("The bytes are no JPEG, PNG or WebP photo.")
        return direction_of(taxonomy)

    async def encode_text(self, title: str | None, description: str | None, taxonomy: str) -> Vector:
        del title, description, taxonomy
        raise InvalidRequest("This bundle has no text encoder.", code="no_text_encoder")

    def close(self) -> None:
        pass


def fake_release() -> Release:
    """A release of the shop of twelve."""
    items = shop_items()
    index = ReferenceIndex(items, GenerationInfo("fake-generation", SPACE, DIMENSIONS, len(items), 1))
    return Release(Versions("fake-bundle", SPACE, "fake-generation", MAPPING.mapping_id), FakeModel(), index, MAPPING)


def idle_desk() -> FeedbackDesk:
    """A desk without a prediction log, for those who send it no events."""
    return FeedbackDesk(EventStore(Path("no-home"), days=1), lambda _: {}, Counters(CollectorRegistry()), None)


def no_trial() -> Trial:
    """What a runtime has where no experiment runs."""

    def load(_: ReleasePointer) -> Release:
        raise AssertionError

    return Trial(lambda: None, load, Counters(CollectorRegistry()).experiment_degraded)


def plain_runtime(
    settings: Settings,
    named: Callable[[], ReleasePointer],
    load: Callable[[ReleasePointer], Release],
    observers: Sequence[Observer] = (),
    *,
    metrics: Metrics | None = None,
    verify: Callable[[Release], Awaitable[None]] | None = None,
) -> Runtime:
    """A real runtime without a prediction log and experiments."""
    metrics = metrics or Metrics()
    return Runtime(settings, named, load, observers, metrics=metrics, desk=idle_desk(), trial=no_trial(), verify=verify)


@dataclass
class FakeRuntime:
    """A `Runtime` that serves one release, or says why it does not."""

    release: Release = field(default_factory=fake_release)
    reason: str | None = None
    draining: bool = False
    reload_error: KitsuneError | None = None
    reloaded: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[Observation] = field(default_factory=list)
    desk: FeedbackDesk = field(default_factory=idle_desk)

    @asynccontextmanager
    async def lease(self, key: str | None = None) -> AsyncIterator[Release]:
        del key
        if self.reason is not None:
            raise NotReady(self.reason)
        yield self.release

    def readiness(self) -> Readiness:
        return Readiness(ready=self.reason is None and not self.draining, reason=self.reason)

    def drain(self) -> None:
        self.draining = True

    async def reload(self) -> Versions:
        self.reloaded.set()
        if self.reload_error is not None:
            raise self.reload_error
        return self.release.versions

    async def reload_or_keep(self) -> None:
        await self.reload()

    def observe(self, seen: Observation) -> None:
        self.seen.append(seen)

    def open(self) -> Callable[[Settings, Metrics], AbstractAsyncContextManager["FakeRuntime"]]:
        """Return a composition root that opens this runtime, with the desk that the settings ask for."""

        @asynccontextmanager
        async def open_runtime(settings: Settings, metrics: Metrics) -> AsyncIterator[FakeRuntime]:
            with open_desk(Home(settings.home), settings, Counters(metrics.registry)) as self.desk:
                yield self

        return open_runtime
