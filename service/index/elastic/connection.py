"""Clients of the cluster, and what their errors mean to the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from elasticsearch import (
    ApiError,
    AsyncElasticsearch,
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    Elasticsearch,
    NotFoundError,
    SerializationError,
    SSLError,
    TransportError,
    UnsupportedProductError,
)
from elasticsearch.serializer import CompatibilityModeJsonSerializer, CompatibilityModeNdjsonSerializer

from service.errors import IndexUnavailable

CONNECTIONS = 64
"""More than one process serves at once on its one event loop; each search needs one for as long as it runs."""

PATIENCE_S = 60.0
"""For calls without a deadline of their own: a build's. Requests have theirs."""

_BLOCKS = {
    429: "Elasticsearch takes no more writes because its disk is nearly full: the operator should make room. Then run "
    "the command again: a build goes on where it was.",
    403: "Somebody has forbidden writes to the index: the operator should take the block (index.blocks) away. Then try "
    "again.",
}


class _ByMsgspec:
    """JSON by msgspec: answers hold whole products, and a build sends every product there is."""

    def json_dumps(self, data: Any) -> bytes:
        return msgspec.json.encode(data)

    def json_loads(self, data: bytes) -> Any:
        return msgspec.json.decode(data)


class _Json(_ByMsgspec, CompatibilityModeJsonSerializer):
    pass


class _Lines(_ByMsgspec, CompatibilityModeNdjsonSerializer):
    pass


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the cluster is, and who asks. Every index and alias of ours has a name that begins with `alias`."""

    url: str
    alias: str = "kitsune"
    api_key: str | None = field(default=None, repr=False)
    ca_file: Path | None = None

    def client(self, timeout_s: float = PATIENCE_S) -> Elasticsearch:
        """Return a client for builds and commands. Retries are the caller's business: it knows what may be repeated."""
        return Elasticsearch(self.url, request_timeout=timeout_s, **self._options())

    def async_client(self) -> AsyncElasticsearch:
        """Return a client for requests: what fails is answered as such within the deadline, not tried again."""
        return AsyncElasticsearch(
            self.url, request_timeout=PATIENCE_S, connections_per_node=CONNECTIONS, **self._options()
        )

    def _options(self) -> dict[str, Any]:
        return {
            "api_key": self.api_key,
            "ca_certs": None if self.ca_file is None else str(self.ca_file),
            "max_retries": 0,
            "retry_on_timeout": False,
            "serializers": {serializer.mimetype: serializer for serializer in (_Json(), _Lines())},
        }


def blocked(error: str, status: int) -> str | None:
    """Say what an error's type and status tell of an index that takes no writes until somebody acts; None if it does.

    Without that type, a 429 means that too much is under way just now; with it and a 503, the cluster elects a master.
    """
    return _BLOCKS.get(status) if error == "cluster_block_exception" else None


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a client raises into `IndexUnavailable`, with a sentence that names no host and repeats no input."""
    try:
        yield
    except ConnectionTimeout as error:
        raise IndexUnavailable("Elasticsearch does not answer in time. Try again in a moment.") from error
    except (AuthenticationException, AuthorizationException) as error:
        raise IndexUnavailable(
            blocked(error.error, error.status_code)
            or f"Elasticsearch refuses the key ({error.status_code}): the operator should look at "
            "KITSUNE_ELASTICSEARCH_API_KEY, or at its file."
        ) from error
    except NotFoundError as error:
        raise IndexUnavailable(
            "The generation is not in Elasticsearch (any more): the operator can build it again."
        ) from error
    except ApiError as error:
        raise IndexUnavailable(
            blocked(error.error, error.status_code)
            or f"Elasticsearch cannot do this now ({error.status_code}, {error.error}). Try again soon."
        ) from error
    except (SerializationError, UnsupportedProductError) as error:
        raise IndexUnavailable("What answers is not Elasticsearch: the operator should look at its address.") from error
    except SSLError as error:
        raise IndexUnavailable(
            "Elasticsearch does not show a certificate that is trusted: the operator should look at "
            "KITSUNE_ELASTICSEARCH_CA_FILE, and at the name in KITSUNE_ELASTICSEARCH_URL."
        ) from error
    except TransportError as error:
        raise IndexUnavailable("Elasticsearch cannot be reached. Try again in a moment.") from error
