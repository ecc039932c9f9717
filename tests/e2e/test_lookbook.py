"""The lookbook as it is sent; `tests/browser` says how it behaves."""

import re
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest

from service.web.rendering import HEADERS
from tests.e2e.conftest import Serve
from tests.fakes import JPEG, FakeRuntime

POLICY = HEADERS["Content-Security-Policy"]


class Page(HTMLParser):
    """What a page holds: its tags with their attributes, and its text."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> list[str]:
        return [href for tag, attributes in self.tags if tag == "a" and (href := attributes.get("href"))]

    def link(self, id_: str) -> str:
        return next(attributes["href"] or "" for _, attributes in self.tags if attributes.get("id") == id_)

    def has(self, id_: str) -> bool:
        return any(attributes.get("id") == id_ for _, attributes in self.tags)


def page(client: httpx.Client, address: str, status: int = 200) -> Page:
    response = client.get(address)
    assert response.status_code == status, response.text
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["cache-control"] == "no-store"
    return Page(response)


PAGES = ["/", "/?q=dress", "/?q=nothing-like-this", "/?taxonomy=Shoes", "/look?seed=red-dress", "/coverage", "/release"]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_holds_no_script_no_style_and_no_address_elsewhere(client: httpx.Client, address: str) -> None:
    for tag, attributes in page(client, address).tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        assert tag != "style"
        if tag in ("script", "link"):
            assert (attributes.get("src") or attributes.get("href") or "").startswith("static/")


def test_the_front_page_offers_seeds_and_every_taxonomy(client: httpx.Client) -> None:
    front = page(client, "/")
    assert "Choose one of 12 products" in front.text
    assert "./?taxonomy=Wedges" in front.links()
    assert any(link.startswith("look?seed=") for link in front.links())


def test_words_find_products(client: httpx.Client) -> None:
    assert "look?seed=long-dress" in page(client, "/?q=long").links()
    assert "look?seed=beret" in page(client, "/?colour=écru").links()
    assert "Nothing has all of that" in page(client, "/?q=long&taxonomy=Bags").text


def test_a_parent_finds_its_children(client: httpx.Client) -> None:
    found = {link for link in page(client, "/?taxonomy=Shoes").links() if link.startswith("look?")}
    assert found == {"look?seed=heels", "look?seed=cork/wedges", "look?seed=wedges"}


def test_what_is_typed_so_far_is_suggested(client: httpx.Client) -> None:
    options = [attributes for tag, attributes in page(client, "/suggest?q=lon").tags if tag == "li"]
    assert [(option["role"], option["data-href"]) for option in options] == [("option", "look?seed=long-dress")]


def test_chance_leads_to_a_look(client: httpx.Client) -> None:
    response = client.get("/surprise")
    assert response.status_code == 303
    page(client, "/" + response.headers["location"])


def test_a_look_shows_the_seed_and_three_slots(client: httpx.Client) -> None:
    look = page(client, "/look?seed=red-dress")
    assert "Wedges" in look.text
    assert [look.has(f"pick-{slot}-1") for slot in (1, 2, 3)] == [True, True, True]
    assert look.has("look-3")


def test_a_look_says_in_words_what_each_slot_was_searched_for(client: httpx.Client) -> None:
    page = Page(client.get("/look?seed=red-dress"))
    assert page.text.count("It looked for red") == 3
    assert "It looked for red, leather." in page.text


def test_every_wish_that_a_look_offers_leads_to_a_look(client: httpx.Client) -> None:
    look = page(client, "/look?seed=red-dress&avoid=Dresses&slot3=product:blazer&look=2&pick1=wedges")
    addresses = {link for link in look.links() if link.startswith("look?seed=red-dress&")}
    assert len(addresses) > 10
    for address in addresses:
        page(client, f"/{address}")


def test_a_lock_holds_in_every_look_and_can_be_taken_back(client: httpx.Client) -> None:
    locked = page(client, f"/{page(client, '/look?seed=red-dress').link('lock-1')}")
    kept = page(client, f"/{locked.link('look-2')}")
    assert "locked" in kept.text
    assert not page(client, f"/{kept.link('lock-1')}").has("unlock-1")


def test_templates_that_cannot_be_followed_are_not_offered(client: httpx.Client) -> None:
    def offered(address: str) -> list[str | None]:
        tags = page(client, address).tags
        start = next(i for i, (_, attributes) in enumerate(tags) if attributes.get("id") == "template") + 1
        return [attributes.get("value") for tag, attributes in tags[start : start + 2] if tag == "option"]

    assert offered("/look?seed=red-dress") == ["", "evening"]
    assert offered("/look?seed=red-dress&avoid=Shoes&slot1=Dresses&slot2=Jackets") == ["", "evening"]
    assert offered("/look?seed=red-dress&avoid=Heels") == [""]


def test_a_page_is_sent_compressed_to_who_can_read_it(client: httpx.Client) -> None:
    plain = client.get("/look?seed=red-dress", headers={"accept-encoding": "identity"})
    packed = client.get("/look?seed=red-dress", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 4


def test_an_empty_slot_says_what_can_be_done(client: httpx.Client) -> None:
    look = page(client, "/look?seed=red-dress&currency=EUR&max_price=1")
    assert "passes the filters" in look.text
    assert "Widen the price" in look.text


def test_a_seed_without_a_template_is_dressed_by_hand(client: httpx.Client) -> None:
    by_hand = page(client, "/look?seed=tote", 422)
    assert [attributes.get("name") for tag, attributes in by_hand.tags if tag == "select"] == [
        "slot1",
        "slot2",
        "slot3",
    ]
    assert "your choice" in page(client, "/look?seed=tote&slot1=Wedges&slot2=Dresses&slot3=Jackets").text


def test_the_api_answers_the_request_that_a_look_shows(client: httpx.Client) -> None:
    look = client.get("/look?seed=red-dress&slot2=Clutches&sold_out=true").text
    written = re.search(r"--json (&#39;|')(.*?)(&#39;|')", look)
    assert written is not None
    outfit = client.post(
        "/v1/outfits", content=unescape(written[2]), headers={"content-type": "application/json"}
    ).json()
    assert [f"pick1={c['product']['product_id']}" in look for c in outfit["looks"][0]["slots"][0]["candidates"]]
    assert outfit["looks"][0]["slots"][1]["taxonomy"] == "Clutches"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/look?seed=nope", 404),
        ("/look", 422),
        ("/look?seed=red-dress&slot1=Weges", 422),
        ("/look?seed=red-dress&template=nope", 422),
        ("/look?vector=AAAA&taxonomy=Dresses", 422),
        ("/look?vector=AH4AfgB-AH4AfgB-AH4AfgA&taxonomy=Dresses", 422),
        ("/?taxonomy=Nope", 422),
        ("/?q=x&cursor=nonsense", 422),
    ],
)
def test_what_cannot_be_shown_is_a_page_with_a_way_on(client: httpx.Client, address: str, status: int) -> None:
    failed = page(client, address, status)
    assert "./" in failed.links()
    assert "Code " in failed.text


def test_a_closed_shop_says_so_and_when_to_come_back(serve: Serve) -> None:
    with serve(FakeRuntime(reason="No release yet.")) as closed:
        response = closed.get("/")
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert "Not ready yet" in response.text


def drop(client: httpx.Client, photo: bytes, taxonomy: str) -> httpx.Response:
    return client.post("/look", files={"photo": ("x.jpg", photo, "image/jpeg")}, data={"taxonomy": taxonomy})


def test_a_photo_becomes_an_address(client: httpx.Client) -> None:
    response = drop(client, JPEG, "dresses")
    assert (response.status_code, response.headers["cache-control"]) == (303, "no-store")
    look = page(client, f"/{response.headers['location']}")
    assert "your photo" in look.text
    assert [look.has(f"pick-{slot}-1") for slot in (1, 2, 3)] == [True, True, True]


def test_a_photo_that_nobody_files_is_filed_with_what_looks_like_it(client: httpx.Client) -> None:
    assert "taxonomy=" in drop(client, JPEG, "").headers["location"]


@pytest.mark.parametrize(
    ("photo", "taxonomy", "status"),
    [(b"text", "Dresses", 415), (b"", "Dresses", 422), (JPEG + bytes(300_000), "Dresses", 413), (JPEG, "Nope", 422)],
)
def test_what_is_no_photo_is_refused_with_a_page(
    client: httpx.Client, photo: bytes, taxonomy: str, status: int
) -> None:
    response = drop(client, photo, taxonomy)
    assert response.status_code == status
    assert "Start again" in Page(response).text


def test_assets_may_be_kept_for_good(client: httpx.Client) -> None:
    front = page(client, "/")
    styles = next(attributes["href"] for tag, attributes in front.tags if attributes.get("rel") == "stylesheet")
    response = client.get(f"/{styles}")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"].startswith("text/css")


def test_pages_are_no_part_of_the_documented_api(client: httpx.Client) -> None:
    assert {"/", "/look", "/coverage"}.isdisjoint(client.get("/openapi.json").json()["paths"])


def test_the_api_can_be_read_where_there_is_no_other_network(client: httpx.Client) -> None:
    response = client.get("/docs")
    assert "script-src 'self';" in response.headers["content-security-policy"]
    files = [attributes.get("src") or attributes.get("href") for tag, attributes in Page(response).tags if tag != "a"]
    for file in filter(None, files):
        assert client.get(f"/{file}").status_code == 200
