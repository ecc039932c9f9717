"""What the engine sends and what it makes of answers; `tests/contract` runs it on a real server."""

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig
from elasticsearch import ApiError, AuthorizationException, ConnectionTimeout, NotFoundError, SSLError
from elasticsearch import ConnectionError as Unreachable
from hypothesis import given
from hypothesis import strategies as st

from service.domain import Filters, Money, PriceRange, Product
from service.errors import DeadlineExceeded, IndexUnavailable, InvalidRequest
from service.index.base import GenerationInfo, Patch, Query
from service.index.browsing import write_cursor
from service.index.documents import words_of
from service.index.elastic import engine, queries, sending
from service.index.elastic.connection import Connection, explained
from service.index.elastic.documents import counted, document, place, product_of
from service.index.elastic.layouts import FLAT, Part, VectorFields
from service.taxonomy import TaxonomyCount, TaxonomyTree

VECTOR = np.array([0.6, 0.8], np.float32)
BLOCK = "cluster_block_exception"
META = ApiResponseMeta(503, "1.1", HttpHeaders(), 0.1, NodeConfig("http", "localhost", 9200))


def body(taxonomy: str, brand: str, product_id: str) -> dict[str, Any]:
    filters = Filters(
        price=PriceRange("EUR", 1, 2),
        brands=frozenset({brand}),
        exclude_brands=frozenset({brand}),
        gender="female",
        exclude_ids=frozenset({product_id}),
        exclude_groups=frozenset({product_id}),
    )
    return queries.search_body(Part(FLAT, (taxonomy,)), VECTOR, 9, filters, 0.5)


def structure(value: Any) -> Any:
    """Keep the keys and put a type in the place of each value."""
    if isinstance(value, dict):
        return {key: structure(inner) for key, inner in value.items()}
    return [structure(inner) for inner in value] if isinstance(value, list) else type(value).__name__


@given(st.text(), st.text(), st.text())
def test_a_callers_words_are_values_and_never_structure(taxonomy: str, brand: str, product_id: str) -> None:
    assert structure(body(taxonomy, brand, product_id)) == structure(body("Boots", "elm", "P1"))


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_browsed_words_are_values_of_term_and_prefix(words: list[str]) -> None:
    asked = queries.page(words, None, ("", ""), 5)["query"]["bool"]["filter"]
    assert asked == [*({"term": {"words": word}} for word in words[:-1]), {"prefix": {"words": words[-1]}}]


def test_the_filter_stands_inside_the_knn_clause() -> None:
    assert "query" not in body("Boots", "elm", "P1")
    assert body("Boots", "elm", "P1")["knn"]["filter"]["bool"]["filter"][0] == {"terms": {"taxonomy": ["Boots"]}}


def test_one_question_goes_to_the_same_copies_and_another_may_go_elsewhere() -> None:
    part = Part(FLAT, ("Hats",))
    headers = [queries.search_header("index", part, np.array(v, np.float32)) for v in ([1, 0], [1, 0], [0, 1])]
    assert headers[0] == headers[1] != headers[2]


def test_a_product_comes_out_of_its_document_as_it_went_in() -> None:
    product = Product(product_id="1", taxonomy="Hats", price=Money(10, "EUR"), attributes={"colour": ("écru",)})
    kept = document(product, VECTOR, None)
    assert product_of({"_source": kept}) == product
    assert (kept["amount"], kept["currency"], kept["brand"]) == (10, "EUR", "")


def test_a_place_is_a_taxonomy_with_its_ancestors() -> None:
    product = Product(product_id="1", taxonomy='Ca" p', taxonomy_path=("Women", "Hä,ts"))
    assert counted(place(product), 3) == TaxonomyCount('Ca" p', ("Women", "Hä,ts"), 3)


