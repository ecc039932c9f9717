"""From a plan to searches, and from ranked candidates to looks. Pure.

Notation used for shapes: l looks, s slots, k candidates.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.domain import Candidate, Filters, Look, OutfitRequest, Seed, Slot
from service.planning import Plan, SlotPlan, worn_gender

EMPTY = "no_product_passes"
"""Why a slot is empty: its taxonomies hold nothing that satisfies the filters."""


@dataclass(frozen=True, slots=True)
class Search:
    """One filtered search that the plan needs: the `k` products of `taxonomies` nearest to what `head` generates."""

    look: int
    slot: int
    head: int
    taxonomies: tuple[str, ...]
    k: int


def searches(plan: Plan, k: int) -> Iterator[Search]:
    """List the searches of all looks: one for each slot that no lock fills.

    A slot that shares a taxonomy with others of its look is asked for as many times k as they are, so that each still
    finds k products after none of them stands in two.
    """
    depths = [k * _sharing(slot, plan.slots) for slot in plan.slots]
    for look, heads in enumerate(plan.heads):
        for slot, head in enumerate(heads):
            if head is not None:
                yield Search(look, slot, head, plan.slots[slot].taxonomies, depths[slot])


def _sharing(slot: SlotPlan, slots: Sequence[SlotPlan]) -> int:
    taxonomies = set(slot.taxonomies)
    return sum(other.locked is None and not taxonomies.isdisjoint(other.taxonomies) for other in slots)


def outfit_filters(request: OutfitRequest, seed: Seed, plan: Plan) -> Filters:
    """Keep the seed, its variants, the locked products and what another gender wears out of every slot.

    Where a slot is overridden, only a gender that the request states holds: a shopper who puts men's shoes beside a
    women's skirt is to find some.
    """
    filters = request.filters
    overridden = any(slot.source == "override" for slot in plan.slots)
    ids = {slot.locked.product_id for slot in plan.slots if slot.locked is not None}
    groups: set[str] = set()
    if seed.product is not None:
        ids.add(seed.product.product_id)
        groups.update(filter(None, [seed.product.group_id]))
    return replace(
        filters,
        gender=filters.gender if overridden else worn_gender(seed, request),
        exclude_ids=filters.exclude_ids | ids,
        exclude_groups=filters.exclude_groups | groups,
    )


def assemble(
    plan: Plan,
    wanted: Sequence[Search],
    found: Sequence[Sequence[Candidate]],
    whys: Sequence[tuple[str, ...]],
    *,
    k: int,
    lock_scores: Mapping[str, float],
) -> tuple[Look, ...]:
    """Put what each search found into its place.

    Args:
        plan: what was searched for.
        wanted: the searches, as `searches` listed them.
        found: the candidates of each, best first.
        whys: what each searched for, in words.
        k: how many candidates a slot may hold.
        lock_scores: for each locked product, the cosine with the target that its slot would have had in look 1.
    """
    ranked = {(search.look, search.slot): candidates for search, candidates in zip(wanted, found, strict=True)}
    words = {(search.look, search.slot): why for search, why in zip(wanted, whys, strict=True)}
    # Slots that share no taxonomy cannot hold the same product: nothing is to be shared out.
    pick = draft if any(search.k > k for search in wanted) else _as_found
    looks = []
    for look, heads in enumerate(plan.heads):
        candidates = pick([ranked.get((look, i), ()) for i in range(len(heads))], k)
        reasons = [words.get((look, i), ()) for i in range(len(heads))]
        looks.append(Look(tuple(_slots(plan, heads, candidates, reasons, lock_scores))))
    return tuple(looks)


def _slots(
    plan: Plan,
    heads: Sequence[int | None],
    picked: Sequence[tuple[Candidate, ...]],
    whys: Sequence[tuple[str, ...]],
    lock_scores: Mapping[str, float],
) -> Iterator[Slot]:
    for slot, head, candidates, why in zip(plan.slots, heads, picked, whys, strict=True):
        if slot.locked is not None:
            kept = Candidate(slot.locked, lock_scores[slot.locked.product_id])
            yield Slot(None, slot.taxonomy, slot.source, (kept,))
        else:
            yield Slot(head, slot.taxonomy, slot.source, candidates, None if candidates else EMPTY, why)


def _as_found(ranked: Sequence[Sequence[Candidate]], _k: int) -> list[tuple[Candidate, ...]]:
    return [tuple(candidates) for candidates in ranked]


def draft(ranked: Sequence[Sequence[Candidate]], k: int) -> list[tuple[Candidate, ...]]:
    """Let the slots pick in turn, each its best product that no slot has yet, until each has k or has run out.

    Turns, rather than one slot after the other, give every slot a fair share of a taxonomy that several slots search,
    and a larger k only lengthens what a smaller one gave.
    """
    queues = [iter(candidates) for candidates in ranked]
    picks: list[list[Candidate]] = [[] for _ in ranked]
    taken: set[str] = set()
    for _ in range(k):
        for queue, pick in zip(queues, picks, strict=True):
            best = next((c for c in queue if c.product.product_id not in taken), None)
            if best is not None:
                taken.add(best.product.product_id)
                pick.append(best)
    return [tuple(pick) for pick in picks]
