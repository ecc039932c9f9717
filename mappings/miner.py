"""Templates out of real outfits, for a person to edit, and how many of other outfits' looks they allow. Pure.

An outfit comes as the set of its products' taxonomies. A look of it is one of them as the seed and three of the rest.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import yaml

from mappings.mapping import VERSION, Template

LEAST = 5
"""Outfits that a template must have been seen in: fewer may be one stylist's whim."""

Outfit = frozenset[str]
Triple = tuple[str, ...]
Allowed = Mapping[str, Collection[tuple[Collection[str], ...]]]
"""For each seed taxonomy its templates, each slot as all the taxonomies that it stands for."""


@dataclass(frozen=True, slots=True)
class Mined:
    """A template that outfits have followed.

    `outfits` of the `beside` outfits that hold the seed hold all three slots too. `lift` is that share by the share of
    all outfits that hold them: 1 where the seed makes no difference.
    """

    template: Template
    outfits: int
    beside: int
    lift: float


@dataclass(frozen=True, slots=True)
class Score:
    """How much of some outfits a set of templates allows."""

    templates: int
    looks: float
    """Share of the looks whose three slots a template of their seed has, 0 to 1."""
    seeds: float
    """Share of the outfits' seeds for which at least one template is all there, 0 to 1."""


def mine(outfits: Collection[Outfit], count: int) -> Mapping[str, tuple[Mined, ...]]:
    """Return up to `count` templates for each taxonomy, the most frequent first.

    Each is the triple that most outfits of the seed hold, among those which no template before it fits: a second
    occasion, not a variation of the first. Taxonomies without a triple in `LEAST` outfits are left out.
    """
    usual = {triple: times / len(outfits) for triple, times in _triples(Counter(outfits)).items()}
    mined = {seed: tuple(_mined(rests, count, usual)) for seed, rests in sorted(_beside(outfits).items())}
    return {seed: found for seed, found in mined.items() if found}


def popular(outfits: Iterable[Outfit], counts: Mapping[str, int]) -> Allowed:
    """Return for each seed as many triples as `counts` says, those which most outfits hold, whatever their seed is."""
    ranked = [triple for triple, _ in _triples(Counter(outfits)).most_common()]
    return {seed: [_alone(one) for one in ranked if seed not in one][:count] for seed, count in counts.items()}


def allowed(mined: Mapping[str, Sequence[Mined]]) -> Allowed:
    """Return what mined templates allow, each slot standing for itself."""
    return {seed: [_alone(one.template.slots) for one in found] for seed, found in mined.items()}


def score(templates: Allowed, outfits: Iterable[Outfit]) -> Score:
    """Say how much of `outfits` the templates allow; slots may be filled in any order."""
    looks = fitting = seeds = dressed = 0
    for seed, rests in _beside(outfits).items():
        fits = {triple: _fits(triple, templates.get(seed, ())) for triple in _triples(rests)}
        for rest, times in rests.items():
            found = [fits[triple] for triple in combinations(sorted(rest), 3)]
            looks += times * len(found)
            fitting += times * sum(found)
            seeds += times
            dressed += times * any(found)
    return Score(sum(map(len, templates.values())), fitting / max(looks, 1), dressed / max(seeds, 1))


def as_yaml(name: str, mined: Mapping[str, Sequence[Mined]], comments: Iterable[str]) -> str:
    """Write a mapping that a person goes on with: `comments` above it, and beside each template how often it is so."""
    lines = [*(f"# {comment}" for comment in comments), f"version: {VERSION}", f"name: {_written(name)}", "taxonomies:"]
    for seed, found in mined.items():
        lines.append(f"  {_written(seed)}:  # in {found[0].beside:,} outfits")
        for one in found:
            share = one.outfits / one.beside
            entry = _written({"id": one.template.id, "slots": list(one.template.slots)})
            lines.append(f"    - {entry}  # {one.outfits:,} of them ({share:.0%}), lift {one.lift:.1f}")
    return "\n".join(lines) + "\n"


def _beside(outfits: Iterable[Outfit]) -> dict[str, Counter[Outfit]]:
    """Count for each seed what stands beside it in outfits of at least three others."""
    beside: dict[str, Counter[Outfit]] = defaultdict(Counter)
    for outfit, times in Counter(outfits).items():
        for seed in outfit if len(outfit) > 3 else ():  # noqa: PLR2004 - a seed and three slots
            beside[seed][outfit - {seed}] += times
    return beside


def _triples(held: Mapping[Outfit, int]) -> Counter[Triple]:
    """Count in how many outfits each three taxonomies stand together."""
    found: Counter[Triple] = Counter()
    for taxonomies, times in held.items():
        for triple in combinations(sorted(taxonomies), 3):
            found[triple] += times
    return found


def _mined(rests: Counter[Outfit], count: int, usual: Mapping[Triple, float]) -> Iterator[Mined]:
    beside = sum(rests.values())
    every = _triples(rests)
    single = Counter[str]()
    for rest, times in rests.items():
        single.update(dict.fromkeys(rest, times))
    left = rests
    for number in range(1, count + 1):
        fresh = _triples(left)
        best = min(fresh, key=lambda triple: (-fresh[triple], triple), default=())
        if not best or fresh[best] < LEAST:
            return
        one, two, three = sorted(best, key=lambda name: (-single[name], name))
        lift = every[best] / beside / usual[best]
        yield Mined(Template(f"mined-{number}", (one, two, three)), every[best], beside, lift)
        left = Counter({rest: times for rest, times in left.items() if not rest.issuperset(best)})


def _alone(slots: Iterable[str]) -> tuple[Collection[str], ...]:
    return tuple((slot,) for slot in slots)


def _fits(triple: Triple, templates: Iterable[tuple[Collection[str], ...]]) -> bool:
    return any(
        all(name in slot for name, slot in zip(order, slots, strict=True))
        for slots in templates
        for order in permutations(triple)
    )


def _written(value: object) -> str:
    """Write a value on one line, quoted where YAML would take it for something else."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=float("inf"))
    return text.removesuffix("\n").removesuffix("\n...")
