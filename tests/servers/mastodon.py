"""A Mastodon server on loopback: one account, one hashtag, conversations, paged as documented."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from tests.servers import platform
from tests.servers.platform import Handler, Platform, ok, status

JSON = "application/json; charset=utf-8"
ACCOUNT = "courrierdelta"
ACCOUNT_ID = "7001"
PAGE_SIZE = 40


@dataclass(slots=True, kw_only=True)
class Toot:
    """One post: `answers` is the id of what it answers, None for a post of the account."""

    id: int
    created_at: str = "2026-11-19T08:00:00.000Z"
    answers: int | None = None
    author: str = ACCOUNT
    likes: int = 0


class Instance:
    """What the server holds; a test adds, changes and removes while it is being read.

    `broken` answers in the place of the page at a path and query, once.
    """

    def __init__(self, site: Platform, *ids: int) -> None:
        self.toots = {number: Toot(id=number) for number in ids}
        self.broken: dict[str, platform.Behaviour] = {}
        self.target = f"{site.url}/@{ACCOUNT}"
        self.tag_target = f"{site.url}/tags/Mopti"
        self._site = site
        self._account = {"id": ACCOUNT_ID, "acct": ACCOUNT, "display_name": "Le Courrier"}
        site.serve("/api/v1/accounts/lookup", self._lookup)
        site.serve(f"/api/v1/accounts/{ACCOUNT_ID}/statuses", self._timeline)
        site.serve("/api/v1/timelines/tag/Mopti", self._timeline)
        for number in ids:
            self.add(number)

    def add(self, number: int, *, answers: int | None = None, author: str = ACCOUNT) -> None:
        self.toots[number] = Toot(id=number, answers=answers, author=author)
        self._site.serve(f"/api/v1/statuses/{number}/context", self._context)

    @property
    def asked(self) -> list[str]:
        """What was asked below /api/v1/, in order, without the look-up of the account."""
        paths = [path.removeprefix("/api/v1/") for path in self._site.paths]
        return [path for path in paths if "lookup" not in path]

    def _lookup(self, handler: Handler) -> None:
        if parse_qs(urlsplit(handler.path).query) == {"acct": [ACCOUNT]}:
            ok(json.dumps(self._account), JSON)(handler)
        else:
            status(404, body=b'{"error":"Record not found"}')(handler)

    def _timeline(self, handler: Handler) -> None:
        if self._breaks(handler):
            return
        asked = parse_qs(urlsplit(handler.path).query)
        limit = min(int(asked.get("limit", ["20"])[0]), PAGE_SIZE)
        numbers = sorted(n for n, toot in self.toots.items() if toot.answers is None)
        if "max_id" in asked:
            numbers = [number for number in numbers if number < int(asked["max_id"][0])]
        if "min_id" in asked:
            shown = [number for number in numbers if number > int(asked["min_id"][0])][:limit]
        else:
            shown = numbers[-limit:]
        answer = json.dumps([self._told(number) for number in reversed(shown)])
        ok(answer, JSON)(handler)

    def _context(self, handler: Handler) -> None:
        if self._breaks(handler):
            return
        root = int(handler.path.split("/")[4])
        if root not in self.toots:
            status(404, body=b'{"error":"Record not found"}')(handler)
            return
        below, waiting = [], [root]
        while waiting:
            above = waiting.pop(0)
            found = sorted(n for n, toot in self.toots.items() if toot.answers == above)
            below += found
            waiting += found
        told = {"ancestors": [], "descendants": [self._told(number) for number in below]}
        ok(json.dumps(told), JSON)(handler)

    def _breaks(self, handler: Handler) -> bool:
        behaviour = self.broken.pop(handler.path, None)
        if behaviour:
            behaviour(handler)
        return behaviour is not None

    def _told(self, number: int) -> dict[str, object]:
        toot = self.toots[number]
        is_own = toot.author == ACCOUNT
        return {
            "id": str(number),
            "created_at": toot.created_at,
            "in_reply_to_id": None if toot.answers is None else str(toot.answers),
            "visibility": "public",
            "spoiler_text": "",
            "language": "fr",
            "url": f"https://sahel.example/@{toot.author}/{number}",
            "content": f"<p>Nouvelle {number}</p>",
            "replies_count": sum(other.answers == number for other in self.toots.values()),
            "reblogs_count": 0,
            "favourites_count": toot.likes,
            "reblog": None,
            "poll": None,
            "media_attachments": [],
            "account": self._account if is_own else {"id": "9", "acct": toot.author},
        }
