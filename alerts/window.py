"""What a bulletin is made from, and what it is: data only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from veille.coverage import Coverage
from veille.post import Level, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How many posts were read on one day, and how many of them were hostile."""

    on: date
    total: int
    hostile: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinWindow:
    """Everything one bulletin needs, filled from one PostQuery from `since` to `until`.

    `posts` holds every post of the window, copies included, in any order. `waiting` are reds of
    the days before that nobody has decided on, or that were validated in the window. `before`
    counts the days before `since`, at most seven. `sources` maps the id of each source that
    should have been read to the name people know it by, and `coverage` has the runs of the
    window. `languages` (ISO 639-3) are those the classifier reads. `seen_before` says when a
    known claim of the window was last seen before its first post in it. `contact`, `hosting` and
    `reference` are printed as they are; `reference` names this bulletin once and for all.
    """

    since: datetime
    until: datetime
    posts: Sequence[Post]
    waiting: Sequence[Post] = ()
    before: Sequence[DayCount] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    coverage: Sequence[Coverage] = ()
    languages: frozenset[str] = frozenset({"fra"})
    seen_before: Mapping[str, datetime] = field(default_factory=dict)
    contact: str = "cellule de veille"
    hosting: str = "ordinateur local"
    reference: str = ""
    zone: str = "Africa/Bamako"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Posts of one narrative about one actor in one region: one line, however many copies.

    `narrative`, `actor` and `region` are codebook ids or empty; `claim` is a known-claim id or
    empty. Of a closed narrative (N13) neither actor, region nor posts are told.
    """

    level: Level
    severity: int
    narrative: str
    actor: str
    region: str
    fact: str
    claim: str
    validated: bool
    first_published_at: datetime
    size: int
    copies: int
    accounts: int
    pages: int
    sources: int
    languages: int
    post_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a bulletin: « label : text », the same in text and in HTML.

    `part` groups lines that stand together; `level` colours the label.
    """

    part: str
    text: str
    label: str = ""
    level: str = ""

    def __str__(self) -> str:
        return f"{self.label} : {self.text}" if self.label and self.text else self.label + self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What people receive. `text` and `html` say the same; `signals` are all that were found.

    `key` is the day and the reference: it names the message in ledger and folder.
    """

    key: str
    subject: str
    text: str
    html: str
    signals: tuple[Signal, ...] = ()
