"""Bodies that no outfit can be made of, each with the status and code that say why.

Starting point: what FastAPI's defaults let through or stumble over (NaN, 1e999, lone surrogates, `false` for a number,
unknown and repeated keys, UTF-16, NUL), nesting, sizes, and each field out of its bounds.
"""

import json
from typing import Any, NamedTuple


class Bad(NamedTuple):
    name: str
    body: bytes
    status: int
    code: str


def _vector(first: str, count: int = 8) -> bytes:
    numbers = ",".join([first] + ["0.5"] * (count - 1))
    return f'{{"seed":{{"vector":[{numbers}],"taxonomy":"Dresses"}}}}'.encode()


def _with(fields: str) -> bytes:
    return f'{{"seed":{{"product_id":"red-dress"}},{fields}}}'.encode()


def _json(**body: Any) -> bytes:
    return json.dumps({"seed": {"product_id": "red-dress"}} | body).encode()


NO_JSON = [
    ("empty", b""),
    ("text", b"CANARY"),
    ("cut short", b'{"seed":'),
    ("two documents", b'{"seed":{"product_id":"red-dress"}}{}'),
    ("trailing comma", b'{"seed":{"product_id":"red-dress"},}'),
    ("UTF-16", _json().decode().encode("utf-16")),
    ("UTF-32", _json().decode().encode("utf-32")),
    ("byte order mark", b"\xef\xbb\xbf" + _json()),
    ("Latin-1", '{"seed":{"product_id":"é"}}'.encode("latin-1")),
    ("overlong UTF-8", b'{"seed":{"product_id":"\xc0\xaf"}}'),
    ("raw surrogate", b'{"seed":{"product_id":"\xed\xa0\x80"}}'),
    ("lone surrogate", rb'{"seed":{"product_id":"\ud800"}}'),
    ("lone surrogate in an unknown field", rb'{"CANARY":"\udc00"}'),
    ("lone surrogate as a key", rb'{"\ud800":1}'),
    ("raw line break in a string", b'{"seed":{"product_id":"a\nb"}}'),
    ("100,000 levels", b"[" * 100_000),
    ("100,000 levels in a seed", b'{"seed":' * 100_000),
    ("5,000 digits", _with('"k":' + "1" * 5_000)),
]

REPEATED = [
    ("key twice", _with('"k":1,"k":2')),
    ("key twice, one escaped", _with(r'"k":1,"\u006b":2')),
    ("key twice within", b'{"seed":{"product_id":"red-dress","product_id":"CANARY"}}'),
]

