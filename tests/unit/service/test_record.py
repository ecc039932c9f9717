import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from service.catalog import record as module
from service.catalog.record import Change, ImportCounts, Record, RecordedProduct
from service.domain import Money, Product
from service.errors import HomeError
from service.index.base import Patch

SPACE = "5pace0000001"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite"


@pytest.fixture
def record(path: Path) -> Iterator[Record]:
    with Record.open(path) as opened:
        yield opened


def product(product_id: str, taxonomy: str = "Dresses", **fields: str) -> RecordedProduct:
    return RecordedProduct(Product(product_id=product_id, taxonomy=taxonomy, **fields), (f"{product_id}.jpg",), "seen")  # type: ignore[arg-type]


def vectors(*firsts: float) -> NDArray[np.float32]:
    return np.array([[first, 0.5, -1.0] for first in firsts], np.float32)


def ids(rows: Iterator[RecordedProduct]) -> list[str]:
    return [row.product.product_id for row in rows]


def test_a_product_comes_back_as_it_went_in(record: Record) -> None:
    full = RecordedProduct(
        Product(
            product_id="é-1",
            taxonomy="Jeans",
            group_id="é",
            title="Jean «droit»",
            taxonomy_path=("Bottoms",),
            gender="female",
            age_group="adult",
            price=Money(12.5, "EUR"),
            availability="preorder",
            sizes=("36", "38"),
            attributes={"colour": ("blue",), "season": ("autumn", "winter")},
        ),
        ("a.jpg", "b.jpg"),
        "digest",
    )
    record.upsert([full])
    assert record.get(["é-1", "unknown"]) == {"é-1": full}


def test_replacing_all_counts_what_was_done(record: Record) -> None:
    assert record.replace_all([product("a"), product("b"), product("c")]) == ImportCounts(added=3)
    counts = record.replace_all([product("a"), product("b", title="new"), product("d")])
    assert counts == ImportCounts(added=1, changed=1, unchanged=1, removed=1)
    assert ids(record.products()) == ["a", "b", "d"]


def test_products_to_keep_survive_a_replacement_as_they_were(record: Record) -> None:
    record.replace_all([product("a"), product("b", title="old")])
    assert record.replace_all([product("a")], keep={"b", "never seen"}).removed == 0
    assert record.get(["b"])["b"].product.title == "old"


def test_an_error_in_the_rows_leaves_the_record_as_it_was(record: Record) -> None:
    record.replace_all([product("a")])
    before = record.sequence

    def rows() -> Iterator[RecordedProduct]:
        yield product("b")
        raise ValueError("the feed broke off")

    with pytest.raises(ValueError, match="broke off"):
        record.replace_all(rows())
    assert ids(record.products()) == ["a"]
    assert record.sequence == before


def test_an_unchanged_import_changes_no_number(record: Record) -> None:
    record.replace_all([product("a"), product("b")])
    before = record.sequence
    assert record.replace_all([product("b"), product("a")]) == ImportCounts(unchanged=2)
    assert record.sequence == before


def test_attributes_in_another_order_are_no_change(record: Record) -> None:
    one, other = ({"colour": ("red",), "fabric": ("silk",)}, {"fabric": ("silk",), "colour": ("red",)})
    for attributes in (one, other):
        counts = record.upsert([RecordedProduct(Product(product_id="a", taxonomy="Bags", attributes=attributes))])
    assert counts == ImportCounts(unchanged=1)


def test_products_without_a_vector_in_the_space_are_missing(record: Record) -> None:
    record.replace_all([product(key) for key in "abc"])
    record.set_vectors(SPACE, ["b"], vectors(1))
    assert ids(record.missing_vectors(SPACE)) == ["a", "c"]
    assert ids(record.missing_vectors("another")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "change",
    [{"photos_digest": "other content"}, {"photos": ("new.jpg",), "photos_digest": None}],
    ids=["content", "names without a digest"],
)
def test_a_product_whose_photos_changed_is_missing_until_encoded_again(record: Record, change: dict[str, str]) -> None:
    record.upsert([product("a"), product("b")])
    record.set_vectors(SPACE, ["a", "b"], vectors(1, 2))
    record.upsert([replace(product("a"), **change), product("b", title="new title")])  # type: ignore[arg-type]
    assert ids(record.missing_vectors(SPACE)) == ["a"]
    assert [item.product.product_id for item in record.items(SPACE)] == ["a", "b"]  # served with the old one meanwhile
    record.set_vectors(SPACE, ["a"], vectors(3))
    assert ids(record.missing_vectors(SPACE)) == []


