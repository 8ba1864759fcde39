"""What a feed's cursor remembers: entries that were read, and articles to be asked for again."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from collectors.rss.feed import Entry

# Of the newest entries only: reading an older one again is harmless, its id is the same.
MAX_SEEN = 5_000
# An article that cannot be reached is asked for once more, at the next run.
MAX_TRIES = 2


@dataclass(slots=True, kw_only=True)
class Memory:
    """Keys of entries that are safely behind us, and waiting ones with how often they were tried.

    `etag` and `modified` are the feed's own words for its state, `digest` the hash of its bytes.
    """

    seen: dict[str, None] = field(default_factory=dict)
    waiting: dict[str, Entry] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    etag: str = ""
    modified: str = ""
    digest: str = ""

    @classmethod
    def of(cls, cursor: str | None) -> "Memory":
        """What `cursor` holds; nothing for one that cannot be read, since repeats are harmless."""
        try:
            told = json.loads(cursor or "{}")
            return cls(
                seen=dict.fromkeys(told["seen"]),
                waiting={raw["key"]: entry_of(raw) for raw in told["waiting"]},
                tries=dict(told["tries"]),
                etag=told["etag"],
                modified=told["modified"],
                digest=told["digest"],
            )
        except (ValueError, KeyError, TypeError):
            return cls()

    def has_read(self, digest: str) -> bool:
        """Whether a feed of these very bytes was read, and nothing is left to ask for."""
        return digest == self.digest and not self.waiting

    def cursor(self) -> str:
        """The state as the text that `of` reads."""
        return json.dumps(
            {
                "seen": list(self.seen)[-MAX_SEEN:],
                "waiting": [options_of(entry) for entry in self.waiting.values()],
                "tries": self.tries,
                "etag": self.etag,
                "modified": self.modified,
                "digest": self.digest,
            },
            ensure_ascii=False,
        )

    def settle(self, keys: Iterable[str]) -> None:
        """These entries are behind us; the last one named is forgotten last."""
        for key in keys:
            self.waiting.pop(key, None)
            self.tries.pop(key, None)
            self.seen.pop(key, None)
            self.seen[key] = None

    def postpone(self, entry: Entry) -> bool:
        """Whether the article of `entry` is to be asked for again; False when that was enough."""
        tries = self.tries.get(entry.key, 0) + 1
        if tries >= MAX_TRIES:
            return False
        self.tries[entry.key] = tries
        self.waiting[entry.key] = replace(entry, text="")
        return True


def options_of(entry: Entry) -> dict[str, Any]:
    """What an article's page must know of its entry; never its byline."""
    values = asdict(replace(entry, text="", author=""))
    values["published_at"] = entry.published_at.isoformat() if entry.published_at else None
    return values


def entry_of(options: dict[str, Any]) -> Entry:
    """The other way round. Raises `KeyError`, `TypeError` or `ValueError`."""
    told = options["published_at"]
    return Entry(**{**options, "published_at": datetime.fromisoformat(told) if told else None})