WHOLE: dict[str, Any] = {"timed_out": False, "_shards": {"failed": 0}, "hits": {"hits": []}}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"error": {"type": "x", "reason": "secret"}, "status": 429}, IndexUnavailable),
        (WHOLE | {"timed_out": True}, DeadlineExceeded),
        (WHOLE | {"_shards": {"failed": 1}}, IndexUnavailable),
    ],
    ids=["error", "timed out", "failed shard"],
)
def test_an_answer_that_is_not_whole_is_none(answer: dict[str, Any], error: type[Exception]) -> None:
    assert engine.hits_of(WHOLE) == []
    with pytest.raises(error) as raised:
        engine.hits_of(answer)
    assert "secret" not in str(raised.value)


def test_taxonomies_that_were_not_all_counted_are_no_answer() -> None:
    counts = {"places": {"sum_other_doc_count": 1, "buckets": []}}
    with pytest.raises(IndexUnavailable, match="more than 10000 taxonomies"):
        engine.tree_of(WHOLE | {"aggregations": counts})


@pytest.mark.parametrize(
    ("result", "error"),
    [
        ({"index": {"_id": "P1", "status": 400, "error": {"reason": "immense term"}}}, InvalidRequest),
        ({"index": {"_id": "P1", "status": 404, "error": {"reason": "no index"}}}, IndexUnavailable),
        ({"index": {"_id": "P1", "status": 429, "error": {"reason": "busy"}}}, IndexUnavailable),
    ],
    ids=["refused", "index gone", "busy"],
)
def test_a_write_that_was_not_taken_is_an_error(result: dict[str, Any], error: type[Exception]) -> None:
    gone = {"delete": {"_id": "a", "status": 404}}
    engine._changed([gone, {"index": {"_id": "c", "status": 201}}])
    with pytest.raises(error):
        engine._changed([gone, result])


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        (ConnectionTimeout("10.0.0.7 timed out"), "does not answer in time"),
        (Unreachable("10.0.0.7 refused"), "cannot be reached"),
        (SSLError("10.0.0.7 has a certificate of its own"), "does not show a certificate that is trusted"),
        (NotFoundError("no such index [x]", META, {}), "is not in Elasticsearch"),
        (ApiError("busy", META, {"error": {"reason": "busy [x]"}}), r"cannot do this now \(503, busy\)"),
        (AuthorizationException("no", replace(META, status=403), {}), r"refuses the key \(403\)"),
        (AuthorizationException(BLOCK, replace(META, status=403), {}), "forbidden writes"),
        (ApiError(BLOCK, replace(META, status=429), {}), "disk is nearly full"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_client_raises_is_explained_without_hosts_or_input(raised: Exception, sentence: str) -> None:
    with pytest.raises(IndexUnavailable, match=sentence) as explained_error, explained():
        raise raised
    assert "10.0.0.7" not in str(explained_error.value)
    assert "[x]" not in str(explained_error.value)


def test_a_connection_does_not_show_its_key() -> None:
    assert "the-key" not in repr(Connection("https://127.0.0.1:9200", api_key="the-key"))


class CountingClient:
    """Answers every search with `depth` products that are all as near, and counts the calls."""

    def __init__(self) -> None:
        self.depths: list[list[int]] = []

    async def msearch(self, searches: list[dict[str, Any]]) -> dict[str, Any]:
        self.depths.append([search["size"] for search in searches[1::2]])
        return {"responses": [WHOLE | {"hits": {"hits": self.hits(depth)}} for depth in self.depths[-1]]}

    def hits(self, depth: int) -> list[dict[str, Any]]:
        return [
            {
                "_id": f"P{i:03}",
                "_score": 1 - i / 1000,
                "_source": document(Product(product_id=f"P{i:03}", taxonomy="H"), VECTOR, None),
            }
            for i in range(depth)
        ]


class TyingClient(CountingClient):
    """Has 60 products that are all as near."""

    def hits(self, depth: int) -> list[dict[str, Any]]:
        return [hit | {"_score": 0.5} for hit in super().hits(min(depth, 60))]


def opened(client: Any) -> engine.ElasticIndex:
    return engine.ElasticIndex(client, "index", GenerationInfo("g", "s", 2, 60, 1), TaxonomyTree([]), VectorFields())


async def search_by(client: Any) -> None:
    queries = [Query(VECTOR, ("Hats",), k) for k in (5, 10)] + [Query(VECTOR, (), 5)]
    found = await opened(client).search(queries, Filters(), timeout_s=5)
    assert [len({c.product.product_id for c in candidates}) for candidates in found] == [5, 10, 0]


class CapturingClient:
    """Keeps what it is asked, and finds nothing."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def msearch(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return {"responses": [WHOLE] * (len(asked["searches"]) // 2)}

    async def search(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return WHOLE


async def everything_asked(text: str, word: str) -> list[Any]:
    """Return what the engine sends when every word that a caller may say is `text`, and what is browsed for `word`."""
    client = CapturingClient()
    index = opened(client)
    words = frozenset({text})
    filters = Filters(
        price=PriceRange(text, 1, 2), brands=words, exclude_brands=words, exclude_ids=words, exclude_groups=words
    )
    await index.search([Query(VECTOR, (text,), 5)], filters, timeout_s=5)
    await index.get([text])
    cursor = write_cursor(Product(product_id=text, taxonomy=text))
    await index.browse(text=word, taxonomies=[text], cursor=cursor, limit=5)
    return client.asked


ONE_WORD = st.text(st.characters(categories=["L", "Nd"]), min_size=1).filter(lambda text: len(words_of(text)) == 1)


@given(text=st.text(min_size=1), word=ONE_WORD)
def test_whatever_a_caller_says_the_engine_asks_in_the_same_way(text: str, word: str) -> None:
    said, expected = (asyncio.run(everything_asked(*words)) for words in ((text, word), ("Boots", "red")))
    assert structure(said) == structure(expected)
    assert all(asked["index"] == "index" for asked in said[1:])
    assert [header["index"] for header in said[0]["searches"][::2]] == ["index"]


@pytest.mark.anyio
async def test_one_call_answers_all_searches() -> None:
    client = CountingClient()
    await search_by(client)
    assert client.depths == [[9, 14]]


@pytest.mark.anyio
async def test_a_tie_beyond_what_was_fetched_is_looked_into_until_it_ends() -> None:
    client = TyingClient()
    await search_by(client)
    assert client.depths == [[9, 14], [90, 140]]


class TwiceClient(CountingClient):
    """Finds each product in two shards: it is on its way from one to the other."""

    def hits(self, depth: int) -> list[dict[str, Any]]:
        return [hit | {"_id": f"P{i // 2:03}"} for i, hit in enumerate(super().hits(2 * depth))]


@pytest.mark.anyio
async def test_a_product_that_stands_in_two_shards_for_a_moment_is_found_once() -> None:
    await search_by(TwiceClient())


class BusyWriter:
    """Has somebody else write to the product so many times, each time after it was looked up."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.writes = 0

    async def search(self, **_: Any) -> dict[str, Any]:
        source = {"product": {"product_id": "P", "taxonomy": "Hats"}, "vector": [1.0, 0.0]}
        hit = {"_id": "P", "_routing": "0", "_seq_no": 1, "_primary_term": 1, "_source": source}
        return WHOLE | {"hits": {"hits": [hit]}}

    async def bulk(self, operations: list[dict[str, Any]], **_: Any) -> dict[str, Any]:
        self.writes += 1
        assert operations[0]["index"] == {"_id": "P", "routing": "0", "if_seq_no": 1, "if_primary_term": 1}
        status = 409 if self.writes <= self.times else 200
        return {"errors": True, "items": [{"index": {"_id": "P", "status": status}}]}


@pytest.mark.anyio
async def test_a_patch_that_others_forestall_is_tried_again_and_given_up_if_they_always_do() -> None:
    client: Any = BusyWriter(engine.TRIES - 1)
    await opened(client).patch({"P": Patch(availability="backorder")})
    client = BusyWriter(engine.TRIES)
    with pytest.raises(IndexUnavailable, match="Others write to the same products"):
        await opened(client).patch({"P": Patch(availability="backorder")})
    assert client.writes == engine.TRIES


class BulkClient:
    """Answers bulk requests with given statuses, one list a request; a number is the status of the request itself."""

    def __init__(self, *answers: int | list[int], error: str = "no") -> None:
        self._answers = iter(answers)
        self.error = error
        self.asked: list[list[str]] = []

    def bulk(self, index: str, operations: list[dict[str, Any]]) -> dict[str, Any]:
        assert index == "index"
        ids = [line["index"]["_id"] for line in operations[::2]]
        self.asked.append(ids)
        statuses = next(self._answers)
        if isinstance(statuses, int):
            raise ApiError(self.error, replace(META, status=statuses), {})
        error = {"type": self.error, "reason": "no"}
        errors = [{"error": error} if status >= 400 else {} for status in statuses]
        items = [{"index": {"_id": i, "status": s} | e} for i, s, e in zip(ids, statuses, errors, strict=True)]
        return {"errors": any(errors), "items": items}


ACTIONS: list[sending.Action] = [({"index": {"_id": name}}, {}) for name in "abcd"]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("service.index.elastic.sending.time.sleep", slept.append)
    return slept


def test_what_is_refused_for_want_of_time_is_sent_again_and_nothing_else_is(pauses: list[float]) -> None:
    client: Any = BulkClient([201, 429, 400, 503], 503, [201, 200])
    assert [item["_id"] for item in sending.send(client, "index", ACTIONS)] == ["c"]
    assert client.asked == [["a", "b", "c", "d"], ["b", "d"], ["b", "d"]]
    assert 0.5 <= pauses[0] <= 1 <= pauses[1] <= 2


@pytest.mark.usefixtures("pauses")
def test_an_engine_that_stays_busy_is_given_up() -> None:
    client: Any = BulkClient(*[429] * 9)
    with pytest.raises(IndexUnavailable, match="stays too busy"):
        sending.send(client, "index", ACTIONS)


@pytest.mark.parametrize("answer", [429, [201, 429, 201, 429]], ids=["request", "items"])
def test_an_index_on_a_full_disk_is_not_waited_for(pauses: list[float], answer: int | list[int]) -> None:
    client: Any = BulkClient(answer, error=BLOCK)
    with pytest.raises(IndexUnavailable, match="disk is nearly full"):
        sending.send(client, "index", ACTIONS)
    assert pauses == []


def test_an_index_that_somebody_made_read_only_says_so(pauses: list[float]) -> None:
    client: Any = BulkClient([201, 403, 201, 403], error=BLOCK)
    with pytest.raises(IndexUnavailable, match="forbidden writes"):
        sending.send(client, "index", ACTIONS)
    assert pauses == []


@pytest.mark.parametrize("answer", [503, [503, 503, 503, 503]], ids=["request", "items"])
def test_a_cluster_that_elects_a_master_is_waited_for(pauses: list[float], answer: int | list[int]) -> None:
    client: Any = BulkClient(answer, [201] * 4, error=BLOCK)
    assert sending.send(client, "index", ACTIONS) == []
    assert len(pauses) == 1


def test_an_index_that_is_gone_is_no_fault_of_its_products() -> None:
    client: Any = BulkClient([404] * 4)
    with pytest.raises(IndexUnavailable, match=r"takes no products now \(404\)"):
        sending.send(client, "index", ACTIONS)


def test_a_request_that_is_refused_whole_is_not_sent_again(pauses: list[float]) -> None:
    client: Any = BulkClient(400)
    with pytest.raises(IndexUnavailable):
        sending.send(client, "index", ACTIONS)
    assert pauses == []


def test_a_client_does_not_try_again_by_itself() -> None:
    with Connection("http://127.0.0.1:1").client() as client:
        assert (client._max_retries, client._retry_on_timeout) == (0, False)
