"""Writes in bulk: what is refused for want of time or room is tried again, later each time; nothing else is.

The client's own helper does as much; it looks at each line on its way, and took half as long again (measured on 60,000
products).
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from service.errors import IndexUnavailable
from service.index.elastic.connection import blocked, explained

Action = tuple[Mapping[str, Any], ...]
"""The lines of one item: what to do, and the document where there is one."""

BUSY = (429, 503)
OWN_FAULTS = (400, 409)
"""What is wrong is the item itself, or it has changed meanwhile. Anything else is the matter of the index."""

RETRIES = 8
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0


def send(client: Elasticsearch, index: str, actions: Sequence[Action]) -> list[Mapping[str, Any]]:
    """Have actions carried out, and return the results of those that were refused for what they are.

    Raises:
        IndexUnavailable: Elasticsearch does not answer, stayed busy, or takes no writes at all.
    """
    refused: list[Mapping[str, Any]] = []
    waiting = list(actions)
    for attempt in range(RETRIES + 1):
        waiting = _sent(client, index, waiting, refused)
        if not waiting:
            return refused
        time.sleep(_pause_s(attempt))
    raise IndexUnavailable("Elasticsearch stays too busy to take products. Run the command again later: it goes on.")


def _sent(
    client: Elasticsearch, index: str, actions: Sequence[Action], refused: list[Mapping[str, Any]]
) -> list[Action]:
    """Send actions once, and return those to try again."""
    busy = []
    with explained():
        try:
            answer = client.bulk(index=index, operations=[line for action in actions for line in action])
        except ApiError as error:
            if error.status_code in BUSY and not blocked(error.error, error.status_code):
                return list(actions)
            raise
    if answer["errors"]:
        for action, result in zip(actions, answer["items"], strict=True):
            (item,) = result.values()
            if "error" not in item:
                continue
            if why := blocked(item["error"]["type"], item["status"]):
                raise IndexUnavailable(why)
            if item["status"] in BUSY:
                busy.append(action)
            elif item["status"] in OWN_FAULTS:
                refused.append(item)
            else:
                raise IndexUnavailable(f"Elasticsearch takes no products now ({item['status']}). Try again soon.")
    return busy


def _pause_s(attempt: int) -> float:
    """Return how long to wait: about twice as long each time, never quite as long as somebody else."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**attempt) * (1 + secrets.randbelow(1000) / 1000) / 2
