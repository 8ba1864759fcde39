"""Accounts of Bluesky, with the answers to their posts, as the network shows them to anybody.

Search is not read: without an account the network refuses it, and its makers ask not to use it
for more than a person's own questions.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from collectors.bluesky.feed import heads_of, posts_of
from collectors.conversations import Memory
from collectors.network import checked_options, is_switch, page_of, whole
from veille.errors import ConfigError, SourceChanged, SourceGone
from veille.http import Answer, HttpClient
from veille.http.address import shown
from veille.post import Page, ParsedPage
from veille.privacy import Privacy
from veille.sources import Source

_MAX_PAGE_BYTES = 5_000_000
_PAGE_SIZE = 100
# A feed only goes back from the newest: what came since the last run is held until it is joined.
_MOST_PAGES = 50
# As many posts as may be asked about at once.
_BATCH = 25
_DEPTH = 20
_TARGET = re.compile(r"(https?://[^/?#@\s]+)/profile/([\w.:-]+)/?")
# Who shows profiles to people, and who tells programs.
_HOSTS = {"https://bsky.app": "https://public.api.bsky.app"}
_RULES = {"history": whole(1, _MOST_PAGES), "replies": whole(0, 500), "organisation": is_switch}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a source watches, and what its `options` may say.

    `history`: pages of a hundred posts the first time. `replies`: in how many conversations
    answers are asked for in one run; others wait for the next. `organisation`: the account is no
    person's and keeps its name.
    """

    site: str
    account: str
    history: int = 2
    replies: int = 50
    organisation: bool = False

    @classmethod
    def of(cls, source: Source) -> "Choice":
        """Raises `ConfigError` for an option or a target that cannot be."""
        target = _TARGET.fullmatch(source.target.strip())
        if target is None:
            raise ConfigError(
                f"source {source.id}: write the target as https://bsky.app/profile/ACCOUNT"
            )
        options = checked_options(
            source,
            _RULES,
            of="Bluesky",
            known=f"history = 1 to {_MOST_PAGES}, replies = 0 to 500, organisation = true or false",
        )
        site = _HOSTS.get(target[1], target[1])
        return cls(site=site, account=target[2], **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueskyCollector:
    """Bluesky over HTTP. `privacy` hashes all authors but the organisation that is watched."""

    http: HttpClient
    privacy: Privacy
    name: str = "bluesky"

    def fetch(self, source: Source, cursor: str | None) -> Iterator[Page]:
        """Posts, oldest first, the newest page in any case; then conversations with new answers.

        What a run does not ask for is owed in the cursor. Raises `ConfigError` for a wrong
        option, `SourceGone` when nobody has this name.
        """
        choice, memory = Choice.of(source), Memory.of(cursor)
        account_id = self._account_id(choice)
        owner = account_id if choice.organisation else ""
        for answer in self._answers(choice, account_id, memory.last):
            heads = heads_of(answer.body)
            if heads is None:
                yield page_of(source, answer, part="feed", owner=owner)
                return
            oldest_first = sorted(heads, key=lambda head: head.published_at)
            times = [head.published_at.isoformat() for head in oldest_first[-1:]]
            memory.last = max([memory.last, *times])
            if choice.replies:
                own = [head for head in oldest_first if head.key]
                memory.note(own, now=answer.fetched_at)
            yield page_of(source, answer, cursor=memory.cursor(), part="feed", owner=owner)
        yield from self._conversations(source, choice, memory, owner)

    def parse(self, page: Page) -> ParsedPage:
        """The posts of a feed, or those of one conversation."""
        return posts_of(page, self.privacy)

    def _conversations(
        self, source: Source, choice: Choice, memory: Memory, owner: str
    ) -> Iterator[Page]:
        due = memory.due(choice.replies)
        for start in range(0, len(due), _BATCH):
            batch = due[start : start + _BATCH]
            # A conversation whose post is gone is refused like a wrong question.
            present = self._present(choice, batch)
            for uri in batch:
                memory.settle(uri)
                if uri not in present:
                    continue
                asked = {"uri": uri, "depth": _DEPTH, "parentHeight": 0}
                answer = self._get(choice, "feed.getPostThread", asked)
                yield page_of(source, answer, cursor=memory.cursor(), part="thread", owner=owner)

    def _answers(self, choice: Choice, account_id: str, last: str) -> list[Answer]:
        """Pages of the feed, oldest first, down to what was read last.

        Raises `SourceChanged` when that cannot be reached.
        """
        asked: dict[str, object] = {
            "actor": account_id,
            "limit": _PAGE_SIZE,
            "filter": "posts_with_replies",
        }
        answers: list[Answer] = []
        while len(answers) < (_MOST_PAGES if last else choice.history):
            answer = self._get(choice, "feed.getAuthorFeed", asked)
            heads = heads_of(answer.body)
            if heads == [] and answers:
                return answers[::-1]
            answers.append(answer)
            following = _json(answer).get("cursor") if heads else None
            reached = [head for head in heads or () if head.published_at.isoformat() <= last]
            if not following or reached:
                return answers[::-1]
            asked["cursor"] = following
        if last:
            raise SourceChanged(f"{choice.site}: {_MOST_PAGES} pages do not reach what was read")
        return answers[::-1]

    def _account_id(self, choice: Choice) -> str:
        """The id that an account keeps when it changes its name."""
        answer = self._get(choice, "actor.getProfiles", {"actors": choice.account})
        profiles = _json(answer).get("profiles")
        if not isinstance(profiles, list):
            raise SourceChanged(f"{shown(answer.url)} tells no profiles")
        if not profiles:
            raise SourceGone(f"{shown(answer.url)}: nobody has the name of this source any more")
        try:
            return str(profiles[0]["did"])
        except (KeyError, TypeError) as error:
            raise SourceChanged(f"{shown(answer.url)} tells no profile") from error

    def _present(self, choice: Choice, uris: list[str]) -> set[str]:
        answer = self._get(choice, "feed.getPosts", {"uris": uris})
        try:
            return {str(post["uri"]) for post in _json(answer)["posts"]}
        except (KeyError, TypeError) as error:
            raise SourceChanged(f"{shown(answer.url)} tells no posts") from error

    def _get(self, choice: Choice, method: str, asked: Mapping[str, object]) -> Answer:
        return self.http.get(
            f"{choice.site}/xrpc/app.bsky.{method}?{urlencode(asked, doseq=True)}",
            headers={"Accept": "application/json"},
            max_bytes=_MAX_PAGE_BYTES,
        )


def _json(answer: Answer) -> dict[str, Any]:
    """The object that an answer holds; an empty one for anything else."""
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
