"""Products, taxonomies and mappings."""

import httpx
import pytest

from service.api.schemas import DescribedProduct, Mapping, Page, ProductWithVector, Similar, Taxonomies
from tests.e2e.shapes import answered, refused
from tests.fakes import HATS, SPACE


def test_a_product_is_shown_with_its_vector_where_it_is_asked_for(client: httpx.Client) -> None:
    product = answered(client.get("/v1/products/red-dress"), DescribedProduct)
    assert (product.group_id, product.taxonomy_path) == ("dress", ("Women", "Clothing"))
    with_vector = answered(client.get("/v1/products/red-dress?vector=true"), ProductWithVector)
    assert (len(with_vector.vector), with_vector.space_id) == (8, SPACE)
    refused(client.get("/v1/products/CANARY"), 404, "unknown_product")


@pytest.mark.parametrize("written", ["{}", "W/{}", '"other", {}', "*"])
def test_a_product_that_the_caller_has_is_not_sent_again(client: httpx.Client, written: str) -> None:
    first = client.get("/v1/products/red-dress")
    assert first.headers["cache-control"] == "public, max-age=60"
    again = client.get("/v1/products/red-dress", headers={"if-none-match": written.format(first.headers["etag"])})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


def test_another_product_is_sent_in_spite_of_an_etag(client: httpx.Client) -> None:
    etag = client.get("/v1/products/red-dress").headers["etag"]
    other = client.get("/v1/products/long-dress", headers={"if-none-match": etag})
    assert answered(other, DescribedProduct).product_id == "long-dress"


def test_a_product_shows_what_its_vector_says_of_it(client: httpx.Client) -> None:
    dress, wedges = (answered(client.get(f"/v1/products/{id_}"), DescribedProduct) for id_ in ("red-dress", "wedges"))
    assert dress.predicted_attributes == {"colour": {"red": 0.9}}
    assert wedges.predicted_attributes == {"colour": {"red": 0.9}, "material": {"leather": 0.75}}


def test_products_are_listed_page_by_page(client: httpx.Client) -> None:
    listed: list[str] = []
    query = {"limit": "5", "taxonomy": "women"}
    while True:
        page = answered(client.get("/v1/products", params=query), Page)
        listed += [product.product_id for product in page.products]
        if page.cursor is None:
            break
        query["cursor"] = page.cursor
    assert len(listed) == len(set(listed)) == 12


def test_products_are_found_by_words_and_by_a_parent_taxonomy(client: httpx.Client) -> None:
    found = answered(client.get("/v1/products", params={"q": "elm", "taxonomy": "bags"}), Page)
    assert [product.product_id for product in found.products] == ["clutch", "tote"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": "101"}, "invalid_request"),
        ({"limit": "0"}, "invalid_request"),
        ({"q": ""}, "invalid_request"),
        ({"CANARY": ""}, "invalid_request"),
        ({"cursor": "CANARY"}, "invalid_cursor"),
        ({"taxonomy": "CANARY"}, "unknown_taxonomy"),
    ],
)
def test_a_list_that_cannot_be_is_refused(client: httpx.Client, query: dict[str, str], code: str) -> None:
    refused(client.get("/v1/products", params=query), 422, code)


def test_similar_products_are_of_the_taxonomy_in_stock_and_no_variants(client: httpx.Client) -> None:
    similar = answered(client.get("/v1/products/red-dress/similar"), Similar)
    assert [candidate.product.product_id for candidate in similar.candidates] == ["long-dress"]
    of_long = answered(client.get("/v1/products/long-dress/similar?k=1"), Similar)
    assert len(of_long.candidates) == 1
    refused(client.get("/v1/products/CANARY/similar"), 404, "unknown_product")
    refused(client.get("/v1/products/red-dress/similar?k=51"), 422, "invalid_request")


def test_taxonomies_are_listed_with_counts_and_ancestors(client: httpx.Client) -> None:
    listed = answered(client.get("/v1/taxonomies"), Taxonomies).taxonomies
    assert [row.taxonomy for row in listed] == sorted(row.taxonomy for row in listed)
    assert {row.taxonomy: row.count for row in listed}["Dresses"] == 4
    assert {row.taxonomy: row.path for row in listed}[HATS] == ("Women", "Extras")


def test_a_mapping_is_shown_as_the_taxonomy_s_own_or_its_ancestor_s(client: httpx.Client) -> None:
    own = answered(client.get("/v1/mappings/dresses"), Mapping)
    assert (own.taxonomy, own.inherited, [row.id for row in own.templates]) == ("Dresses", False, ["day", "evening"])
    inherited = answered(client.get("/v1/mappings/Jackets"), Mapping)
    assert (inherited.inherited, inherited.templates[0].slots) == (True, ("Shoes", "Bags", HATS))
    none = answered(client.get(f"/v1/mappings/{HATS}"), Mapping)
    assert (none.inherited, none.templates) == (False, ())


def test_a_mapping_of_an_unknown_taxonomy_is_not_found(client: httpx.Client) -> None:
    assert "Dresses" in refused(client.get("/v1/mappings/Dreses"), 404, "unknown_taxonomy").detail
