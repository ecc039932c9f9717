"""Generations on a cluster: indices behind one alias, which always names one that is complete.

A generation's index is called after the alias and its id. A build that was cut off leaves an index whose `_meta` says
that it is not complete; the next build goes on with it, or removes it.
"""

import os
import socket
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from elasticsearch import BadRequestError, Elasticsearch

from service.errors import HomeError, HomeLocked
from service.index.base import ProductIndex
from service.index.browsing import START, Key
from service.index.elastic.building import (
    Meta,
    apply_changes,
    check_index,
    count_products,
    create_index,
    create_once,
    described,
    fill_index,
    finish_index,
    info_of,
    last_written,
    open_index,
    read_meta,
    write_meta,
)
from service.index.elastic.connection import Connection, explained
from service.index.elastic.planning import plan_layout
from service.index.elastic.sampling import Sample
from service.index.generations import Built, Rejected
from service.index.kept import GenerationState, new_generation_id
from service.index.lifecycle import Advance, Record
from service.settings import LayoutChoice

OPEN_S = 5.0
"""Patience of a process that starts to serve, or that lists: when the cluster hangs, it says so."""


@dataclass(frozen=True, slots=True)
class ElasticGenerations:
    """One shop's generations on one cluster."""

    connection: Connection
    layout: LayoutChoice = "auto"
    shards: int = 1

    def build(self, record: Record, space_id: str, dimensions: int, advance: Advance, *, bundle_id: str) -> Built:
        """Make an index of all products that have a vector in the space, and check it; the alias stays where it is.

        Raises:
            HomeError: no product has a vector, or the check failed; there is no new generation then.
            HomeLocked: another build is under way behind this alias.
            IndexUnavailable: Elasticsearch takes no more writes; the next build goes on from here.
        """
        with self.connection.client() as client, self._lock(client):
            begun = replace(self._planned(record, space_id, dimensions), bundle_id=bundle_id)
            meta, after = self._begin(client, begun)
            index = self._index(meta.generation_id)
            try:
                sample, rejected = self._filled(client, meta, record, after, advance)
                check_index(client, index, meta, sample, resumed=after != START)
                meta, changed = self._caught_up(client, meta, record)
                rejected += changed
                meta = finish_index(client, index, replace(meta, left_out=len(rejected)))
            except HomeError:
                self._remove(client, index)
                raise
        return Built(info_of(meta), tuple(rejected))

    def has(self, generation_id: str) -> bool:
        """Say whether a generation is there, complete, and mapped as it must be."""
        index = self._index(generation_id)
        with self.connection.client() as client:
            try:
                return read_meta(client, index).complete
            except HomeError:
                return False

    def all(self) -> Sequence[GenerationState]:
        """List the indices, complete or not, by age."""
        with self.connection.client(OPEN_S) as client:
            metas = sorted(self._metas(client).values(), key=lambda meta: meta.generation_id)
        return [
            GenerationState(meta.generation_id, info_of(meta) if meta.complete else None, meta.layout) for meta in metas
        ]

    def activate(self, generation_id: str, record: Record) -> None:
        """Bring a generation to the record's latest state, and move the alias to it in one step.

        Raises:
            HomeError: it does not exist, is not complete, or its mapping is another; the alias stays where it is.
            IndexUnavailable: Elasticsearch does not answer, or takes no writes.
        """
        with self.connection.client() as client, self._lock(client):
            index = self._index(generation_id)
            meta = _complete(read_meta(client, index), index)
            caught_up, _ = self._caught_up(client, meta, record)
            if caught_up != meta:
                write_meta(client, index, caught_up)
            self._swap(client, index)

    def open(self, generation_id: str, record: Record, space_id: str) -> ProductIndex:
        """Open a generation to be searched; whoever builds or activates it keeps it up with the record.

        Raises:
            HomeError: it does not exist, is not complete, or is of another space; or the alias does not name one index.
            IndexUnavailable: Elasticsearch does not answer.
        """
        del record
        index = self._index(generation_id)
        with self.connection.client(OPEN_S) as client:
            meta = _complete(read_meta(client, index), index)
            named = self._named(client)
        if meta.space_id != space_id:
            raise HomeError(
                f"Generation {generation_id} is of space {meta.space_id}, the bundle of {space_id}: their vectors "
                "never meet. Run `kitsune index build`."
            )
        if len(named) != 1:
            raise HomeError(
                f"alias_ambiguous: {self.connection.alias} names {len(named)} indices instead of one. "
                "Run `kitsune index build`."
            )
        return open_index(self.connection, index, OPEN_S)

    def prune(self, keep: Collection[str]) -> tuple[str, ...]:
        """Remove and return all complete generations but those of `keep` and the one that the alias names."""
        with self.connection.client() as client, self._lock(client):
            named = self._named(client)
            gone = {
                index: meta.generation_id
                for index, meta in self._metas(client).items()
                if meta.complete and meta.generation_id not in keep and index not in named
            }
            for index in gone:
                self._remove(client, index)
        return tuple(sorted(gone.values()))

    def _planned(self, record: Record, space_id: str, dimensions: int) -> Meta:
        """Return what a new generation is to be; its sequence comes first, so that no change is missed."""
        sequence = record.sequence
        plan = plan_layout(record.taxonomy_sizes(space_id), self.layout, self.shards, dimensions)
        return Meta(
            new_generation_id(),
            space_id,
            dimensions,
            sequence,
            layout=plan.layout,
            partitions=plan.partitions,
            shards=plan.shards,
        )

    def _begin(self, client: Elasticsearch, meta: Meta) -> tuple[Meta, Key]:
        """Return the generation to fill, and the last product that it has for sure.

        What a build left that was cut off is gone on with if it is of the same space and layout, whichever of its
        space's bundles it was made for, and removed if not; the taxonomies that had a graph keep it, whatever their
        size is now.
        """
        found: tuple[Meta, Key] | None = None
        for index, leftover in sorted(self._metas(client).items()):
            if leftover.complete:
                continue
            theirs = replace(leftover, bundle_id=meta.bundle_id)
            if found is None and theirs == replace(
                meta, generation_id=theirs.generation_id, sequence=theirs.sequence, partitions=theirs.partitions
            ):
                found = theirs, last_written(client, index)
            else:
                self._remove(client, index)
        if found is None:
            create_index(client, self._index(meta.generation_id), meta)
        return found or (meta, START)

    def _filled(
        self, client: Elasticsearch, meta: Meta, record: Record, after: Key, advance: Advance
    ) -> tuple[Sample, list[Rejected]]:
        """Write the products after `after`, and return a sample of what is there and what was refused.

        A build that was cut off took along what it knew of refused products. All are sent again then.
        """
        index, sample = self._index(meta.generation_id), Sample()
        items = record.items(meta.space_id)
        rejected = fill_index(client, index, items, meta, sample=sample, after=after, advance=advance)
        if after != START and count_products(client, index) < sample.seen:
            return self._filled(client, meta, record, START, advance)
        return sample, rejected

    def _caught_up(self, client: Elasticsearch, meta: Meta, record: Record) -> tuple[Meta, list[Rejected]]:
        """Write what changed in the record since a generation was built; say what of it was refused."""
        latest = record.sequence
        if latest == meta.sequence:
            return meta, []
        changes = record.changes_since(meta.sequence, meta.space_id)
        rejected = apply_changes(client, self._index(meta.generation_id), changes, meta)
        return replace(meta, sequence=latest), rejected

    def _swap(self, client: Elasticsearch, index: str) -> None:
        alias = self.connection.alias
        actions = [{"remove": {"index": named, "alias": alias}} for named in self._named(client) if named != index]
        with explained():
            client.indices.update_aliases(actions=[*actions, {"add": {"index": index, "alias": alias}}])

    def _named(self, client: Elasticsearch) -> set[str]:
        """Return the indices that the alias names."""
        with explained():
            if not client.indices.exists_alias(name=self.connection.alias):
                return set()
            return set(client.indices.get_alias(name=self.connection.alias))

    def _metas(self, client: Elasticsearch) -> Mapping[str, Meta]:
        """Return this alias's generations, complete or not. Those of an alias with a longer name are not among them."""
        with explained():
            found = client.indices.get_mapping(index=f"{self.connection.alias}-*")
        metas = {index: _meta_of(content) for index, content in found.items()}
        return {index: meta for index, meta in metas.items() if meta and index == self._index(meta.generation_id)}

    def _index(self, generation_id: str) -> str:
        return f"{self.connection.alias}-{generation_id.lower()}"

    @staticmethod
    def _remove(client: Elasticsearch, index: str) -> None:
        with explained():
            client.indices.delete(index=index, ignore_unavailable=True)

    @contextmanager
    def _lock(self, client: Elasticsearch) -> Iterator[None]:
        """Hold the alias's one right to write: two homes on one cluster do not see each other's locks.

        Raises:
            HomeLocked: another process holds it.
        """
        name = f"{self.connection.alias}-lock"
        holder = {"host": socket.gethostname(), "pid": os.getpid(), "since": f"{datetime.now(UTC)}"}
        with explained():
            try:
                _create_lock(client, name, holder)
            except BadRequestError:
                _break_stale(client, name)
                _create_lock(client, name, holder)
        try:
            yield
        finally:
            self._remove(client, name)


def _create_lock(client: Elasticsearch, name: str, holder: dict[str, Any]) -> None:
    create_once(client, name, holder, settings={"number_of_shards": 1, "number_of_replicas": 0}, mappings={})


def _break_stale(client: Elasticsearch, name: str) -> None:
    """Remove a lock whose holder is a process of this host that is no more."""
    holder = described(client, name)
    if holder is None:
        # Given back in this very moment.
        return
    if holder["host"] != socket.gethostname() or _lives(holder["pid"]):
        raise HomeLocked(
            f"Process {holder['pid']} on {holder['host']} is building since {holder['since']}. Wait until it is "
            f"done; if it is no more, delete the index {name}."
        )
    client.indices.delete(index=name, ignore_unavailable=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _complete(meta: Meta, index: str) -> Meta:
    if not meta.complete:
        raise HomeError(f"The index {index} was never finished: run `kitsune index build`.")
    return meta


def _meta_of(content: Any) -> Meta | None:
    try:
        return msgspec.convert(content["mappings"]["_meta"], Meta)
    except (KeyError, msgspec.ValidationError):
        return None
