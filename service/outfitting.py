"""The use case: what goes with this product?"""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import uuid4

import numpy as np

from service.assembly import Search, assemble, outfit_filters, searches
from service.domain import (
    Lock,
    Look,
    Outfit,
    OutfitRequest,
    PhotoSeed,
    ProductSeed,
    Seed,
    SeedReference,
    TextSeed,
    VectorSeed,
)
from service.errors import DeadlineExceeded, InvalidRequest, SpaceMismatch, UnknownProduct
from service.generation import joint_targets
from service.index.base import Item, Query, Vector
from service.observation import Observation, Stopwatch
from service.planning import Plan, plan_outfit
from service.release import Release
from service.taxonomy import TaxonomyTree


async def make_outfit(
    release: Release, reference: SeedReference, request: OutfitRequest, *, timeout_s: float
) -> Outfit:
    """Answer one request out of one release; raises as `observed_outfit` does."""
    return (await observed_outfit(release, reference, request, timeout_s=timeout_s)).outfit


async def observed_outfit(
    release: Release, reference: SeedReference, request: OutfitRequest, *, timeout_s: float
) -> Observation:
    """Answer one request out of one release, and tell how: one generation and one batch of searches.

    Raises:
        RequestError: the seed, a wish or `avoid` cannot be answered as asked.
        DeadlineExceeded: the answer is not there within `timeout_s`.
        IndexUnavailable: the engine does not answer.
    """
    try:
        async with asyncio.timeout(timeout_s):
            return await _observed_outfit(release, reference, request, timeout_s)
    except TimeoutError as error:
        raise DeadlineExceeded(f"No answer within {timeout_s:g} s; ask for fewer looks, or try again.") from error


async def _observed_outfit(
    release: Release, reference: SeedReference, request: OutfitRequest, timeout_s: float
) -> Observation:
    watch = Stopwatch()
    items = await _items(release, reference, request)
    tree = await release.index.taxonomies()
    seed = _seed(reference, items, tree)
    locked = {id_: items[id_].product for id_ in _locks(request)}
    watch.ended("lookup")
    plan = plan_outfit(seed, request, tree, release.mapping, locked)
    wanted = list(searches(plan, request.k))
    watch.ended("plan")
    vector = await _vector(release, reference, seed, items)
    watch.ended("encode")
    targets = release.model.generate(vector)
    shared = joint_targets([targets, *(release.model.generate(items[id_].vector) for id_ in locked)])
    watch.ended("generate")
    queries = [Query(shared[search.head], search.taxonomies, search.k) for search in wanted]
    found = await release.index.search(queries, outfit_filters(request, seed, plan), timeout_s=timeout_s)
    watch.ended("search")
    whys = _whys(release, tree, wanted, shared)
    scores = _lock_scores(plan, targets, items)
    looks = assemble(plan, wanted, found, whys, k=request.k, lock_scores=scores)
    outfit = Outfit(
        outfit_id=uuid4().hex,
        seed=seed,
        template=plan.template,
        looks=looks,
        versions=release.versions,
        degraded=_degraded(plan, looks),
        variant=release.variant,
    )
    watch.ended("assemble")
    return Observation(
        reference=reference,
        request=request,
        outfit=outfit,
        vector=vector,
        targets=targets,
        stages_s=watch.stages_s,
    )


def _degraded(plan: Plan, looks: Sequence[Look]) -> tuple[str, ...]:
    empty = any(slot.reason for look in looks for slot in look.slots)
    return plan.degraded + (("empty_slot",) if empty else ())


def _locks(request: OutfitRequest) -> list[str]:
    return [wish.product_id for wish in request.slots if isinstance(wish, Lock)]


async def _items(release: Release, reference: SeedReference, request: OutfitRequest) -> Mapping[str, Item]:
    """Look up the seed and the locks in one go."""
    wanted = _locks(request)
    if isinstance(reference, ProductSeed):
        wanted.append(reference.product_id)
    if not wanted:
        return {}
    items = await release.index.get(wanted)
    if len(items) < len(set(wanted)):
        raise UnknownProduct("The catalogue has no product of that id; GET /v1/products finds some.")
    return items


def _seed(reference: SeedReference, items: Mapping[str, Item], tree: TaxonomyTree) -> Seed:
    if isinstance(reference, ProductSeed):
        product = items[reference.product_id].product
        return Seed(product.taxonomy, product)
    return Seed(tree.name(reference.taxonomy) or reference.taxonomy)


async def _vector(release: Release, reference: SeedReference, seed: Seed, items: Mapping[str, Item]) -> Vector:
    model = release.model
    match reference:
        case ProductSeed(product_id):
            return items[product_id].vector
        case VectorSeed():
            return _checked_vector(reference, model.space_id, model.dimensions)
        case PhotoSeed(photo):
            return await model.encode_photo(photo, seed.taxonomy)
        case TextSeed(_, title, description):
            return await model.encode_text(title, description, seed.taxonomy)


def _checked_vector(seed: VectorSeed, space_id: str, dimensions: int) -> Vector:
    if seed.space_id not in (None, space_id):
        raise SpaceMismatch("The seed's vector is of another space; encode the product with this bundle.")
    if len(seed.vector) != dimensions:
        raise InvalidRequest(f"seed.vector must have {dimensions} numbers.", code="vector_dimension")
    vector = np.asarray(seed.vector, dtype=np.float64)
    with np.errstate(over="ignore"):  # too long a vector is refused, which is all that is to be said of it
        length = np.linalg.norm(vector)
    if not np.isfinite(length) or length == 0:
        raise InvalidRequest("seed.vector must have a finite length above zero.", code="vector_length")
    return (vector / length).astype(np.float32)


def _whys(release: Release, tree: TaxonomyTree, wanted: Sequence[Search], targets: Vector) -> list[tuple[str, ...]]:
    """Say in words what each search is for: the values that the target holds and that apply to all its taxonomies."""
    paths = [[(*tree.path(name), name) for name in search.taxonomies] for search in wanted]
    found = release.model.describe(targets[[search.head for search in wanted]], paths)
    return [tuple(dict.fromkeys(value for values in said.values() for value in values)) for said in found]


def _lock_scores(plan: Plan, targets: Vector, items: Mapping[str, Item]) -> dict[str, float]:
    """Score a locked product as a candidate of its slot in look 1 would be."""
    return {
        slot.locked.product_id: _cosine(items[slot.locked.product_id].vector, target)
        for slot, target in zip(plan.slots, targets, strict=True)
        if slot.locked is not None
    }


def _cosine(one: Vector, other: Vector) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / lengths if lengths else 0.0
