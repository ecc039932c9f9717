"""Does the order of the candidates follow from the heads, the filters and the rotation, and from nothing else?"""

from collections.abc import Iterator
from itertools import combinations

from service.checking.checks import Case
from service.checking.subject import LOOKS, K, Subject, ids
from service.domain import Filters, Look, Outfit, Product
from service.index.base import Item

SEEDS = 100
DEEP = 50
"""The most candidates that a request may ask for."""

REMOVED = 60
"""Products taken out of the index, one at a time."""

ROUNDING = 1e-5
"""How far float32 leaves the cosine of a vector with itself from 1: what engines may differ by."""


async def copies_come_first(subject: Subject) -> list[Case]:
    """Add what each head generates to its slot's taxonomy, and look whether it is that slot's first candidate."""
    seeds = await subject.served(SEEDS)
    answers = [await subject.ask(seed) for seed in seeds]
    copies = [copy for seed, answer in zip(seeds, answers, strict=True) for copy in _copies(subject, seed, answer)]
    cases = []
    async with subject.dressing([*subject.items, *copies]) as other:
        for seed, plain in zip(seeds, answers, strict=True):
            answer = await subject.ask(seed, other, template=plain.template)
            for number, slot in enumerate(answer.looks[0].slots, start=1):
                first = slot.candidates[0]
                found = first.product.product_id.startswith(COPY) and first.score > 1 - ROUNDING
                cases.append(Case(f"{seed.product.product_id}, slot {number}", float(not found)))
    return cases


COPY = " copy of a target "
"""What the ids of added products begin with: first among equals, and no shop's own."""


def _copies(subject: Subject, seed: Item, answer: Outfit) -> Iterator[Item]:
    targets = subject.release.model.generate(seed.vector)
    for head, (slot, target) in enumerate(zip(answer.looks[0].slots, targets, strict=True)):
        leaf = subject.tree.leaves(slot.taxonomy)[0]
        name = f"{COPY}{seed.product.product_id} {head}"
        yield Item(Product(product_id=name, taxonomy=leaf, taxonomy_path=subject.tree.path(leaf)), target)


async def filters_only_remove(subject: Subject) -> list[Case]:
    """Leave out every second candidate, and see whether the rest moves up in its order."""
    cases = []
    for seed in await _separate(subject, SEEDS):
        plain = ids(await subject.ask(seed, k=DEEP))
        gone = frozenset(product_id for slot in plain for product_id in slot[:K:2])
        strict = ids(await subject.ask(seed, k=K, filters=Filters(exclude_ids=gone)))
        expected = [[product_id for product_id in slot if product_id not in gone][:K] for slot in plain]
        cases.append(Case(seed.product.product_id, float(strict != expected)))
    return cases


async def larger_k_keeps_the_prefix(subject: Subject) -> list[Case]:
    """Ask for one candidate, for ten and for fifty."""
    cases = []
    for seed in await subject.served(SEEDS):
        one, ten, fifty = [ids(await subject.ask(seed, k=k)) for k in (1, K, DEEP)]
        kept = one == _cut(fifty, 1) and ten == _cut(fifty, K)
        cases.append(Case(seed.product.product_id, float(not kept)))
    return cases


def _cut(slots: list[list[str]], k: int) -> list[list[str]]:
    return [slot[:k] for slot in slots]


async def removing_the_first_promotes_the_second(subject: Subject) -> list[Case]:
    """Take a slot's first candidate out of the index, and see whether the others move up by one."""
    cases = []
    async with subject.dressing(subject.items) as other:
        for number, seed in enumerate(await _separate(subject, REMOVED)):
            place = number % LOOKS
            plain = ids(await subject.ask(seed, other, k=K + 1))
            first = plain[place][0] if plain[place] else None
            if first is None:
                continue
            await other.index.delete([first])
            after = ids(await subject.ask(seed, other, k=K))
            await other.index.upsert([subject.by_id[first]])
            cases.append(Case(f"{seed.product.product_id}, slot {place + 1}", float(after[place] != plain[place][1:])))
    return cases


async def _separate(subject: Subject, count: int) -> list[Item]:
    """Return seeds whose slots share no taxonomy: where they do, what one slot loses another may take."""
    seeds = []
    for seed in await subject.served(count):
        slots = (await subject.ask(seed, k=1)).looks[0].slots
        leaves = [leaf for slot in slots for leaf in subject.tree.leaves(slot.taxonomy)]
        if len(leaves) == len(set(leaves)):
            seeds.append(seed)
    return seeds


async def looks_differ(subject: Subject) -> list[Case]:
    """Return the share of the slots in which two looks of one answer have the same first candidate."""
    return [
        Case(answer.seed.product.product_id, _in_common(answer.outfit))
        for answer in await subject.survey()
        if answer.outfit and len(answer.outfit.looks) == LOOKS
    ]


def _in_common(outfit: Outfit) -> float:
    pairs = [
        (one.candidates[:1], other.candidates[:1])
        for look, other_look in combinations(outfit.looks, 2)
        for one, other in zip(look.slots, other_look.slots, strict=True)
    ]
    same = [one[0].product == other[0].product for one, other in pairs if one and other]
    return sum(same) / max(1, len(same))


async def looks_fit_alike(subject: Subject) -> list[Case]:
    """Return by how much the first candidates of the second and third look are farther from their targets."""
    cases = []
    for answer in await subject.survey():
        if answer.outfit and not answer.outfit.degraded:
            first, *others = (_score(look) for look in answer.outfit.looks)
            cases += [Case(answer.seed.product.product_id, first - other) for other in others]
    return cases


def _score(look: Look) -> float:
    return sum(slot.candidates[0].score for slot in look.slots) / len(look.slots)
