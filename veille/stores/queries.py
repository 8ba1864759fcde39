"""PostQuery as SQL: fixed pieces of text, and every value a parameter."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from veille.query import By, PostQuery
from veille.stores.mapping import COLUMN_BY_FILTER, FACET_BY_FILTER, UNDECIDED
from veille.stores.rows import ticks
from veille.words import AllOf, AnyOf, Phrase, Prefix, Tree, Without, Word, tree_of

_AMONG = "IN (SELECT value FROM json_each(?))"
_TIMES = {
    "since": "post.published_at >= ?",
    "until": "post.published_at < ?",
    "collected_since": "post.collected_at >= ?",
    "collected_until": "post.collected_at < ?",
}
_ORDERS = {
    "newest": "post.published_at DESC, post.id",
    "oldest": "post.published_at, post.id",
    "severity": "ordered.value DESC, post.published_at DESC, post.id",
    "relevance": "hit.score IS NULL, hit.score, post.published_at DESC, post.id",
}
_VALUES = {
    "day": "post.day",
    # The Monday at or before the day.
    "week": "date(post.day, '-6 days', 'weekday 1')",
    "platform": "post.platform",
    "kind": "post.kind",
    "source": "post.source_id",
}
_IN_A_CASE = (
    "post.id IN (SELECT post_id FROM post_case WHERE case_id IN (SELECT value FROM json_each(?)))"
)
_NOT_CLOSED = "post.seq NOT IN (SELECT seq FROM facet WHERE name = 'level' AND value = 'ferme')"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL and its parameters, in order."""

    sql: str
    parameters: tuple[object, ...] = ()

    def __add__(self, other: "Statement") -> "Statement":
        return Statement(f"{self.sql} {other.sql}", self.parameters + other.parameters)


def found(query: PostQuery) -> Statement:
    """The `seq` of matching posts, in order. Raises `ValueError` on words not understood."""
    tree = tree_of(query.words)
    order = _ORDERS["newest"] if query.order == "relevance" and not tree else _ORDERS[query.order]
    start = Statement("SELECT post.seq FROM post")
    if query.order == "severity":
        start += Statement(
            "LEFT JOIN facet AS ordered ON ordered.seq = post.seq AND ordered.name = 'severity'"
        )
    elif query.order == "relevance" and tree:
        start = _hits(tree) + start + Statement("LEFT JOIN hit ON hit.seq = post.seq")
    limit = -1 if query.limit is None else query.limit
    return (
        start
        + _where(query, tree)
        + Statement(f"ORDER BY {order} LIMIT ? OFFSET ?", (limit, query.offset))
    )


def counted(query: PostQuery) -> Statement:
    """One row: how many posts match."""
    return Statement("SELECT count(*) FROM post") + _where(query, tree_of(query.words))


def counted_by(query: PostQuery, by: By) -> Statement:
    """Rows of value and number, in the order the contract asks for."""
    missing = UNDECIDED if by == "status" else ""
    if by in _VALUES:
        start = Statement("SELECT") + Statement(_VALUES[by]) + Statement(", count(*) FROM post")
    else:
        start = Statement(
            "SELECT coalesce(facet.value, ?), count(*) FROM post"
            " LEFT JOIN facet ON facet.seq = post.seq AND facet.name = ?",
            (missing, "region" if by == "place" else by),
        )
    order = "1" if by in ("day", "week") else "2 DESC, 1"
    return start + _where(query, tree_of(query.words)) + Statement(f"GROUP BY 1 ORDER BY {order}")


def without_labels_of(model: str) -> Statement:
    """The `seq` of posts that `model` has not labelled, oldest collected first."""
    return Statement(
        "SELECT post.seq FROM post WHERE NOT EXISTS (SELECT 1 FROM labelling"
        " WHERE labelling.seq = post.seq AND labelling.model = ?)"
        " ORDER BY post.collected_at, post.id",
        (model,),
    )


def _where(query: PostQuery, tree: Tree | None) -> Statement:
    conditions = list(_conditions(query))
    if tree is not None:
        conditions.append(_matching(tree))
    return Statement("WHERE") + _joined(conditions, "AND") if conditions else Statement("")


