"""Reads the public Maryland Polyvore files: a JSON list of sets, each with its items.

An item is known by its set's id and its `index` ("209512492_1"), which may have gaps; its photo is SET/INDEX.jpg, as
the data set lays them out. Indices and likes are no columns: an index gives the place in the set away.

Source: the format of `train_no_dup.json` and its like, read off the public `valid_no_dup.json`.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from service.catalog.rows import BrokenRow, FeedRow, RowError
from service.errors import FeedError

COLUMNS = ("id", "name", "categoryid", "price", "image", "photo")


class PolyvoreItems:
    """The items of a file as a feed, one row an item; `line` counts items. Use it as a context manager.

    Raises:
        FeedError: the file cannot be read, or is no list of sets.
    """

    header = COLUMNS

    def __init__(self, path: Path) -> None:
        self._sets = _sets(path)
        self._size_bytes = path.stat().st_size
        self._done = 0

    @property
    def position_bytes(self) -> int:
        """Bytes of the file that have been taken in: the sets' share of it."""
        return self._size_bytes * self._done // max(1, len(self._sets))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave; the file is closed already."""

    def __iter__(self) -> Iterator[FeedRow | BrokenRow]:
        """Yield the items; one that has no id does not end the feed."""
        line = 1
        for done, one in enumerate(self._sets, start=1):
            self._done = done
            for item in _items(one):
                line += 1
                id_ = _item_id(one, item)
                yield BrokenRow(line, "no set_id or index") if id_ is None else FeedRow(line, _cells(id_, item))


def memberships(path: Path, errors: list[RowError]) -> Iterator[tuple[str, str]]:
    """Yield (set, item) as the file has them; sets without items, and items without an id, are reported by number.

    Raises:
        FeedError: the file cannot be read, or is no list of sets.
    """
    for number, one in enumerate(_sets(path), start=1):
        items = _items(one)
        if not items:
            errors.append(RowError(number, None, "no products"))
        for item in items:
            id_ = _item_id(one, item)
            if id_ is None:
                errors.append(RowError(number, None, "no set_id or index"))
            else:
                yield str(one["set_id"]), id_


def _sets(path: Path) -> list[Any]:
    try:
        sets = json.loads(path.read_bytes())
    except OSError as error:
        raise FeedError(f"{path} cannot be opened ({error.strerror}): check the path and --data.") from error
    except (ValueError, RecursionError) as error:
        raise FeedError(f"{path} is not JSON: fetch the data set's file again.") from error
    if not isinstance(sets, list):
        raise FeedError(f"{path} is no list of sets: the Polyvore files are those called *_no_dup.json.")
    return sets


def _items(one: Any) -> list[Mapping[str, Any]]:
    items = one.get("items") if isinstance(one, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _item_id(one: Mapping[str, Any], item: Mapping[str, Any]) -> str | None:
    set_id, index = one.get("set_id"), item.get("index")
    return f"{set_id}_{index}" if isinstance(set_id, str | int) and isinstance(index, int) else None


def _cells(id_: str, item: Mapping[str, Any]) -> dict[str, str]:
    price = item.get("price")
    known = isinstance(price, int | float) and price >= 0  # -1 stands for a price that is not known
    texts = {name: str(item.get(name) or "").strip() for name in ("name", "categoryid", "image")}
    return {"id": id_, **texts, "price": str(price) if known else "", "photo": f"{id_.replace('_', '/')}.jpg"}
