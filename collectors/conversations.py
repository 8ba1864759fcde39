"""What a cursor remembers of a timeline: how far it was read, and which conversations are owed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

# Of the newest conversations only; an older one that comes alive again is not followed.
_MOST = 1_000
# Platforms count direct answers only: what is said below them is found by asking again.
_FRESH = timedelta(days=7)


class Head(NamedTuple):
    """What fetching must know of a post: its id there, direct answers, when it was published."""

    key: str
    answers: int
    published_at: datetime


@dataclass(slots=True, kw_only=True)
class Memory:
    """`last` is how far the timeline was read, in the words of its collector.

    `read` is how many answers a post had when they were read last, `owed` are posts whose
    conversation may tell something new, those noted first coming first.
    """

    last: str = ""
    read: dict[str, int] = field(default_factory=dict)
    owed: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: str | None) -> "Memory":
        """What `cursor` holds; nothing for one that cannot be read, since repeats are harmless."""
        try:
            told = json.loads(cursor or "{}")
            return cls(last=str(told["last"]), read=dict(told["read"]), owed=dict(told["owed"]))
        except (ValueError, KeyError, TypeError):
            return cls()

    def cursor(self) -> str:
        """The state as the text that `of` reads."""
        return json.dumps({"last": self.last, "read": _newest(self.read), "owed": self.owed})

    def note(self, heads: Iterable[Head], *, now: datetime) -> None:
        """These posts were seen at `now`, oldest first."""
        for head in heads:
            changed = head.answers != self.read.get(head.key, 0)
            may_grow = head.answers > 0 and now - head.published_at <= _FRESH
            if changed or may_grow:
                self.owed[head.key] = head.answers
        self.owed = _newest(self.owed)

    def due(self, most: int) -> list[str]:
        """The conversations to ask for now, those that have waited longest first."""
        return list(self.owed)[:most]

    def settle(self, key: str) -> None:
        """The answers to this post have been read, or there will never be any."""
        self.read.pop(key, None)
        self.read[key] = self.owed.pop(key)


def _newest(numbers: dict[str, int]) -> dict[str, int]:
    return dict(list(numbers.items())[-_MOST:])
