"""Posts as documents of Elasticsearch, and back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from veille.post import Decision, Label, Post, Reading, Span
from veille.stores.mapping import own_facets, said_facets, search_words
from veille.stores.rows import BAMAKO, COUNTERS, moment, ticks

Document = dict[str, Any]

# Elasticsearch takes no longer `_id`.
_ID_BYTES = 512
_FIRST_YEAR = 2015
# Dates before this project's world, or after the post was read, share one index: a file with
# wrong dates must not make thousands of indices.
OTHER_MONTH = "other"
_A_DAY = timedelta(days=1)

_PLAIN = (
    "id", "platform", "source_id", "page_key", "kind", "text", "author", "author_is_public",
    "title", "url", "parent_id", "thread_id", "lang", "script", "text_key",
)  # fmt: skip


def key_of(post_id: str) -> str:
    """The `_id` of a post: its id, or a hash of one that is too long."""
    code = post_id.encode("utf-8", "surrogatepass")
    return post_id if 0 < len(code) <= _ID_BYTES else f"sha256:{sha256(code).hexdigest()}"


def month_of(post: Post) -> str:
    """The month whose index a new post goes to; it stays there when its date is corrected."""
    day = post.published_at.astimezone(BAMAKO)
    if day.year < _FIRST_YEAR or post.published_at > post.collected_at + _A_DAY:
        return OTHER_MONTH
    return f"{day.year:04}.{day.month:02}"


def document_of(post: Post, *, seq: int) -> Document:
    """A post nobody has said anything about; `seq` is its place among those first seen."""
    words = search_words(post)
    day = post.published_at.astimezone(BAMAKO).date()
    document: Document = {name: getattr(post, name) for name in _PLAIN}
    document |= {
        "seq": seq,
        "published_at": _iso(post.published_at),
        "published_us": ticks(post.published_at),
        "collected_at": _iso(post.collected_at),
        "collected_us": ticks(post.collected_at),
        "day": day.isoformat(),
        "week": _monday(day).isoformat(),
        "tags": list(post.tags),
        "places": list(post.places),
        "details": list(map(list, post.details.items())),
        "lang_mix": list(map(list, post.lang_mix)),
        "folded": words.folded,
        "stemmed": words.stemmed,
        "labellings": [],
        "decisions": [],
        "readings": [],
    }
    return say_again(document)


def say_again(document: Document) -> Document:
    """The document with its facets as its own words, labels and decisions have them now."""
    post = post_of(document)
    facets: dict[str, list[str]] = {}
    for name, value in sorted(own_facets(post) | set(said_facets(post.labels, post.decisions))):
        facets.setdefault(name, []).append(value)
    models = [each["model"] for each in document["labellings"]]
    return {**document, "facet": facets, "labelled_by": models}


def revised(document: Document, post: Post) -> Document | None:
    """What a post read again from its page makes of its document; None when nothing differs."""
    stored = post_of(document)
    if stored.page_key != post.page_key:
        return None
    fresh = replace(
        post,
        collected_at=stored.collected_at,
        duplicate_of=stored.duplicate_of,
        labels=stored.labels,
        decisions=stored.decisions,
        readings=stored.readings,
    )
    if fresh == stored:
        return None
    kept = {name: document[name] for name in ("labellings", "decisions", "readings")}
    rewritten = document_of(fresh, seq=document["seq"]) | kept
    if fresh.text_key == stored.text_key and stored.duplicate_of:
        rewritten["duplicate_of"] = stored.duplicate_of
    return say_again(rewritten)


def labelled(document: Document, labels: Sequence[Label], *, model: str, made_at: int) -> Document:
    """With what `model` says, in place of what it said before."""
    others = [each for each in document["labellings"] if each["model"] != model]
    said = {"model": model, "made_at": made_at, "labels": list(map(_label_row, labels))}
    return say_again({**document, "labellings": [*others, said]})


def decided(document: Document, decisions: Iterable[Decision]) -> Document:
    """With decisions appended."""
    rows = [
        [each.axis, each.value, each.person, ticks(each.decided_at), each.note]
        for each in decisions
    ]
    return say_again({**document, "decisions": [*document["decisions"], *rows]})


def measured(document: Document, readings: Iterable[Reading]) -> Document:
    """With readings added; the first of two at one time stays."""
    rows = {row[0]: row for row in document["readings"]}
    for each in readings:
        row = [ticks(each.read_at), *(getattr(each, name) for name in COUNTERS)]
        rows.setdefault(row[0], row)
    return {**document, "readings": [rows[at] for at in sorted(rows)]}


def post_of(document: Document) -> Post:
    """The post of a document, complete."""
    post_id = document["id"]
    return Post(
        **{name: document[name] for name in _PLAIN},
        published_at=moment(document["published_us"]),
        collected_at=moment(document["collected_us"]),
        tags=tuple(document["tags"]),
        places=tuple(document["places"]),
        details=dict(document["details"]),
        lang_mix=tuple((lang, share) for lang, share in document["lang_mix"]),
        duplicate_of=document.get("duplicate_of"),
        labels=tuple(_newest_labels(document["labellings"])),
        decisions=tuple(_decisions(post_id, document["decisions"])),
        readings=tuple(
            Reading(
                post_id=post_id,
                read_at=moment(at),
                **dict(zip(COUNTERS, counters, strict=True)),
            )
            for at, *counters in document["readings"]
        ),
    )


def _newest_labels(labellings: list[Document]) -> Iterator[Label]:
    """The labels of the model that labelled last; of two at one moment, the one written last."""
    if not labellings:
        return
    newest = max(reversed(labellings), key=lambda each: int(each["made_at"]))
    for axis, value, score, model, spans in newest["labels"]:
        marked = tuple(Span(start=start, end=end, why=why) for start, end, why in spans)
        yield Label(axis=axis, value=value, score=score, model=model, spans=marked)


def _label_row(label: Label) -> list[object]:
    spans = [[span.start, span.end, span.why] for span in label.spans]
    return [label.axis, label.value, label.score, label.model, spans]


def _decisions(post_id: str, rows: list[list[Any]]) -> Iterator[Decision]:
    for axis, value, person, decided_at, note in sorted(rows, key=lambda row: int(row[3])):
        yield Decision(
            post_id=post_id,
            axis=axis,
            value=value,
            person=person,
            decided_at=moment(decided_at),
            note=note,
        )


def _iso(at: datetime) -> str:
    """To the millisecond, for Kibana; what is compared and sorted is in microseconds."""
    return at.astimezone(BAMAKO).isoformat(timespec="milliseconds")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
