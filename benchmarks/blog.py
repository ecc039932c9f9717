"""The obvious way, as tutorials show it: a handler that searches Elasticsearch three times, one after the other.

The mapping names a `dense_vector` and leaves the rest to Elasticsearch, which makes a graph over bytes of it; the
filter stands inside the knn clause. The documents and the generator are Kitsune's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.cluster import Cluster, fill_bare
from benchmarks.columns import Columns, K
from model.bundle import open_bundle
from service.index.elastic.documents import document, fields
from service.index.elastic.sending import Action


@dataclass(frozen=True, slots=True)
class Blog:
    """What the handler has to know; `templates` names three taxonomies for each."""

    url: str
    index: str
    bundle: str
    templates: Mapping[str, tuple[str, ...]]
    num_candidates: int | None = None
    """As many as Elasticsearch thinks fit where it is None: half as many again as are asked for."""


class Asked(BaseModel):
    """A request."""

    product_id: str


def fill_blog(cluster: Cluster, columns: Columns, index: str) -> None:
    """Fill an index with the mapping that Elasticsearch chooses, unless it is there."""
    with cluster.client() as client:
        if client.indices.exists(index=index) and client.count(index=index)["count"] == len(columns):
            return
        client.indices.delete(index=index, ignore_unavailable=True)
        dimensions = columns.vectors.shape[1]
        vector = {"vector": {"type": "dense_vector", "dims": dimensions, "similarity": "cosine"}}
        client.indices.create(
            index=index,
            settings={"number_of_shards": 1, "number_of_replicas": 0},
            mappings={"properties": fields(dimensions, ()) | vector},
        )
        fill_bare(client, index, _actions(columns))


def _actions(columns: Columns) -> Iterator[Action]:
    for item in columns.items(""):
        yield {"index": {"_id": item.product.product_id}}, document(item.product, item.vector, None)


def blog_app(told: Path) -> FastAPI:
    """Return the application; `told` is a `Blog` as JSON."""
    blog = msgspec.json.decode(told.read_bytes(), type=Blog)
    client = Elasticsearch(blog.url)
    generator = open_bundle(Path(blog.bundle)).generator
    app = FastAPI()

    def search(target: Any, taxonomy: str) -> list[Any]:
        wanted = [{"term": {"taxonomy": taxonomy}}, {"term": {"in_stock": True}}]
        knn = {"field": "vector", "query_vector": target.tolist(), "k": K, "filter": wanted}
        if blog.num_candidates is not None:
            knn["num_candidates"] = blog.num_candidates
        found = client.search(index=blog.index, knn=knn, size=K, source={"includes": ["product"]})
        return [hit["_source"]["product"] for hit in found["hits"]["hits"]]

    @app.post("/v1/outfits")
    def outfits(asked: Asked) -> list[list[Any]]:
        seed = client.get(index=blog.index, id=asked.product_id, source_exclude_vectors=False)["_source"]
        targets = generator.generate(np.array([seed["vector"]], np.float32))[0]
        return [search(*slot) for slot in zip(targets, blog.templates[seed["taxonomy"]], strict=True)]

    @app.get("/readyz")
    def ready() -> None: ...

    return app