OUT_OF_PLACE = [
    ("null", b"null"),
    ("a list", b"[]"),
    ("a number", b"1"),
    ("no seed", b"{}"),
    ("seed is null", b'{"seed":null}'),
    ("seed is a text", b'{"seed":"red-dress"}'),
    ("seed without a field", b'{"seed":{}}'),
    ("seed with only a taxonomy", b'{"seed":{"taxonomy":"Dresses"}}'),
    ("seed of two kinds", b'{"seed":{"product_id":"red-dress","title":"CANARY","taxonomy":"Dresses"}}'),
    ("seed of two kinds, vector", b'{"seed":{"product_id":"red-dress","vector":[1.0],"taxonomy":"Dresses"}}'),
    ("id is a number", b'{"seed":{"product_id":1}}'),
    ("id is empty", b'{"seed":{"product_id":""}}'),
    ("id of 257 characters", _json(seed={"product_id": "x" * 257})),
    ("NUL in an id", rb'{"seed":{"product_id":"CANARY\u0000"}}'),
    ("vector without a taxonomy", b'{"seed":{"vector":[1.0]}}'),
    ("vector with NaN", _vector("NaN")),
    ("vector with Infinity", _vector("-Infinity")),
    ("vector with 1e999", _vector("1e999")),
    ("vector with false", _vector("false")),
    ("vector with a text", _vector('"1"')),
    ("vector with null", _vector("null")),
    ("vector too long", _vector("1e7")),
    ("vector with 1e308", _vector("1e308")),
    ("vector of zeros", _json(seed={"vector": [0.0, -0.0], "taxonomy": "Dresses"})),
    ("vector of next to nothing", _json(seed={"vector": [1e-7], "taxonomy": "Dresses"})),
    ("vector of no numbers", _json(seed={"vector": [], "taxonomy": "Dresses"})),
    ("vector of 4,097 numbers", _vector("1", 4_097)),
    ("four slots", _json(slots=[None] * 4)),
    ("slots is an object", _json(slots={})),
    ("slot is a text", _json(slots=["Wedges"])),
    ("slot without a field", _json(slots=[{}])),
    ("slot of two kinds", _json(slots=[{"taxonomy": "Wedges", "product_id": "wedges"}])),
    ("avoid of 101", _json(avoid=[str(i) for i in range(101)])),
    ("avoid is a text", _json(avoid="Wedges")),
    ("no looks", _json(looks=0)),
    ("four looks", _json(looks=4)),
    ("looks is true", _json(looks=True)),
    ("k is 0", _json(k=0)),
    ("k is 51", _json(k=51)),
    ("k is 1.5", _json(k=1.5)),
    ("k is 1.0", _json(k=1.0)),
    ("k is a text", _json(k="CANARY")),
    ("k beyond 64 bits", _json(k=2**63)),
    ("k is NaN", _with('"k":NaN')),
    ("unknown field", _json(CANARY=1)),
    ("unknown field in a seed", _json(seed={"product_id": "red-dress", "CANARY": 1})),
    ("unknown field in filters", _json(filters={"CANARY": 1})),
    ("in_stock is 1", _json(filters={"in_stock": 1})),
    ("gender of another kind", _json(filters={"gender": "CANARY"})),
    ("brands of 101", _json(filters={"brands": [str(i) for i in range(101)]})),
    ("price without a currency", _json(filters={"price": {"min": 1}})),
    ("price in small letters", _json(filters={"price": {"currency": "eur"}})),
    ("price below 0", _json(filters={"price": {"currency": "EUR", "min": -1}})),
    ("price upside down", _json(filters={"price": {"currency": "EUR", "min": 2, "max": 1}})),
    ("price with NaN", _with('"filters":{"price":{"currency":"EUR","min":NaN}}')),
    ("price is false", _json(filters={"price": {"currency": "EUR", "min": False}})),
]

OTHERS = [
    Bad("3 MB", _json(avoid=["x" * 3_000_000]), 413, "body_too_large"),
    Bad("vector of another length", _vector("1", 7), 422, "vector_dimension"),
    Bad("seed of an unknown taxonomy", _vector("1").replace(b"Dresses", b"CANARY"), 422, "unknown_taxonomy"),
    Bad("avoid an unknown taxonomy", _json(avoid=["CANARY"]), 422, "unknown_taxonomy"),
    Bad("unknown template", _json(template="CANARY"), 422, "unknown_template"),
    Bad("unknown seed", _json(seed={"product_id": "CANARY"}), 404, "unknown_product"),
    Bad("path in an id", _json(seed={"product_id": "../../etc/passwd"}), 404, "unknown_product"),
    Bad("line breaks in an id", _json(seed={"product_id": "CANARY\r\nSet-Cookie: a=b"}), 404, "unknown_product"),
    Bad("text direction in an id", _json(seed={"product_id": "CANARY\u202e\u200b"}), 404, "unknown_product"),
    Bad("query language in an id", _json(seed={"product_id": "* OR 1=1 /.*/"}), 404, "unknown_product"),
    Bad("lock of the seed", _json(slots=[{"product_id": "red-dress"}]), 422, "lock_is_seed"),
    Bad("lock of a variant", _json(slots=[{"product_id": "blue-dress"}]), 422, "lock_is_seed"),
    Bad("lock twice", _json(slots=[{"product_id": "tote"}] * 2), 422, "lock_repeated"),
]

BAD_BODIES = [
    *(Bad(name, body, 400, "malformed_json") for name, body in NO_JSON),
    *(Bad(name, body, 400, "repeated_key") for name, body in REPEATED),
    *(Bad(name, body, 422, "invalid_request") for name, body in OUT_OF_PLACE),
    *OTHERS,
]
