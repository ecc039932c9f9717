"""Requests that no outfit can be made of, each with the status that says so. Any other answer is a failure."""

from typing import NamedTuple

JSON = "application/json"


class Corrupt(NamedTuple):
    """A request, and the status that it must get."""

    what: str
    status: int
    method: str
    path: str
    body: str = ""
    media_type: str = JSON


CORRUPT = (
    Corrupt("a product that is not there", 404, "GET", "/v1/outfits/no-such-product-of-a-load-test"),
    Corrupt("no candidates at all", 422, "GET", "/v1/outfits/any?k=0"),
    Corrupt("a parameter that is not known", 422, "GET", "/v1/outfits/any?size=38"),
    Corrupt("JSON cut short", 400, "POST", "/v1/outfits", '{"seed":'),
    Corrupt("a field that is not known", 422, "POST", "/v1/outfits", '{"seed":{"product_id":"any"},"style":"boho"}'),
    Corrupt("a vector of no numbers", 422, "POST", "/v1/outfits", '{"seed":{"vector":["a"],"taxonomy":"any"}}'),
    Corrupt("text in place of JSON", 415, "POST", "/v1/outfits", "a red dress", "text/plain"),
    Corrupt("JSON in place of a photo", 415, "POST", "/v1/outfits/image", "{}"),
    Corrupt("a method that is not taken", 405, "DELETE", "/v1/outfits"),
)
