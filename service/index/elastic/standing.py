"""Writes to products that already stand somewhere.

With routing, an id is unique within its shard only: a product that changes its taxonomy may move to another shard, and
would stay in the first as well. So whatever is written to a product goes to where it stands now, on the condition that
nobody has written to it since it was looked up; if somebody has, it is looked up again.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from service.index.base import Item, Patch, Vector
from service.index.elastic.documents import document, item_of
from service.index.elastic.layouts import VectorFields, routing
from service.index.elastic.sending import Action

Hit = Mapping[str, Any]

Place = tuple[str, str | None]
"""A product's id, and what it is routed by: None in an index that was made before there was routing."""


def put(item: Item, vector: Vector, fields: VectorFields) -> Action:
    """Add or replace a product where its taxonomy belongs."""
    taxonomy = item.product.taxonomy
    header = {"_id": item.product.product_id, "routing": routing(taxonomy)}
    return {"index": header}, document(item.product, vector, fields.graph_of(taxonomy))


def removal(hit: Hit) -> Action:
    """Remove a product from where it was found."""
    return ({"delete": _unchanged(hit)},)


def patching(hit: Hit, patch: Patch, fields: VectorFields) -> Action:
    """Change a product's volatile fields where it was found; the hit must carry its vector.

    The whole document is sent: the server's own partial update reads it again before it writes as much, which took
    three times its processor time (20,000 products, a thousand at a time).
    """
    item = item_of(hit)
    product = patch.applied_to(item.product)
    return {"index": _unchanged(hit)}, document(product, item.vector, fields.graph_of(product.taxonomy))


def place_of(hit: Hit) -> Place:
    """Return where a product was found."""
    return hit["_id"], hit.get("_routing")


def outdated(hits: Iterable[Hit], items: Iterable[Item]) -> set[Place]:
    """Return the places of `hits` that no product has any longer once `items` are written."""
    kept = {(item.product.product_id, routing(item.product.taxonomy)) for item in items}
    return {place_of(hit) for hit in hits} - kept


def _unchanged(hit: Hit) -> dict[str, Any]:
    header = {"_id": hit["_id"], "if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}
    return header if hit.get("_routing") is None else header | {"routing": hit["_routing"]}
