"""What one request sees from start to end: bundle, generation and mapping that belong together."""

from dataclasses import dataclass

from mappings import SlotMapping
from service.domain import Variant, Versions
from service.generation import OutfitModel
from service.index.base import ProductIndex


@dataclass(frozen=True, slots=True)
class Release:
    """A bundle's model, the index of a catalogue encoded by it, and the mapping between their taxonomies."""

    versions: Versions
    model: OutfitModel
    index: ProductIndex
    mapping: SlotMapping
    variant: Variant | None = None
    """The part that answers of this release have in an experiment."""

    async def close(self) -> None:
        """Release what the parts hold open."""
        self.model.close()
        await self.index.close()
