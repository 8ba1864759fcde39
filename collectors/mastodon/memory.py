"""What a Mastodon cursor remembers: the newest post, and which conversations are owed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collectors.mastodon.status import Head

# Of the newest conversations only; an older one that comes alive again is not followed.
_MOST = 1_000
# A server counts direct answers only: what is said below them is found by asking again.
_FRESH = timedelta(days=7)


@dataclass(slots=True, kw_only=True)
class Memory:
    """`last` is the newest id; `read` how many answers a post had when they were read last.

    `owed` are posts whose conversation may tell something new, those noted first coming first.
    """

    last: int = 0
    read: dict[str, int] = field(default_factory=dict)
    owed: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: str | None) -> "Memory":
        """What `cursor` holds; nothing for one that cannot be read, since repeats are harmless."""
        try:
            told = json.loads(cursor or "{}")
            return cls(last=int(told["last"]), read=dict(told["read"]), owed=dict(told["owed"]))
        except (ValueError, KeyError, TypeError):
            return cls()

    def cursor(self) -> str:
        """The state as the text that `of` reads."""
        return json.dumps({"last": self.last, "read": _newest(self.read), "owed": self.owed})

    def note(self, heads: Iterable[Head], *, now: datetime, wants_answers: bool) -> None:
        """These posts were seen at `now`."""
        for head in sorted(heads):
            self.last = max(self.last, head.number)
            changed = head.answers != self.read.get(str(head.number), 0)
            may_grow = head.answers > 0 and now - head.published_at <= _FRESH
            if wants_answers and (changed or may_grow):
                self.owed[str(head.number)] = head.answers
        self.owed = _newest(self.owed)

    def due(self, most: int) -> list[str]:
        """The conversations to ask for now, those that have waited longest first."""
        return list(self.owed)[:most]

    def settle(self, status_id: str) -> None:
        """The answers to this post have been read."""
        self.read.pop(status_id, None)
        self.read[status_id] = self.owed.pop(status_id)


def _newest(numbers: dict[str, int]) -> dict[str, int]:
    return dict(list(numbers.items())[-_MOST:])
