"""Which taxonomy goes into which slot, and which head serves it in which look. Pure.

Notation used for shapes: l looks, s slots.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from mappings import SlotMapping, Template, Wearer
from service.domain import SLOTS, Gender, Lock, OutfitRequest, Override, Product, Seed, Source, Wish
from service.errors import InvalidRequest, NoTemplate, UnknownTaxonomy
from service.taxonomy import TaxonomyTree


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """What one slot is to hold: a locked product, or the best of `taxonomies`, which `taxonomy` stands for."""

    taxonomy: str
    taxonomies: tuple[str, ...]
    source: Source
    locked: Product | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Three slots, and for each look the head that serves each slot.

    Shapes:
        heads: [l, s], None where the slot is locked.
    """

    template: str | None
    slots: tuple[SlotPlan, ...]
    heads: tuple[tuple[int | None, ...], ...]
    degraded: tuple[str, ...]


def plan_outfit(
    seed: Seed, request: OutfitRequest, tree: TaxonomyTree, mapping: SlotMapping, locked: Mapping[str, Product]
) -> Plan:
    """Plan the slots of an outfit from the shopper's wishes and, where there are none, from the seed's template.

    Args:
        seed: what the outfit is for; its taxonomy chooses the template.
        request: the wishes; they hold in all looks.
        tree: the taxonomies that the catalogue has.
        mapping: the templates.
        locked: the products that the request's locks name, by id.

    Raises:
        UnknownTaxonomy: the seed, a wish or `avoid` names a taxonomy that is not known.
        NoTemplate: slots are left to the template, and none fits.
        InvalidRequest: the wishes contradict each other or the seed.
    """
    avoided = _avoided(request, tree)
    _check_locks(seed, locked, request)
    wished = [_wished_slot(i, wish, tree, avoided, locked) for i, wish in enumerate(request.slots)]
    template, from_template = _template_slots(seed, request, tree, mapping, avoided=avoided, wished=wished)
    slots = tuple(wish or mapped for wish, mapped in zip(wished, from_template, strict=True))
    planned = tuple(slot for slot in slots if slot is not None)
    heads = tuple(islice(rotations(planned), request.looks))
    return Plan(template, planned, heads, ("looks_reduced",) if len(heads) < request.looks else ())


def templates_of(
    seed: Seed, request: OutfitRequest, tree: TaxonomyTree, mapping: SlotMapping
) -> tuple[tuple[Template, ...], bool]:
    """Return the templates of a seed that suit those who wear it, and whether they are an ancestor's."""
    return mapping.templates_for(seed.taxonomy, _path(seed, tree), _wearers(seed, request))


def slot_taxonomies(asked: str, tree: TaxonomyTree, mapping: SlotMapping) -> tuple[str, ...]:
    """Return the catalogue's taxonomies that a template means by `asked`, itself or what is below it.

    A name that the catalogue does not have may be known to the mapping's tree: it then means what the catalogue has of
    the categories below it, by whichever name or id.
    """
    name = tree.name(asked)
    names = mapping.categories.below(asked) if name is None else (name,)
    known = (tree.name(one) for one in names)
    return tuple(sorted({leaf for one in known if one is not None for leaf in tree.leaves(one)}))


def worn_gender(seed: Seed, request: OutfitRequest) -> Gender | None:
    """Return whose products an outfit is made of: those that the request asks for, or else the seed's own."""
    stated = seed.product.gender if seed.product else None
    return request.filters.gender or (stated if stated != "unisex" else None)


def _wearers(seed: Seed, request: OutfitRequest) -> frozenset[Wearer]:
    """Return who may wear the seed; a product that states no age is an adult's."""
    if seed.product and seed.product.age_group not in {None, "adult"}:
        return frozenset({"children"})
    match worn_gender(seed, request):
        case "female":
            return frozenset({"women"})
        case "male":
            return frozenset({"men"})
        case _:
            return frozenset({"women", "men"})


def rotations(slots: tuple[SlotPlan, ...]) -> Iterator[tuple[int | None, ...]]:
    """Shift the heads cyclically over the unlocked slots, and yield the looks that differ.

    Two looks are the same when the same heads search the same taxonomies, in whichever order.

    Shapes:
        yields: [s], the first look giving slot i head i.
    """
    free = [i for i, slot in enumerate(slots) if slot.locked is None]
    known = set()
    for shift in range(max(1, len(free))):
        shifted = dict(zip(free, free[shift:] + free[:shift], strict=True))
        searches = frozenset((slots[i].taxonomies, head) for i, head in shifted.items())
        if searches not in known:
            known.add(searches)
            yield tuple(shifted.get(i) for i in range(len(slots)))


