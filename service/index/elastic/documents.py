"""A product as a document, and the mapping of its fields.

The fields that are searched say what `service.domain.Filters` asks for; `product` is the product itself, which
Elasticsearch keeps and never looks into.

Notation used for array shapes: d vector.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from service.domain import Gender, Product
from service.index.base import Item, Vector
from service.index.documents import text_of, words_of
from service.index.elastic.layouts import FLAT
from service.taxonomy import TaxonomyCount

UNSTATED = "unstated"
"""The gender of a product that states none; `Filters` lets it through like a unisex one."""

LONGEST_WORD = 1000
"""Characters of a word that browsing can find; Lucene takes no term above 32 KB."""

LONGEST_ID = 512
"""Bytes of a product id. One that is longer would have its whole batch refused."""

_KEYWORD = {"type": "keyword"}


def fields(dimensions: int, graphs: Sequence[str] = ()) -> dict[str, Any]:
    """Return the mapping's fields; those of `graphs` hold vectors with a graph, as `layouts` says.

    Vectors are of unit length, so their dot product is their cosine, and they are kept as they are; `flat` means that
    they are compared one by one, exactly.
    """
    return {
        "product_id": _KEYWORD,
        "taxonomy": _KEYWORD,
        "place": _KEYWORD,
        "in_stock": {"type": "boolean"},
        "amount": {"type": "double"},
        "currency": _KEYWORD,
        "brand": _KEYWORD,
        "gender": _KEYWORD,
        "group_id": _KEYWORD,
        "words": {"type": "keyword", "ignore_above": LONGEST_WORD},
        FLAT: _vectors(dimensions, "flat"),
        **{graph: _vectors(dimensions, "hnsw") for graph in graphs},
        "product": {"type": "object", "enabled": False},
    }


def _vectors(dimensions: int, kind: str) -> dict[str, Any]:
    return {
        "type": "dense_vector",
        "dims": dimensions,
        "index": True,
        "similarity": "dot_product",
        "index_options": {"type": kind},
    }


def differences(found: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield in words what is mapped otherwise than expected; how vectors are laid out is left to the index.

    A vector of other dimensions or another similarity would be scored wrongly, one that is not indexed not found, and
    so would a field that filters look at.
    """
    for name, field in expected.items():
        mapped = found.get(name, {})
        for key, value in field.items():
            if key != "index_options" and mapped.get(key) != value:
                yield f"{name} has {key} {mapped.get(key)} instead of {value}"


def unfit(product: Product) -> str | None:
    """Say why Elasticsearch would not take a product; None when it would."""
    size = len(product.product_id.encode())
    return f"the id has {size} bytes, above the {LONGEST_ID} of Elasticsearch" if size > LONGEST_ID else None


def document(product: Product, vector: Vector, graph: str | None) -> dict[str, Any]:
    """Return the document of a product and its unit vector [d], which goes into the field `graph` as well."""
    numbers = vector.tolist()
    price = product.asking_price
    return {
        "product_id": product.product_id,
        "taxonomy": product.taxonomy,
        "place": place(product),
        "brand": (product.brand or "").casefold(),
        "gender": gender(product.gender),
        "group_id": product.group_id,
        "words": sorted(set(words_of(text_of(product)))),
        FLAT: numbers,
        **({graph: numbers} if graph else {}),
        "in_stock": product.in_stock,
        "amount": price.amount if price else None,
        "currency": price.currency if price else None,
        "product": {name: value for name, value in msgspec.to_builtins(product).items() if value},
    }


def gender(stated: Gender | None) -> str:
    """Return a gender as the index has it."""
    return stated or UNSTATED


def place(product: Product) -> str:
    """Return a product's taxonomy and ancestors as one value, by which products are counted."""
    return json.dumps([*product.taxonomy_path, product.taxonomy], ensure_ascii=False)


def counted(place: str, count: int) -> TaxonomyCount:
    """Return what `place` stands for."""
    *path, taxonomy = json.loads(place)
    return TaxonomyCount(taxonomy, tuple(path), count)


def product_of(hit: Mapping[str, Any]) -> Product:
    """Return the product that a hit carries."""
    return msgspec.convert(hit["_source"]["product"], Product)


def item_of(hit: Mapping[str, Any]) -> Item:
    """Return the product and the vector that a hit carries."""
    return Item(product_of(hit), np.array(hit["_source"][FLAT], np.float32))
