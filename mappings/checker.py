"""Does a mapping fit a catalogue? Pure: the catalogue comes as names."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from mappings.mapping import SlotMapping

Problem = Literal["no_template", "unknown_taxonomy", "unknown_slot", "own_taxonomy"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit, and the names that may have been meant."""

    problem: Problem
    taxonomy: str
    """The taxonomy in question: the seed's, or for `unknown_slot` the slot's."""
    seed: str | None = None
    template: str | None = None
    closest: tuple[str, ...] = ()

    @property
    def is_warning(self) -> bool:
        """Whether the mapping works all the same."""
        return self.problem == "own_taxonomy"

    def __str__(self) -> str:
        hint = f" Closest: {', '.join(self.closest)}." if self.closest else ""
        template = f"template {self.template!r} of {self.seed!r}"
        return {
            "no_template": f"{self.taxonomy!r} has no template, nor has an ancestor: its products cannot be seeds.",
            "unknown_taxonomy": f"{self.taxonomy!r} has templates, but the catalogue does not have it.",
            "unknown_slot": f"{self.taxonomy!r}, a slot in {template}, is not in the catalogue: it stays unused.",
            "own_taxonomy": f"{self.taxonomy!r}, a slot in {template}, is the seed's own taxonomy: is that meant?",
        }[self.problem] + hint


@dataclass(frozen=True, slots=True)
class MappingReport:
    """Everything that does not fit. A mapping with faults still serves the seeds that they do not concern."""

    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What should be mended."""
        return tuple(finding for finding in self.findings if not finding.is_warning)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What should be looked at."""
        return tuple(finding for finding in self.findings if finding.is_warning)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found, not even a warning."""
        return not self.findings


def check_mapping(
    mapping: SlotMapping,
    taxonomies: Collection[str],
    ancestors: Collection[str],
    paths: Mapping[str, Sequence[str]] | None = None,
) -> MappingReport:
    """Compare a mapping with a catalogue. A name of the mapping's own tree is no fault where a catalogue lacks it.

    Args:
        mapping: the templates.
        taxonomies: those that hold products.
        ancestors: names that stand for several of them, in slots and for seeds.
        paths: the ancestors of each taxonomy. Without it every ancestor counts as every taxonomy's, so that a missing
            template may be overlooked wherever the mapping has templates for an ancestor.
    """
    anywhere = tuple(ancestors)
    known = {*taxonomies, *ancestors}
    without = (
        Finding("no_template", name, closest=_closest(name, mapping.taxonomies.keys() - known))
        for name in sorted(taxonomies)
        if mapping.owner_of(name, path := anywhere if paths is None else paths.get(name, ())) is None
        and mapping.reason_for(name, path) is None
    )
    unknown = (
        Finding("unknown_taxonomy", name, closest=_closest(name, known))
        for name in (*mapping.taxonomies, *mapping.left_out)
        if name not in known and not mapping.categories.name(name)
    )
    return MappingReport((*without, *unknown, *_slots(mapping, known)))


def _slots(mapping: SlotMapping, known: Collection[str]) -> Iterator[Finding]:
    for seed, templates in mapping.taxonomies.items():
        for template in templates:
            for slot in template.slots:
                if slot not in known and not mapping.categories.name(slot):
                    yield Finding("unknown_slot", slot, seed, template.id, _closest(slot, known))
                elif slot == seed:
                    yield Finding("own_taxonomy", slot, seed, template.id)


def _closest(name: str, names: Collection[str]) -> tuple[str, ...]:
    by_casefold = {one.casefold(): one for one in sorted(names)}
    return tuple(by_casefold[one] for one in get_close_matches(name.casefold(), by_casefold, n=3, cutoff=0.6))
