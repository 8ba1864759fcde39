"""The store of a platform: Elasticsearch, with the same answers as SQLite gives."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Self, TypeVar

from veille.errors import PostNotFound
from veille.post import Decision, Label, Post, Reading
from veille.query import By, PostQuery
from veille.settings import Secret
from veille.stores.base import PutReport
from veille.stores.elastic import writing
from veille.stores.elastic.documents import (
    Document,
    decided,
    key_of,
    labelled,
    measured,
    post_of,
    revised,
)
from veille.stores.elastic.indices import Names, check, install
from veille.stores.elastic.node import Node
from veille.stores.elastic.queries import (
    OLDEST_COLLECTED,
    Query,
    Sort,
    field_of,
    matching,
    not_labelled_by,
    order_of,
)
from veille.stores.elastic.shelves import Shelves
from veille.stores.mapping import UNDECIDED
from veille.stores.rows import ticks

_T = TypeVar("_T")

_BATCH = 1000
# Posts read back at once: what a search holds in memory beside their ids.
_CHUNK = 200
# What one answer may hold without a point in time.
_WINDOW = 10_000
_BUCKETS = 1000


class ElasticPostStore:
    """A `PostStore` in Elasticsearch; threads, processes and machines may share it.

    When the server fails half-way through a call, part of it may be stored. Nothing is lost
    or doubled by calling again, but for `add_decisions`, which the caller must look at first.
    Relevance is the server's own BM25.
    """

    def __init__(self, node: Node, names: Names) -> None:
        self._node = node
        self._names = names
        self._shelves = Shelves(node, names)

    @classmethod
    def open(
        cls, url: str, *, name: str, key: Secret, fingerprint: str = "", new: bool = False
    ) -> Self:
        """The store called `name` at `url`; `new` makes it when it is not there.

        Raises `ConfigError` on a store that is not there, or of another mapping version.
        """
        node, names = Node.open(url, key=key, fingerprint=fingerprint), Names(name)
        if new:
            install(node, names)
        check(node, names)
        return cls(node, names)

    def put(self, posts: Iterable[Post]) -> PutReport:
        given = list(posts)
        by_key = {key_of(post.id): post for post in reversed(given)}
        first_seen = [by_key[key] for key in dict.fromkeys(key_of(post.id) for post in given)]
        new: list[Post] = []
        for batch in _batches(first_seen, _BATCH):
            new += writing.put_new(self._shelves, batch)
        self._refresh()
        keys = {key_of(post.id) for post in new}
        copies = self._linked({post.text_key for post in new}) & keys
        return PutReport(new=len(new), known=len(given) - len(new), copies=len(copies))

    def revise(self, posts: Iterable[Post]) -> int:
        count, text_keys = 0, set()
        for batch in _batches(posts, _BATCH):
            fresh = {key_of(post.id): post for post in batch}
            changed = writing.rewrite(self._shelves, fresh, partial(_revised, fresh))
            for before, after in changed.values():
                text_keys |= {before["text_key"], after["text_key"]}
            count += len(changed)
        if count:
            self._refresh()
            self._linked(text_keys)
        return count

    def get(self, post_id: str) -> Post:
        for stored in self._shelves.load([key_of(post_id)]):
            return post_of(stored.document)
        raise PostNotFound(f"no post has the id {post_id!r}")

    def search(self, query: PostQuery) -> Iterator[Post]:
        wanted, sort = matching(query), order_of(query)
        return self._posts(wanted, sort, query.offset, query.limit)

    def count(self, query: PostQuery) -> int:
        return int(self._call("count", query=matching(query))["count"])

    def counts(self, query: PostQuery, by: By) -> dict[str, int]:
        missing = UNDECIDED if by == "status" else ""
        found: Counter[str] = Counter()
        for value, number in self._buckets(matching(query), field_of(by)):
            found[missing if value is None else value] += number
        if by in ("day", "week"):
            return dict(sorted(found.items()))
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))

    def unlabelled(self, model: str) -> Iterator[Post]:
        return self._posts(not_labelled_by(model), OLDEST_COLLECTED, 0, None)

    def add_labels(
        self, labels_by_post_id: Mapping[str, Sequence[Label]], *, model: str, made_at: datetime
    ) -> None:
        at = ticks(made_at)
        for batch in _batches(labels_by_post_id.items(), _BATCH):
            said = {key_of(post_id): labels for post_id, labels in batch}
            writing.rewrite(
                self._shelves,
                said,
                partial(_labelled, said, model=model, made_at=at),
            )
        self._refresh()

    def add_decisions(self, decisions: Iterable[Decision]) -> None:
        by_key = _grouped(decisions, lambda each: key_of(each.post_id))
        for batch in _batches(by_key, _BATCH):
            known = {stored.key for stored in self._shelves.load(batch)}
            for key in batch:
                if key not in known:
                    raise PostNotFound(f"no post has the id {by_key[key][0].post_id!r}")
        writing.rewrite(self._shelves, by_key, lambda key, document: decided(document, by_key[key]))
        self._refresh()

    def add_readings(self, readings: Iterable[Reading]) -> None:
        by_key = _grouped(readings, lambda each: key_of(each.post_id))
        writing.rewrite(
            self._shelves, by_key, lambda key, document: measured(document, by_key[key])
        )
        self._refresh()

    def erase(self, post_ids: Iterable[str]) -> int:
        count, text_keys = 0, set()
        for batch in _batches(post_ids, _BATCH):
            gone = writing.erase(self._shelves, {key_of(post_id) for post_id in batch})
            count += len(gone)
            text_keys |= set(gone.values())
        if count:
            self._refresh()
            self._linked(text_keys)
            self._call("indices.forcemerge", only_expunge_deletes=True)
        return count

    def forget_authors(self, collected_until: datetime) -> int:
        query = {"bool": {
            "filter": [{"range": {"collected_us": {"lt": ticks(collected_until)}}},
                       {"term": {"author_is_public": False}}],
            "must_not": [{"term": {"author": ""}}],
        }}  # fmt: skip
        keys = [hit["_id"] for hit in self._scan(query, OLDEST_COLLECTED)]
        count = 0
        for batch in _batches(keys, _BATCH):
            forgotten = writing.rewrite(
                self._shelves, batch, lambda _, document: {**document, "author": ""}
            )
            count += len(forgotten)
        self._refresh()
        if count:
            self._call("indices.forcemerge", only_expunge_deletes=True)
        return count

    def close(self) -> None:
        self._node.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def _posts(self, query: Query, sort: Sort, offset: int, limit: int | None) -> Iterator[Post]:
        """Posts in order: which, is settled at the first step; each is read as it is then."""
        keys = self._keys(query, sort, offset, limit)
        for start in range(0, len(keys), _CHUNK):
            for stored in self._shelves.load(keys[start : start + _CHUNK]):
                yield post_of(stored.document)

    def _keys(self, query: Query, sort: Sort, offset: int, limit: int | None) -> list[str]:
        if limit == 0:
            return []
        if limit is None or offset + limit > _WINDOW:
            end = None if limit is None else offset + limit
            return [hit["_id"] for hit in islice(self._scan(query, sort), offset, end)]
        found = self._call("search", query=query, sort=sort, from_=offset, size=limit,
                           source=False, track_total_hits=False,
                           search_type="dfs_query_then_fetch")  # fmt: skip
        return [hit["_id"] for hit in found["hits"]["hits"]]

    def _buckets(self, query: Query, field: str) -> Iterator[tuple[str | None, int]]:
        """Every value with its number, however many there are; None for posts without one."""
        source = {"value": {"terms": {"field": field, "missing_bucket": True}}}
        values: dict[str, Any] = {"size": _BUCKETS, "sources": [source]}
        while True:
            found = self._call("search", query=query, size=0, aggs={"by": {"composite": values}})
            told = found["aggregations"]["by"]
            yield from ((each["key"]["value"], each["doc_count"]) for each in told["buckets"])
            if len(told["buckets"]) < _BUCKETS:
                return
            values["after"] = told["after_key"]

    def _linked(self, text_keys: Iterable[str]) -> set[str]:
        """Let copies point to the first of their text; gives the `_id`s that became copies."""
        linked: set[str] = set()
        for batch in _batches(filter(None, text_keys), _BATCH):
            linked |= writing.link(self._shelves, batch)
        if linked:
            self._refresh()
        return linked

    def _scan(self, query: Query, sort: Sort) -> Iterator[dict[str, Any]]:
        return self._node.scan(self._names.read, query, sort)

    def _refresh(self) -> None:
        """Let every reader see what was written."""
        self._call("indices.refresh")

    def _call(self, method: str, **arguments: object) -> Any:
        return self._node.call(method, index=self._names.read, **arguments)


def _revised(fresh: Mapping[str, Post], key: str, document: Document) -> Document | None:
    return revised(document, fresh[key])


def _labelled(
    said: Mapping[str, Sequence[Label]], key: str, document: Document, *, model: str, made_at: int
) -> Document:
    return labelled(document, said[key], model=model, made_at=made_at)


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _grouped(items: Iterable[_T], key: Callable[[_T], str]) -> dict[str, list[_T]]:
    groups: dict[str, list[_T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