def _avoided(request: OutfitRequest, tree: TaxonomyTree) -> frozenset[str]:
    return frozenset(leaf for asked in request.avoid for leaf in tree.leaves(_known(asked, "avoid", tree)))


def _known(asked: str, field: str, tree: TaxonomyTree) -> str:
    name = tree.name(asked)
    if name is None:
        raise UnknownTaxonomy(field, tree.closest(asked))
    return name


def _check_locks(seed: Seed, locked: Mapping[str, Product], request: OutfitRequest) -> None:
    wanted = Counter(wish.product_id for wish in request.slots if isinstance(wish, Lock))
    if any(count > 1 for count in wanted.values()):
        raise InvalidRequest("One product is locked in two slots; lock it in one.", code="lock_repeated")
    for product in locked.values():
        if seed.product is not None and _same_model(seed.product, product):
            raise InvalidRequest(
                "A slot is locked to the seed or to a variant of it; lock another product.", code="lock_is_seed"
            )


def _same_model(one: Product, other: Product) -> bool:
    return one.product_id == other.product_id or (one.group_id is not None and one.group_id == other.group_id)


def _wished_slot(
    index: int, wish: Wish, tree: TaxonomyTree, avoided: frozenset[str], locked: Mapping[str, Product]
) -> SlotPlan | None:
    match wish:
        case None:
            return None
        case Override(asked):
            name = _known(asked, f"slots[{index}].taxonomy", tree)
            slot = SlotPlan(name, _allowed(name, tree, avoided), "override")
        case Lock(product_id):
            product = locked[product_id]
            taxonomies = () if product.taxonomy in avoided else (product.taxonomy,)
            slot = SlotPlan(product.taxonomy, taxonomies, "lock", product)
    if not slot.taxonomies:
        raise InvalidRequest(
            f"slots[{index}] asks for a taxonomy that `avoid` rules out; take it out of one of them.",
            code="wish_avoided",
        )
    return slot


def _allowed(name: str, tree: TaxonomyTree, avoided: frozenset[str]) -> tuple[str, ...]:
    return tuple(leaf for leaf in tree.leaves(name) if leaf not in avoided)


def _template_slots(
    seed: Seed,
    request: OutfitRequest,
    tree: TaxonomyTree,
    mapping: SlotMapping,
    *,
    avoided: frozenset[str],
    wished: list[SlotPlan | None],
) -> tuple[str | None, list[SlotPlan | None]]:
    """Choose the template and return its id with a plan for each slot that no wish fills."""
    templates, inherited = templates_of(seed, request, tree, mapping)
    if not templates and seed.product is None and tree.name(seed.taxonomy) is None:
        raise UnknownTaxonomy("seed.taxonomy", tree.closest(seed.taxonomy))
    if request.template is not None:
        templates = tuple(template for template in templates if template.id == request.template)
        if not templates:
            raise InvalidRequest(
                "The seed's taxonomy has no template of that id; GET /v1/mappings/{taxonomy} lists them.",
                code="unknown_template",
            )
    if all(wished):
        return request.template, [None] * SLOTS
    source: Source = "fallback" if inherited else "mapping"
    for template in templates:
        slots = [_mapped_slot(name, tree, mapping, avoided, source) for name in template.slots]
        needed = [slot for slot, wish in zip(slots, wished, strict=True) if wish is None]
        if all(slot.taxonomies for slot in needed):
            return template.id, list(slots)
    raise NoTemplate(_no_template(templates, mapping.reason_for(seed.taxonomy, _path(seed, tree))))


def _path(seed: Seed, tree: TaxonomyTree) -> tuple[str, ...]:
    return seed.product.taxonomy_path if seed.product else tree.path(seed.taxonomy)


def _mapped_slot(
    asked: str, tree: TaxonomyTree, mapping: SlotMapping, avoided: frozenset[str], source: Source
) -> SlotPlan:
    taxonomies = (leaf for leaf in slot_taxonomies(asked, tree, mapping) if leaf not in avoided)
    return SlotPlan(tree.name(asked) or asked, tuple(taxonomies), source)


def _no_template(templates: tuple[Template, ...], reason: str | None) -> str:
    if templates:
        return (
            "No template of the seed's taxonomy is left: the catalogue lacks a taxonomy of each, or `avoid` rules it "
            "out; avoid less, or give all three slots."
        )
    if reason:
        return f"The mapping leaves the seed's taxonomy out ({reason}); give all three slots."
    return (
        "The mapping has no template for the seed's taxonomy or its ancestors that suits its wearer; add one, or give "
        "all three slots."
    )
