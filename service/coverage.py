"""What a catalogue and its mapping make of each other: who can be dressed, with what, and what is never shown. Pure.

Which template a seed gets is not worked out here: planning is asked, so that the page says what the answers do.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from mappings import SlotMapping
from service.domain import OutfitRequest, Product, Seed
from service.errors import NoTemplate
from service.planning import plan_outfit, slot_taxonomies
from service.taxonomy import TaxonomyTree


@dataclass(frozen=True, slots=True)
class SlotCover:
    """What a template asks for in a slot, the taxonomies that it stands for here, and the products in them."""

    asked: str
    taxonomies: tuple[str, ...]
    products: int


@dataclass(frozen=True, slots=True)
class TemplateCover:
    """A template, the taxonomy that the mapping gives it to, and what its slots hold."""

    seed: str
    template_id: str
    slots: tuple[SlotCover, ...]

    @property
    def usable(self) -> bool:
        """Whether every slot holds products, so that planning takes it when nothing is avoided."""
        return all(slot.products for slot in self.slots)


@dataclass(frozen=True, slots=True)
class TaxonomyCover:
    """What a taxonomy's products are dressed with; `default` is the template of a request without wishes.

    `reason` is why the mapping leaves the taxonomy out, where it says that it does.
    """

    taxonomy: str
    path: tuple[str, ...]
    products: int
    templates: tuple[TemplateCover, ...]
    default: TemplateCover | None
    reason: str | None = None

    @property
    def inherited_from(self) -> str | None:
        """The ancestor whose templates these are; None where they are the taxonomy's own, or none."""
        owners = {template.seed for template in self.templates} - {self.taxonomy}
        return next(iter(owners), None)