@pytest.mark.parametrize("change", [{"title": "new"}, {"description": "new"}])
def test_without_photos_a_new_text_makes_the_vector_stale_and_nothing_else_does(
    record: Record, change: dict[str, str]
) -> None:
    told = RecordedProduct(Product(product_id="a", taxonomy="Bags", title="Red bag"), photos_digest="of no photo")
    record.upsert([told, product("b")])
    record.set_vectors(SPACE, ["a", "b"], vectors(1, 2))
    record.upsert([replace(told, product=replace(told.product, brand="Elm")), product("b", title="new")])
    assert ids(record.missing_vectors(SPACE)) == []
    record.upsert([replace(told, product=replace(told.product, **change))])  # type: ignore[arg-type]
    assert ids(record.missing_vectors(SPACE)) == ["a"]


def test_vectors_may_be_set_while_the_missing_ones_are_read(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE_ROWS", 2)
    record.upsert(product(f"{number}") for number in range(7))
    for row in record.missing_vectors(SPACE):
        record.set_vectors(SPACE, [row.product.product_id], vectors(0))
    assert len(record.vectors(SPACE)[0]) == 7


def test_items_come_by_taxonomy_and_id(record: Record) -> None:
    record.upsert([product("a", "Skirts"), product("c", "Bags"), product("b", "Bags"), product("not encoded")])
    record.set_vectors(SPACE, ["a", "b", "c"], vectors(1, 2, 3))
    found = list(record.items(SPACE))
    assert [item.product.product_id for item in found] == ["b", "c", "a"]
    assert [float(item.vector[0]) for item in found] == [2, 3, 1]
    assert found[0].vector.dtype == np.float32


def test_taxonomies_are_counted_by_their_products_that_have_a_vector(record: Record) -> None:
    record.upsert([product("a", "Skirts"), product("c", "Bags"), product("b", "Bags"), product("not encoded", "Hats")])
    record.set_vectors(SPACE, ["a", "b", "c"], vectors(1, 2, 3))
    assert record.taxonomy_sizes(SPACE) == {"Bags": 2, "Skirts": 1}
    assert record.taxonomy_sizes("another") == {}


def test_items_are_one_state_whatever_is_written_meanwhile(record: Record) -> None:
    record.upsert([product("a", "Bags"), product("b", "Skirts")])
    record.set_vectors(SPACE, ["a", "b"], vectors(1, 2))
    reading = record.items(SPACE)
    next(reading)
    record.upsert([product("a", "Trousers")])
    assert [item.product.taxonomy for item in reading] == ["Skirts"]


def test_vectors_come_by_id_and_exactly(record: Record) -> None:
    record.upsert([product("b"), product("a")])
    given = np.random.default_rng(0).normal(size=(2, 50)).astype(np.float32)
    record.set_vectors(SPACE, ["b", "a"], given)
    keys, found = record.vectors(SPACE)
    assert keys == ["a", "b"]
    assert np.array_equal(found, given[::-1])
    assert record.vectors("empty")[1].shape == (0, 0)


@pytest.mark.parametrize("bad", [vectors(1), vectors(1, float("nan")), vectors(1, 2)[0]])
def test_vectors_that_do_not_fit_are_refused(record: Record, bad: NDArray[np.float32]) -> None:
    record.upsert([product("a"), product("b")])
    with pytest.raises(ValueError, match="2 products need as many finite vectors"):
        record.set_vectors(SPACE, ["a", "b"], bad)


def test_a_vector_of_a_product_that_went_meanwhile_is_ignored(record: Record) -> None:
    record.set_vectors(SPACE, ["gone"], vectors(1))
    assert record.vectors(SPACE)[0] == []
    assert record.sequence == 0


def test_changes_tell_new_values_new_vectors_and_deletions_once_each(record: Record) -> None:
    record.upsert([product(key) for key in "abcd"])
    record.set_vectors(SPACE, list("abcd"), vectors(1, 2, 3, 4))
    since = record.sequence
    record.upsert([product("b", title="new")])
    record.set_vectors(SPACE, ["c"], vectors(9))
    record.delete(["a", "unknown"])
    record.upsert([product("b", title="newer"), product("e")])

    changes = list(record.changes_since(since, SPACE))
    assert [change.product_id for change in changes] == ["c", "a", "b", "e"]
    by_id = {change.product_id: change.item for change in changes}
    assert by_id["a"] is None
    assert by_id["e"] is None  # not encoded yet
    assert by_id["b"] is not None
    assert by_id["b"].product.title == "newer"
    assert by_id["c"] is not None
    assert by_id["c"].vector[0] == 9
    assert changes[-1] == Change(record.sequence, "e", None)
    assert list(record.changes_since(record.sequence, SPACE)) == []


def test_a_product_that_comes_back_must_be_encoded_again(record: Record) -> None:
    record.upsert([product("a")])
    record.set_vectors(SPACE, ["a"], vectors(1))
    record.delete(["a"])
    record.upsert([product("a")])
    assert [change.item for change in record.changes_since(0, SPACE)] == [None]
    assert ids(record.missing_vectors(SPACE)) == ["a"]


def test_a_patch_changes_volatile_fields_and_keeps_the_vector(record: Record) -> None:
    record.upsert([product("a", title="kept")])
    record.set_vectors(SPACE, ["a"], vectors(1))
    assert record.patch({"a": Patch(availability="out_of_stock"), "unknown": Patch()}) == ImportCounts(changed=1)
    record.patch({"a": Patch(price=Money(5, "EUR"))})
    (item,) = record.items(SPACE)
    assert (item.product.title, item.product.availability, item.product.price) == (
        "kept",
        "out_of_stock",
        Money(5.0, "EUR"),
    )


def test_a_reader_in_another_process_sees_committed_states_only(record: Record, path: Path) -> None:
    count = "from pathlib import Path; from service.catalog.record import Record; import sys\n"
    count += "with Record.open(Path(sys.argv[1]), read_only=True) as record: print(record.count())"
    seen = []

    def rows() -> Iterator[RecordedProduct]:
        yield product("b")
        seen.append(subprocess.run([sys.executable, "-c", count, path], capture_output=True, check=True).stdout)
        yield product("c")

    record.upsert([product("a")])
    record.upsert(rows())
    assert seen == [b"1\n"]
    assert record.count() == 3


def test_what_was_set_before_a_kill_is_there_after_it(path: Path) -> None:
    dies = "from tests.unit.service.test_record import *; import os, signal\n"
    dies += "record = Record.open(Path(sys.argv[1])); record.upsert([product('a'), product('b')])\n"
    dies += "record.set_vectors(SPACE, ['a'], vectors(1)); record._db.execute('BEGIN IMMEDIATE')\n"
    dies += "record._remove(['a']); os.kill(os.getpid(), signal.SIGKILL)"
    assert subprocess.run([sys.executable, "-c", dies, path], check=False).returncode == -9
    with Record.open(path) as record:
        assert ids(record.missing_vectors(SPACE)) == ["b"]


def test_a_record_that_is_not_there_cannot_be_read(path: Path) -> None:
    with pytest.raises(HomeError, match="run `kitsune catalog import`"):
        Record.open(path, read_only=True)


def test_a_record_of_a_newer_kitsune_is_refused(path: Path) -> None:
    Record.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(HomeError, match=r"has format 99.*upgrade"):
        Record.open(path)


def test_a_file_that_is_no_record_is_refused(path: Path) -> None:
    path.write_text("not a database, but long enough to be taken for one " * 20)
    with pytest.raises(HomeError, match="cannot be used"):
        Record.open(path)


def test_writing_to_a_record_opened_for_reading_is_refused(path: Path) -> None:
    Record.open(path).close()
    with Record.open(path, read_only=True) as record, pytest.raises(HomeError, match="readonly"):
        record.upsert([product("a")])
