"""One look as it is shown: what is picked in each slot, what may be done with it, and why it is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mappings import Template
from service.api.queries import LOCK
from service.domain import Candidate, Money, Outfit, Product, Slot
from service.web.query import LookQuery

DEGRADED = {
    "looks_reduced": "There are fewer looks than three: with these wishes no more distinct ones exist.",
    "empty_slot": "A slot is empty: nothing of its taxonomy passes the filters.",
}
SOURCES = {
    "mapping": "the mapping's choice",
    "fallback": "the mapping's choice for a parent",
    "override": "your choice",
    "lock": "locked",
}


@dataclass(frozen=True)
class SlotView:
    """A slot with the product that is picked in it."""

    number: int
    """1 to 3."""
    slot: Slot
    query: LookQuery
    from_template: str | None
    """The taxonomy that the template has in this slot."""

    @property
    def picked(self) -> Candidate | None:
        """The picked candidate: the one that was asked for if it is there, else the best."""
        return self.slot.candidates[self.position] if self.slot.candidates else None

    @cached_property
    def position(self) -> int:
        """The rank of the picked candidate, from 0."""
        asked = self.query.picks[self.number - 1]
        ids = [candidate.product.product_id for candidate in self.slot.candidates]
        return ids.index(asked) if asked in ids else 0

    @property
    def locked(self) -> bool:
        """Whether the shopper keeps this product."""
        return self.slot.source == "lock"

    @property
    def source(self) -> str:
        """Who chose the slot's taxonomy, in words."""
        return SOURCES[self.slot.source]

    @property
    def asked(self) -> str | None:
        """The taxonomy that the shopper asked for in this slot."""
        return self.slot.taxonomy if self.slot.source == "override" else None

    def pick(self, candidate: Candidate) -> str:
        """Return the address of the look with another product in this slot, the others as they are."""
        return self._with(pick=candidate.product.product_id)

    @property
    def next_best(self) -> str | None:
        """The address of the look with the next best product in this slot; None after the last."""
        following = self.slot.candidates[self.position + 1 : self.position + 2]
        return self.pick(following[0]) if following else None

    @property
    def lock(self) -> str | None:
        """The address of the look that keeps the picked product."""
        if self.picked is None:
            return None
        return self._with(slot=LOCK + self.picked.product.product_id, pick=None)

    @property
    def unlock(self) -> str:
        """The address of the look that lets go of the locked product, and shows it as long as it is a candidate."""
        product = self.slot.candidates[0].product
        from_template = self.from_template in (product.taxonomy, *product.taxonomy_path)
        return self._with(slot=None if from_template else product.taxonomy, pick=product.product_id)

    @property
    def avoid(self) -> str:
        """The address of the look without this slot's taxonomy anywhere."""
        slots = {
            f"slot{number}": None for number, asked in enumerate(self.query.slots, 1) if asked == self.slot.taxonomy
        }
        return self.query.address(avoid=self.query.avoid | {self.slot.taxonomy}, **slots)

    def _with(self, **changes: Any) -> str:
        return self.query.address(**{f"{name}{self.number}": value for name, value in changes.items()})


@dataclass(frozen=True)
class Board:
    """A seed and its look, ready to be shown."""

    query: LookQuery
    outfit: Outfit
    templates: Sequence[Template]
    inherited: bool

    @property
    def seed(self) -> Product | None:
        """The product that the look is for; None when it came as a photo."""
        return self.outfit.seed.product

    @cached_property
    def look(self) -> int:
        """The number of the look that is shown, from 1."""
        return min(self.query.look, len(self.outfit.looks))

    @cached_property
    def template(self) -> Template | None:
        """The template that is followed; None when every slot is a wish."""
        return next((one for one in self.templates if one.id == self.outfit.template), None)

    @cached_property
    def slots(self) -> tuple[SlotView, ...]:
        """The three slots of the look that is shown."""
        from_template = self.template.slots if self.template else (None, None, None)
        slots = self.outfit.looks[self.look - 1].slots
        return tuple(
            SlotView(number, slot, self.query, wanted)
            for number, (slot, wanted) in enumerate(zip(slots, from_template, strict=True), 1)
        )

    @property
    def looks(self) -> Mapping[int, str]:
        """The address of each look. Other looks hold other candidates, so nothing is picked in them."""
        return {
            number: self.query.address(look=number, pick1=None, pick2=None, pick3=None)
            for number in range(1, len(self.outfit.looks) + 1)
        }

    @property
    def avoided(self) -> Mapping[str, str]:
        """The address of the look that allows each avoided taxonomy again."""
        avoid = self.query.avoid
        return {taxonomy: self.query.address(avoid=avoid - {taxonomy}) for taxonomy in sorted(avoid)}

    @property
    def degraded(self) -> tuple[str, ...]:
        """What the answer lacks of what was asked, in sentences."""
        return tuple(DEGRADED.get(reason, reason) for reason in self.outfit.degraded)

    @cached_property
    def pieces(self) -> tuple[Product, ...]:
        """The products of the look, the seed first."""
        picked = [view.picked.product for view in self.slots if view.picked]
        return (self.seed, *picked) if self.seed else tuple(picked)

    @property
    def total(self) -> Money | None:
        """What the look costs; None where a price is missing or currencies differ."""
        prices = [product.asking_price for product in self.pieces]
        currencies = {price.currency if price else None for price in prices}
        if len(currencies) != 1 or None in currencies:
            return None
        return Money(sum(price.amount for price in prices if price), next(filter(None, currencies)))

    @property
    def currency(self) -> str | None:
        """The currency that a price filter is in: the one asked for, the seed's, or that of a candidate."""
        prices = (product.asking_price for product in self.pieces)
        return self.query.currency or next((price.currency for price in prices if price), None)

    @property
    def said(self) -> str:
        """The look in a sentence, for who cannot see it change."""
        names = [view.picked.product.title or view.picked.product.product_id if view.picked else "nothing"
                 for view in self.slots]  # fmt: skip
        return f"Look {self.look} of {len(self.outfit.looks)}: {', '.join(names)}."
