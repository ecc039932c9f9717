"""Templates out of a shop's outfits, judged beside the shop's own mapping and what is merely popular. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mappings import Allowed, Outfit, Score, SlotMapping, allowed, as_yaml, mine, popular, score
from service.catalog.outfits import split_of
from service.domain import SLOTS
from service.planning import slot_taxonomies
from service.taxonomy import TaxonomyTree


@dataclass(frozen=True, slots=True)
class Mining:
    """A mapping as YAML, and how much of the outfits that were held out it allows, beside others.

    `outfits` were mined and `held_out` judged: those that hold a seed and three others of different taxonomies.
    """

    text: str
    outfits: int
    held_out: int
    scores: Mapping[str, Score]


def mine_outfits(
    outfits: Sequence[Sequence[str]],
    taxonomies: Mapping[str, str],
    tree: TaxonomyTree,
    own: SlotMapping | None,
    count: int,
) -> Mining:
    """Mine the training part of the outfits, and judge on the others.

    The part is that of the outfit's products taken together, so that outfits of the same products are in the same one.

    Args:
        outfits: product ids.
        taxonomies: those of the products, by id.
        tree: the catalogue's taxonomies.
        own: the shop's mapping.
        count: how many templates a taxonomy gets at most.
    """
    parts: dict[bool, list[Outfit]] = {True: [], False: []}
    for outfit in outfits:
        look = frozenset(taxonomies[one] for one in outfit)
        if len(look) > SLOTS:
            parts[split_of(" ".join(sorted(outfit))) == "train"].append(look)
    learned, held_out = parts[True], parts[False]
    mined = mine(learned, count)
    rows = {"mined": allowed(mined), "popular": popular(learned, {seed: len(found) for seed, found in mined.items()})}
    if own is not None:
        rows["own mapping"] = _allowed(own, tree)
    text = as_yaml("mined", mined, _comments(len(learned), tree.counts.keys() - mined.keys()))
    return Mining(text, len(learned), len(held_out), {name: score(row, held_out) for name, row in rows.items()})


def _allowed(mapping: SlotMapping, tree: TaxonomyTree) -> Allowed:
    """Return all templates of each taxonomy that the catalogue has, for whomever they are."""
    owners = {name: mapping.owner_of(name, tree.path(name)) for name in tree.counts}
    return {
        name: [tuple(slot_taxonomies(slot, tree, mapping) for slot in one.slots) for one in mapping.taxonomies[owner]]
        for name, owner in owners.items()
        if owner is not None
    }


def _comments(outfits: int, lacking: Collection[str]) -> Iterable[str]:
    yield f"Mined from {outfits:,} outfits, for a person to edit: name each template after its occasion, take out what"
    yield "nobody would wear, and give ancestors the templates that their taxonomies share."
    if lacking:
        yield f"In too few outfits for a template: {', '.join(sorted(lacking))}."
