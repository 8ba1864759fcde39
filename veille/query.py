"""One PostQuery serves search, saved search, alert rule, bulletin and export."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Order = Literal["newest", "oldest", "severity", "relevance"]
By = Literal[
    "day", "week", "platform", "kind", "lang", "mix", "place", "target", "narrative", "stance",
    "hostility", "severity", "level", "fact", "status", "source",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PostQuery:
    """Which posts, in which order. Filters are joined by AND, values inside one by OR.

    `words` is the folded search language of `veille.text`: words, "quoted phrases", AND, OR,
    NOT, parentheses, prefix*. Times are aware; `since` is included, `until` excluded;
    `collected_*` look at when Veille read the post, the others at when it was published.
    `place` ids match a region or anything in it; `langs` what is in one of them, be it in part.
    `min_*` are inclusive. On every label axis the newest decision counts, else the newest
    model's best label. Posts of level "ferme" (safeguarding reports) are left out unless
    `closed` is set. An empty PostQuery is all posts that are not closed.
    """

    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    collected_since: datetime | None = None
    collected_until: datetime | None = None
    platforms: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    narratives: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    min_hostility: int | None = None
    min_severity: int | None = None
    without_duplicates: bool = False
    closed: bool = False
    order: Order = "newest"
    limit: int | None = None
    offset: int = 0