def _conditions(query: PostQuery) -> Iterator[Statement]:
    for field, condition in _TIMES.items():
        moment = getattr(query, field)
        if moment is not None:
            yield Statement(condition, (ticks(moment),))
    for field, column in COLUMN_BY_FILTER.items():
        values = getattr(query, field)
        if values:
            yield Statement(f"post.{column} {_AMONG}", _json(values))
    for field, name in FACET_BY_FILTER.items():
        values = getattr(query, field)
        if values:
            yield _with_facet(name, values)
    yield from _other_conditions(query)


def _other_conditions(query: PostQuery) -> Iterator[Statement]:
    if query.min_hostility is not None:
        yield _with_facet("hostility", [f"H{n}" for n in range(query.min_hostility, 4)])
    if query.min_severity is not None:
        yield _with_facet("severity", [str(n) for n in range(query.min_severity, 6)])
    if query.statuses:
        yield _with_status(query.statuses)
    if query.cases:
        yield Statement(_IN_A_CASE, _json(query.cases))
    if query.without_duplicates:
        yield Statement("post.duplicate_of IS NULL")
    if not query.closed:
        yield Statement(_NOT_CLOSED)


def _with_facet(name: str, values: Iterable[str]) -> Statement:
    return Statement(
        "post.seq IN (SELECT seq FROM facet"
        " WHERE name = ? AND value IN (SELECT value FROM json_each(?)))",
        (name, *_json(values)),
    )


def _with_status(statuses: tuple[str, ...]) -> Statement:
    condition = _with_facet("status", statuses)
    if UNDECIDED not in statuses:
        return condition
    undecided = Statement("post.seq NOT IN (SELECT seq FROM facet WHERE name = 'status')")
    return _joined([condition, undecided], "OR")


def _json(values: Iterable[str]) -> tuple[str]:
    return (json.dumps(list(values)),)


def _joined(statements: Iterable[Statement], operator: str) -> Statement:
    parts = list(statements)
    return Statement(
        "(" + f" {operator} ".join(part.sql for part in parts) + ")",
        tuple(parameter for part in parts for parameter in part.parameters),
    )


def _matching(tree: Tree) -> Statement:
    """The condition a tree sets. FTS5 knows no NOT that stands alone: SQL says that part."""
    match tree:
        case Without(part=part):
            return Statement("NOT") + _matching(part)
        case AllOf(parts=parts) if _has_without(tree):
            return _joined(map(_matching, parts), "AND")
        case AnyOf(parts=parts) if _has_without(tree):
            return _joined(map(_matching, parts), "OR")
    return Statement(
        "post.seq IN (SELECT rowid FROM post_words WHERE post_words MATCH ?)", (_fts(tree),)
    )


def _hits(tree: Tree) -> Statement:
    """A table of how well posts match any wanted part of a tree; the lowest score is best."""
    wanted = list(_wanted(tree))
    if not wanted:
        return Statement("WITH hit AS (SELECT 0 AS seq, 0.0 AS score)")
    return Statement(
        "WITH hit AS MATERIALIZED (SELECT rowid AS seq, bm25(post_words) AS score"
        " FROM post_words WHERE post_words MATCH ?)",
        (" OR ".join(map(_fts, wanted)),),
    )


def _has_without(tree: Tree) -> bool:
    match tree:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return any(map(_has_without, parts))
    return isinstance(tree, Without)


def _wanted(tree: Tree) -> Iterator[Tree]:
    match tree:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _wanted(part)
        case Word() | Phrase() | Prefix():
            yield tree


def _fts(tree: Tree) -> str:
    """A tree without Without in the language of FTS5."""
    match tree:
        case Word(folded=folded, stemmed=stemmed):
            return f"(folded : {_quoted(folded)} OR stemmed : {_quoted(stemmed)})"
        case Phrase(folded=folded):
            return f"(folded : {_quoted(folded)})"
        case Prefix(folded=folded):
            return "(" + " OR ".join(f"folded : {_quoted(each)} *" for each in folded) + ")"
        case AllOf(parts=parts):
            return "(" + " AND ".join(map(_fts, parts)) + ")"
        case AnyOf(parts=parts):
            return "(" + " OR ".join(map(_fts, parts)) + ")"
    raise AssertionError("a Without is rendered by SQL")


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'
