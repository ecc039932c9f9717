"""Does every slot hold what it is there for?"""

from collections.abc import AsyncIterator, Iterator

from mappings import Template
from service.checking.checks import Case, failures
from service.checking.subject import LOOKS, Subject, generator
from service.domain import Filters, Look, OutfitRequest, Override, Slot
from service.errors import NoTemplate, UnknownTaxonomy

SEEDS = 100

NOBODY = "what nobody is called"


async def slots_hold_their_taxonomy(subject: Subject) -> list[Case]:
    """Hold the slots of all looks against the template that the answer names."""

    def found() -> Iterator[tuple[str, bool]]:
        for answer in surveyed:
            if answer.outfit is None:
                continue
            product = answer.seed.product
            templates, _ = subject.release.mapping.templates_for(product.taxonomy, product.taxonomy_path)
            (template,) = (one for one in templates if one.id == answer.outfit.template)
            obeyed = all(_follows(subject, look, template) for look in answer.outfit.looks)
            yield f"{product.product_id}, template {template.id}", not obeyed

    surveyed = await subject.survey()
    return failures(found())


def _follows(subject: Subject, look: Look, template: Template) -> bool:
    wanted = [subject.tree.name(name) for name in template.slots]
    return [slot.taxonomy for slot in look.slots] == wanted and all(_holds(subject, slot) for slot in look.slots)


def _holds(subject: Subject, slot: Slot) -> bool:
    leaves = subject.tree.leaves(slot.taxonomy)
    return all(candidate.product.taxonomy in leaves for candidate in slot.candidates)


async def overrides_win(subject: Subject) -> list[Case]:
    """Ask for a taxonomy drawn by lot, in a slot drawn by lot, and look into that slot of all looks."""
    rng = generator("overrides")
    names = sorted({*subject.tree.counts, *(name for leaf in subject.tree.counts for name in subject.tree.path(leaf))})
    cases = []
    for seed in await subject.served(SEEDS):
        asked, place = names[rng.integers(len(names))], int(rng.integers(LOOKS))
        outfit = await subject.ask(seed, slots=_wish(place, asked), looks=LOOKS)
        slots = [look.slots[place] for look in outfit.looks]
        won = all(slot.source == "override" and slot.taxonomy == asked and _holds(subject, slot) for slot in slots)
        cases.append(Case(f"{seed.product.product_id}, {asked} in slot {place + 1}", float(not won)))
    return cases


def _wish(place: int, taxonomy: str) -> tuple[Override | None, ...]:
    return tuple(Override(taxonomy) if slot == place else None for slot in range(len(OutfitRequest().slots)))


async def unknown_slots_are_refused(subject: Subject) -> list[Case]:
    """Ask for a taxonomy that the catalogue does not have."""
    cases = []
    for number, seed in enumerate(await subject.served(SEEDS)):
        try:
            await subject.ask(seed, slots=_wish(number % LOOKS, NOBODY))
            refused = False
        except UnknownTaxonomy:
            refused = True
        cases.append(Case(seed.product.product_id, float(not refused)))
    return cases


async def empty_slots_say_so(subject: Subject) -> list[Case]:
    """Filter everything away: slots stay empty and say why, rather than hold something else."""
    cases = []
    for seed in await subject.served(SEEDS):
        outfit = await subject.ask(seed, filters=Filters(brands=frozenset({NOBODY})))
        empty = all(not slot.candidates and slot.reason for slot in outfit.looks[0].slots)
        cases.append(Case(seed.product.product_id, float(not (empty and "empty_slot" in outfit.degraded))))
    return cases


async def every_taxonomy_is_dressed(subject: Subject) -> list[Case]:
    """Ask about one product of each taxonomy with each of its templates."""
    return [case async for case in _dressed(subject)]


async def _dressed(subject: Subject) -> AsyncIterator[Case]:
    seeds = {item.product.taxonomy: item for item in subject.items}
    for taxonomy, seed in sorted(seeds.items()):
        templates, _ = subject.release.mapping.templates_for(taxonomy, seed.product.taxonomy_path)
        if not templates:
            yield Case(f"{taxonomy}, no template", 1.0)
        for template in templates:
            try:
                failed = bool((await subject.ask(seed, template=template.id, k=1)).degraded)
            except NoTemplate:
                failed = True
            yield Case(f"{taxonomy}, template {template.id}", float(failed))
