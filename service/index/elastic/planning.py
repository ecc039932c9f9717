"""Which layout a catalogue gets, and what it is expected to cost: pure, from the sizes of its taxonomies.

A taxonomy that is searched exactly costs as much as it has products; a graph costs less the larger its taxonomy is, but
takes ten times as long to build, and misses a few of the nearest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.errors import HomeError
from service.index.elastic.layouts import LayoutName
from service.settings import LayoutChoice

GRAPH_FROM = 250_000
"""Products from which a taxonomy has a graph: about where that costs half of comparing all.

Source: processor time of searches for products in stock, by graph (400 candidates, 31 segments) over exact: 0.73 at
100,000 products, 0.42 at 300,000.
"""

SHOWN = 10


@dataclass(frozen=True, slots=True)
class CostModel:
    """What one search for 10 products in stock costs, and one product.

    Source: exact, what the layout took at 7 million products on two processors, 1.5 ms for 5,000 products of a taxonomy
    to 44 ms for 1.1 million, fitted by relative error (-23 % at 100,000, within 14 % elsewhere). Graphs, the processor
    time that they took beside exact searches of the same 100,000 and 300,000 products, in stock and all.
    """

    fixed_ms: float = 1.3
    scan_ms_per_100k: float = 4.4
    graph_ms: float = 2.0
    graph_filter_ms_per_100k: float = 0.9
    """A filter is applied to all products before their graph is looked at."""
    bytes_per_product: int = 230
    """All but vectors: what is searched and shown, of 8,000 of the tests' made products in one segment."""
    bytes_per_number: int = 4
    graph_bytes_per_product: int = 40
    """Beside a second copy of the vector."""

    def search_ms(self, products: int, *, graph: bool) -> float:
        """Return what one search of a taxonomy is expected to take."""
        if graph:
            return self.fixed_ms + self.graph_ms + self.graph_filter_ms_per_100k * products / 100_000
        return self.fixed_ms + self.scan_ms_per_100k * products / 100_000

    def size_bytes(self, products: int, in_graphs: int, dimensions: int) -> int:
        """Return what one copy of an index is expected to take on the disk."""
        vector = self.bytes_per_number * dimensions
        return products * (self.bytes_per_product + vector) + in_graphs * (self.graph_bytes_per_product + vector)


COSTS = CostModel()


@dataclass(frozen=True, slots=True)
class Slot:
    """What a search of one taxonomy is expected to cost."""

    taxonomy: str
    products: int
    graph: bool
    expected_ms: float
    exact_ms: float
    """Without a graph."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a generation is laid out, and why."""

    layout: LayoutName
    partitions: tuple[str, ...]
    """The taxonomies that have a graph, largest first."""
    shards: int
    products: int
    taxonomies: int
    size_bytes: int
    """Of one copy."""
    slots: tuple[Slot, ...]
    """The largest taxonomies, and the median one."""
    why: str


def plan_layout(
    sizes: Mapping[str, int], choice: LayoutChoice, shards: int, dimensions: int, costs: CostModel = COSTS
) -> Plan:
    """Lay out a catalogue by how many products each taxonomy has.

    Raises:
        HomeError: graphs are asked for, and no taxonomy is large enough for one.
    """
    ordered = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    large = [taxonomy for taxonomy, products in ordered if products >= GRAPH_FROM]
    if choice == "partitioned" and not large:
        raise HomeError(
            f"No taxonomy has the {GRAPH_FROM:,} products from which a graph is worth it: set "
            "KITSUNE_ELASTICSEARCH_LAYOUT to auto or exact."
        )
    partitions = () if choice == "exact" else tuple(large)
    products = sum(sizes.values())
    return Plan(
        layout="partitioned" if partitions else "exact",
        partitions=partitions,
        shards=shards,
        products=products,
        taxonomies=len(sizes),
        size_bytes=costs.size_bytes(products, sum(sizes[taxonomy] for taxonomy in partitions), dimensions),
        slots=tuple(
            Slot(
                taxonomy,
                size,
                taxonomy in partitions,
                round(costs.search_ms(size, graph=taxonomy in partitions), 1),
                round(costs.search_ms(size, graph=False), 1),
            )
            for taxonomy, size in _telling(ordered)
        ),
        why=_why(choice, large),
    )


def _telling(ordered: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the largest taxonomies, and the median where it is not among them."""
    middle = len(ordered) // 2
    return ordered[:SHOWN] + (ordered[middle : middle + 1] if middle >= SHOWN else [])


def _why(choice: LayoutChoice, large: list[str]) -> str:
    many = f"{len(large)} of the taxonomies have" if len(large) != 1 else "one taxonomy has"
    if choice == "exact":
        return f"exact was asked for; {many} {GRAPH_FROM:,} products or more."
    if large:
        return f"{many} {GRAPH_FROM:,} products or more: a graph of its own answers sooner than comparing all of them."
    return f"no taxonomy has {GRAPH_FROM:,} products: comparing all of one is quick, and never wrong."