@dataclass(frozen=True, slots=True)
class Missing:
    """A name in the mapping that the catalogue lacks, and the templates that it concerns."""

    name: str
    templates: tuple[TemplateCover, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The catalogue by path, a path's largest taxonomy first, and what of the mapping it can use.

    `templates` are those of taxonomies that the catalogue has; what is missing stands in the order of the harm.
    `shown` counts, for each taxonomy, the taxonomies beside which a template may show it, `shown_first` those beside
    which the default template does.
    """

    taxonomies: tuple[TaxonomyCover, ...]
    templates: tuple[TemplateCover, ...]
    shown: Counter[str]
    shown_first: Counter[str]
    missing_slots: tuple[Missing, ...]
    missing_seeds: tuple[Missing, ...]

    @property
    def products(self) -> int:
        """Products of the catalogue."""
        return sum(cover.products for cover in self.taxonomies)

    @property
    def undressed(self) -> tuple[TaxonomyCover, ...]:
        """Taxonomies whose products get no template."""
        return tuple(cover for cover in self.taxonomies if cover.default is None)

    @property
    def unseen(self) -> tuple[TaxonomyCover, ...]:
        """Taxonomies that no template shows beside any seed."""
        return tuple(cover for cover in self.taxonomies if not self.shown[cover.taxonomy])

    @property
    def groups(self) -> Iterator[tuple[tuple[str, ...], list[TaxonomyCover]]]:
        """The taxonomies of each path."""
        return ((path, list(covers)) for path, covers in groupby(self.taxonomies, key=lambda cover: cover.path))

    def share(self, covers: Iterable[TaxonomyCover]) -> float:
        """Return the share of all products that is in `covers`, 0 to 1."""
        return sum(cover.products for cover in covers) / max(self.products, 1)


def coverage(tree: TaxonomyTree, mapping: SlotMapping) -> Coverage:
    """Lay a mapping over a catalogue. A taxonomy with several paths has the one of most of its products."""
    by_seed = _templates(tree, mapping)
    covers = [_taxonomy(name, tree, mapping, by_seed) for name in tree.counts]
    known = {seed: templates for seed, templates in by_seed.items() if slot_taxonomies(seed, tree, mapping)}
    templates = tuple(template for templates in known.values() for template in templates)
    return Coverage(
        taxonomies=tuple(sorted(covers, key=lambda cover: (cover.path, -cover.products, cover.taxonomy))),
        templates=templates,
        shown=_shown({cover.taxonomy: cover.templates for cover in covers}),
        shown_first=_shown({cover.taxonomy: (cover.default,) for cover in covers if cover.default}),
        missing_slots=_missing(_by_empty_slot(templates)),
        missing_seeds=_missing(
            # A shop need not have every category of a published tree: that is no slip of the pen.
            {seed: of for seed, of in by_seed.items() if seed not in known and not mapping.categories.name(seed)}
        ),
    )


def served(products: Iterable[Product], tree: TaxonomyTree, mapping: SlotMapping) -> Counter[str]:
    """Count the products of each taxonomy that get a template as a seed, by their own path, gender and age."""
    alike = Counter((one.taxonomy, one.taxonomy_path, one.gender, one.age_group) for one in products)
    found: Counter[str] = Counter()
    for (taxonomy, path, gender, age_group), count in alike.items():
        seed = Product(product_id="", taxonomy=taxonomy, taxonomy_path=path, gender=gender, age_group=age_group)
        if _planned(Seed(taxonomy, seed), tree, mapping) is not None:
            found[taxonomy] += count
    return found


def _templates(tree: TaxonomyTree, mapping: SlotMapping) -> Mapping[str, tuple[TemplateCover, ...]]:
    # The same few taxonomies stand in many slots, and an ancestor's products take a while to count.
    asked = {name for templates in mapping.taxonomies.values() for template in templates for name in template.slots}
    slots = {name: _slot(name, tree, mapping) for name in asked}
    return {
        seed: tuple(TemplateCover(seed, one.id, tuple(slots[name] for name in one.slots)) for one in templates)
        for seed, templates in mapping.taxonomies.items()
    }


def _slot(asked: str, tree: TaxonomyTree, mapping: SlotMapping) -> SlotCover:
    taxonomies = slot_taxonomies(asked, tree, mapping)
    return SlotCover(asked, taxonomies, sum(tree.counts[taxonomy] for taxonomy in taxonomies))


def _taxonomy(
    name: str, tree: TaxonomyTree, mapping: SlotMapping, by_seed: Mapping[str, tuple[TemplateCover, ...]]
) -> TaxonomyCover:
    path = tree.path(name)
    owner = mapping.owner_of(name, path)
    templates = by_seed[owner] if owner else ()
    chosen = _planned(Seed(name), tree, mapping)
    default = next((template for template in templates if template.template_id == chosen), None)
    return TaxonomyCover(name, path, tree.counts[name], templates, default, mapping.reason_for(name, path))


def _planned(seed: Seed, tree: TaxonomyTree, mapping: SlotMapping) -> str | None:
    """Return the id of the template that a request without wishes gets."""
    try:
        return plan_outfit(seed, OutfitRequest(), tree, mapping, {}).template
    except NoTemplate:
        return None


def _shown(by_seed: Mapping[str, Iterable[TemplateCover]]) -> Counter[str]:
    """Count the seeds beside which each taxonomy may be shown; a template that cannot be used shows nothing."""
    return Counter(taxonomy for templates in by_seed.values() for taxonomy in _held(templates))


def _held(templates: Iterable[TemplateCover]) -> set[str]:
    slots = (slot for template in templates if template.usable for slot in template.slots)
    return {taxonomy for slot in slots for taxonomy in slot.taxonomies}


def _by_empty_slot(templates: Iterable[TemplateCover]) -> Mapping[str, list[TemplateCover]]:
    found: dict[str, list[TemplateCover]] = defaultdict(list)
    for template in templates:
        for asked in {slot.asked for slot in template.slots if not slot.products}:
            found[asked].append(template)
    return found


def _missing(concerned: Mapping[str, Iterable[TemplateCover]]) -> tuple[Missing, ...]:
    missing = (Missing(name, tuple(templates)) for name, templates in concerned.items())
    return tuple(sorted(missing, key=lambda one: (-len(one.templates), one.name)))
