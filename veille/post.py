"""The words every step shares: Page, Post, Reading, Label, Decision. Data only, no behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal, get_args

Kind = Literal["post", "comment", "article", "message", "rumour"]
Axis = Literal["target", "narrative", "stance", "hostility", "fact", "claim", "severity", "level"]
DecisionAxis = Literal[
    "target", "narrative", "stance", "hostility", "fact", "claim", "severity", "level", "status"
]
Stance = Literal["hostile", "critical", "neutral", "supportive", "debunk"]
Level = Literal["rouge", "orange", "jaune", "vert", "ferme"]
Status = Literal["nouveau", "en_examen", "valide", "ecarte", "transmis"]

KINDS: tuple[Kind, ...] = get_args(Kind)
AXES: tuple[Axis, ...] = get_args(Axis)
DECISION_AXES: tuple[DecisionAxis, ...] = get_args(DecisionAxis)
STANCES: tuple[Stance, ...] = get_args(Stance)
LEVELS: tuple[Level, ...] = get_args(Level)
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer from a platform, or one file.

    `body` is what is archived: byte for byte as it came, or, for files that hold private
    persons' data, as `removed` says it was cleaned (what → how many), with `original_key`,
    the SHA-256 of what came. `collector` names who can parse it; `options` is whatever
    that collector needs beside the bytes (a column mapping). `cursor` is where the source
    resumes once this page is safely stored, or None when the page moves nothing.
    """

    source_id: str
    collector: str
    url: str
    fetched_at: datetime
    body: bytes
    cursor: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    original_key: str = ""

    @property
    def key(self) -> str:
        """SHA-256 of the body, in hexadecimal: the page's name in the archive."""
        return sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters `start` to `end` (excluded) of a post's text, and why they matter."""

    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What one model version says about one post on one axis.

    An axis may carry several labels: every actor found, narratives best first, each stance
    or hostility level with its probability. `score` is a probability, 0 to 1. An axis on
    which the model abstains carries no label. `hostility` values are "H0" to "H3", `severity`
    values "1" to "5".
    """

    axis: Axis
    value: str
    score: float
    model: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one person says about one post on one axis; outranks every label.

    `person` is the account name of the one who decided, never of an author.
    """

    post_id: str
    axis: DecisionAxis
    value: str
    person: str
    decided_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a post's counters were at one moment; None is "not told", never zero."""

    post_id: str
    read_at: datetime
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    views: int | None = None
    reactions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public post, comment, article, message or rumour report.

    Collectors fill the first block from a page. `normalise` fills the second; the store
    fills the third when a post is read back.

    `id` begins with `<platform>:` and never changes. Times are aware and in UTC.
    `author` is a keyed hash, or the plain name when `author_is_public` (a page or an
    organisation), or empty when unknown. `details` holds what a form or sheet asked beyond
    the text, under its French heading.
    """

    id: str
    platform: str
    source_id: str
    page_key: str
    kind: Kind
    text: str
    published_at: datetime
    collected_at: datetime
    author: str = ""
    author_is_public: bool = False
    title: str = ""
    url: str = ""
    parent_id: str | None = None
    thread_id: str | None = None
    tags: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    lang: str = "und"
    lang_mix: tuple[tuple[str, float], ...] = ()
    script: str = ""
    text_key: str = ""

    duplicate_of: str | None = None
    labels: tuple[Label, ...] = ()
    decisions: tuple[Decision, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One item of a page that could not be read: where it stands, and why, in French."""

    where: str
    reason: str
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """What a collector reads in one page.

    `ignored` counts what is not a post and is no loss (system lines, empty rows), by reason;
    `unknown_fields` names fields the collector does not know. `read_count` is how many items
    the page held: posts + rejects + ignored.
    """

    posts: list[Post]
    readings: list[Reading] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ignored: Mapping[str, int] = field(default_factory=dict)
    unknown_fields: frozenset[str] = frozenset()

    @property
    def read_count(self) -> int:
        return len(self.posts) + len(self.rejects) + sum(self.ignored.values())


def full_text(post: Post) -> str:
    """Title, empty line, text: what is read and labelled, and what spans count in."""
    return together(post.title, post.text)


def together(title: str, text: str) -> str:
    """What `full_text` makes of a title, or none, and a text."""
    return f"{title}\n\n{text}" if title else text


def said(post: Post, axis: DecisionAxis) -> str | None:
    """What counts for `post` on `axis`: the newest decision, else the best label, else None.

    Of decisions of one moment the last counts. The status of a post nobody decided on is
    "nouveau".
    """
    decided = [decision for decision in reversed(post.decisions) if decision.axis == axis]
    if decided:
        return max(decided, key=lambda decision: decision.decided_at).value
    if axis == "status":
        return "nouveau"
    labels = [label for label in post.labels if label.axis == axis]
    return max(labels, key=lambda label: label.score).value if labels else None


def targets(post: Post) -> tuple[str, ...]:
    """Actor ids the post is about: those decided on, else every target label."""
    decided = said_by_people(post, "target")
    if decided:
        return decided
    return tuple(label.value for label in post.labels if label.axis == "target")


def said_by_people(post: Post, axis: Axis) -> tuple[str, ...]:
    """The newest decision on `axis` as a one-item tuple, or an empty one."""
    decided = [decision for decision in reversed(post.decisions) if decision.axis == axis]
    if not decided:
        return ()
    return (max(decided, key=lambda decision: decision.decided_at).value,)
