"""Posts as rows of SQLite, and back."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from veille.post import Decision, Label, Post, Reading, Span

BAMAKO = ZoneInfo("Africa/Bamako")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

# In the order of `row_of`; all of a post that does not come from labels, people or other posts.
COLUMNS = (
    "id", "platform", "source_id", "page_key", "kind", "text", "published_at", "collected_at",
    "day", "author", "author_is_public", "title", "url", "parent_id", "thread_id", "tags",
    "places", "details", "lang", "lang_mix", "script", "text_key",
)  # fmt: skip
COUNTERS = ("likes", "comments", "shares", "views", "reactions")


def ticks(moment: datetime) -> int:
    """Microseconds since 1970; `moment` is aware."""
    return (moment - _EPOCH) // _TICK


def moment(count: int) -> datetime:
    """The UTC datetime that is `count` ticks after 1970."""
    return _EPOCH + timedelta(microseconds=count)


def json_of(value: object) -> str:
    """`value` as JSON that keeps its letters readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else "[]"


def row_of(post: Post) -> tuple[object, ...]:
    """The values of COLUMNS for one post."""
    return (
        post.id,
        post.platform,
        post.source_id,
        post.page_key,
        post.kind,
        post.text,
        ticks(post.published_at),
        ticks(post.collected_at),
        post.published_at.astimezone(BAMAKO).date().isoformat(),
        post.author,
        int(post.author_is_public),
        post.title,
        post.url,
        post.parent_id,
        post.thread_id,
        json_of(post.tags),
        json_of(post.places),
        json_of(list(post.details.items())),
        post.lang,
        json_of(post.lang_mix),
        post.script,
        post.text_key,
    )


def post_of(
    row: Sequence[Any],
    *,
    duplicate_of: str | None,
    labels: tuple[Label, ...],
    decisions: tuple[Decision, ...],
    readings: tuple[Reading, ...],
) -> Post:
    """The post of a row of COLUMNS, complete."""
    values = dict(zip(COLUMNS, row, strict=True))
    del values["day"]
    values |= {
        "published_at": moment(values["published_at"]),
        "collected_at": moment(values["collected_at"]),
        "author_is_public": bool(values["author_is_public"]),
        "tags": tuple(json.loads(values["tags"])),
        "places": tuple(json.loads(values["places"])),
        "details": dict(json.loads(values["details"])),
        "lang_mix": tuple((lang, share) for lang, share in json.loads(values["lang_mix"])),
    }
    return Post(
        **values,
        duplicate_of=duplicate_of,
        labels=labels,
        decisions=decisions,
        readings=readings,
    )


def labels_json(labels: Iterable[Label]) -> str:
    """Labels as one JSON text, in their order."""
    return json_of(
        [
            (
                label.axis,
                label.value,
                label.score,
                label.model,
                [(span.start, span.end, span.why) for span in label.spans],
            )
            for label in labels
        ]
    )


def labels_of(text: str) -> tuple[Label, ...]:
    """The labels that `labels_json` wrote."""
    return tuple(
        Label(
            axis=axis,
            value=value,
            score=score,
            model=model,
            spans=tuple(Span(start=start, end=end, why=why) for start, end, why in spans),
        )
        for axis, value, score, model, spans in json.loads(text)
    )


def decision_row(decision: Decision) -> tuple[object, ...]:
    """Axis, value, person, time and note."""
    return (
        decision.axis,
        decision.value,
        decision.person,
        ticks(decision.decided_at),
        decision.note,
    )


def decision_of(post_id: str, row: Sequence[Any]) -> Decision:
    """The decision of a row that `decision_row` wrote."""
    axis, value, person, decided_at, note = row
    return Decision(
        post_id=post_id,
        axis=axis,
        value=value,
        person=person,
        decided_at=moment(decided_at),
        note=note,
    )


def reading_row(reading: Reading) -> tuple[object, ...]:
    """The time and COUNTERS."""
    return (ticks(reading.read_at), *(getattr(reading, name) for name in COUNTERS))


def reading_of(post_id: str, row: Sequence[Any]) -> Reading:
    """The reading of a row that `reading_row` wrote."""
    return Reading(
        post_id=post_id,
        read_at=moment(row[0]),
        **dict(zip(COUNTERS, row[1:], strict=True)),
    )
