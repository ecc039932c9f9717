"""What a mapping is: templates by seed taxonomy, for whom they are, and where they are inherited from."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from mappings.categories import Categories

VERSION = "1"

Wearer = Literal["women", "men", "children"]
WEARERS: tuple[Wearer, ...] = get_args(Wearer)


@dataclass(frozen=True, slots=True)
class Template:
    """An ordered triple of slot taxonomies; `id` is its own among those of a seed taxonomy and a wearer."""

    id: str
    slots: tuple[str, str, str]
    wearers: tuple[Wearer, ...] = ()
    """Those whom it suits; empty where it suits all."""

    def suits(self, wearers: Collection[Wearer]) -> bool:
        """Return whether it may dress one of `wearers`."""
        return not self.wearers or any(wearer in wearers for wearer in self.wearers)


@dataclass(frozen=True, slots=True)
class SlotMapping:
    """Templates by seed taxonomy, the first of which is the default."""

    name: str
    taxonomies: Mapping[str, tuple[Template, ...]]
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Taxonomies that are no seeds on purpose, and why; what is below one is left out too."""
    categories: Categories = field(default_factory=Categories)
    """A tree of its own, for catalogues that name no ancestors, or ids instead of names."""

    @property
    def mapping_id(self) -> str:
        """12 hex digits that stand for the content, however the file is written."""
        content = {name: [_plain(one) for one in templates] for name, templates in self.taxonomies.items()}
        whole: list[Any] = [VERSION, self.name, content]
        if self.left_out or self.categories.listed:
            # Only where there are any, so that a mapping without them keeps the id that releases know it by.
            whole += [dict(self.left_out), [[one.name, one.id, *one.path] for one in self.categories.listed]]
        text = json.dumps(whole, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def templates_for(
        self, taxonomy: str, path: Sequence[str] = (), wearers: Collection[Wearer] | None = None
    ) -> tuple[tuple[Template, ...], bool]:
        """Return the templates of a seed, and whether they are an ancestor's.

        Args:
            taxonomy: the seed's.
            path: its ancestors, root first; the nearest that has templates stands in for a taxonomy without. After
                them come those that the mapping's own tree gives it.
            wearers: those who may wear it; None for the templates of all. Of several with one id that suit them, the
                first counts.
        """
        owner = self.owner_of(taxonomy, path, wearers)
        if owner is None:
            return (), False
        templates = self.taxonomies[owner]
        if wearers is not None:
            first = {one.id: one for one in reversed(templates) if one.suits(wearers)}
            templates = tuple(one for one in templates if first.get(one.id) is one)
        return templates, owner not in {taxonomy, self.categories.name(taxonomy)}

    def owner_of(
        self, taxonomy: str, path: Sequence[str] = (), wearers: Collection[Wearer] | None = None
    ) -> str | None:
        """Return the taxonomy whose templates a seed gets: its own or an ancestor; None where it gets none."""
        for name in self._line(taxonomy, path):
            if name in self.left_out:
                return None
            if any(wearers is None or one.suits(wearers) for one in self.taxonomies.get(name, ())):
                return name
        return None

    def reason_for(self, taxonomy: str, path: Sequence[str] = ()) -> str | None:
        """Return why a seed is left out; None where the mapping does not say that it is."""
        named = (name for name in self._line(taxonomy, path) if name in self.taxonomies or name in self.left_out)
        return self.left_out.get(next(named, ""))

    def _line(self, taxonomy: str, path: Sequence[str]) -> Iterator[str]:
        """Yield what may stand in for a taxonomy, the nearest first."""
        nearest = None
        for name in (taxonomy, *reversed(path)):
            yield name
            if (known := self.categories.name(name)) is not None:
                nearest = nearest or known
                yield known
        if nearest:
            yield from reversed(self.categories.path(nearest))


def _plain(template: Template) -> list[Any]:
    return [template.id, *template.slots, *([template.wearers] if template.wearers else [])]
