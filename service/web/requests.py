"""The request behind a page, as curl and Python, ready to be pasted."""

import json
import shlex
from typing import Any

from service.domain import Lock, Override, PriceRange, ProductSeed, VectorSeed, Wish
from service.web.query import K, LookQuery


def body(query: LookQuery) -> dict[str, Any]:
    """Return the body of POST /v1/outfits that asks what the page asked; what has its default is left out."""
    asked = query.request()
    filters = asked.filters
    wanted: dict[str, Any] = {
        "slots": [_slot(wish) for wish in asked.slots] if any(asked.slots) else None,
        "avoid": sorted(asked.avoid),
        "template": asked.template,
        "filters": _given(
            {
                "in_stock": None if filters.in_stock else False,
                "price": _price(filters.price),
                "gender": filters.gender,
            }
        ),
    }
    return {"seed": _seed(query)} | _given(wanted) | {"looks": asked.looks, "k": K}


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value not in ([], {})}


def _seed(query: LookQuery) -> dict[str, Any]:
    match query.seed_reference():
        case ProductSeed(product_id):
            return {"product_id": product_id}
        case VectorSeed(vector, taxonomy, space_id):
            rounded = [round(value, 4) for value in vector]
            return {"vector": rounded, "taxonomy": taxonomy} | _given({"space_id": space_id})


def _price(price: PriceRange | None) -> dict[str, Any] | None:
    if price is None:
        return None
    return _given({"currency": price.currency, "min": price.minimum, "max": price.maximum})


def _slot(wish: Wish) -> dict[str, str] | None:
    match wish:
        case Override(taxonomy):
            return {"taxonomy": taxonomy}
        case Lock(product_id):
            return {"product_id": product_id}
    return None


def as_curl(base_url: str, query: LookQuery) -> str:
    """Return the request as a line for a POSIX shell."""
    written = json.dumps(body(query), ensure_ascii=False)
    return f"curl -s {shlex.quote(base_url + 'v1/outfits')} --json {shlex.quote(written)}"


def as_python(base_url: str, query: LookQuery) -> str:
    """Return the request as a Python script."""
    fields = ",\n".join(f"    {name!r}: {value!r}" for name, value in body(query).items())
    return (
        "import httpx\n\n"
        f"outfit = httpx.post({base_url + 'v1/outfits'!r}, json={{\n{fields},\n}}).raise_for_status().json()\n"
        "for look in outfit['looks']:\n"
        "    print([slot['candidates'][0]['product']['product_id'] for slot in look['slots'] if slot['candidates']])\n"
    )
