"""The public interface of Bluesky on loopback: one account, its feed, conversations."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from tests.servers import platform
from tests.servers.platform import Handler, Platform, ok, status

JSON = "application/json; charset=utf-8"
HANDLE = "courrier-delta.example"
DID = "did:plc:courrier"
PAGE_SIZE = 100
MINUTES_A_DAY = 1440


@dataclass(slots=True, kw_only=True)
class Skeet:
    """One post, published so many minutes into November; `answers` is the number it answers."""

    number: int
    answers: int | None = None
    author: str = DID
    likes: int = 0


class Network:
    """What the network shows; a test adds, changes and removes while it is being read.

    `broken` answers in the place of one method, once.
    """

    def __init__(self, site: Platform, *numbers: int) -> None:
        self.skeets = {number: Skeet(number=number) for number in numbers}
        self.broken: dict[str, platform.Behaviour] = {}
        self.profiles = [{"did": DID, "handle": HANDLE, "displayName": "Le Courrier"}]
        self.target = f"{site.url}/profile/{HANDLE}"
        self._site = site
        for method in ("actor.getProfiles", "feed.getAuthorFeed", "feed.getPosts"):
            site.serve(f"/xrpc/app.bsky.{method}", self._answer)
        site.serve("/xrpc/app.bsky.feed.getPostThread", self._answer)

    def add(self, number: int, *, answers: int | None = None, author: str = DID) -> None:
        self.skeets[number] = Skeet(number=number, answers=answers, author=author)

    @property
    def asked(self) -> list[str]:
        """The methods that were asked, in order."""
        return [urlsplit(path).path.rpartition(".")[2] for path in self._site.paths]

    def _answer(self, handler: Handler) -> None:
        parts = urlsplit(handler.path)
        method = parts.path.rpartition(".")[2]
        if behaviour := self.broken.pop(method, None):
            behaviour(handler)
            return
        told = getattr(self, f"_{method}")(parse_qs(parts.query))
        if told is None:
            status(400, body=b'{"error":"NotFound","message":"Post not found"}')(handler)
        else:
            ok(json.dumps(told), JSON)(handler)

    def _getProfiles(self, asked: dict[str, list[str]]) -> object:
        wanted = asked["actors"][0]
        return {"profiles": [one for one in self.profiles if wanted in one.values()]}

    def _getAuthorFeed(self, asked: dict[str, list[str]]) -> object:
        own = sorted(number for number, one in self.skeets.items() if one.author == DID)
        if "cursor" in asked:
            own = [number for number in own if _time(number) < asked["cursor"][0]]
        shown = own[-min(int(asked["limit"][0]), PAGE_SIZE) :][::-1]
        told: dict[str, object] = {"feed": [{"post": self._told(number)} for number in shown]}
        if shown:
            told["cursor"] = _time(shown[-1])
        return told

    def _getPosts(self, asked: dict[str, list[str]]) -> object:
        numbers = [number for number in self.skeets if self._uri(number) in asked["uris"]]
        return {"posts": [self._told(number) for number in numbers]}

    def _getPostThread(self, asked: dict[str, list[str]]) -> object:
        roots = [number for number in self.skeets if self._uri(number) == asked["uri"][0]]
        return {"thread": self._thread(roots[0])} if roots else None

    def _thread(self, number: int) -> dict[str, object]:
        below = sorted(n for n, one in self.skeets.items() if one.answers == number)
        return {
            "$type": "app.bsky.feed.defs#threadViewPost",
            "post": self._told(number),
            "replies": [self._thread(answer) for answer in below],
        }

    def _uri(self, number: int) -> str:
        return f"at://{self.skeets[number].author}/app.bsky.feed.post/3k{number}"

    def _told(self, number: int) -> dict[str, object]:
        one = self.skeets[number]
        record: dict[str, object] = {"text": f"Nouvelle {number}", "createdAt": _time(number)}
        if one.answers in self.skeets:
            above = {"uri": self._uri(one.answers)}
            record["reply"] = {"parent": above, "root": above}
        handle = HANDLE if one.author == DID else f"{one.author.rpartition(':')[2]}.example"
        return {
            "uri": self._uri(number),
            "cid": "bafy",
            "author": {"did": one.author, "handle": handle, "displayName": "Le Courrier"},
            "record": record,
            "indexedAt": _time(number),
            "replyCount": sum(other.answers == number for other in self.skeets.values()),
            "likeCount": one.likes,
            "repostCount": 0,
        }


def _time(number: int) -> str:
    day, minute = divmod(number, MINUTES_A_DAY)
    return f"2026-11-{day + 1:02}T{minute // 60:02}:{minute % 60:02}:00.000Z"
