"""PostQuery in the language of Elasticsearch; every value stays a value."""

from collections.abc import Iterator
from typing import Any

from veille.query import By, PostQuery
from veille.stores.mapping import COLUMN_BY_FILTER, FACET_BY_FILTER, UNDECIDED
from veille.stores.rows import ticks
from veille.words import AllOf, AnyOf, Phrase, Prefix, Tree, Without, Word, tree_of

Query = dict[str, Any]
Sort = list[dict[str, str]]

_TIMES = {
    "since": ("published_us", "gte"),
    "until": ("published_us", "lt"),
    "collected_since": ("collected_us", "gte"),
    "collected_until": ("collected_us", "lt"),
}
_NEWEST: Sort = [{"published_us": "desc"}, {"id": "asc"}]
_SORTS: dict[str, Sort] = {
    "newest": _NEWEST,
    "oldest": [{"published_us": "asc"}, {"id": "asc"}],
    "severity": [{"facet.severity": "desc"}, *_NEWEST],
    "relevance": [{"_score": "desc"}, *_NEWEST],
}
_COLUMNS = {"day": "day", "week": "week", "platform": "platform", "kind": "kind",
            "source": "source_id"}  # fmt: skip
# A server answers 30 levels of queries within queries; what is around these takes a few.
_MAX_LEVELS = 22
# Words that begin like the last one of a prefix of several words: more than any language has.
_MAX_ENDINGS = 50_000


def matching(query: PostQuery) -> Query:
    """What finds the posts. Raises `ValueError` on words not understood."""
    tree = tree_of(query.words)
    found: Query = {"filter": list(_filters(query)), "must_not": list(_exclusions(query))}
    if tree is not None:
        _check_levels(tree)
        found["filter"].append(_rendered(tree))
        if query.order == "relevance":
            found |= {"should": list(map(_rendered, _wanted(tree))), "minimum_should_match": 0}
    return {"bool": found}


def order_of(query: PostQuery) -> Sort:
    """In which order; without words all are equally relevant, so the newest come first."""
    return (
        _NEWEST if query.order == "relevance" and not query.words.strip() else _SORTS[query.order]
    )


def field_of(by: By) -> str:
    """The field that posts are counted by."""
    return _COLUMNS.get(by) or f"facet.{'region' if by == 'place' else by}"


def not_labelled_by(model: str) -> Query:
    return {"bool": {"must_not": [{"term": {"labelled_by": model}}]}}


OLDEST_COLLECTED: Sort = [{"collected_us": "asc"}, {"id": "asc"}]


def _filters(query: PostQuery) -> Iterator[Query]:
    for name, (field, bound) in _TIMES.items():
        moment = getattr(query, name)
        if moment is not None:
            yield {"range": {field: {bound: ticks(moment)}}}
    for name, field in COLUMN_BY_FILTER.items():
        if values := getattr(query, name):
            yield _among(field, values)
    for name, facet in FACET_BY_FILTER.items():
        if values := getattr(query, name):
            yield _among(f"facet.{facet}", values)
    yield from _other_filters(query)


def _other_filters(query: PostQuery) -> Iterator[Query]:
    if query.min_hostility is not None:
        yield _among("facet.hostility", [f"H{n}" for n in range(query.min_hostility, 4)])
    if query.min_severity is not None:
        yield _among("facet.severity", [str(n) for n in range(query.min_severity, 6)])
    if query.statuses:
        yield _with_status(query.statuses)
    if query.cases:
        yield _among("cases", query.cases)


def _exclusions(query: PostQuery) -> Iterator[Query]:
    if query.without_duplicates:
        yield {"exists": {"field": "duplicate_of"}}
    if not query.closed:
        yield {"term": {"facet.level": "ferme"}}


def _among(field: str, values: tuple[str, ...] | list[str]) -> Query:
    return {"terms": {field: list(values)}}


def _with_status(statuses: tuple[str, ...]) -> Query:
    decided = _among("facet.status", statuses)
    if UNDECIDED not in statuses:
        return decided
    nobody = {"bool": {"must_not": [{"exists": {"field": "facet.status"}}]}}
    return _any_of([decided, nobody])


def _any_of(parts: list[Query]) -> Query:
    return {"bool": {"should": parts, "minimum_should_match": 1}}


def _rendered(tree: Tree) -> Query:
    match tree:
        case Word(folded=folded, stemmed=stemmed):
            return _any_of([_phrase("folded", folded), _phrase("stemmed", stemmed)])
        case Phrase(folded=folded):
            return _phrase("folded", folded)
        case Prefix(folded=folded):
            return _any_of(list(map(_beginning, folded)))
        case Without(part=part):
            return {"bool": {"must_not": [_rendered(part)]}}
        case AllOf(parts=parts):
            return {"bool": {"must": list(map(_rendered, parts))}}
        case AnyOf(parts=parts):
            return _any_of(list(map(_rendered, parts)))


def _phrase(field: str, words: str) -> Query:
    return {"match_phrase": {field: words}}


def _beginning(words: str) -> Query:
    if " " in words:
        return {"match_phrase_prefix": {"folded": {"query": words, "max_expansions": _MAX_ENDINGS}}}
    return {"prefix": {"folded": words}}


def _wanted(tree: Tree) -> Iterator[Tree]:
    match tree:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _wanted(part)
        case Word() | Phrase() | Prefix():
            yield tree


def _check_levels(tree: Tree) -> None:
    if _levels(tree) > _MAX_LEVELS:
        raise ValueError("Recherche : trop de parenthèses ou de NOT emboîtés.")


def _levels(tree: Tree) -> int:
    match tree:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return 1 + max(map(_levels, parts))
        case Without(part=part):
            return 1 + _levels(part)
    return 1
